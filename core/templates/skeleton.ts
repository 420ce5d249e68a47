import { schemes } from '../linkage/index.js';
import { codesOf } from './dataset.js';
import type { DatasetDefinition, FieldDefinition } from './dataset.js';
import { TemplateError } from './errors.js';
import { parseTemplate } from './parse.js';
import { sentence } from './wording.js';

export interface SkeletonInput {
  /** Population first; at least one. */
  readonly datasets: readonly DatasetDefinition[];
  /** What the template is to be called. */
  readonly name: string;
  /** ISO date of the last day on which it may run. */
  readonly expires: string;
  /** Where an editor finds the JSON Schema: a path or an address. */
  readonly schema: string;
}

/** Characters of a line of comment. */
const COMMENT_WIDTH = 110;
/** Codes of a field that are listed; of more it says where they are. */
const CODES_LISTED = 20;

/**
 * The text of a template that counts the records of the first dataset, linked to the others, for somebody to write on: what
 * only its author knows stands there as TODO, which the lint names line by line; the fields to choose from stand in comments.
 * Thrown when the datasets can't be linked, or no purpose or match keys go for all: TemplateError NOT_BINDABLE; when it
 * can't be called that: TemplateError BAD_TEMPLATE.
 */
export function templateSkeleton({ datasets, name, expires, schema }: SkeletonInput): string {
  const [population, ...linked] = datasets;
  if (population === undefined) throw new RangeError('a skeleton needs a dataset');
  const purposes = sharedPurposes(datasets);
  const links = linked.map((dataset) => ({ dataset, on: linkOn(population, dataset) }));
  const isOfPeople = population.keys.includes('person');
  const onPerson = links.filter(({ on }) => on === 'person').map(({ dataset }) => dataset);
  const joined = isOfPeople ? [population, ...onPerson] : onPerson;
  const dimension = firstDimension(population);
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    ...comment(
      'Write over every TODO. `tally template check FILE --datasets FOLDER` says what is still to do, line by line.',
    ),
    `template: ${name}`,
    'version: 1',
    ...comment('The question, in one line of plain English.'),
    'title: TODO the question',
    'pilot: todo',
    ...comment(`Purposes for which all datasets may be used: ${purposes.join(', ')}.`),
    `purpose: ${purposes[0] ?? ''}`,
    ...comment('The law and the data sharing agreement under which it may be asked.'),
    'lawfulBasis: TODO the law and the agreement',
    ...comment('What a good outcome is, in the words of those it is about.'),
    'success: TODO what a good outcome is',
    ...comment('Reviewers mark each answer. Whole sentences, about this question and no other.'),
    'principles:',
    ...comment('Why these data and no others. Name each characteristic of people that is used, and why.', '  '),
    '  relevant: TODO why these data',
    ...comment('What will be done differently, whichever way the answer falls.', '  '),
    '  impactful: TODO what will change',
    ...comment('How to read the table, and what it does not say.', '  '),
    '  clearAndInformative: TODO how to read it',
    ...comment('Why no group looks to blame, and what was left out for that.', '  '),
    '  nonStigmatising: TODO why nobody is blamed',
    ...comment('The last day on which it may run.'),
    `expires: ${expires}`,
    ...comment(
      isOfPeople
        ? `What is counted: person, or ${population.unit} with a contributionLimit (how many of them one person may count with).`
        : 'What is counted.',
    ),
    `unit: ${isOfPeople ? 'person' : population.unit}`,
    ...(joined.length === 0
      ? []
      : [...comment('The match keys that people are joined on.'), `scheme: ${sharedScheme(joined)}`]),
    ...comment(describeDataset(population)),
    'population:',
    `  dataset: ${population.dataset}`,
    ...comment('Which records: `where: [{ field: …, in: [code, …] }, { field: …, between: [from, to] }]`.', '  '),
    ...fieldComments(population),
    ...(links.length === 0 ? [] : ['links:']),
    ...links.flatMap(({ dataset, on }) => [
      ...comment(describeDataset(dataset), '  '),
      ...comment(
        'keep: all, linked or not-linked decides who counts; take: earliest or latest, of several records.',
        '  ',
      ),
      `  - { dataset: ${dataset.dataset}, on: ${on}, keep: all, take: latest${dataset.partial ? ', unlinked: unknown' : ''} }`,
      ...fieldComments(dataset),
    ]),
    ...comment('What the table is broken down by: `field` (whole numbers need `bands: [0, 91, …]`), or `linked`.'),
    'dimensions:',
    dimension,
    ...links.map(({ dataset }) => `  - { linked: ${dataset.dataset} }`),
    ...comment(
      'What analysts may choose: `parameters: { quarters: { from: [2025-Q1, 2025-Q2], min: 1, max: 1 } }`, and `in: { parameter: quarters }` above.',
    ),
    ...comment('Smaller epsilon, more noise: `tally template explain` says by how much numbers are off.'),
    'disclosure: { threshold: 10, roundTo: 5, epsilon: 1 }',
  ];
  const text = `${lines.join('\n')}\n`;
  // What it writes can be read, whatever it was to be called.
  parseTemplate(text);
  return text;
}

