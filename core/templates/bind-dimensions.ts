import type { Band, BandDimension, BoundDimension, CodeDimension, FieldDimension, LinkedDimension } from './bound.js';
import { codesOf } from './dataset.js';
import type { Catalogue, DatasetDefinition, IntegerField } from './dataset.js';
import type { ProblemList } from './problems.js';
import type { DimensionClause, FieldDimensionClause, LinkClause, LinkedDimensionClause } from './template.js';
import { phrase } from './wording.js';

type Path = readonly PropertyKey[];

/** Resolves the dimensions; those that are wrong are left out and reported. `used` are the datasets of the template. */
export function bindDimensions(
  clauses: readonly DimensionClause[],
  used: Catalogue,
  links: readonly LinkClause[],
  problems: ProblemList,
): BoundDimension[] {
  const seen = new Set<string>();
  return clauses.flatMap((clause, index): BoundDimension[] => {
    const path = ['dimensions', index];
    const name = 'field' in clause ? clause.field : clause.linked;
    if (seen.has(name)) problems.add(path, 'is a dimension already');
    seen.add(name);
    const bound =
      'field' in clause
        ? bindField(clause, used, links, path, problems)
        : bindLinked(clause, used, links, path, problems);
    return bound === undefined ? [] : [bound];
  });
}

function bindField(
  { field: qualified, bands, label }: FieldDimensionClause,
  used: Catalogue,
  links: readonly LinkClause[],
  path: Path,
  problems: ProblemList,
): FieldDimension | undefined {
  const at = [...path, 'field'];
  const cut = qualified.lastIndexOf('.');
  const [datasetName, field] = [qualified.slice(0, cut), qualified.slice(cut + 1)];
  const dataset = used.get(datasetName);
  if (dataset === undefined) {
    problems.add(at, 'is of a dataset that is neither the population nor linked');
    return undefined;
  }
  const definition = dataset.fields.get(field);
  if (definition === undefined) {
    problems.add(at, `is not a field of ${datasetName}`);
    return undefined;
  }
  if (links.some((link) => link.dataset === datasetName && link.keep === 'not-linked')) {
    problems.add(at, 'is of a dataset whose records are left out (keep: not-linked): there is nothing to show');
    return undefined;
  }
  const common = { dataset: datasetName, field, label: label ?? phrase(definition.meaning) };
  switch (definition.type) {
    case 'date':
      problems.add(at, 'is a date: dates order records, they are not published');
      return undefined;
    case 'integer':
      return bindBands(definition, bands, common, path, problems);
    case 'code':
    case 'quarter':
      if (bands !== undefined) problems.add([...path, 'bands'], 'are for whole numbers');
      return { kind: 'code', ...common, definition, codes: [...codesOf(definition).keys()] } satisfies CodeDimension;
  }
}

function bindBands(
  definition: IntegerField,
  starts: readonly number[] | undefined,
  common: Pick<FieldDimension, 'dataset' | 'field' | 'label'>,
  path: Path,
  problems: ProblemList,
): BandDimension | undefined {
  if (starts === undefined) {
    problems.add(path, 'needs bands, for the field is a whole number');
    return undefined;
  }
  const { min, max } = definition;
  starts.forEach((start, index) => {
    const at = [...path, 'bands', index];
    const before = starts[index - 1];
    if (before !== undefined && start <= before) problems.add(at, 'must be more than the number before it');
    if (start < min || start > max) problems.add(at, `is not within ${min} to ${max}, the field's range`);
  });
  return { kind: 'band', ...common, definition, bands: bandsOf(starts, min) };
}

/** What is below the first start is a band of its own where the field can be so small. */
function bandsOf(starts: readonly number[], min: number): Band[] {
  const bands = starts.map((from, index): Band => ({ from, below: starts[index + 1] ?? null }));
  const [first] = starts;
  return first !== undefined && min < first ? [{ from: null, below: first }, ...bands] : bands;
}

function bindLinked(
  { linked, label }: LinkedDimensionClause,
  used: Catalogue,
  links: readonly LinkClause[],
  path: Path,
  problems: ProblemList,
): LinkedDimension | undefined {
  const at = [...path, 'linked'];
  const link = links.find(({ dataset }) => dataset === linked);
  const dataset: DatasetDefinition | undefined = used.get(linked);
  if (link === undefined || dataset === undefined) {
    problems.add(at, 'is not a dataset that the template links to');
    return undefined;
  }
  if (link.keep !== 'all') problems.add(at, `is the same for every record, for the link keeps only ${link.keep}`);
  return { kind: 'linked', dataset: linked, label: label ?? `Linked to: ${phrase(dataset.title)}` };
}
