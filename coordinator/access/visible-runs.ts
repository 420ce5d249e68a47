import { CoordinatorError } from '../errors.js';
import type { RunState } from '../runs/run-states.js';
import type { Run } from '../runs/run.js';

/** Whoever looks at runs. */
export interface RunViewer {
  /** `analyst@organisation`; undefined for who can't ask, or hasn't said who they are. */
  readonly requester: string | undefined;
}

/**
 * How much of a run somebody sees: `all` of it, what was `released`, or `nothing`, not even that there is one. What was asked
 * and released is for everybody; who refused, why, and how far it got before there is a table, is its requester's.
 */
export type RunSight = 'all' | 'released' | 'nothing';

/** The state in which a run has a release. Whoever lists what everybody may see lists these. */
export const RELEASED_STATE: RunState = 'finished';

type Looked = Pick<Run, 'requester' | 'state'>;

export function sightOf({ requester, state }: Looked, viewer: RunViewer): RunSight {
  if (requester === viewer.requester) return 'all';
  return state === RELEASED_STATE ? 'released' : 'nothing';
}

/** Whether they may know of it, and see what was released. */
export function maySee(run: Looked, viewer: RunViewer): boolean {
  return sightOf(run, viewer) !== 'nothing';
}

/** Thrown when they may not: CoordinatorError UNKNOWN_RUN, the very answer where there is no such run, so that ids tell nothing. */
export function assertMaySee(run: Looked, viewer: RunViewer): void {
  if (!maySee(run, viewer)) throw unknownRun();
}

/**
 * For what only its requester may do: follow it, see how it went, call it off.
 * Thrown otherwise: CoordinatorError NOT_YOUR_RUN, or UNKNOWN_RUN where they may not even know of it.
 */
export function assertOwn(run: Looked, viewer: RunViewer): void {
  assertMaySee(run, viewer);
  if (sightOf(run, viewer) === 'all') return;
  throw new CoordinatorError(
    'NOT_YOUR_RUN',
    'Somebody else asked for this run: only what was released of it is shown.',
  );
}

/** The one answer for a run that isn't there and one that somebody may not know of. */
export function unknownRun(): CoordinatorError {
  return new CoordinatorError('UNKNOWN_RUN', 'There is no run of that id: `tally runs` lists those there are.');
}
