import { Audit } from './audit.js';
import type { Knowledge, Requirement } from './audit.js';
import type { Figures } from './figures.js';
import { SOLVER_TOLERANCE } from './solver.js';
import type { LinearSolver } from './solver.js';

/** The table of a suppression: all its figures with what is withheld of them for its own sake. */
export interface SuppressionProblem {
  readonly figures: Figures;
  /** Of every figure, before rounding; below 0 only where there is noise. */
  readonly values: Float64Array;
  readonly threshold: number;
  /** 1 for every figure that is suppressed to begin with; all figures below the threshold are among them. */
  readonly withheld: Uint8Array;
}

/** A reader of the table: what she takes for granted, and what must be hidden from her, figure by figure. */
export interface Reader {
  readonly knowledge: Knowledge;
  /** What must hold of the figure if it is suppressed. */
  readonly requirementsOf: (figure: number) => readonly Requirement[];
}

/**
 * The readers a suppression must stand up to. What follows from the statuses alone nothing can hide, so of the reader who
 * knows them no more is required than suppressing everything would give; of the other, everything, for with everything
 * suppressed any count is possible.
 */
export function readersOf(problem: SuppressionProblem, solver: LinearSolver): readonly Reader[] {
  return [plainReader(problem), attainable(informedReader(problem), problem, solver)];
}

/**
 * Somebody who knows that counts are not below 0. No suppressed figure may be narrowed down to less than the threshold above
 * its value (the upper protection level of Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001).
 * She is taken to know of a noisy count below 0 that it is not lower still.
 */
function plainReader(problem: SuppressionProblem): Reader {
  const { values, threshold } = problem;
  const limit = widest(problem);
  const lower = lowestDeviations(problem, limit);
  const requirements = Array.from(values, (_, figure): readonly Requirement[] => [
    { figure, direction: 1, amount: threshold },
  ]);
  return {
    knowledge: { lower, upper: new Float64Array(values.length).fill(limit) },
    requirementsOf: (figure) => requirements[figure] ?? [],
  };
}

/**
 * Somebody who reads the statuses too: that a figure is below the threshold, or suppressed although it isn't. From that she
 * knows such a small figure to be one of 0..threshold-1; what else is shown may not narrow this down, at either end.
 */
function informedReader(problem: SuppressionProblem): Reader {
  const { values, threshold } = problem;
  const limit = widest(problem);
  const lowest = lowestDeviations(problem, limit);
  const isSmall = (figure: number): boolean => (values[figure] ?? 0) < threshold;
  const lower = Float64Array.from(values, (value, figure) =>
    isSmall(figure) ? (lowest[figure] ?? 0) : threshold - value,
  );
  const upper = Float64Array.from(values, (value, figure) => (isSmall(figure) ? threshold - 1 - value : limit));
  const requirements = Array.from(values, (value, figure): readonly Requirement[] => {
    if (!isSmall(figure)) return [];
    const both: readonly Requirement[] = [
      { figure, direction: 1, amount: threshold - 1 - value },
      { figure, direction: -1, amount: Math.max(value, 0) },
    ];
    return both.filter(({ amount }) => amount > 0);
  });
  return { knowledge: { lower, upper }, requirementsOf: (figure) => requirements[figure] ?? [] };
}

function attainable(
  { knowledge, requirementsOf }: Reader,
  { figures, values }: SuppressionProblem,
  solver: LinearSolver,
): Reader {
  const audit = new Audit(figures, knowledge, solver);
  try {
    const everything = new Uint8Array(values.length).fill(1);
    const wanted = Array.from(values, (_, figure) => requirementsOf(figure));
    const failed = new Set(audit.check(everything, wanted.flat(), false).failed);
    const lessened = wanted.map((requirements) =>
      requirements
        .map((requirement) => {
          if (!failed.has(requirement)) return requirement;
          // Counts are whole numbers.
          return { ...requirement, amount: Math.floor(audit.reach(everything, requirement) + SOLVER_TOLERANCE) };
        })
        .filter(({ amount }) => amount > 0),
    );
    return { knowledge, requirementsOf: (figure) => lessened[figure] ?? [] };
  } finally {
    audit.dispose();
  }
}

/** More than anything can deviate by that matters: everybody in one cell, and the threshold on top of every cell. */
function widest({ figures, values, threshold }: SuppressionProblem): number {
  let sum = threshold * figures.cells;
  for (let cell = 0; cell < figures.cells; cell += 1) sum += Math.abs(values[cell] ?? 0);
  return sum;
}

/** Cells can't go below 0, nor where they are; that totals can't either follows. */
function lowestDeviations({ figures, values }: SuppressionProblem, limit: number): Float64Array {
  return Float64Array.from(values, (value, figure) => (figure < figures.cells ? -Math.max(value, 0) : -limit));
}
