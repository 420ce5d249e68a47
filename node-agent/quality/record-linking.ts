import type { RecordKeys } from '../../core/linkage/index.js';
import { columnsOf } from '../snapshot/layout.js';
import type { SnapshotLayout } from '../snapshot/layout.js';
import type { RecordLinking } from './source-quality.js';

/**
 * What a record has to be linked on, as it is by itself: before it is known whose it is, what else they have, and what is
 * taken from them because somebody else has it too.
 * @param made in the order of the layout's keys on the person; undefined where the dataset has none
 */
export function recordLinking(
  { keys, hasCases }: Pick<SnapshotLayout, 'keys' | 'hasCases'>,
  made: RecordKeys | undefined,
  caseKey: string | null,
): RecordLinking {
  return {
    missing: made?.missing ?? [],
    // Keys that only serve self-linking come last and link with nobody outside.
    person: made?.keys.some((values, place) => values.length > 0 && isHeld(keys[place])) ?? null,
    case: hasCases ? caseKey !== null : null,
  };
}

function isHeld(key: SnapshotLayout['keys'][number] | undefined): boolean {
  return key?.on === 'person' && columnsOf(key) > 0;
}