function sharedPurposes(datasets: readonly DatasetDefinition[]): readonly string[] {
  const [first, ...others] = datasets.map(({ purposes }) => purposes);
  const shared = (first ?? []).filter((purpose) => others.every((purposes) => purposes.includes(purpose)));
  if (shared.length === 0) throw notLinkable('There is no purpose for which all of these datasets may be used.');
  return shared;
}

function linkOn(population: DatasetDefinition, dataset: DatasetDefinition): 'person' | 'case' {
  const shared = population.keys.filter((key) => dataset.keys.includes(key));
  if (shared.includes('person')) return 'person';
  if (shared.includes('case')) return 'case';
  throw notLinkable(
    `${population.dataset} and ${dataset.dataset} can't be linked: one is on persons only, the other on cases.`,
  );
}

function sharedScheme(datasets: readonly DatasetDefinition[]): string {
  const held = datasets.map(({ linkage }) => linkage?.schemes ?? []);
  const scheme = [...schemes.keys()].find((id) => held.every((ids) => ids.includes(id)));
  if (scheme !== undefined) return scheme;
  throw notLinkable('There are no match keys (schemes) that all of these datasets have.');
}

function notLinkable(message: string): TemplateError {
  return new TemplateError('NOT_BINDABLE', message);
}

/** Something to begin with: what is not about people's own characteristics, and has few categories. */
function firstDimension({ dataset, fields }: DatasetDefinition): string {
  const usable = [...fields].filter(([, { type }]) => type !== 'date');
  const [name, field] =
    usable.find(([, each]) => each.type === 'code' && each.category !== 'demographics') ??
    usable.find(([, { type }]) => type !== 'integer') ??
    usable[0] ??
    noField(dataset);
  const bands = field.type === 'integer' ? `, bands: [${field.min}, ${Math.ceil((field.min + field.max) / 2)}]` : '';
  return `  - { field: ${dataset}.${name}${bands} }`;
}

function noField(dataset: string): never {
  throw notLinkable(`${dataset} has no field that a table could show.`);
}

/* Comments */

function describeDataset({ title, description, partial, basis }: DatasetDefinition): string {
  const notes = [
    `${sentence(title)} ${sentence(description)}`,
    ...(partial ? ['It does not hold everybody.'] : []),
    ...(basis === 'opt-in' ? ['Only people who have agreed are in it.'] : []),
  ];
  return notes.join(' ');
}

function fieldComments({ fields }: DatasetDefinition): string[] {
  return [
    '  # Its fields:',
    ...[...fields].flatMap(([name, field]) =>
      comment(`${name} (${describeType(field)}): ${field.meaning}`, '  ', '  '),
    ),
  ];
}

function describeType(field: FieldDefinition): string {
  switch (field.type) {
    case 'date':
      return 'date, never shown';
    case 'quarter':
      return `quarters ${field.from} to ${field.to}`;
    case 'integer':
      return `${field.min} to ${field.max}`;
    case 'code': {
      const codes = [...codesOf(field).keys()];
      return codes.length > CODES_LISTED ? `${codes.length} codes, see the definition` : codes.join(', ');
    }
  }
}

/** Lines of comment; all but the first are set in by `hanging` once more. */
function comment(text: string, indent = '', hanging = ''): string[] {
  const lines: string[] = [];
  let line = '';
  // What a definition says may be of several lines; a comment that ended early would be read as YAML.
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    if (line !== '' && indent.length + line.length + word.length > COMMENT_WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, index) => `${indent}# ${index === 0 ? '' : hanging}${each}`);
}
