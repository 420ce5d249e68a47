import type { BandDimension, BoundDimension, BoundTemplate } from './bound.js';

/** A place where two templates cut one field, but not quite alike. */
export interface NearBands {
  /** Of the first template's dimension. */
  readonly index: number;
  /** `<dataset>.<field>` */
  readonly field: string;
  readonly mine: number;
  readonly theirs: number;
}

/**
 * Where the two cut the same field nearly alike: between a cut of one and the next cut, of the other, lies less than the
 * narrowest band of either. What lies between is the difference of two counts, however the bands are added up, and is in
 * no band of its own.
 */
export function nearBands(a: BoundTemplate, b: BoundTemplate): NearBands[] {
  return a.dimensions.flatMap((mine, index) => {
    if (mine.kind !== 'band') return [];
    const field = `${mine.dataset}.${mine.field}`;
    const theirs = b.dimensions.filter(isBanded).find((other) => `${other.dataset}.${other.field}` === field);
    return theirs === undefined ? [] : nearCuts(mine, theirs).map((cuts) => ({ index, field, ...cuts }));
  });
}

function isBanded(dimension: BoundDimension): dimension is BandDimension {
  return dimension.kind === 'band';
}

function nearCuts(a: BandDimension, b: BandDimension): { readonly mine: number; readonly theirs: number }[] {
  const [mine, theirs] = [cutsOf(a), cutsOf(b)];
  const narrowest = Math.min(narrowestOf(mine), narrowestOf(theirs));
  const own = mine.filter((cut) => !theirs.includes(cut));
  return own.flatMap((cut) =>
    theirs
      // One that is mine as well is at least a band away.
      .filter((other) => Math.abs(other - cut) < narrowest)
      .map((other) => ({ mine: cut, theirs: other })),
  );
}

/** Where bands begin, and where the field ends: the table's counts are of what lies between two of these. */
function cutsOf({ bands, definition: { min, max } }: BandDimension): number[] {
  return [...new Set([...bands.map(({ from }) => from ?? min), max + 1])];
}

function narrowestOf(cuts: readonly number[]): number {
  return Math.min(...cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? cut)));
}
