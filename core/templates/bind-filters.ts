import type { BetweenFilter, BoundFilter, BoundParameter, InFilter } from './bound.js';
import { codesOf } from './dataset.js';
import type { CodeField, DatasetDefinition, QuarterField } from './dataset.js';
import type { ProblemList } from './problems.js';
import type { BetweenClause, FilterClause, InClause, ParameterClause } from './template.js';

type Path = readonly PropertyKey[];

/** Where a parameter chooses, so that its list can be checked against every field it is used on. */
export interface ParameterUse {
  readonly parameter: string;
  readonly definition: CodeField | QuarterField;
  readonly path: Path;
}

/** Resolves the filters of one dataset; those that are wrong are left out and reported. */
export function bindFilters(
  where: readonly FilterClause[],
  dataset: DatasetDefinition,
  path: Path,
  problems: ProblemList,
): { readonly filters: BoundFilter[]; readonly uses: ParameterUse[] } {
  const uses: ParameterUse[] = [];
  const filters = where.flatMap((clause, index): BoundFilter[] => {
    const at = [...path, index];
    const bound = 'in' in clause ? bindIn(clause, dataset, at, problems) : bindBetween(clause, dataset, at, problems);
    if (bound === undefined) return [];
    if (bound.kind === 'in' && 'parameter' in bound.values) {
      uses.push({ parameter: bound.values.parameter, definition: bound.definition, path: [...at, 'in'] });
    }
    return [bound];
  });
  return { filters, uses };
}

function bindIn(
  { field, in: values }: InClause,
  dataset: DatasetDefinition,
  path: Path,
  problems: ProblemList,
): InFilter | undefined {
  const definition = dataset.fields.get(field);
  if (definition === undefined) {
    problems.add([...path, 'field'], `is not a field of ${dataset.dataset}`);
    return undefined;
  }
  if (definition.type !== 'code' && definition.type !== 'quarter') {
    problems.add([...path, 'in'], `chooses among codes or quarters; the field is of type ${definition.type}`);
    return undefined;
  }
  if (!('parameter' in values)) checkValues(values, definition, [...path, 'in'], problems);
  return { kind: 'in', field, definition, values };
}

function bindBetween(
  { field, between: [from, to] }: BetweenClause,
  dataset: DatasetDefinition,
  path: Path,
  problems: ProblemList,
): BetweenFilter | undefined {
  const definition = dataset.fields.get(field);
  if (definition === undefined) {
    problems.add([...path, 'field'], `is not a field of ${dataset.dataset}`);
    return undefined;
  }
  if (definition.type !== 'integer') {
    problems.add([...path, 'between'], `is for whole numbers; the field is of type ${definition.type}`);
    return undefined;
  }
  const { min, max } = definition;
  if (from > to) problems.add([...path, 'between'], 'ends before it begins');
  if (from < min || to > max) problems.add([...path, 'between'], `is not within ${min} to ${max}, the field's range`);
  return { kind: 'between', field, definition, from, to };
}

function checkValues(
  values: readonly string[],
  definition: CodeField | QuarterField,
  path: Path,
  problems: ProblemList,
): void {
  const codes = codesOf(definition);
  values.forEach((value, index) => {
    if (!codes.has(value)) problems.add([...path, index], `is not a ${definition.type} of the field`);
    if (values.indexOf(value) !== index) problems.add([...path, index], 'stands here twice');
  });
}

/** Resolves the parameters' finite lists and checks that each is used, and used where its values exist. */
export function bindParameterClauses(
  clauses: Readonly<Record<string, ParameterClause>>,
  population: DatasetDefinition,
  uses: readonly ParameterUse[],
  problems: ProblemList,
): ReadonlyMap<string, BoundParameter> {
  const declared = new Map(Object.entries(clauses));
  for (const { parameter, path } of uses) {
    if (!declared.has(parameter)) problems.add([...path, 'parameter'], 'is not among the parameters');
  }
  const parameters = new Map<string, BoundParameter>();
  // Sorted, so that the template reads the same whether it comes from YAML or from canonical JSON.
  for (const [name, clause] of [...declared].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const usesOfIt = uses.filter(({ parameter }) => parameter === name);
    if (usesOfIt.length === 0) problems.add(['parameters', name], 'is used nowhere');
    const bound = bindParameterClause(name, clause, population, usesOfIt, problems);
    if (bound !== undefined) parameters.set(name, bound);
  }
  return parameters;
}

function bindParameterClause(
  name: string,
  { from, min, max }: ParameterClause,
  population: DatasetDefinition,
  uses: readonly ParameterUse[],
  problems: ProblemList,
): BoundParameter | undefined {
  const path = ['parameters', name];
  const values = typeof from === 'string' ? codesOfField(from, population, path, problems) : from;
  if (values === undefined) return undefined;

  for (const use of uses) {
    const codes = codesOf(use.definition);
    if (typeof from === 'string') {
      if (!values.every((value) => codes.has(value))) {
        problems.add([...use.path, 'parameter'], 'chooses among codes that this field does not have');
      }
    } else checkValues(from, use.definition, [...path, 'from'], problems);
  }
  const most = max ?? values.length;
  if (most > values.length) problems.add([...path, 'max'], `is more than the ${values.length} values there are`);
  if (min > most) problems.add([...path, 'min'], 'is more than may be chosen');

  const meanings: ReadonlyMap<string, string> = uses[0] === undefined ? new Map() : codesOf(uses[0].definition);
  return { name, choices: new Map(values.map((value) => [value, meanings.get(value) ?? value])), min, max: most };
}

function codesOfField(
  field: string,
  population: DatasetDefinition,
  path: Path,
  problems: ProblemList,
): readonly string[] | undefined {
  const definition = population.fields.get(field);
  if (definition?.type === 'code' || definition?.type === 'quarter') return [...codesOf(definition).keys()];
  problems.add([...path, 'from'], `is not a field of codes or quarters of ${population.dataset}`);
  return undefined;
}
