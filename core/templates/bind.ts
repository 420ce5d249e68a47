import type { Presentation } from '../disclosure/index.js';
import { DEFAULT_LINK_THRESHOLD } from '../linkage/index.js';
import { AGREEMENT_CLASSES, MAX_CELLS } from '../private-join/index.js';
import { bindDimensions } from './bind-dimensions.js';
import { bindFilters, bindParameterClauses } from './bind-filters.js';
import { checkLimits } from './bind-limits.js';
import { baseKeys, checkCaptures, joinsPeople, linkedKeys, resolveScheme } from './bind-linkage.js';
import { bindMeasures } from './bind-measures.js';
import { bindPresentation } from './bind-presentation.js';
import { checkPurposes } from './bind-purposes.js';
import { radixOf } from './bound.js';
import type {
  AgreementDimension,
  BoundAgreement,
  BoundDimension,
  BoundFilter,
  BoundLink,
  BoundPopulation,
  BoundTemplate,
  FieldDimension,
} from './bound.js';
import type { Catalogue, DatasetDefinition } from './dataset.js';
import { TemplateError } from './errors.js';
import { ProblemList } from './problems.js';
import type { LineOf } from './problems.js';
import { dimensionsShape } from './table.js';
import type { Template } from './template.js';

/**
 * Resolves every name of a template and checks that what it asks fits what the datasets have and allow.
 * Thrown when anything doesn't, with all of it at once: TemplateError NOT_BINDABLE. `lineOf` (from
 * `parseTemplateSource`) puts lines to the problems.
 */
export function bindTemplate(template: Template, catalogue: Catalogue, lineOf?: LineOf): BoundTemplate {
  const problems = new ProblemList(lineOf);
  const used = resolveDatasets(template, catalogue, problems);
  const population = used.get(template.population.dataset);
  checkUnit(template, population, problems);
  checkPurposes(template, used, problems);
  checkLinks(template, used, problems);
  const scheme = resolveScheme(template, used, problems);
  const dimensions = bindDimensions(template.dimensions, used, template.links, scheme, problems);
  checkCaptures(template, scheme, used, problems);
  checkLinksAreShown(template, dimensions, problems);
  const { filters, parameters } = bindChoices(template, used, problems);
  const measures = bindMeasures(template.measures ?? [], used, template.links, problems);
  const presentation = present(template, dimensions, problems);

  const layout = layOut(template, dimensions);
  // A product of wrong factors would only be a second complaint about them.
  if (problems.isEmpty && layout.cells > MAX_CELLS) {
    problems.add(['dimensions'], `make ${layout.cells} cells, of which there may be ${MAX_CELLS}: use fewer or wider`);
  }
  assertNoProblems(problems);
  if (population === undefined) throw new RangeError('a population that is not defined has been no problem');

  const measuresOf = (dataset: string): Pick<BoundPopulation, 'measures'> => ({
    measures: measures.filter((measure) => measure.dataset === dataset),
  });
  const unit = template.unit === 'person' ? 'person' : 'record';
  const filtersOf = (dataset: string): readonly BoundFilter[] => filters.get(dataset) ?? [];
  const bound: BoundTemplate = {
    template,
    unit,
    scheme,
    linkThreshold: joinsPeople(template) ? (template.linkage?.threshold ?? DEFAULT_LINK_THRESHOLD) : null,
    population: {
      role: 'base',
      dataset: population,
      where: filtersOf(population.dataset),
      contributionLimit: template.contributionLimit,
      keys: baseKeys(template, population, scheme),
      ...measuresOf(population.dataset),
      ...layout.partOf(population.dataset),
    },
    links: template.links.flatMap(({ dataset: name, on, keep, take }): BoundLink[] => {
      const dataset = used.get(name);
      if (dataset === undefined) return [];
      return [
        {
          role: 'linked',
          dataset,
          on,
          keep,
          take,
          where: filtersOf(name),
          keys: linkedKeys(on, dataset, scheme),
          ...measuresOf(name),
          ...layout.partOf(name),
        },
      ];
    }),
    dimensions,
    measures,
    presentation,
    parameters,
    agreement: layout.agreement,
    cells: layout.cells,
  };
  checkLimits(bound, problems);
  assertNoProblems(problems);
  return bound;
}

function assertNoProblems(problems: ProblemList): void {
  if (problems.isEmpty) return;
  throw new TemplateError('NOT_BINDABLE', 'The template does not fit its datasets:', problems.sorted());
}

/** A dimension that was itself wrong has no place that anything could name. */
function present(template: Template, dimensions: readonly BoundDimension[], problems: ProblemList): Presentation {
  const isWhole = dimensions.length === template.dimensions.length;
  const shape = dimensionsShape(dimensions, template.links);
  return bindPresentation(isWhole ? template.present : undefined, dimensions, shape, problems);
}

