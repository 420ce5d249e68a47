import type { BoundDimension, BoundFilter, BoundTemplate } from './bound.js';
import type { FieldCategory, FieldDefinition } from './dataset.js';
import { fieldUses } from './field-use.js';
import type { FieldUse } from './field-use.js';
import type { LintFinding } from './lint-finding.js';
import { formatPath } from './problems.js';
import { phrase } from './wording.js';

/** What people would mind most. */
export const SENSITIVE_CATEGORIES: ReadonlySet<FieldCategory> = new Set(['demographics', 'offender-information']);

/** Days that a band of days should span, and years that one of ages should. */
export const NARROWEST_DAYS = 7;
export const NARROWEST_YEARS = 5;

export function lintFields(bound: BoundTemplate): LintFinding[] {
  return [...lintSensitive(bound), ...lintGroups(bound), ...bound.dimensions.flatMap(lintBands), ...lintFilters(bound)];
}

/* Sensitive fields */

/** Each sensitive field once, where it is used first: `relevant` has to say why, for it asks for relevant data only. */
function lintSensitive(bound: BoundTemplate): LintFinding[] {
  const { template } = bound;
  const seen = new Set<string>();
  return fieldUses(template).flatMap((use): LintFinding[] => {
    const { dataset, field, path } = use;
    const definition = definitionOf(bound, use);
    if (definition === undefined || !SENSITIVE_CATEGORIES.has(definition.category)) return [];
    if (seen.has(`${dataset}.${field}`)) return [];
    seen.add(`${dataset}.${field}`);
    if (isNamed(template.principles.relevant, `${field.replaceAll('-', ' ')} ${labelOf(bound, use)}`)) return [];
    return [
      {
        code: 'SENSITIVE_NOT_NAMED',
        path: formatPath(path),
        severity: 'warning',
        why: `"${phrase(definition.meaning)}" is sensitive (${definition.category}), and the answer to relevant doesn't name it.`,
        whatToDo: 'Say under relevant why the question needs it, by its name, or leave it out.',
      },
    ];
  });
}

function definitionOf({ population, links }: BoundTemplate, { dataset, field }: FieldUse): FieldDefinition | undefined {
  return [population, ...links].find((list) => list.dataset.dataset === dataset)?.dataset.fields.get(field);
}

/** The author's own word for it; empty where there is none. */
function labelOf({ template: { dimensions, measures = [] } }: BoundTemplate, { use, path }: FieldUse): string {
  const index = Number(path[1]);
  if (use === 'dimension') return dimensions[index]?.label ?? '';
  return use === 'measure' ? (measures[index]?.label ?? '') : '';
}

/** They stand in the names of many fields and say of none what it is. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  'band code date from group have kind name people person recorded that their they victim were what when where whether which with year years'.split(
    ' ',
  ),
);
/** Letters by which words are told apart: `ethnicity` and `ethnic` are one. */
const STEM = 5;

/** Whether a text has one of the words that say what a field is. */
function isNamed(text: string, words: string): boolean {
  const stems = stemsOf(words);
  return stemsOf(text).some((stem) => stems.includes(stem));
}

function stemsOf(text: string): string[] {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return words.filter((word) => !COMMON_WORDS.has(word)).map((word) => word.slice(0, STEM));
}

/* Groups of people beside what may be held against them */

/** Of outcomes that read as somebody's fault, in names and categories of fields. A guess, for somebody to weigh. */
const NEGATIVE =
  /\b(?:abus\w*|arrest\w*|breach\w*|convict\w*|declin\w*|disengag\w*|drop(?:ped)? out|fail\w*|lost touch|no response|not? support|offend\w*|recall\w*|refus\w*|reoffend\w*|suspect\w*|uncontactable|withdr[ae]w\w*)\b/i;

function lintGroups(bound: BoundTemplate): LintFinding[] {
  const outcome = [...bound.dimensions, ...bound.measures].find(
    (shown) =>
      'field' in shown && shown.definition.category !== 'demographics' && isNegative(shown.field, shown.definition),
  );
  if (outcome === undefined) return [];
  return bound.dimensions.flatMap((dimension, index): LintFinding[] => {
    if (!('definition' in dimension) || dimension.definition.category !== 'demographics') return [];
    return [
      {
        code: 'MAY_STIGMATISE',
        path: formatPath(['dimensions', index]),
        severity: 'warning',
        why: `The table shows "${outcome.label}" by "${dimension.label}": a group with a higher number may be blamed for it.`,
        whatToDo:
          'Weigh whether the question can be asked of services in place of people. If not, say under nonStigmatising why the ' +
          'group has to be shown and how the table is kept from being read against it.',
      },
    ];
  });
}

function isNegative(field: string, definition: FieldDefinition): boolean {
  const codes = definition.type === 'code' ? [...definition.codes].flat() : [];
  return [field, ...codes].some((word) => NEGATIVE.test(word.replaceAll('-', ' ')));
}

/* Detail */

function lintBands(dimension: BoundDimension, index: number): LintFinding[] {
  if (dimension.kind !== 'band') return [];
  const words = `${dimension.field.replaceAll('-', ' ')} ${dimension.definition.meaning}`;
  // Many an age is one on a day, so that is asked first.
  const least = /\bage\b/i.test(words) ? NARROWEST_YEARS : /\bdays\b/i.test(words) ? NARROWEST_DAYS : 1;
  const { min, max } = dimension.definition;
  const narrowest = Math.min(...dimension.bands.map(({ from, below }) => (below ?? max + 1) - (from ?? min)));
  if (narrowest >= least) return [];
  return [
    {
      code: 'FINE_BANDS',
      path: formatPath(['dimensions', index, 'bands']),
      severity: 'warning',
      why: `A band of "${dimension.label}" spans ${narrowest}. Whoever knows a day or an age so exactly can find one person in the table.`,
      whatToDo: `Use bands of at least ${least}, unless the question is about exactly this difference.`,
    },
  ];
}

function lintFilters({ population, links }: BoundTemplate): LintFinding[] {
  const lists = [
    { where: population.where, path: ['population'] },
    ...links.map(({ where }, index) => ({ where, path: ['links', index] })),
  ];
  return lists.flatMap(({ where, path }) =>
    where.flatMap((filter, index) => (isOneNumber(filter) ? [narrow(filter, [...path, 'where', index])] : [])),
  );
}

function isOneNumber(filter: BoundFilter): boolean {
  return filter.kind === 'between' && filter.from === filter.to && filter.definition.min < filter.definition.max;
}

function narrow({ definition }: BoundFilter, path: readonly PropertyKey[]): LintFinding {
  return {
    code: 'NARROW_FILTER',
    path: formatPath(path),
    severity: 'warning',
    why: `It keeps only records with one value of "${phrase(definition.meaning)}": the beginning of a description of somebody.`,
    whatToDo: 'Keep a range that the question needs, and leave narrower ones to nobody.',
  };
}
