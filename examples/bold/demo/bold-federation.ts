import { parseDocument } from 'yaml';

import type { BoundTemplate, ParameterValues } from '../../../core/templates/index.js';
import { datasetTexts, templateText } from '../library.js';

/** What the demonstration's federation is called; the ending says that nobody in it is real. */
export const FEDERATION = 'bold-demo';

/**
 * What each agency of the demonstration lets a snapshot give away: enough for every question of the example once, one of
 * them again, and what it says of its own people for linking.
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

/**
 * The datasets' YAML, but that agencies' linkage statistics are exact: noise in them would admit other links than plain
 * rules over all databases together do, and a difference between the two could be a bug or not.
 */
export function datasetsWithExactStatistics(): string[] {
  return datasetTexts().map((text) => {
    const document = parseDocument(text);
    if (document.has('linkage')) document.setIn(['linkage', 'epsilon'], 'none');
    return document.toString();
  });
}

/** The widest choice of every parameter, so that the tables have the most people in them. */
export function widestParameters({ parameters }: BoundTemplate): ParameterValues {
  return Object.fromEntries(
    [...parameters.values()].map(({ name, choices, max }) => [name, [...choices.keys()].slice(0, max)]),
  );
}