/** The datasets of the template that exist, by name. */
function resolveDatasets(template: Template, catalogue: Catalogue, problems: ProblemList): Catalogue {
  const used = new Map<string, DatasetDefinition>();
  const clauses = [
    { name: template.population.dataset, path: ['population', 'dataset'] },
    ...template.links.map(({ dataset }, index) => ({ name: dataset, path: ['links', index, 'dataset'] })),
  ];
  for (const { name, path } of clauses) {
    const dataset = catalogue.get(name);
    if (dataset === undefined) problems.add(path, 'is not a dataset that is defined');
    else if (used.has(name)) problems.add(path, 'is in use already: a template takes each dataset once');
    else {
      used.set(name, dataset);
      if (!dataset.purposes.includes(template.purpose)) {
        problems.add(path, `may not be used for the template's purpose, ${template.purpose}`);
      }
    }
  }
  return used;
}

function checkUnit(template: Template, population: DatasetDefinition | undefined, problems: ProblemList): void {
  const { unit, contributionLimit } = template;
  if (unit === 'person') {
    if (contributionLimit !== 1) problems.add(['contributionLimit'], 'must be 1 where people are counted');
    if (population !== undefined && !population.keys.includes('person')) {
      problems.add(['unit'], `can't be person: the records of ${population.dataset} are not linked on the person`);
    }
  } else if (population !== undefined && unit !== population.unit) {
    problems.add(['unit'], `must be person or ${population.unit}, the unit of ${population.dataset}`);
  }
}

function checkLinks(template: Template, used: Catalogue, problems: ProblemList): void {
  template.links.forEach(({ dataset, on }, index) => {
    for (const name of [template.population.dataset, dataset]) {
      const definition = used.get(name);
      if (definition !== undefined && !definition.keys.includes(on)) {
        problems.add(['links', index, 'on'], `can't be ${on}: the records of ${name} are not linked on it`);
      }
    }
  });
}

/**
 * Data that no dimension shows and no filter needs isn't asked for; and each table cell is then one cell number. A
 * measure is no reason: whose values they are would not be seen.
 */
function checkLinksAreShown(template: Template, dimensions: readonly BoundDimension[], problems: ProblemList): void {
  // A dimension that was itself wrong is no proof that the link isn't used.
  if (dimensions.length !== template.dimensions.length) return;
  template.links.forEach(({ dataset, keep }, index) => {
    if (keep === 'all' && !dimensions.some((dimension) => dimension.dataset === dataset)) {
      problems.add(['links', index], 'keeps all records and no dimension shows it: it has no effect');
    }
  });
}

function bindChoices(
  template: Template,
  used: Catalogue,
  problems: ProblemList,
): { readonly filters: ReadonlyMap<string, readonly BoundFilter[]>; readonly parameters: BoundTemplate['parameters'] } {
  const clauses = [
    { ...template.population, path: ['population', 'where'] },
    ...template.links.map((link, index) => ({ ...link, path: ['links', index, 'where'] })),
  ];
  const bound = clauses.flatMap(({ dataset: name, where, path }) => {
    const dataset = used.get(name);
    return dataset === undefined ? [] : [{ name, ...bindFilters(where, dataset, path, problems) }];
  });
  const population = used.get(template.population.dataset);
  return {
    filters: new Map(bound.map(({ name, filters }) => [name, filters])),
    parameters:
      population === undefined
        ? new Map()
        : bindParameterClauses(
            template.parameters,
            population,
            bound.flatMap(({ uses }) => uses),
            problems,
          ),
  };
}

type Part = Pick<BoundPopulation, 'dimensions' | 'labels' | 'stride'>;

interface Layout {
  readonly cells: number;
  readonly agreement: BoundAgreement | null;
  partOf(dataset: string): Part;
}

/**
 * Gives every dataset, in the order population, links as written, its digit of the mixed-radix cell number; after them
 * comes agreement, where it is shown.
 */
function layOut(template: Template, dimensions: readonly BoundDimension[]): Layout {
  const parts = new Map<string, Part>();
  let stride = 1;
  for (const dataset of [template.population.dataset, ...template.links.map((link) => link.dataset)]) {
    const own = dimensions.filter(
      (dimension): dimension is FieldDimension => isField(dimension) && dimension.dataset === dataset,
    );
    const labels = own.reduce((product, dimension) => product * radixOf(dimension), 1);
    parts.set(dataset, { dimensions: own, labels, stride });
    stride *= labels + 1;
  }
  const dimension = dimensions.find(isAgreement);
  return {
    cells: dimension === undefined ? stride : stride * AGREEMENT_CLASSES,
    agreement: dimension === undefined ? null : { dimension, stride },
    partOf: (dataset) => {
      const part = parts.get(dataset);
      if (part === undefined) throw new RangeError('not a dataset of the template');
      return part;
    },
  };
}

function isField(dimension: BoundDimension): dimension is FieldDimension {
  return dimension.kind === 'code' || dimension.kind === 'band';
}

function isAgreement(dimension: BoundDimension): dimension is AgreementDimension {
  return dimension.kind === 'agreement';
}
