import { MIDPOINT_WIDTH } from '../../../core/disclosure/index.js';
import type { RunPreview } from '../../runs/run-preview.js';

/** Groups for which it is said how sure a share of theirs would be, in records. */
const EXAMPLE_GROUPS = [100, 1_000] as const;
/** A normal number is within so many standard deviations 19 times in 20. */
const WITHIN = 1.96;
const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** How far off numbers will be, before anybody has asked: it depends on noise and rounding, and on nobody's data. */
export function precisionWords({ terms, countDeviation }: Pick<RunPreview, 'terms' | 'countDeviation'>): string[] {
  const rounding = terms.rounding === 'base' ? terms.roundTo : MIDPOINT_WIDTH;
  // A number that is rounded is off by anything up to half the base, each as likely.
  const rounded = rounding / Math.sqrt(12);
  const deviation = Math.hypot(countDeviation ?? 0, rounded);
  const within = Math.max(rounding / 2, WITHIN * deviation);
  return [
    countDeviation === null
      ? `Counts have no noise in them. They are rounded, so each is within ${words(rounding / 2)} of the exact one.`
      : `A count will be within about ${words(within)} of the exact one, 19 times in 20: noise of the agencies, and rounding.`,
    ...EXAMPLE_GROUPS.map((people) => {
      const points = (100 * WITHIN * deviation * Math.sqrt(0.5)) / people;
      return `A share of one half, in a group of ${NUMBER.format(people)}, will be within about ${words(points)} percentage points.`;
    }),
    `What would be fewer than ${terms.threshold} is not shown. Wider choices make larger groups, and more of the table is shown.`,
  ];
}

function words(amount: number): string {
  return amount < 1 ? 'one' : NUMBER.format(Math.ceil(amount));
}
