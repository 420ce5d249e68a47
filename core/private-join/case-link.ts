import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { eachPseudonym } from './blinded-list.js';
import type { BlindedList, NumberedList } from './blinded-list.js';
import { ElementIndex } from './element-index.js';
import type { ElementHash } from './element-index.js';
import { copyPlace, nowhere } from './places.js';
import type { Places } from './places.js';
import { NOWHERE } from './record-store.js';

/**
 * Many to one, column by column: a base record that hasn't linked yet links to the linked record with its case, if
 * exactly one of a list has it; of several lists the earliest such. Memory: at most 76 bytes for each base record.
 * @param base records that count, ascending
 */
export function* linkCases(
  bases: readonly NumberedList[],
  base: Places,
  offered: readonly NumberedList[],
  hash: ElementHash,
): Steps<Places> {
  const found = nowhere(base.rows.length);
  const index = new ElementIndex(hash, base.rows.length);
  try {
    // All lists of a dataset have the same key columns.
    for (const name of offered.slice(0, 1).flatMap(({ list }) => caseColumns(list))) {
      const groups = yield* groupUnlinked(bases, base, found, name, index);
      const candidates = yield* candidatesAt(offered, name, index);
      index.wipe();
      yield* inSteps(groups.length, (position) => {
        const group = groups[position] ?? NOWHERE;
        if (group === NOWHERE || candidates.rows[group] === NOWHERE) return;
        copyPlace(candidates, group, found, position);
      });
    }
    return found;
  } finally {
    index.wipe();
  }
}

function caseColumns({ plan }: BlindedList): string[] {
  return plan.keys.filter(({ on }) => on === 'case').map(({ name }) => name);
}

function columnOf({ plan }: BlindedList, name: string): number {
  return plan.keys.findIndex((key) => key.on === 'case' && key.name === name);
}

/** For each base record that hasn't linked the number of its case; NOWHERE for the others. */
function* groupUnlinked(
  bases: readonly NumberedList[],
  base: Places,
  found: Places,
  name: string,
  index: ElementIndex,
): Steps<Uint32Array> {
  const groups = new Uint32Array(base.rows.length).fill(NOWHERE);
  let position = 0;
  for (const { list, number } of bases) {
    const column = columnOf(list, name);
    if (column !== -1) {
      yield* eachPseudonym(list, column, (row, elements, at) => {
        // Both in the order of lists and records; where people are counted, some records don't count.
        if (base.lists[position] !== number || base.rows[position] !== row) return;
        if (found.rows[position] === NOWHERE) groups[position] = index.add(elements, at);
        position += 1;
      });
    }
    // Those of a list without that column.
    while (base.lists[position] === number) position += 1;
  }
  return groups;
}

/** For each number of the index the linked record that base records with that case link to. */
function* candidatesAt(offered: readonly NumberedList[], name: string, index: ElementIndex): Steps<Places> {
  const candidates = nowhere(index.size);
  if (index.size === 0) return candidates;
  for (const { list, number } of offered) {
    const column = columnOf(list, name);
    if (column === -1) continue;
    yield* eachPseudonym(list, column, (row, elements, at) => {
      const group = index.find(elements, at);
      if (group === NOWHERE) return;
      if (candidates.lists[group] === number) {
        // The second in this list: ambiguous here, so a later list may still have its say.
        candidates.rows[group] = NOWHERE;
      } else if (candidates.rows[group] === NOWHERE) {
        candidates.lists[group] = number;
        candidates.rows[group] = row;
      }
    });
  }
  return candidates;
}
