import { Audit } from './audit.js';
import type { Requirement, Witness } from './audit.js';
import { DisclosureError } from './errors.js';
import { readersOf } from './reader.js';
import type { Reader, SuppressionProblem } from './reader.js';
import { Repair } from './repair.js';
import type { LinearModel, LinearProgramme, LinearSolver } from './solver.js';

/**
 * How much looking for figures that need not be suppressed after all may cost, in solved programmes times their size,
 * and how much looking for a smaller suppression. Past that what has been found, which is safe, is taken as it is.
 */
export const CLEANING_EFFORT = 1_000_000;
export const SEARCH_EFFORT = 250_000;
/** Requirements that fail are repaired one by one where they are no more than this, several together where they are. */
export const REPAIRS = 64;

/**
 * What to suppress so that nothing shown gives a suppressed figure away: 1 for every figure that goes, those that were
 * withheld to begin with among them.
 *
 * Figures that fail the audit are repaired one by one, each at the least cost; what turns out to be needless is shown
 * again; then, as long as the effort lasts, every figure so added is tried without. The result is audited from scratch.
 * Thrown when the solver fails, or the last audit: DisclosureError DISCLOSURE_FAILED.
 */
export function suppressSecondary(problem: SuppressionProblem, solver: LinearSolver): Uint8Array {
  // Without totals nothing follows from anything.
  if (problem.figures.parts.length === 0) return Uint8Array.from(problem.withheld);
  const suppression = new Suppression(problem, solver);
  try {
    const suppressed = suppression.find();
    suppression.confirm(suppressed, solver);
    return suppressed;
  } finally {
    suppression.dispose();
  }
}

/** A set of suppressed figures in which all requirements hold, and why each does. */
interface Pattern {
  readonly suppressed: Uint8Array;
  readonly witnesses: ReadonlyMap<Requirement, Witness>;
}

/** A requirement, and who asks for it. */
interface Demand {
  readonly auditor: Auditor;
  readonly requirement: Requirement;
}

interface Auditor {
  readonly reader: Reader;
  readonly audit: Audit;
  readonly repair: Repair;
}

/** Figures of a table for which it is worth to look for a smaller suppression from several sides. */
export const FEW = 200;

const NOTHING: ReadonlySet<number> = new Set();

class Suppression {
  readonly #problem: SuppressionProblem;
  readonly #auditors: readonly Auditor[];
  /** Of each figure, what must hold if it is suppressed. */
  readonly #demands: readonly (readonly Demand[])[];
  #effort = 0;

