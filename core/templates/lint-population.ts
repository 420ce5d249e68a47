import type { BoundFilter, BoundTemplate } from './bound.js';
import { canonicalJson } from './canonical-json.js';

/** How the records that two templates count can relate, for some choice of the parameters of both. */
export interface PopulationRelation {
  readonly canBeEqual: boolean;
  /** Those of the first can all be among those of the second, which has more. */
  readonly isInside: boolean;
  /** The other way round. */
  readonly isAround: boolean;
}

/**
 * Judged from filters alone, field by field: two that both keep some of a field's values are compared by which values
 * they can keep. It says too much where fields depend on each other (a charge is never before its crime), not too little.
 */
export function comparePopulations(a: BoundTemplate, b: BoundTemplate): PopulationRelation {
  if (a.population.dataset.dataset !== b.population.dataset.dataset || a.unit !== b.unit) {
    return { canBeEqual: false, isInside: false, isAround: false };
  }
  const [mine, theirs] = [constraintsOf(a), constraintsOf(b)];
  const [inside, around] = [compare(mine, theirs), compare(theirs, mine)];
  return {
    canBeEqual: inside.canBeWithin && around.canBeWithin,
    isInside: inside.canBeWithin && inside.canBeLess,
    isAround: around.canBeWithin && around.canBeLess,
  };
}

/** What may be kept of one field: any choice of at least `least` and at most `most` of the values; or whole numbers. */
type Constraint =
  | { readonly kind: 'values'; readonly values: ReadonlySet<string>; readonly least: number; readonly most: number }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'link' };

/** By field, or by what a link that drops records says in full. */
type Constraints = ReadonlyMap<string, Constraint>;

function constraintsOf(bound: BoundTemplate): Constraints {
  const constraints = new Map<string, Constraint>();
  for (const filter of bound.population.where) {
    const constraint = constraintOf(filter, bound);
    const other = constraints.get(filter.field);
    constraints.set(filter.field, other === undefined ? constraint : both(other, constraint));
  }
  for (const { dataset, on, keep, where } of bound.template.links) {
    if (keep === 'all') continue;
    const said = new TextDecoder().decode(canonicalJson({ dataset, on, keep, where }));
    constraints.set(said, { kind: 'link' });
  }
  return constraints;
}

/** Two filters of one field, which are of one kind: what both keep. */
function both(a: Constraint, b: Constraint): Constraint {
  if (a.kind === 'range' && b.kind === 'range') {
    return { kind: 'range', from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  }
  if (a.kind !== 'values' || b.kind !== 'values') throw new RangeError('a field has filters of one kind');
  const values = new Set([...a.values].filter((value) => b.values.has(value)));
  const least = Math.min(a.least - (a.values.size - values.size), b.least - (b.values.size - values.size));
  return { kind: 'values', values, least: Math.max(1, least), most: Math.min(a.most, b.most, values.size) };
}

function constraintOf(filter: BoundFilter, { parameters }: BoundTemplate): Constraint {
  if (filter.kind === 'between') return { kind: 'range', from: filter.from, to: filter.to };
  if (!('parameter' in filter.values)) {
    const values = new Set(filter.values);
    return { kind: 'values', values, least: values.size, most: values.size };
  }
  const parameter = parameters.get(filter.values.parameter);
  if (parameter === undefined) throw new RangeError('not a parameter of the template');
  return { kind: 'values', values: new Set(parameter.choices.keys()), least: parameter.min, most: parameter.max };
}

interface Comparison {
  /** Some choice of the first keeps nothing that some choice of the second doesn't. */
  readonly canBeWithin: boolean;
  /** And the second may then keep more. */
  readonly canBeLess: boolean;
}

function compare(inner: Constraints, outer: Constraints): Comparison {
  const shared = [...outer].map(([name, constraint]) => compareConstraint(inner.get(name), constraint));
  const isNarrower = [...inner.keys()].some((name) => !outer.has(name));
  return {
    canBeWithin: shared.every(({ canBeWithin }) => canBeWithin),
    canBeLess: isNarrower || shared.some(({ canBeLess }) => canBeLess),
  };
}

function compareConstraint(inner: Constraint | undefined, outer: Constraint): Comparison {
  if (inner?.kind === 'link' && outer.kind === 'link') return { canBeWithin: true, canBeLess: false };
  if (inner?.kind === 'range' && outer.kind === 'range') {
    const canBeWithin = inner.from >= outer.from && inner.to <= outer.to;
    return { canBeWithin, canBeLess: canBeWithin && (inner.from > outer.from || inner.to < outer.to) };
  }
  if (inner?.kind !== 'values' || outer.kind !== 'values') return { canBeWithin: false, canBeLess: false };
  const common = [...inner.values].filter((value) => outer.values.has(value)).length;
  const canBeWithin = common >= inner.least && inner.least <= outer.most;
  return { canBeWithin, canBeLess: canBeWithin && inner.least < outer.most };
}
