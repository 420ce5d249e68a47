import { canonicalJson, compileMembership } from '../../core/templates/index.js';
import type {
  BoundFilter,
  BoundList,
  BoundParameters,
  BoundTemplate,
  FieldDimension,
} from '../../core/templates/index.js';
import type { LocalQuestion } from '../budget/memory.js';

/**
 * What a run asks of one dataset of this node: in which cell each record of the snapshot is, and which cells and totals
 * that makes. `threshold` is the run's: smaller counts are not shown.
 * Thrown when the template doesn't use the dataset: RangeError.
 */
export function localQuestion(
  bound: BoundTemplate,
  dataset: string,
  parameters: BoundParameters,
  threshold: number,
): LocalQuestion {
  const list = [bound.population, ...bound.links].find((candidate) => candidate.dataset.dataset === dataset);
  if (list === undefined) throw new RangeError('not a dataset of the template');
  const membership = compileMembership(bound, dataset, parameters);
  return {
    sql: membership.sql,
    parameters: [...membership.parameters],
    context: list.role === 'base' ? 'base' : populationOf(bound.population, bound, parameters),
    population: populationOf(list, bound, parameters),
    dimensions: list.dimensions.map((dimension) => ({ field: dimension.field, categories: categoriesOf(dimension) })),
    totals: bound.presentation.margins === 'totals',
    threshold,
  };
}

/** Equal for two questions that give the same labels to the same records and are shown alike, whichever template asks. */
export function questionKey({
  sql,
  parameters,
  context,
  population,
  dimensions,
  totals,
  threshold,
}: LocalQuestion): string {
  return textOf({ sql, parameters, context, population, dimensions, totals, threshold });
}

/** Which records a list has, in words that are the same for the same records of one dataset. */
function populationOf(list: BoundList, bound: BoundTemplate, parameters: BoundParameters): string {
  const where = list.where.map((filter) => filterText(filter, parameters)).toSorted();
  return textOf({ dataset: list.dataset.dataset, where, ...takes(list, bound) });
}

/** Which of several records of a person or case stand in the list. */
function takes(list: BoundList, { unit }: BoundTemplate): object {
  if (list.role === 'linked') return { of: list.on, take: list.take, limit: 1 };
  return { of: 'person', take: 'latest', limit: unit === 'record' ? list.contributionLimit : 1 };
}

function filterText(filter: BoundFilter, { values: chosen }: BoundParameters): string {
  if (filter.kind === 'between') return textOf({ field: filter.field, from: filter.from, to: filter.to });
  const values = 'parameter' in filter.values ? chosen.get(filter.values.parameter) : filter.values;
  return textOf({ field: filter.field, in: (values ?? []).toSorted() });
}

/** Each category in the words of its condition, so that the same category of two templates is known as the same. */
function categoriesOf(dimension: FieldDimension): string[] {
  const named =
    dimension.kind === 'code'
      ? dimension.codes.map((code) => `= ${code}`)
      : dimension.bands.map(({ from, below }) => `from ${from ?? 'the least'} below ${below ?? 'no end'}`);
  return [...named, `none of: ${textOf(named.toSorted())}`];
}

function textOf(value: unknown): string {
  return new TextDecoder().decode(canonicalJson(value));
}
