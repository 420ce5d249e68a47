import type { Clock } from '../../core/base/index.js';
import type { NodeConfig } from '../config.js';
import { freshnessOf } from '../consent/lists-freshness.js';
import type { ListsFreshness } from '../consent/lists-freshness.js';
import { readStatus, STATUS_STALE_SECONDS } from './node-status.js';
import type { NodeStatus } from './node-status.js';
import { readPause } from './pause.js';
import type { Pause } from './pause.js';

const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_SECOND = 1_000;
const SHOWN_DIGITS = 12;

/** Whether a node is there: what it says of itself is no older than it may be, and not its last word. */
export type Presence = 'running' | 'stopped' | 'silent' | 'never-started';

export interface StatusReport {
  readonly presence: Presence;
  readonly text: string;
  readonly json: unknown;
}

/**
 * How the node is, from what it last wrote down.
 * Thrown when that can't be read: NodeError STATE_FILE_UNUSABLE.
 */
export function statusReport({ ledger, optOuts }: Pick<NodeConfig, 'ledger' | 'optOuts'>, clock: Clock): StatusReport {
  const now = clock.now();
  const status = readStatus(ledger);
  const pause = readPause(ledger);
  const presence = presenceOf(status, now);
  const snapshots = (status?.snapshots ?? []).map((held) => ({ ...held, ageDays: ageDays(held.asAt, now) }));
  return {
    presence,
    text: `${[...describePresence(presence, status), ...describePause(pause), ...describeStatus(status, presence, { now, optOuts })].join('\n')}\n`,
    json: { presence, paused: pause ?? null, status: status === undefined ? null : { ...status, snapshots } },
  };
}

export function presenceOf(status: NodeStatus | undefined, now: Date): Presence {
  if (status === undefined) return 'never-started';
  if (status.stoppedAt !== null) return 'stopped';
  // Said in the future, by a clock that was set back since: nobody knows when.
  const silentMs = Math.abs(now.getTime() - Date.parse(status.writtenAt));
  return silentMs > STATUS_STALE_SECONDS * MS_PER_SECOND ? 'silent' : 'running';
}

function describePresence(presence: Presence, status: NodeStatus | undefined): string[] {
  switch (presence) {
    case 'running':
      return [`The node of ${status?.agency ?? ''} is running, since ${plain(status?.startedAt)}.`];
    case 'stopped':
      return [`The node is not running: it was stopped at ${plain(status?.stoppedAt)}.`];
    case 'silent':
      return [
        `The node is not running, or hangs: it has said nothing since ${plain(status?.writtenAt)}. What follows is from then.`,
      ];
    case 'never-started':
      return [
        'The node is not running, and has not run here before (or in another version). Start it: tally node start',
      ];
  }
}

/** From the operator's own file: it holds whether the node runs or not. */
function describePause(pause: Pause | undefined): string[] {
  if (pause === undefined) return [];
  const since = pause.since === null ? '' : ` since ${plain(pause.since)}`;
  const reason = pause.reason === null ? '' : ` (${pause.reason})`;
  const lost = pause.since === null ? ' Since when, and why, is not written down, as where the disk was full.' : '';
  return [`PAUSED${since}${reason}: every offer is refused until \`tally node resume\`.${lost}`];
}

function describeRegister({ file, roster, entries, trouble, isFileRefused }: NodeStatus['register']): string[] {
  return [
    `Register of ${entries} entries, version ${roster} of the roster, from ${file}.`,
    ...(trouble === null ? [] : [`  NOTHING IS ANSWERED BY IT NOW: ${trouble}`]),
    ...(isFileRefused
      ? [
          '  A file of it has been changed since and is no use here: what was there before stays. The log says why (register-refused).',
        ]
      : []),
  ];
}

function describeStatus(
  status: NodeStatus | undefined,
  presence: Presence,
  { now, optOuts }: { readonly now: Date; readonly optOuts: NodeConfig['optOuts'] },
): string[] {
  if (status === undefined || presence === 'stopped') return [];
  const { connection, policy, register, clockTrouble, snapshots, runs } = status;
  return [
    ...(clockTrouble === null ? [] : [`THE CLOCK IS WRONG, and nothing is answered: ${clockTrouble}.`]),
    connection.isConnected
      ? `Connected to ${connection.address} since ${plain(connection.since)}.`
      : `Not connected to ${connection.address} since ${plain(connection.since)}${connection.code === null ? '' : ` (${connection.code})`}.`,
    `Policy ${policy.digest.slice(0, SHOWN_DIGITS)}, usual mode ${policy.mode}, from ${policy.file}.`,
    ...(policy.isFileRefused
      ? ['  The file has been changed since and is no use: the policy before stays. See: tally node policy']
      : []),
    ...describeRegister(register),
    ...(snapshots.length === 0 ? ['No snapshot is in force: run tally node prepare.'] : ['Snapshots in force:']),
    ...snapshots.map(
      ({ dataset, snapshot, asAt, epsilonLeft }) =>
        `  ${dataset} ${snapshot.slice(0, SHOWN_DIGITS)}: as at ${asAt} (${inDays(ageDays(asAt, now))}), ` +
        `a privacy loss of ${epsilonLeft} is left`,
    ),
    ...describeOptOuts(status.optOuts, optOuts, now),
    ...(runs.length === 0 ? ['No run is under way.'] : ['Runs under way:']),
    ...runs.map(
      ({ runId, template, version, phase, since }) =>
        `  ${template} version ${version}, ${phase}, since ${plain(since)} (run ${runId})`,
    ),
  ];
}

/** What the operator has to do about lists that nothing is answered by. */
const REFUSING: Readonly<Record<Exclude<ListsFreshness, 'fresh'>, string>> = {
  unread: 'OPT_OUTS_STALE: the opt-out lists were never read, so every offer is refused. Run: tally node opt-outs',
  stale: 'OPT_OUTS_STALE: that is longer ago than may be, so every offer is refused. Run: tally node opt-outs',
  ahead:
    'OPT_OUTS_STALE: that is later than the clock says it is, so every offer is refused. Set the clock right, then run: tally node opt-outs',
};

function describeOptOuts(held: NodeStatus['optOuts'], config: NodeConfig['optOuts'], now: Date): string[] {
  const read =
    held === null
      ? []
      : [`Opt-out lists: ${held.lines} ${held.lines === 1 ? 'line' : 'lines'}, read at ${plain(held.readAt)}.`];
  if (config === undefined) return read;
  const freshness = freshnessOf(held, config.maximumAgeHours * MS_PER_HOUR, now);
  return freshness === 'fresh' ? read : [...read, `  ${REFUSING[freshness]}`];
}

function ageDays(asAt: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(asAt)) / MS_PER_DAY);
}

function inDays(days: number): string {
  return days === 1 ? '1 day old' : `${days} days old`;
}

/** Of an ISO date and time: to the second, UTC. */
function plain(at: string | null | undefined): string {
  return at === null || at === undefined ? 'an unknown time' : `${at.slice(0, 19).replace('T', ' ')} UTC`;
}
