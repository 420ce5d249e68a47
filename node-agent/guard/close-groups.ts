import type { Region } from './regions.js';
import type { CountedGroup, ForeseenTable } from './shown.js';

/**
 * Whether a cell or total of one table differs from one of the other by so few records that subtracting the two would
 * count them: both are from their thresholds up, and on neither side are there as many records as `threshold` that are
 * not on the other. That nobody is in the difference would be told as well, so none is too few.
 *
 * Groups that are the same in words are the same records, and two groups that stand in one table together are the
 * business of that table, which leaves out what its other numbers would give away.
 *
 * `places`: which of the regions' labels are whose.
 */
export function haveCloseGroups(
  asked: ForeseenTable,
  earlier: ForeseenTable,
  regions: readonly Region[],
  places: { readonly asked: number; readonly earlier: number },
  threshold: number,
): boolean {
  const [inAsked, inEarlier] = [keysOf(asked), keysOf(earlier)];
  const common = new Map<CountedGroup, Map<CountedGroup, number>>();
  for (const { labels, records } of regions) {
    for (const one of asked.groupsOfLabel.get(labels[places.asked] ?? 0) ?? []) {
      if (one.records < asked.threshold || inEarlier.has(one.key)) continue;
      const row = common.get(one) ?? new Map<CountedGroup, number>();
      common.set(one, row);
      for (const other of earlier.groupsOfLabel.get(labels[places.earlier] ?? 0) ?? []) {
        if (other.records < earlier.threshold || inAsked.has(other.key)) continue;
        row.set(other, (row.get(other) ?? 0) + records);
      }
    }
  }
  return [...common].some(([one, row]) =>
    [...row].some(([other, both]) => one.records - both < threshold && other.records - both < threshold),
  );
}

function keysOf({ groups }: ForeseenTable): ReadonlySet<string> {
  return new Set(groups.map(({ key }) => key));
}
