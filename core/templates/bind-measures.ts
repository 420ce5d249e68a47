import { MAX_LIST_SUMS, MAX_MAGNITUDE } from '../private-join/index.js';
import type { BoundMeasure, MeasureColumn } from './bound.js';
import type { Catalogue, IntegerField } from './dataset.js';
import { measuredField } from './field-use.js';
import type { ProblemList } from './problems.js';
import type { LinkClause, MeasureClause, MeasureKind } from './template.js';
import { phrase } from './wording.js';

type Path = readonly PropertyKey[];

/** Resolves the measures; those that are wrong are left out and reported. `used` are the datasets of the template. */
export function bindMeasures(
  clauses: readonly MeasureClause[],
  used: Catalogue,
  links: readonly LinkClause[],
  problems: ProblemList,
): BoundMeasure[] {
  const seen = new Set<string>();
  const columns = new Map<string, number>();
  return clauses.flatMap((clause, index): BoundMeasure[] => {
    const path = ['measures', index];
    const { field: qualified } = measuredField(clause);
    if (seen.has(qualified)) problems.add(path, 'is a measure already');
    seen.add(qualified);
    const bound = bindMeasure(clause, used, links, path, problems);
    if (bound === undefined) return [];
    const before = columns.get(bound.dataset) ?? 0;
    const after = before + bound.columns.length;
    columns.set(bound.dataset, after);
    // Only of the measure that is one too many, not of all that follow.
    if (before <= MAX_LIST_SUMS && after > MAX_LIST_SUMS) {
      problems.add(path, `makes more than ${MAX_LIST_SUMS} numbers for each record of ${bound.dataset}: use fewer`);
    }
    return [bound];
  });
}

function bindMeasure(
  clause: MeasureClause,
  used: Catalogue,
  links: readonly LinkClause[],
  path: Path,
  problems: ProblemList,
): BoundMeasure | undefined {
  const { kind, field: qualified } = measuredField(clause);
  const at = [...path, kind];
  const cut = qualified.lastIndexOf('.');
  const [dataset, field] = [qualified.slice(0, cut), qualified.slice(cut + 1)];
  const fields = used.get(dataset)?.fields;
  const definition = fields?.get(field);
  if (fields === undefined) problems.add(at, 'is of a dataset that is neither the population nor linked');
  else if (definition === undefined) problems.add(at, `is not a field of ${dataset}`);
  else if (links.some((link) => link.dataset === dataset && link.keep === 'not-linked')) {
    problems.add(at, 'is of a dataset whose records are left out (keep: not-linked): there is nothing to add up');
  } else if (definition.type !== 'integer') {
    problems.add(at, `must be a whole number to be added up; the field is of type ${definition.type}`);
  } else if (isRange(clause.range, kind, definition, [...path, 'range'], problems)) {
    const centre = centreOf(clause.range);
    return {
      kind,
      dataset,
      field,
      definition,
      label: clause.label ?? phrase(definition.meaning),
      range: clause.range,
      centre,
      columns: columnsOf(kind, magnitudeOf(clause.range, centre)),
    };
  }
  return undefined;
}

function isRange(
  [from, to]: readonly [number, number],
  kind: MeasureKind,
  { min, max }: IntegerField,
  path: Path,
  problems: ProblemList,
): boolean {
  if (from >= to) {
    problems.add(path, 'must begin before it ends');
    return false;
  }
  if (from < min || to > max) {
    // Noise grows with the range: a wider one than the field's would only make every sum worse.
    problems.add(path, `is not within ${min} to ${max}, the field's range`);
    return false;
  }
  const magnitude = magnitudeOf([from, to], centreOf([from, to]));
  const largest = kind === 'variance' ? Math.floor(Math.sqrt(MAX_MAGNITUDE)) : MAX_MAGNITUDE;
  if (magnitude > largest) {
    problems.add(path, `is too wide for a ${kind}: it may span ${2 * largest} at most`);
    return false;
  }
  return true;
}

function centreOf([from, to]: readonly [number, number]): number {
  return Math.floor((from + to) / 2);
}

function magnitudeOf([from, to]: readonly [number, number], centre: number): number {
  return Math.max(centre - from, to - centre);
}

function columnsOf(kind: MeasureKind, magnitude: number): MeasureColumn[] {
  return [
    { part: 'value', magnitude },
    { part: 'present', magnitude: 1 },
    ...(kind === 'variance' ? [{ part: 'square', magnitude: magnitude ** 2 } as const] : []),
  ];
}
