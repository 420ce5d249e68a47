import {
  bindTemplate,
  createCatalogue,
  parseDataset,
  parseTemplate,
  TemplateError,
} from '../../../core/templates/index.js';
import type { BoundTemplate, Catalogue, Template, TemplateErrorCode } from '../../../core/templates/index.js';

/** Small on purpose: every type of field, both keys, one dataset without people, one that is partial. */
export const CRIMES_YAML = `dataset: police.crimes
version: 1
title: Crimes with a victim
description: One record for each victim of each crime.
unit: victim-case
keys: [person, case]
linkage: { schemes: [exact, standard], epsilon: none }
order: reported
purposes: [research-statistics, service-planning]
basis: public-task
fields:
  reported: { type: date, meaning: Day of the report, category: investigation }
  quarter: { type: quarter, from: 2025-Q1, to: 2025-Q3, meaning: Quarter of the report, category: investigation }
  offence:
    type: code
    codes: { theft: Theft, rape: Rape, stalking: Stalking }
    meaning: Kind of crime
    category: investigation
  age: { type: integer, min: 0, max: 120, meaning: Age of the victim, category: demographics }
  withdrew: { type: code, codes: { yes: Yes, no: No }, meaning: The victim withdrew., category: services }
`;

export const CHARGES_YAML = `dataset: cps.charges
version: 3
title: Charging decisions
description: One record for each case.
unit: defendant-case
keys: [person, case]
linkage: { schemes: [exact, standard], epsilon: none }
order: days
purposes: [research-statistics]
basis: public-task
fields:
  days: { type: integer, min: 0, max: 3650, meaning: Days until the charge, category: court-case }
  outcome: { type: code, codes: { charged: Charged, dropped: Dropped }, meaning: Decision, category: court-case }
  change: { type: integer, min: -10, max: 10, meaning: Change of plea, category: court-case }
`;

export const SUPPORT_YAML = `dataset: charities.support
version: 1
title: People supported
description: One record for each person.
unit: client
keys: [person]
linkage: { schemes: [exact, standard], epsilon: none }
partial: true
order: first-quarter
purposes: [research-statistics]
basis: public-task
fields:
  first-quarter: { type: quarter, from: 2024-Q4, to: 2025-Q4, meaning: Quarter of first contact, category: services }
  service: { type: code, codes: { helpline: Helpline, refuge: Refuge }, meaning: Kind of service, category: services }
`;

export const HEARINGS_YAML = `dataset: courts.hearings
version: 1
title: Hearings
description: One record for each case.
unit: court-case
keys: [case]
order: listed
purposes: [research-statistics]
basis: public-task
fields:
  listed: { type: date, meaning: First listing, category: court-case }
  plea: { type: code, codes: { guilty: Guilty, not-guilty: Not guilty }, meaning: Plea, category: court-case }
`;

export const catalogue: Catalogue = createCatalogue(
  [CRIMES_YAML, CHARGES_YAML, SUPPORT_YAML, HEARINGS_YAML].map(parseDataset),
);

/** What every template says besides its question. */
const PREAMBLE = `template: withdrawal-by-delay
version: 2
title: Do victims withdraw when the charge is slow?
pilot: victim-pathways
purpose: research-statistics
lawfulBasis: Digital Economy Act 2017 s.64
success: A victim still engaged when the case ends.
principles:
  relevant: Victims asked whether age and delay matter.
  impactful: It shows where delay costs engagement.
  clearAndInformative: One table with plain words.
  nonStigmatising: It is about the system.
expires: 2027-06-30
`;

export const DISCLOSURE =
  'disclosure: { threshold: 10, roundTo: 5, epsilon: none, noNoise: Nobody in these data is real. }\n';

/** A template with this body between its preamble and its disclosure block. */
export function templateYaml(body: string, disclosure: string = DISCLOSURE): string {
  return PREAMBLE + body + disclosure;
}

/** Noise on counts and overlaps alike. */
export const NOISY = 'disclosure: { threshold: 10, roundTo: 5, epsilon: 1 }\n';

/** The line of the body's first line in `templateYaml`. */
export const BODY_LINE = PREAMBLE.split('\n').length;

export const FULL_BODY = `unit: person
scheme: exact
population:
  dataset: police.crimes
  where:
    - { field: quarter, in: { parameter: quarters } }
    - { field: offence, in: [rape, stalking] }
    - { field: age, between: [18, 59] }
links:
  - { dataset: cps.charges, on: case, keep: all, where: [{ field: days, between: [0, 730] }] }
  - { dataset: charities.support, on: person, keep: all, take: earliest }
dimensions:
  - { field: cps.charges.days, bands: [0, 91, 366], label: Days to charge }
  - { linked: charities.support }
  - { field: police.crimes.withdrew }
parameters:
  quarters: { from: [2025-Q1, 2025-Q2], max: 2 }
`;

/** To be put after the body: each kind of measure, on the population and on a linked dataset. */
export const MEASURES = `measures:
  - { mean: police.crimes.age, range: [18, 59], label: Age in years }
  - { variance: cps.charges.days, range: [0, 730], epsilon: 3 }
`;

/** To be put after the body: everything that can be derived. */
export const PRESENT = `present:
  rate: { of: police.crimes.withdrew, equals: [yes], by: [charities.support, cps.charges.days] }
  quantiles: { of: cps.charges.days, at: [0.25, 0.5], by: [charities.support] }
`;

export function template(body: string, disclosure: string = DISCLOSURE): Template {
  return parseTemplate(templateYaml(body, disclosure));
}

export function bind(body: string, disclosure: string = DISCLOSURE): BoundTemplate {
  return bindTemplate(template(body, disclosure), catalogue);
}

/** What an action throws, so that a test can look at its code and problems. */
export function errorOf(action: () => unknown): TemplateError {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

export function codeOf(action: () => unknown): TemplateErrorCode {
  return errorOf(action).code;
}

/** Paths of what is wrong; none where nothing is. */
export function problemPathsOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

/** `line path` of each problem, which is what a person needs to find the place. */
export function placesOf(action: () => unknown): string[] {
  return errorOf(action).problems.map(({ line, path }) => `${line ?? '-'} ${path}`);
}
