import type { DisclosurePolicy } from '../../core/disclosure/index.js';
import { MIDPOINT_WIDTH } from '../../core/disclosure/index.js';
import type { LinkageHeadline, ReleasedLinksAt } from './released-linkage.js';
import type { ShownNumber } from './shown-number.js';

/** The two thresholds whose answers are compared. */
export const HEADLINE_THRESHOLDS = { loose: 0.5, strict: 0.95 } as const;

/** How many standard deviations make a 95 % interval. */
const DEVIATIONS = 1.96;

/** Standard deviations of the decoys that stay in the numbers of links and of people. */
export interface LinkNoise {
  readonly links: number;
  readonly people: number;
}

/**
 * Whether the share of the population that is linked changes by more than its uncertainty when only links that are 95 %
 * sure count. It is made from what is shown and nothing else, so that it tells nothing more. The uncertainty is half the
 * 95 % interval of the share in the long run, with the decoys' noise and the rounding in it.
 */
export function headline(
  people: ShownNumber,
  at: readonly ReleasedLinksAt[],
  noise: LinkNoise,
  policy: DisclosurePolicy,
): LinkageHeadline {
  const [loose, strict] = [HEADLINE_THRESHOLDS.loose, HEADLINE_THRESHOLDS.strict].map((threshold) =>
    at.find((one) => one.threshold === threshold),
  );
  if (people.value === null || loose === undefined || strict === undefined || loose.links.value === null) {
    return {
      verdict: 'unknown',
      sentence: 'Whether the answer depends on the threshold can’t be told: too little of it is shown.',
    };
  }
  const uncertainty = halfWidth(loose.links.value, people.value, noise, policy);
  const points = (share: number): string => `${(share * 100).toFixed(1)} percentage points`;
  const first = `At ${sure(loose)}, ${percent(loose.share)} of the population are linked`;
  if (strict.links.value === null && strict.links.status === 'close') {
    const most = (policy.threshold - 1) / people.value;
    const so = `${first}; at ${sure(strict)}, fewer than ${policy.threshold} people less.`;
    return most <= uncertainty
      ? { verdict: 'stands', sentence: `${so} ${stands(points(uncertainty))}` }
      : { verdict: 'unknown', sentence: `${so} Whether that is more than its uncertainty can’t be told.` };
  }
  if (strict.links.value === null) {
    return {
      verdict: 'unknown',
      sentence: `${first}; how many at ${sure(strict)} is not shown, so whether the answer depends on it can’t be told.`,
    };
  }
  const change = (loose.links.value - strict.links.value) / people.value;
  const both = `${first}; at ${sure(strict)}, ${percent(strict.share)}.`;
  return change <= uncertainty
    ? { verdict: 'stands', sentence: `${both} ${stands(points(uncertainty))}` }
    : {
        verdict: 'changes',
        sentence:
          `${both} That is more than its uncertainty of ${points(uncertainty)}: the answer depends on how sure a link has ` +
          'to be. Do not rest a conclusion on this table alone.',
      };
}

function stands(uncertainty: string): string {
  return `That is within its uncertainty of ${uncertainty}: the answer does not depend on how sure a link has to be.`;
}

function halfWidth(links: number, people: number, noise: LinkNoise, policy: DisclosurePolicy): number {
  const share = Math.min(1, links / people);
  const variance = (share * (1 - share)) / people + (noise.links ** 2 + (share * noise.people) ** 2) / people ** 2;
  // Both counts are rounded: each may be off by half the base.
  const base = policy.rounding === 'base' ? policy.roundTo : MIDPOINT_WIDTH;
  return DEVIATIONS * Math.sqrt(variance) + ((1 + share) * base) / (2 * people);
}

function sure({ threshold }: ReleasedLinksAt): string {
  return `${Math.round(threshold * 100)} %`;
}

function percent({ value }: ShownNumber): string {
  return value === null ? 'a share that is not shown' : `${Math.round(value * 100)} %`;
}
