import fc from 'fast-check';

import { bindTemplate, codesOf, TemplateError } from '../../core/templates/index.js';
import type {
  BoundTemplate,
  Catalogue,
  DatasetDefinition,
  DimensionClause,
  FieldDefinition,
  FilterClause,
  IntegerField,
  LinkClause,
  MeasureClause,
  Template,
} from '../../core/templates/index.js';

/** Few enough cells that a table is quick to decode. */
const MOST_CELLS = 2000;
const MOST_LINKS = 3;
const MOST_MEASURES = 2;

/**
 * Random templates over the catalogue: every dataset as population and as link, on person and on case, every way to
 * keep and to take, filters and dimensions of every field type, every kind of measure over whole ranges and parts of
 * them. Without noise. What the binder refuses is drawn again.
 */
export function arbitraryTemplate(catalogue: Catalogue): fc.Arbitrary<BoundTemplate> {
  const datasets = [...catalogue.values()];
  return fc
    .constantFrom(...datasets)
    .chain((population) =>
      fc.record({
        population: fc.constant(population),
        where: arbitraryFilters(population),
        perPerson: fc.boolean(),
        contributionLimit: fc.integer({ min: 1, max: 3 }),
        links: fc
          .subarray(
            datasets.filter(({ dataset }) => dataset !== population.dataset),
            { minLength: 1, maxLength: MOST_LINKS },
          )
          .chain((linked) => fc.tuple(...linked.map((dataset) => arbitraryLink(dataset, population)))),
      }),
    )
    .chain((parts) =>
      fc
        .record({
          dimensions: arbitraryDimensions(catalogue, parts.population, parts.links),
          measures: arbitraryMeasures(catalogue, parts.population, parts.links),
        })
        .map((shown) => ({ ...parts, ...shown })),
    )
    .map(({ population, where, perPerson, contributionLimit, links, dimensions, measures }): Template => {
      const person = perPerson && population.keys.includes('person');
      const needsScheme = person || links.some(({ on }) => on === 'person') || contributionLimit > 1;
      return {
        template: 'random',
        version: 1,
        title: 'A random question?',
        pilot: 'victim-pathways',
        purpose: 'research-statistics',
        lawfulBasis: 'none',
        success: 'none',
        principles: { relevant: 'x', impactful: 'x', clearAndInformative: 'x', nonStigmatising: 'x' },
        expires: '2099-12-31',
        unit: person ? 'person' : population.unit,
        contributionLimit: person ? 1 : contributionLimit,
        ...(needsScheme ? { scheme: 'exact' } : {}),
        population: { dataset: population.dataset, where },
        links,
        dimensions,
        parameters: {},
        ...(measures.length === 0 ? {} : { measures }),
        disclosure: { threshold: 10, roundTo: 5, epsilon: 'none' },
      };
    })
    .map((template) => bound(template, catalogue))
    .filter((template) => template !== null && template.cells <= MOST_CELLS)
    .map((template) => template as BoundTemplate);
}

function bound(template: Template, catalogue: Catalogue): BoundTemplate | null {
  try {
    return bindTemplate(template, catalogue);
  } catch (thrown) {
    if (thrown instanceof TemplateError) return null;
    throw thrown;
  }
}

function arbitraryLink(dataset: DatasetDefinition, population: DatasetDefinition): fc.Arbitrary<LinkClause> {
  const shared = dataset.keys.filter((key) => population.keys.includes(key));
  return fc.record({
    dataset: fc.constant(dataset.dataset),
    on: fc.constantFrom(...(shared.length === 0 ? dataset.keys : shared)),
    keep: fc.constantFrom('all', 'linked', 'not-linked'),
    take: fc.constantFrom('earliest', 'latest'),
    where: arbitraryFilters(dataset),
  });
}

function arbitraryFilters({ fields }: DatasetDefinition): fc.Arbitrary<FilterClause[]> {
  const usable = [...fields].filter(([, { type }]) => type !== 'date');
  return fc
    .array(
      fc.constantFrom(...usable).chain(([field, definition]) => arbitraryFilter(field, definition)),
      { maxLength: 1 },
    )
    .map((filters) => [...filters]);
}

function arbitraryFilter(field: string, definition: FieldDefinition): fc.Arbitrary<FilterClause> {
  if (definition.type === 'integer') {
    return fc
      .tuple(
        fc.integer({ min: definition.min, max: definition.max }),
        fc.integer({ min: definition.min, max: definition.max }),
      )
      .map(([a, b]) => ({ field, between: [Math.min(a, b), Math.max(a, b)] as const }));
  }
  if (definition.type === 'date') throw new RangeError('dates are not filtered');
  const codes = [...codesOf(definition).keys()];
  return fc.subarray(codes, { minLength: Math.ceil(codes.length / 2) }).map((chosen) => ({ field, in: chosen }));
}

/** Datasets whose records can be seen in the table: the population, and links that don't leave theirs out. */
function withFields(population: DatasetDefinition, links: readonly LinkClause[]): string[] {
  return [population.dataset, ...links.filter(({ keep }) => keep !== 'not-linked').map(({ dataset }) => dataset)];
}

function arbitraryMeasures(
  catalogue: Catalogue,
  population: DatasetDefinition,
  links: readonly LinkClause[],
): fc.Arbitrary<MeasureClause[]> {
  const fields = withFields(population, links).flatMap((name) =>
    [...(catalogue.get(name)?.fields ?? [])].flatMap(([field, definition]) =>
      definition.type === 'integer' ? [arbitraryMeasure(`${name}.${field}`, definition)] : [],
    ),
  );
  return fc
    .subarray(fields, { maxLength: Math.min(MOST_MEASURES, fields.length) })
    .chain((chosen) => fc.tuple(...chosen));
}

function arbitraryMeasure(field: string, { min, max }: IntegerField): fc.Arbitrary<MeasureClause> {
  // Often the whole range, often so small a part that most values are clipped.
  const end = fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min, max: Math.min(max, min + 20) }),
    fc.integer({ min, max }),
  );
  const range = fc
    .tuple(end, end)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  return fc.tuple(fc.constantFrom('sum', 'mean', 'variance'), range).map(([kind, between]): MeasureClause => {
    if (kind === 'sum') return { sum: field, range: between };
    return kind === 'mean' ? { mean: field, range: between } : { variance: field, range: between };
  });
}

function arbitraryDimensions(
  catalogue: Catalogue,
  population: DatasetDefinition,
  links: readonly LinkClause[],
): fc.Arbitrary<DimensionClause[]> {
  const fields = withFields(population, links).flatMap((name) =>
    [...(catalogue.get(name)?.fields ?? [])].flatMap(([field, definition]): fc.Arbitrary<DimensionClause>[] => {
      if (definition.type === 'date') return [];
      const clause = { field: `${name}.${field}` };
      return [
        definition.type === 'integer'
          ? arbitraryBands(definition).map((bands) => ({ ...clause, bands }))
          : fc.constant(clause),
      ];
    }),
  );
  const linked = links
    .filter(({ keep }) => keep === 'all')
    .map(({ dataset }): fc.Arbitrary<DimensionClause> => fc.constant({ linked: dataset }));
  return fc
    .shuffledSubarray([...fields, ...linked, ...linked], { minLength: 1, maxLength: 3 })
    .chain((chosen) => fc.tuple(...chosen))
    .map((clauses) => [...new Map(clauses.map((clause) => [JSON.stringify(clause), clause])).values()]);
}

function arbitraryBands({ min, max }: { readonly min: number; readonly max: number }): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 })
    .map((bounds) => bounds.toSorted((a, b) => a - b));
}
