import type {
  BoundFilter,
  BoundLink,
  BoundList,
  BoundMeasure,
  BoundParameter,
  BoundPopulation,
  BoundTemplate,
  FieldDimension,
} from './bound.js';
import { codesOf, needsConsent } from './dataset.js';
import type { FieldCategory } from './dataset.js';
import { describeKeys, explainAgreement, explainLinking } from './explain-linkage.js';
import { explainPublication, explainSideView } from './explain-publication.js';
import type { BoundParameters } from './parameters.js';
import type { LinkClause } from './template.js';
import type { Roster } from './roster.js';
import { tableShape } from './table.js';
import { phrase, sentence } from './wording.js';

/** A template in plain English. */
export interface Explanation {
  /** The question, in one line. */
  readonly question: string;
  readonly sections: readonly ExplanationSection[];
}

export interface ExplanationSection {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/** With parameters it says what was chosen, else what may be chosen; with a roster it names the agencies. */
export function explainTemplate(bound: BoundTemplate, parameters?: BoundParameters, roster?: Roster): Explanation {
  const { template } = bound;
  return {
    question: template.title,
    sections: [
      { heading: 'What is asked', paragraphs: explainQuestion(bound, parameters) },
      { heading: 'Who is asked', paragraphs: explainSources(bound, roster) },
      { heading: 'Why', paragraphs: explainReasons(bound) },
      { heading: 'Under which law', paragraphs: [template.lawfulBasis, `It may run until ${template.expires}.`] },
      { heading: 'What leaves each agency', paragraphs: explainWhatLeaves(bound, roster) },
      { heading: 'What can be published', paragraphs: explainPublication(bound, roster) },
    ],
  };
}

function explainQuestion(bound: BoundTemplate, parameters: BoundParameters | undefined): string[] {
  const { population, links, dimensions } = bound;
  const shape = tableShape(bound);
  return [
    sentence(
      `It counts ${describeUnit(bound)} in ${quoted(population)}${describeFilters(population, bound, parameters)}`,
    ),
    ...links.map((link) => sentence(describeLink(link) + describeFilters(link, bound, parameters))),
    ...links.flatMap((link, index) => explainUnlinked(link, bound.template.links[index]?.unlinked)),
    ...explainLinking(bound),
    ...dimensions.map((dimension, index) => {
      const categories = shape[index]?.categories.map(({ label }) => label) ?? [];
      return sentence(`${dimension.label}: ${shortened(categories)}`);
    }),
  ];
}

function describeUnit({ unit, template, population: { dataset, contributionLimit } }: BoundTemplate): string {
  if (unit === 'person') return 'people, each once,';
  const limit = dataset.keys.includes('person') ? `, at most ${contributionLimit} for one person,` : '';
  return `records (${template.unit})${limit}`;
}

function describeLink({ dataset, on, keep, take }: BoundLink): string {
  const how = on === 'person' ? 'the same person' : 'the same case';
  const which = `the ${take} record of ${how} in "${dataset.title}"`;
  switch (keep) {
    case 'all':
      return `Each is linked to ${which}, where there is one`;
    case 'linked':
      return `Only those count that link to a record of ${how} in "${dataset.title}" (the ${take} one)`;
    case 'not-linked':
      return `Only those count that link to no record of ${how} in "${dataset.title}"`;
  }
}

/** What the author says of those whom nothing is found for; nothing where they say nothing, or none of them count. */
function explainUnlinked({ dataset, keep }: BoundLink, unlinked: LinkClause['unlinked']): string[] {
  if (unlinked === undefined || keep === 'linked') return [];
  return [
    unlinked === 'unknown'
      ? `Where nothing is found in "${dataset.title}", it is not known whether there is anything: the table says "not found", and no more.`
      : `Where nothing is found in "${dataset.title}", it counts as not being there.`,
  ];
}

function describeFilters(list: BoundList, bound: BoundTemplate, parameters: BoundParameters | undefined): string {
  if (list.where.length === 0) return '';
  const filters = list.where.map((filter) => describeFilter(filter, bound, parameters));
  return `, among records where ${filters.join(', and where ')}`;
}

function describeFilter(filter: BoundFilter, bound: BoundTemplate, parameters: BoundParameters | undefined): string {
  const meaning = `"${phrase(filter.definition.meaning)}"`;
  if (filter.kind === 'between') return `${meaning} is from ${filter.from} to ${filter.to}`;
  const meanings = codesOf(filter.definition);
  const inWords = (codes: readonly string[]): string => codes.map((code) => meanings.get(code) ?? code).join(' or ');
  if (!('parameter' in filter.values)) return `${meaning} is ${inWords(filter.values)}`;
  const { parameter } = filter.values;
  const chosen = parameters?.values.get(parameter);
  if (chosen !== undefined) return `${meaning} is ${inWords(chosen)}`;
  return `${meaning} is ${describeChoice(bound.parameters.get(parameter))}`;
}

function describeChoice(parameter: BoundParameter | undefined): string {
  if (parameter === undefined) return 'to be chosen';
  const { choices, min, max } = parameter;
  const number = min === max ? `${min}` : `${min} to ${max}`;
  return `${number} of these, chosen by the analyst: ${shortened([...choices.values()])}`;
}

/** Long lists are shown by their ends: the full list is in the dataset's definition. */
const CATEGORIES_SHOWN = 12;

function shortened(categories: readonly string[]): string {
  if (categories.length <= CATEGORIES_SHOWN) return categories.join('; ');
  const shown = categories.slice(0, CATEGORIES_SHOWN - 1);
  return `${shown.join('; ')}; and ${categories.length - shown.length} more`;
}

function explainSources(bound: BoundTemplate, roster: Roster | undefined): string[] {
  const { purpose, minimumParticipants } = bound.template;
  const needed =
    minimumParticipants === undefined
      ? []
      : [`It runs only where at least ${minimumParticipants} agencies take part; every node counts them for itself.`];
  const sources = listsOf(bound).flatMap(({ dataset }) => {
    const agencies = roster?.agencies.filter(({ datasets }) => datasets.includes(dataset.dataset)) ?? [];
    const offered = agencies.length === 0 ? '' : ` Offered by ${agencies.map(({ name }) => name).join(', ')}.`;
    return [
      `"${dataset.title}" (${dataset.dataset}): ${sentence(dataset.description)}${offered}`,
      needsConsent(dataset)
        ? `"${dataset.title}" is opt-in: only records are used whose people have agreed that they are used for ${purpose}. Whoever takes that back is left out from when the agency next prepares its data.`
        : `"${dataset.title}" is held for a public task: people are in it without being asked, and left out when they opt out.`,
      ...(dataset.partial
        ? [`"${dataset.title}" is known not to hold everybody: a record that is not in it may still exist elsewhere.`]
        : []),
    ];
  });
  return [...sources, ...needed];
}

function explainReasons({ template: { purpose, pilot, success, principles } }: BoundTemplate): string[] {
  return [
    `Purpose: ${purpose}. Pilot: ${pilot}.`,
    `Success means: ${sentence(success)}`,
    `Relevant: ${sentence(principles.relevant)}`,
    `Impactful: ${sentence(principles.impactful)}`,
    `Clear and informative: ${sentence(principles.clearAndInformative)}`,
    `Non-stigmatising: ${sentence(principles.nonStigmatising)}`,
  ];
}

function explainWhatLeaves(bound: BoundTemplate, roster: Roster | undefined): string[] {
  return [
    'No record leaves an agency. For each of its records that are asked for, it sends what only all agencies and the ' +
      'coordinator together could open:',
    ...listsOf(bound).map((list) => {
      const keys = describeKeys(list, bound);
      const fields = list.dimensions.map(describeShared);
      const label = fields.length === 0 ? nothingElse(list) : `and one sealed number for ${fields.join(', ')}`;
      const measures = list.measures.map(describeShared);
      const numbers = measures.length === 0 ? '' : `, and sealed numbers to be added up, of ${measures.join(', ')}`;
      return sentence(`From ${quoted(list)}: ${keys}, ${label}${numbers}`);
    }),
    'Pseudonyms are made anew for each run and shuffled by every agency, so that nobody can tell which record is which.',
    ...explainAgreement(bound),
    ...explainSideView(bound, roster),
  ];
}

function nothingElse({ measures }: BoundList): string {
  return measures.length === 0 ? 'and nothing else' : 'without any category';
}

const CATEGORY_WORDS: Readonly<Record<FieldCategory, string>> = {
  demographics: 'demographics',
  services: 'services',
  investigation: 'investigation',
  'court-case': 'case in court',
  'offender-information': 'information about the offender',
};

function describeShared({ definition }: FieldDimension | BoundMeasure): string {
  return `"${phrase(definition.meaning)}" (${CATEGORY_WORDS[definition.category]})`;
}

function listsOf({ population, links }: BoundTemplate): readonly BoundList[] {
  return [population, ...links];
}

function quoted({ dataset }: BoundPopulation | BoundLink): string {
  return `"${dataset.title}"`;
}
