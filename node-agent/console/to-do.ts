import type { ListsFreshness } from '../consent/lists-freshness.js';
import type { NodeStatus } from '../status/node-status.js';
import type { Presence } from '../status/status-report.js';

/** Something that keeps the node from answering, and where in the console, or by which command, it is put right. */
export interface ToDo {
  readonly text: string;
  /** Null where no page says more. */
  readonly href: string | null;
}

export interface Standing {
  readonly presence: Presence;
  readonly status: NodeStatus | null;
  /** Those without a file of a snapshot. */
  readonly withoutSnapshot: readonly string[];
  /** Null where no lists are configured, or the node hasn't said how they are. */
  readonly optOuts: ListsFreshness | null;
}

const LISTS: Readonly<Record<Exclude<ListsFreshness, 'fresh'>, string>> = {
  unread: 'The opt-out lists were never read, so every question is refused (OPT_OUTS_STALE). Run: tally node opt-outs',
  stale:
    'The opt-out lists were read longer ago than you allow, so every question is refused (OPT_OUTS_STALE). Run: tally node opt-outs',
  ahead:
    'The opt-out lists were read later than the clock says it is, so every question is refused (OPT_OUTS_STALE). Set the clock right, then run: tally node opt-outs',
};

/** The most urgent first. What a pause does is said elsewhere: it is meant. */
export function thingsToDo({ presence, status, withoutSnapshot, optOuts }: Standing): readonly ToDo[] {
  const isThere = presence === 'running';
  return [
    ...(PRESENCES[presence] === null ? [] : [{ text: PRESENCES[presence], href: null }]),
    ...(status?.policy.isFileRefused === true
      ? [
          {
            text: 'The policy’s file was changed and is no use as it is: the policy before stays in force. What is wrong: tally node policy',
            href: '/policy',
          },
        ]
      : []),
    ...(isThere && status !== null && status.register.trouble !== null
      ? [
          {
            text: `Nothing is answered by the register of governance that the node has: ${status.register.trouble} It comes from the coordinator by itself; when it doesn’t, ask governance for it.`,
            href: null,
          },
        ]
      : []),
    ...withoutSnapshot.map((dataset) => ({
      text: `There is no snapshot of ${dataset}, so what is asked of it is refused. Run: tally node prepare`,
      href: '/data',
    })),
    ...(optOuts === null || optOuts === 'fresh' ? [] : [{ text: LISTS[optOuts], href: '/opt-outs' }]),
    ...(isThere ? (status?.snapshots ?? []) : [])
      .filter(({ epsilonLeft }) => epsilonLeft === 0)
      .map(({ dataset }) => ({
        text: `The privacy budget of ${dataset} is used up, so new questions with noise are refused (BUDGET_SPENT).`,
        href: '/budget',
      })),
  ];
}

const PRESENCES: Readonly<Record<Presence, string | null>> = {
  running: null,
  'never-started': 'The node has not run here before. Start it: tally node start',
  stopped: 'The node is not running, so nothing is answered. Start it: tally node start',
  silent: 'The node is not running, or hangs: what follows is from when it was heard of last.',
};
