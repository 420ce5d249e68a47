import { createCatalogue, parseDataset } from '../../../../core/templates/index.js';
import type { Catalogue } from '../../../../core/templates/index.js';
import { datasetTexts } from '../../../../examples/bold/library.js';

/** The day on which the corpus is gone through. */
export const TODAY = '2026-11-02';

/** A template that the lint has nothing to say about. Every risky one of the corpus is a small edit of it. */
export const SOUND = `template: engagement-by-delay
version: 1
title: Do victims stay engaged when the decision takes long and somebody supports them?
pilot: victim-pathways
purpose: research-statistics
lawfulBasis: Digital Economy Act 2017, section 64, under the data sharing agreement of the pilot.
success: A victim still engaged when the case is finalised.
principles:
  relevant: Delay is known to the prosecutors, support to charities; age only keeps children out of it.
  impactful: Where support keeps people engaged, it can be offered before the decision and not after it.
  clearAndInformative: Each row is a delay. That support goes with staying does not say that it is the reason.
  nonStigmatising: The table is about how long institutions take, and blames nobody for leaving.
expires: 2027-06-30
unit: victim-case
contributionLimit: 1
scheme: light
population:
  dataset: police.victim-crimes
  where:
    - { field: reported-quarter, in: { parameter: quarters } }
    - { field: victim-age, between: [18, 120] }
links:
  - { dataset: third-sector.support, on: person, keep: all, unlinked: unknown }
  - { dataset: cps.prosecutions, on: case, keep: all }
dimensions:
  - { field: cps.prosecutions.days-to-decision, bands: [0, 91, 183, 366] }
  - { linked: third-sector.support }
  - { field: police.victim-crimes.victim-withdrew }
parameters:
  quarters: { from: [2025-Q1, 2025-Q2, 2025-Q3, 2025-Q4], min: 4, max: 4 }
disclosure: { threshold: 10, roundTo: 5, epsilon: 1 }
`;

/** `[from, to]`: the first place where `from` stands. */
export type Edit = readonly [string, string];

/** Thrown when there is nothing to edit, for the risk would then not be planted: Error. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nothing to edit: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/** The example's datasets, those edited that the edits name. */
export function catalogueWith(edits: Readonly<Record<string, readonly Edit[]>> = {}): Catalogue {
  const named = new Set<string>();
  const definitions = datasetTexts().map((text) => {
    const name = /^dataset: (\S+)$/m.exec(text)?.[1] ?? '';
    if (edits[name] === undefined) return parseDataset(text);
    named.add(name);
    return parseDataset(edited(text, edits[name]));
  });
  for (const name of Object.keys(edits)) if (!named.has(name)) throw new Error(`no dataset to edit: ${name}`);
  return createCatalogue(definitions);
}

const EXACT: Edit = ['epsilon: 1 }', 'epsilon: none, noNoise: Nobody in these data is real. }'];

/** Sound ones beside those of the example, each an edit of the one above. */
export const SOUND_VARIANTS: Readonly<Record<string, readonly Edit[]>> = {
  'as it is': [],
  'exact, with a reason and nothing to choose': [EXACT],
  'of people': [
    ['unit: victim-case', 'unit: person'],
    ['\nscheme: light', '\nscheme: light\nminimumParticipants: 3'],
  ],
  'with one quarter at a time': [['min: 4, max: 4', 'min: 1, max: 1']],
  'by ethnic group, said why, with nothing to hold against anybody': [
    ['victim-withdrew', 'ethnicity'],
    ['Delay is known', 'Whether every ethnic group waits as long is the question. Delay is known'],
  ],
  'with a measure': [
    ['disclosure:', 'measures: [{ mean: police.victim-crimes.days-to-outcome, range: [0, 365] }]\ndisclosure:'],
  ],
};

export { EXACT };
