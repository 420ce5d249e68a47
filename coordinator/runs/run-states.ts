import { CoordinatorError } from '../errors.js';

/** The life of a run. `submitted` means that it waits for its turn: the coordinator does one run at a time. */
export const RUN_STATES = [
  'submitted',
  'offering',
  'keying',
  'ring',
  'matching',
  'tallying',
  'summing',
  'releasing',
  'finished',
  'refused',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What moves a run on. */
export const RUN_TRIGGERS = [
  'start',
  'all-accepted',
  'keyed',
  'gathered',
  'matched',
  'tallied',
  'tallied-with-sums',
  'summed',
  'released',
  'replay',
  'refuse',
  'fail',
  'cancel',
] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** What the run's log says of each change, and of each agency's answer to the offer. */
export const RUN_EVENTS = [
  'run-submitted',
  'offer-sent',
  'agency-accepted',
  'agency-refused',
  'offer-accepted',
  'key-agreed',
  'lists-gathered',
  'lists-matched',
  'tally-decoded',
  'sums-opened',
  'table-released',
  'release-replayed',
  'run-refused',
  'run-failed',
  'run-cancelled',
] as const;
export type RunEventName = (typeof RUN_EVENTS)[number];

export interface RunTransition {
  readonly from: RunState;
  readonly on: RunTrigger;
  readonly to: RunState;
  /** The event that this change writes into the run's log. */
  readonly records: RunEventName;
}

/** The way of a run that counts and comes to its end, in order. */
export const RUN_PATH: readonly RunTransition[] = [
  { from: 'submitted', on: 'start', to: 'offering', records: 'offer-sent' },
  { from: 'offering', on: 'all-accepted', to: 'keying', records: 'offer-accepted' },
  { from: 'keying', on: 'keyed', to: 'ring', records: 'key-agreed' },
  { from: 'ring', on: 'gathered', to: 'matching', records: 'lists-gathered' },
  { from: 'matching', on: 'matched', to: 'tallying', records: 'lists-matched' },
  { from: 'tallying', on: 'tallied', to: 'releasing', records: 'tally-decoded' },
  { from: 'releasing', on: 'released', to: 'finished', records: 'table-released' },
];

/** What a run with measures does in place of going from the tally to the release at once. */
export const SUMS_PATH: readonly RunTransition[] = [
  { from: 'tallying', on: 'tallied-with-sums', to: 'summing', records: 'tally-decoded' },
  { from: 'summing', on: 'summed', to: 'releasing', records: 'sums-opened' },
];

/** Every state in which a run goes on. */
const workingStates = RUN_STATES.filter((state) => [...RUN_PATH, ...SUMS_PATH].some(({ from }) => from === state));

/** Every change of state there is. A pair of state and trigger that isn't here is refused. */
export const RUN_TRANSITIONS: readonly RunTransition[] = [
  ...RUN_PATH,
  ...SUMS_PATH,
  // The same was asked of the same snapshots before: its answer is given again, and nobody is asked.
  { from: 'submitted', on: 'replay', to: 'finished', records: 'release-replayed' },
  { from: 'offering', on: 'refuse', to: 'refused', records: 'run-refused' },
  ...workingStates.map((from): RunTransition => ({ from, on: 'fail', to: 'failed', records: 'run-failed' })),
  // Once the table is being released the run can't be called back: an agency may have heard that it is finished.
  ...workingStates
    .filter((from) => from !== 'releasing')
    .map((from): RunTransition => ({ from, on: 'cancel', to: 'cancelled', records: 'run-cancelled' })),
];

/** The event that a run begins with; it leads from nowhere to `submitted`. */
export const FIRST_EVENT: RunEventName = 'run-submitted';

/** Thrown when the table doesn't have this change: CoordinatorError ILLEGAL_TRANSITION. */
export function transition(from: RunState, on: RunTrigger): RunTransition {
  const found = RUN_TRANSITIONS.find((candidate) => candidate.from === from && candidate.on === on);
  if (found === undefined) {
    throw new CoordinatorError('ILLEGAL_TRANSITION', `A run that is ${from} can't go on with "${on}".`);
  }
  return found;
}

/** Whether a run in this state is over for good. */
export function isEnded(state: RunState): boolean {
  return !RUN_TRANSITIONS.some(({ from }) => from === state);
}

export function canCancel(state: RunState): boolean {
  return RUN_TRANSITIONS.some(({ from, on }) => from === state && on === 'cancel');
}