  constructor(problem: SuppressionProblem, solver: LinearSolver) {
    this.#problem = problem;
    const counting: LinearSolver = { model: (programme) => this.#counted(programme, solver.model(programme)) };
    this.#auditors = readersOf(problem, counting).map((reader) => ({
      reader,
      audit: new Audit(problem.figures, reader.knowledge, counting),
      repair: new Repair(problem.figures, reader.knowledge, counting),
    }));
    this.#demands = Array.from(problem.values, (_, figure) =>
      this.#auditors.flatMap((auditor) =>
        auditor.reader.requirementsOf(figure).map((requirement): Demand => ({ auditor, requirement })),
      ),
    );
  }

  find(): Uint8Array {
    const complete = this.#complete(this.#problem.withheld, new Map(), NOTHING);
    this.#effort = 0;
    let best = this.#clean(complete);
    if (this.#added(best).length === 0) return best.suppressed;
    for (const start of this.#otherStarts()) {
      const other = this.#clean(this.#complete(start, new Map(), NOTHING));
      if (this.#weight(other) < this.#weight(best)) best = other;
    }
    let isBetter = true;
    while (isBetter) {
      const found = this.#improve(best);
      isBetter = found !== null;
      best = found ?? best;
    }
    return best.suppressed;
  }

  /** A path of repairs can't end at suppressing totals instead of cells, or the other way round: begin from there as well. */
  #otherStarts(): Uint8Array[] {
    const { figures, values, withheld } = this.#problem;
    if (values.length > FEW) return [];
    return [
      withheld.map((isWithheld, figure) => (figure < figures.cells ? isWithheld : 1)),
      withheld.map((isWithheld, figure) => (figure < figures.cells ? 1 : isWithheld)),
    ];
  }

  /** The first better pattern without one added figure, or without two; null where there is none, or the effort is spent. */
  #improve(best: Pattern): Pattern | null {
    const added = this.#added(best);
    const ones = added.map((figure) => [figure]);
    const pairs = added.flatMap((figure, index) => added.slice(index + 1).map((other) => [figure, other]));
    for (const figures of [...ones, ...pairs]) {
      if (this.#effort >= SEARCH_EFFORT) return null;
      const without = this.#without(best, figures);
      if (this.#weight(without) < this.#weight(best)) return without;
    }
    return null;
  }

  /** Asks everything once more, of solvers that remember nothing. */
  confirm(suppressed: Uint8Array, solver: LinearSolver): void {
    for (const { reader } of this.#auditors) {
      const audit = new Audit(this.#problem.figures, reader.knowledge, solver);
      try {
        const requirements = this.#demandsOf(suppressed).filter((demand) => demand.auditor.reader === reader);
        const { failed } = audit.check(
          suppressed,
          requirements.map(({ requirement }) => requirement),
          true,
        );
        if (failed.length === 0) continue;
        throw unprotected();
      } finally {
        audit.dispose();
      }
    }
  }

  dispose(): void {
    for (const { audit, repair } of this.#auditors) {
      audit.dispose();
      repair.dispose();
    }
  }

  #counted(programme: LinearProgramme, model: LinearModel): LinearModel {
    // As the time of a solution does, about.
    const effort = programme.columns.length + 3 * programme.rows;
    return {
      setBounds: (lower, upper) => model.setBounds(lower, upper),
      setBoundsOf: (column, lower, upper) => model.setBoundsOf(column, lower, upper),
      setCosts: (costs) => model.setCosts(costs),
      setCostOf: (column, cost) => model.setCostOf(column, cost),
      minimise: () => {
        this.#effort += effort;
        return model.minimise();
      },
      forget: () => model.forget(),
      dispose: () => model.dispose(),
    };
  }

  #demandsOf(suppressed: Uint8Array): Demand[] {
    return this.#demands.filter((_, figure) => suppressed[figure] === 1).flat();
  }

  /** Suppresses more until every demand is met; those that have a witness are. */
  #complete(start: Uint8Array, known: ReadonlyMap<Requirement, Witness>, unwanted: ReadonlySet<number>): Pattern {
    const suppressed = Uint8Array.from(start);
    const witnesses = new Map(known);
    let open = this.#check(suppressed, this.#demandsOf(suppressed), witnesses);
    while (open.length > 0) {
      let isFurther = false;
      for (const { auditor, requirements } of batchesOf(open)) {
        const { figures, met, witness } = auditor.repair.repair(suppressed, requirements, unwanted);
        for (const figure of figures) suppressed[figure] = 1;
        for (const requirement of met) witnesses.set(requirement, witness);
        isFurther ||= met.length > 0 || figures.length > 0;
      }
      // Requirements of one batch may fail together and hold one by one, now that another batch has suppressed more. But
      // where there was nothing left to suppress, and is no proof, it is the solver that doesn't find it.
      if (!isFurther) throw unprotected();
      open = this.#check(suppressed, this.#demandsOf(suppressed), witnesses);
    }
    return { suppressed, witnesses };
  }

  /** The demands that fail, of those that have no witness; the others get one. */
  #check(
    suppressed: Uint8Array,
    demands: readonly Demand[],
    witnesses: Map<Requirement, Witness>,
    stopEarly = false,
  ): Demand[] {
    const open = demands.filter(({ requirement }) => !witnesses.has(requirement));
    const failing: Demand[] = [];
    for (const auditor of this.#auditors) {
      const own = open.filter((demand) => demand.auditor === auditor).map(({ requirement }) => requirement);
      if (own.length === 0) continue;
      const { failed, witnesses: found } = auditor.audit.check(suppressed, own, stopEarly);
      for (const [requirement, witness] of found) witnesses.set(requirement, witness);
      failing.push(...failed.map((requirement) => ({ auditor, requirement })));
      if (stopEarly && failing.length > 0) break;
    }
    return failing;
  }

  /** Shows again what need not be suppressed, the weightiest first. */
  #clean(pattern: Pattern): Pattern {
    let best = pattern;
    for (const figure of this.#added(pattern)) {
      if (this.#effort >= CLEANING_EFFORT) break;
      const { suppressed, witnesses } = this.#shown(best, [figure]);
      if (this.#check(suppressed, this.#demandsOf(suppressed), witnesses, true).length === 0) {
        best = { suppressed, witnesses };
      }
    }
    return best;
  }

  /** The best pattern near this one in which the figures are shown, or have come back for want of any other way. */
  #without(pattern: Pattern, figures: readonly number[]): Pattern {
    const { suppressed, witnesses } = this.#shown(pattern, figures);
    return this.#clean(this.#complete(suppressed, witnesses, new Set(figures)));
  }

  /** The pattern with some figures less: what was proved by letting one of them deviate is open again. */
  #shown(
    { suppressed, witnesses }: Pattern,
    figures: readonly number[],
  ): { suppressed: Uint8Array; witnesses: Map<Requirement, Witness> } {
    const fewer = Uint8Array.from(suppressed);
    for (const figure of figures) fewer[figure] = 0;
    const kept = [...witnesses].filter(([, witness]) => figures.every((figure) => !witness.includes(figure)));
    return { suppressed: fewer, witnesses: new Map(kept) };
  }

  /** What was suppressed for the sake of others, in the order in which readers would miss it. */
  #added({ suppressed }: Pattern): number[] {
    const { figures, values, withheld } = this.#problem;
    const weigh = (figure: number): number => figures.weights[figure] ?? 0;
    return [...suppressed.keys()]
      .filter((figure) => suppressed[figure] === 1 && withheld[figure] === 0)
      .sort((a, b) => weigh(b) - weigh(a) || (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  }

  #weight({ suppressed }: Pattern): number {
    const { weights } = this.#problem.figures;
    return suppressed.reduce((sum, isSuppressed, figure) => sum + isSuppressed * (weights[figure] ?? 0), 0);
  }
}

/** In one direction, of one auditor, as many at a time as keep the batches few. */
function batchesOf(demands: readonly Demand[]): { auditor: Auditor; requirements: readonly Requirement[] }[] {
  const size = Math.ceil(demands.length / REPAIRS);
  const batches: { auditor: Auditor; requirements: Requirement[] }[] = [];
  for (const { auditor, requirement } of demands) {
    const last = batches.at(-1);
    const fits =
      last?.auditor === auditor &&
      last.requirements[0]?.direction === requirement.direction &&
      last.requirements.length < size;
    if (fits) last.requirements.push(requirement);
    else batches.push({ auditor, requirements: [requirement] });
  }
  return batches;
}

function unprotected(): DisclosureError {
  return new DisclosureError('DISCLOSURE_FAILED', 'A suppressed number of the table could still be worked out.');
}
