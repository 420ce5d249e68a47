import type { LocalQuestion } from '../budget/memory.js';
import { groupsOf } from './groups.js';
import type { Group } from './groups.js';
import type { Region } from './regions.js';

/** A group and how many records of this node's snapshot are in it. */
export interface CountedGroup extends Group {
  readonly records: number;
}

/** A question's table, as far as this node can foresee what will be shown of it. */
export interface ForeseenTable {
  readonly threshold: number;
  readonly groups: readonly CountedGroup[];
  /** For each label the groups that it is in. Label 0 is in none. */
  readonly groupsOfLabel: ReadonlyMap<number, readonly CountedGroup[]>;
  /**
   * Those of which the table will show a count: cells and totals from the threshold up, without the cells that are left
   * out so that totals don't give smaller ones away.
   */
  readonly shown: readonly CountedGroup[];
}

/** `place`: which of the regions' labels are the question's. */
export function foreseeTable(question: LocalQuestion, regions: readonly Region[], place: number): ForeseenTable {
  const byLabel = new Map<number, number>();
  for (const { labels, records } of regions) {
    const label = labels[place] ?? 0;
    if (label !== 0) byLabel.set(label, (byLabel.get(label) ?? 0) + records);
  }
  const groups = groupsOf(question).map((group): CountedGroup => ({
    ...group,
    records: group.labels.reduce((sum, label) => sum + (byLabel.get(label) ?? 0), 0),
  }));
  const groupsOfLabel = new Map<number, CountedGroup[]>();
  for (const group of groups) {
    for (const label of group.labels) {
      const sofar = groupsOfLabel.get(label);
      if (sofar === undefined) groupsOfLabel.set(label, [group]);
      else sofar.push(group);
    }
  }
  return { threshold: question.threshold, groups, groupsOfLabel, shown: shownOf(groups, question.threshold) };
}

/**
 * As in the release: what is left out of a line is at least two cells, and together no fewer records than the threshold.
 * Cells in which this node has nobody are others' and count for nothing here.
 */
function shownOf(groups: readonly CountedGroup[], threshold: number): readonly CountedGroup[] {
  const cells = new Map(groups.filter(({ isCell }) => isCell).map((cell) => [cell.labels[0] ?? 0, cell]));
  const totals = groups.filter(({ isCell }) => !isCell);
  const hidden = new Set([...cells.values()].filter(({ records }) => records > 0 && records < threshold));
  for (let changed = true; changed;) {
    changed = false;
    for (const { labels } of totals) {
      const line = labels.flatMap((label) => cells.get(label) ?? []);
      const left = line.filter((cell) => hidden.has(cell));
      const enough = left.length > 1 && left.reduce((sum, { records }) => sum + records, 0) >= threshold;
      if (left.length === 0 || enough) continue;
      const [next] = line
        .filter((cell) => cell.records > 0 && !hidden.has(cell))
        .toSorted((a, b) => a.records - b.records);
      if (next === undefined) continue;
      hidden.add(next);
      changed = true;
    }
  }
  return groups.filter((group) => group.records >= threshold && !hidden.has(group));
}
