import { meanOf, noisySums, sumOf, varianceOf } from './moments.js';
import { roundCount } from './policy.js';
import type { DisclosurePolicy } from './policy.js';
import type { ReleasedMeasure, ReleasedMeasureCell } from './released.js';
import type { MeasureGroup } from './shown.js';
import type { MeasureTable } from './table.js';

/**
 * A measure of each group that may be shown; the others keep their status and reason. A group is withheld here as well
 * when fewer of its records than the threshold have a value.
 *
 * Contributors are the noisy number of records with a value, rounded as a count is. Where fewer than the threshold of the
 * group's records have none, the group's count stands for them, so that one less the other can't say that a few lack a
 * value.
 */
export function releaseMeasure(
  measure: MeasureTable,
  groups: readonly MeasureGroup[],
  policy: DisclosurePolicy,
): ReleasedMeasure {
  const { name, label, kind, range } = measure;
  return { name, label, kind, range, cells: groups.map((group) => releaseGroup(measure, group, policy)) };
}

function releaseGroup(measure: MeasureTable, group: MeasureGroup, policy: DisclosurePolicy): ReleasedMeasureCell {
  const { categories, count, status, reason } = group;
  const withheld = { categories, contributors: null, value: null, variance: null };
  if (status !== 'ok') return { ...withheld, status, reason };
  const sums = noisySums(measure, group.cells);
  if (sums.present < policy.threshold) {
    return {
      ...withheld,
      status: 'primary',
      reason: `Suppressed: fewer than ${policy.threshold} records with a value, or none.`,
    };
  }
  const areAll = count !== null && count - sums.present < policy.threshold;
  const contributors = areAll
    ? `Fewer than ${policy.threshold} of the records, or none, have no value: all are said to contribute.`
    : 'The number of contributors is rounded.';
  return {
    categories,
    contributors: areAll ? count : roundCount(sums.present, policy),
    value: measure.kind === 'sum' ? sumOf(sums, measure) : meanOf(sums, measure),
    variance: measure.kind === 'variance' ? varianceOf(sums, measure) : null,
    status,
    reason: `${measure.noise === null ? 'Without noise.' : 'With noise.'} ${contributors}`,
  };
}
