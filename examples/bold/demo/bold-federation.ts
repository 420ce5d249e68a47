import type { BoundTemplate, ParameterValues } from '../../../core/templates/index.js';
import { templateText } from '../library.js';

/** What the demonstration's federation is called; the ending says that nobody in it is real. */
export const FEDERATION = 'bold-demo';

/**
 * What each agency of the demonstration lets a snapshot give away: enough for the demonstration's questions once, one of
 * them again, one template of linkage quality, and what it says of its own people for linking by each scheme of its dataset.
 */
export const BUDGET = { perSnapshot: 15, perQuarter: 40 } as const;

/** The demonstration's questions, in the order in which it asks them. */
export const DEMO_TEMPLATES = [
  'victim-engagement-by-case-length',
  'support-reached-after-referral',
  'access-to-support-after-conviction',
  'wellbeing-when-support-ends',
] as const;

/** The templates' YAML. */
export function templateTexts(): string[] {
  return DEMO_TEMPLATES.map(templateText);
}

/** The widest choice of every parameter, so that the tables have the most people in them. */
export function widestParameters({ parameters }: BoundTemplate): ParameterValues {
  return Object.fromEntries(
    [...parameters.values()].map(({ name, choices, max }) => [name, [...choices.keys()].slice(0, max)]),
  );
}
