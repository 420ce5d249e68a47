import fc from 'fast-check';

import { bindTemplate, codesOf, TemplateError } from '../../core/templates/index.js';
import type {
  BoundTemplate,
  Catalogue,
  DatasetDefinition,
  DimensionClause,
  FieldDefinition,
  FilterClause,
  LinkClause,
  Template,
} from '../../core/templates/index.js';

/** Few enough cells that a table is quick to decode. */
const MOST_CELLS = 2000;
const MOST_LINKS = 3;

/**
 * Random templates over the catalogue: every dataset as population and as link, on person and on case, every way to
 * keep and to take, filters and dimensions of every field type. What the binder refuses is drawn again.
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
      arbitraryDimensions(catalogue, parts.population, parts.links).map((dimensions) => ({ ...parts, dimensions })),
    )
    .map(({ population, where, perPerson, contributionLimit, links, dimensions }): Template => {
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

function arbitraryDimensions(
  catalogue: Catalogue,
  population: DatasetDefinition,
  links: readonly LinkClause[],
): fc.Arbitrary<DimensionClause[]> {
  const withFields = [
    population.dataset,
    ...links.filter(({ keep }) => keep !== 'not-linked').map(({ dataset }) => dataset),
  ];
  const fields = withFields.flatMap((name) =>
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
