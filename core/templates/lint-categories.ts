import type { BoundFilter, BoundTemplate } from './bound.js';
import type { CodeField } from './dataset.js';
import type { LintFinding } from './lint-finding.js';
import { formatPath } from './problems.js';
import { phrase } from './wording.js';

/** More categories than this are seldom what a question needs, and often single places or persons. */
export const MANY_CATEGORIES = 50;

/**
 * A field of codes that a table tells apart: by a dimension, or by a filter, for whoever keeps one category at a time has a
 * table by category too.
 */
interface ToldApart {
  readonly by: 'dimension' | 'filter';
  readonly field: string;
  readonly definition: CodeField;
  readonly label: string;
  /** How many there are to be told apart by this template; null where a filter keeps the same ones always. */
  readonly categories: number | null;
  /** Whether a table can be of one of them alone. */
  readonly one: boolean;
  readonly path: string;
}

/** Goes through what tables are by, and of: places and organisations. */
export function lintCategories(bound: BoundTemplate): LintFinding[] {
  return toldApart(bound).flatMap((categories) => [...lintPlaces(categories), ...lintOrganisations(categories)]);
}

function toldApart(bound: BoundTemplate): ToldApart[] {
  const { dimensions, population, links } = bound;
  const shown = dimensions.flatMap((dimension, index): ToldApart[] => {
    if (dimension.kind !== 'code' || dimension.definition.type !== 'code') return [];
    const { field, definition, label, codes } = dimension;
    const path = formatPath(['dimensions', index]);
    return [{ by: 'dimension', field, definition, label, categories: codes.length, one: true, path }];
  });
  const lists = [
    { where: population.where, path: ['population'] },
    ...links.map(({ where }, index) => ({ where, path: ['links', index] })),
  ];
  const kept = lists.flatMap(({ where, path }) =>
    where.flatMap((filter, index) => keptBy(filter, formatPath([...path, 'where', index]), bound)),
  );
  return [...shown, ...kept];
}

/** Nothing where it keeps all there are, whatever is chosen. */
function keptBy(filter: BoundFilter, path: string, { parameters }: BoundTemplate): ToldApart[] {
  if (filter.kind !== 'in' || filter.definition.type !== 'code') return [];
  const { field, definition, values } = filter;
  const common = { by: 'filter', field, definition, label: phrase(definition.meaning), path } as const;
  const all = definition.codes.size;
  if (!('parameter' in values)) {
    return values.length < all ? [{ ...common, categories: null, one: values.length === 1 }] : [];
  }
  const parameter = parameters.get(values.parameter);
  if (parameter === undefined || parameter.min >= all) return [];
  const { choices, min } = parameter;
  return [{ ...common, categories: choices.size, one: min < choices.size || choices.size === 1 }];
}

/* Places */

const SMALL_PLACES = /\b(?:address|hamlet|lsoa|msoa|oa|parish|postcode|sector|street|village|ward)\b/i;

function lintPlaces({ by, field, label, categories, path }: ToldApart): LintFinding[] {
  const isSmallPlace = SMALL_PLACES.test(field.replaceAll('-', ' '));
  if (!isSmallPlace && (categories ?? 0) <= MANY_CATEGORIES) return [];
  const of = by === 'dimension' ? 'The categories of' : 'What it keeps by';
  return [
    {
      code: 'FINE_PLACES',
      path,
      severity: 'warning',
      why: isSmallPlace
        ? `${of} "${label}" are places so small that people there know each other.`
        : `"${label}" has ${String(categories)} categories, so that many are of very few people.`,
      whatToDo: `Have the dataset's definition offer larger ones, at most ${MANY_CATEGORIES}.`,
    },
  ];
}

/* Organisations */

const ORGANISATIONS: ReadonlySet<string> = new Set([
  'agency',
  'charity',
  'constabulary',
  'court',
  'department',
  'force',
  'organisation',
  'prison',
  'provider',
  'station',
  'team',
]);

/** Only a guess from names and meanings: a field that says which kind of organisation it was names none. */
function lintOrganisations({ by, field, definition: { meaning }, label, one, path }: ToldApart): LintFinding[] {
  if (!one) return [];
  const noun =
    field
      .replace(/-(?:name|code|id)$/, '')
      .split('-')
      .at(-1) ?? '';
  const inWords = /\b(?:name of|which) (?:the )?([a-z]+)/i.exec(meaning)?.[1]?.toLowerCase() ?? '';
  if (!ORGANISATIONS.has(noun) && !ORGANISATIONS.has(inWords)) return [];
  if (/\b(?:kind|type|sort) of\b/i.test(meaning)) return [];
  return [
    {
      code: 'NAMES_ORGANISATIONS',
      path,
      severity: 'warning',
      ...(by === 'dimension'
        ? {
            why: `The categories of "${label}" may be single organisations, which a table does not name.`,
            whatToDo:
              'Show which kind of organisation it was, or say under clearAndInformative that they are named and have agreed.',
          }
        : {
            why: `By "${label}" a table may be of a single organisation, and comparing tables compares organisations.`,
            whatToDo:
              'Keep all of them always, or say under clearAndInformative that single ones are asked about and have agreed.',
          }),
    },
  ];
}
