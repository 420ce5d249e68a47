import type { MeasureClause, MeasureKind, Template } from './template.js';

/** A place where a template uses a field. */
export interface FieldUse {
  readonly dataset: string;
  readonly field: string;
  readonly use: 'filter' | 'dimension' | 'measure';
  readonly path: readonly PropertyKey[];
}

/** Every use of a field, in the order of the template. Of names alone: whether they exist is for the binder. */
export function fieldUses({ population, links, dimensions, measures = [] }: Template): FieldUse[] {
  const lists = [
    { ...population, path: ['population'] },
    ...links.map((link, index) => ({ ...link, path: ['links', index] })),
  ];
  return [
    ...lists.flatMap(({ dataset, where, path }) =>
      where.map(({ field }, index): FieldUse => {
        return { dataset, field, use: 'filter', path: [...path, 'where', index, 'field'] };
      }),
    ),
    ...dimensions.flatMap((clause, index): FieldUse[] =>
      'field' in clause ? [{ ...split(clause.field), use: 'dimension', path: ['dimensions', index, 'field'] }] : [],
    ),
    ...measures.map((clause, index): FieldUse => {
      const { kind, field } = measuredField(clause);
      return { ...split(field), use: 'measure', path: ['measures', index, kind] };
    }),
  ];
}

/** What is done to which field: the name of the clause's entry that says both. */
export function measuredField(clause: MeasureClause): { readonly kind: MeasureKind; readonly field: string } {
  if ('sum' in clause) return { kind: 'sum', field: clause.sum };
  if ('mean' in clause) return { kind: 'mean', field: clause.mean };
  return { kind: 'variance', field: clause.variance };
}

function split(qualified: string): Pick<FieldUse, 'dataset' | 'field'> {
  const cut = qualified.lastIndexOf('.');
  return { dataset: qualified.slice(0, cut), field: qualified.slice(cut + 1) };
}
