import type {
  Presentation,
  QuantilesPresentation,
  RatePresentation,
  RecallPresentation,
  TableDimension,
} from '../disclosure/index.js';
import { AGREEMENTS, SEVERAL_PER_INDEPENDENT } from '../linkage/index.js';
import type { Agreement } from '../linkage/index.js';
import type { BoundDimension } from './bound.js';
import type { ProblemList } from './problems.js';
import type { PresentClause, QuantilesClause, RateClause, RecallClause } from './template.js';
import { RESERVED_CODES } from './vocabulary.js';

type Path = readonly PropertyKey[];

/** What a template that says nothing of it gets. */
const DEFAULT_PRESENTATION: Presentation = { margins: 'totals', rate: null, quantiles: null, recall: null };

/**
 * Resolves names of dimensions and codes of categories to their places in the table; what is wrong is left out and
 * reported. `shape` are the table's dimensions, in the order of `dimensions`.
 */
export function bindPresentation(
  clause: PresentClause | undefined,
  dimensions: readonly BoundDimension[],
  shape: readonly TableDimension[],
  problems: ProblemList,
): Presentation {
  if (clause === undefined) return DEFAULT_PRESENTATION;
  const { margins, rate, quantiles, recall } = clause;
  return {
    margins: margins ?? DEFAULT_PRESENTATION.margins,
    rate: rate === undefined ? null : bindRate(rate, shape, ['present', 'rate'], problems),
    quantiles:
      quantiles === undefined ? null : bindQuantiles(quantiles, dimensions, shape, ['present', 'quantiles'], problems),
    recall: recall === undefined ? null : bindRecall(recall, dimensions, shape, ['present', 'recall'], problems),
  };
}

function bindRate(
  { of, equals, by }: RateClause,
  shape: readonly TableDimension[],
  path: Path,
  problems: ProblemList,
): RatePresentation | null {
  const dimension = findDimension(of, shape, [...path, 'of'], problems);
  const groups = bindGroups(by, of, shape, [...path, 'by'], problems);
  if (dimension === null) return null;
  const categories = (shape[dimension]?.categories ?? []).map(({ code }) => code);
  const among = categories.flatMap((code, index) => (isRecorded(code) ? [index] : []));
  const yes = equals.flatMap((code, index): number[] => {
    const at = [...path, 'equals', index];
    const category = categories.indexOf(code);
    if (category === -1) problems.add(at, 'is not the code of a category of the dimension');
    else if (!among.includes(category)) problems.add(at, 'is not recorded, and a rate is of those that are');
    else if (equals.indexOf(code) !== index) problems.add(at, 'stands here twice');
    else return [category];
    return [];
  });
  if (yes.length === among.length) problems.add([...path, 'equals'], 'are all categories: the rate is always 1');
  return { of: dimension, yes: yes.toSorted((a, b) => a - b), among, by: groups };
}

function bindQuantiles(
  { of, at, by }: QuantilesClause,
  dimensions: readonly BoundDimension[],
  shape: readonly TableDimension[],
  path: Path,
  problems: ProblemList,
): QuantilesPresentation | null {
  const index = findDimension(of, shape, [...path, 'of'], problems);
  const groups = bindGroups(by, of, shape, [...path, 'by'], problems);
  const dimension = dimensions[index ?? -1];
  if (index === null || dimension === undefined) return null;
  if (dimension.kind !== 'band') {
    problems.add([...path, 'of'], 'has no bands, and quantiles are read from bands');
    return null;
  }
  return { of: index, bands: dimension.bands.map((_, band) => band), at, by: groups };
}

function bindRecall(
  { of, by }: RecallClause,
  dimensions: readonly BoundDimension[],
  shape: readonly TableDimension[],
  path: Path,
  problems: ProblemList,
): RecallPresentation | null {
  const index = findDimension(of, shape, [...path, 'of'], problems);
  const groups = bindGroups(by, of, shape, [...path, 'by'], problems);
  const dimension = dimensions[index ?? -1];
  if (index === null || dimension === undefined) return null;
  if (dimension.kind !== 'agreement') {
    problems.add([...path, 'of'], 'says nothing of agreement, and recall is estimated from that');
    return null;
  }
  // Its categories begin with AGREEMENTS.
  const placeOf = (agreement: Agreement): number => AGREEMENTS.indexOf(agreement);
  return {
    of: index,
    all: placeOf('all'),
    butOne: [placeOf('not-place'), placeOf('not-name'), placeOf('not-date')],
    other: placeOf('other'),
    several: SEVERAL_PER_INDEPENDENT,
    by: groups,
  };
}

function bindGroups(
  names: readonly string[],
  of: string,
  shape: readonly TableDimension[],
  path: Path,
  problems: ProblemList,
): number[] {
  return names.flatMap((name, index): number[] => {
    const at = [...path, index];
    const dimension = findDimension(name, shape, at, problems);
    if (dimension === null) return [];
    if (name === of) problems.add(at, 'is what is shown: groups are of other dimensions');
    if (names.indexOf(name) !== index) problems.add(at, 'stands here twice');
    return [dimension];
  });
}

function findDimension(
  name: string,
  shape: readonly TableDimension[],
  path: Path,
  problems: ProblemList,
): number | null {
  const index = shape.findIndex((dimension) => dimension.name === name);
  if (index !== -1) return index;
  problems.add(path, 'is not a dimension of the table');
  return null;
}

function isRecorded(code: string): boolean {
  return code !== RESERVED_CODES.notRecorded && code !== RESERVED_CODES.notLinked;
}
