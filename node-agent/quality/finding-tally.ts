import type { Problem } from '../../core/base/index.js';
import type { Finding } from '../source/finding.js';

/** Rows named of each kind of finding: enough to find the cause, few enough to read. */
export const EXAMPLE_ROWS_MAX = 5;

/** How often something was found, and where first. */
export interface CountedFinding extends Finding {
  /** Values. */
  readonly count: number;
  /** The first EXAMPLE_ROWS_MAX rows, counted from 1 in the order in which the source is read. */
  readonly rows: readonly number[];
}

interface Counting extends Finding {
  count: number;
  readonly rows: number[];
}

/** Counts what is wrong with a source by column and kind; the values themselves go nowhere. */
export class FindingTally {
  readonly #counted = new Map<string, Counting>();

  add(finding: Finding, row: number): void {
    const id = `${finding.path}\n${finding.column}\n${finding.kind}`;
    let counting = this.#counted.get(id);
    if (counting === undefined) this.#counted.set(id, (counting = { ...finding, count: 0, rows: [] }));
    counting.count += 1;
    if (counting.rows.length < EXAMPLE_ROWS_MAX) counting.rows.push(row);
  }

  /** In the order in which each was first found. */
  get findings(): readonly CountedFinding[] {
    return [...this.#counted.values()].map((counting) => ({ ...counting, rows: [...counting.rows] }));
  }
}

/** A finding for whoever has to put it right. */
export function findingProblem({ path, column, text, count, rows }: CountedFinding): Problem {
  const values = count === 1 ? '1 value is' : `${count} values are`;
  const more = count > rows.length ? ', …' : '';
  return { path, message: `column ${column}: ${values} ${text} (row ${rows.join(', ')}${more})` };
}
