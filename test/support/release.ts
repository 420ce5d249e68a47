import { protectTable } from '../../core/disclosure/index.js';
import type { EarlierTable, ReleasedTable } from '../../core/disclosure/index.js';
import { decodeTable, policyOf, presentationOf } from '../../core/templates/index.js';
import type { Question } from './attack-world.js';
import { NOISELESS } from './attack-world.js';
import { sharedSolver } from './solver.js';

/** What the coordinator would release of these counts: decoded and protected, as its program does. */
export async function releaseOf(
  { bound, terms, plan }: Question,
  counts: Float64Array,
  earlier: readonly EarlierTable[] = [],
): Promise<ReleasedTable> {
  const own = plan.noise === null ? { ...terms, ...NOISELESS } : terms;
  const { table, noise } = decodeTable(bound, own, plan.mixers.length, { counts, sums: [] });
  const input = { table, noise, measures: [], presentation: presentationOf(bound), earlier };
  return protectTable(input, policyOf(own), await sharedSolver());
}

/** Of the release's cells the one of this cell number. */
export function placeOf({ bound, terms, plan }: Question, cell: number): number {
  const counts = new Float64Array(bound.cells);
  counts[cell] = 1;
  const own = { ...terms, ...NOISELESS };
  return decodeTable(bound, own, plan.mixers.length, { counts, sums: [] }).table.cells.findIndex(
    ({ count }) => count === 1,
  );
}
