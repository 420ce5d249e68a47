import { MINIMUM_EPSILON } from '../noise/index.js';
import { MAX_LISTS_WITH_DECOYS, MAX_SUMS } from '../private-join/index.js';
import type { BoundTemplate } from './bound.js';
import { decoyPatterns, mostPatternsOfAList, tooManyPatterns } from './decoy-patterns.js';
import type { ProblemList } from './problems.js';
import { columnEpsilon, countLaw, discardedCells, fitsDummies, overlapLaw } from './run-noise.js';
import { possibleCells } from './table.js';
import { runTerms } from './terms.js';
import type { RunTerms } from './terms.js';

/**
 * Reports what no run of the template could carry, whoever takes part. A run may still be too large for its lists, or
 * for what its agencies demand: `planRun` says so then.
 */
export function checkLimits(bound: BoundTemplate, problems: ProblemList): void {
  const terms = runTerms(bound, []);
  const cells = possibleCells(bound).length;
  checkCounts(terms, cells, discardedCells(bound, terms), problems);
  checkOverlaps(bound, terms, problems);
  checkSums(bound, cells, terms.measures, problems);
}

function checkCounts(terms: RunTerms, cells: number, discarded: number, problems: ProblemList): void {
  const law = countLaw(terms);
  if (law === null || fitsDummies(cells + discarded, law)) return;
  problems.add(
    ['disclosure', 'epsilon'],
    `asks for too much noise in ${cells} cells for a run to carry: use a larger epsilon, or fewer cells`,
  );
}

function checkOverlaps(bound: BoundTemplate, terms: RunTerms, problems: ProblemList): void {
  const law = overlapLaw(terms);
  if (law === null) return;
  const path = ['disclosure', bound.template.disclosure.overlapEpsilon === undefined ? 'epsilon' : 'overlapEpsilon'];
  // At the least one agency offers each dataset.
  const lists = [bound.population, ...bound.links].map(({ role, keys }, index) => ({ id: `${index}`, role, keys }));
  if (lists.length > MAX_LISTS_WITH_DECOYS) {
    problems.add(
      path,
      `can't hide the overlaps of ${lists.length} lists, at most of ${MAX_LISTS_WITH_DECOYS}: ` +
        'link fewer datasets, or write overlapEpsilon: none',
    );
  } else if (tooManyPatterns(lists) || !fitsDummies(mostPatternsOfAList(decoyPatterns(lists)), law)) {
    problems.add(
      path,
      'asks for more decoys than a list can carry: use a larger overlapEpsilon, or link fewer datasets',
    );
  }
}

function checkSums(
  bound: BoundTemplate,
  cells: number,
  epsilons: readonly (number | null)[],
  problems: ProblemList,
): void {
  const columns = bound.measures.reduce((sum, measure) => sum + measure.columns.length, 0);
  if (cells * columns > MAX_SUMS) {
    problems.add(
      ['measures'],
      `make ${columns} sums in each of ${cells} cells, of which there may be ${MAX_SUMS}: use fewer of either`,
    );
  }
  bound.measures.forEach((measure, index) => {
    const epsilon = epsilons[index] ?? null;
    if (epsilon === null || columnEpsilon(measure, epsilon) >= MINIMUM_EPSILON) return;
    const own = bound.template.measures?.[index]?.epsilon;
    problems.add(
      own === undefined ? ['disclosure', 'epsilon'] : ['measures', index, 'epsilon'],
      `is too small: a ${measure.kind} splits it over ${measure.columns.length} sums, and each needs ${MINIMUM_EPSILON}`,
    );
  });
}
