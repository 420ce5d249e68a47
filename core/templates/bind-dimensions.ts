import type { Scheme } from '../linkage/index.js';
import type {
  AgreementDimension,
  Band,
  BandDimension,
  BoundDimension,
  CodeDimension,
  FieldDimension,
  LinkedDimension,
} from './bound.js';
import { codesOf } from './dataset.js';
import type { Catalogue, DatasetDefinition, IntegerField } from './dataset.js';
import type { ProblemList } from './problems.js';
import type {
  AgreementDimensionClause,
  DimensionClause,
  FieldDimensionClause,
  LinkClause,
  LinkedDimensionClause,
} from './template.js';
import { agreementName } from './table.js';
import { phrase } from './wording.js';

type Path = readonly PropertyKey[];

/** Dimensions of a table beside that of agreement: more would leave too few people in a class of it. */
export const MAX_AGREEMENT_GROUPS = 1;

/**
 * Resolves the dimensions; those that are wrong are left out and reported. `used` are the datasets of the template,
 * `scheme` how its people are joined.
 */
export function bindDimensions(
  clauses: readonly DimensionClause[],
  used: Catalogue,
  links: readonly LinkClause[],
  scheme: Scheme | null,
  problems: ProblemList,
): BoundDimension[] {
  const seen = new Set<string>();
  const bound = clauses.flatMap((clause, index): BoundDimension[] => {
    const path = ['dimensions', index];
    const name = nameOf(clause);
    if (seen.has(name)) problems.add(path, 'is a dimension already');
    seen.add(name);
    const dimension = bindDimension(clause, used, links, scheme, path, problems);
    return dimension === undefined ? [] : [dimension];
  });
  checkAgreement(clauses, problems);
  return bound;
}

/** As the dimension is called in the table. */
function nameOf(clause: DimensionClause): string {
  if ('field' in clause) return clause.field;
  return 'linked' in clause ? clause.linked : agreementName(clause.agreement);
}

function bindDimension(
  clause: DimensionClause,
  used: Catalogue,
  links: readonly LinkClause[],
  scheme: Scheme | null,
  path: Path,
  problems: ProblemList,
): BoundDimension | undefined {
  if ('field' in clause) return bindField(clause, used, links, path, problems);
  if ('linked' in clause) return bindLinked(clause, used, links, path, problems);
  return bindAgreement(clause, used, links, scheme, path, problems);
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

function bindAgreement(
  { agreement, label }: AgreementDimensionClause,
  used: Catalogue,
  links: readonly LinkClause[],
  scheme: Scheme | null,
  path: Path,
  problems: ProblemList,
): AgreementDimension | undefined {
  const at = [...path, 'agreement'];
  const link = links.find(({ dataset }) => dataset === agreement);
  const dataset = used.get(agreement);
  if (link === undefined || dataset === undefined) {
    problems.add(at, 'is not a dataset that the template links to');
    return undefined;
  }
  if (link.on !== 'person') problems.add(at, 'is linked on the case: only people agree in name, birth date and place');
  if (link.keep === 'not-linked') problems.add(at, 'is the same for every record, for the link keeps only not-linked');
  if (scheme?.captures === null) {
    problems.add(
      at,
      `can't be told with the scheme ${scheme.id}, which has no keys that each leave out one of the three`,
    );
  }
  return { kind: 'agreement', dataset: agreement, label: label ?? `Agreement with: ${phrase(dataset.title)}` };
}

/** One dimension of agreement, beside it one of groups. */
function checkAgreement(clauses: readonly DimensionClause[], problems: ProblemList): void {
  const [first, ...others] = clauses.flatMap((clause, index) =>
    'agreement' in clause ? [{ index, dataset: clause.agreement }] : [],
  );
  if (first === undefined) return;
  for (const { index } of others) {
    problems.add(['dimensions', index, 'agreement'], 'can be shown of one dataset only');
  }
  clauses.forEach((clause, index) => {
    if (!('linked' in clause) || clause.linked !== first.dataset) return;
    problems.add(['dimensions', index, 'linked'], 'is what the dimension of agreement says already');
  });
  if (clauses.length > 1 + MAX_AGREEMENT_GROUPS) {
    problems.add(['dimensions'], `may be ${MAX_AGREEMENT_GROUPS} beside agreement: its classes are small as they are`);
  }
}
