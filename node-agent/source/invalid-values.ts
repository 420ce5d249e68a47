import type { Problem } from '../../core/base/index.js';
import { NodeError } from '../errors.js';

/** Rows named of each kind of invalid value: enough to find the cause, few enough to read. */
export const EXAMPLE_ROWS_MAX = 5;

interface Tally {
  readonly column: string;
  readonly reason: string;
  readonly exampleRows: number[];
  count: number;
}

/** Collects what is wrong with a source by column and reason; the values themselves go nowhere. */
export class InvalidValues {
  readonly #tallies = new Map<string, Tally>();

  get empty(): boolean {
    return this.#tallies.size === 0;
  }

  /** `row` is counted from 1, in the order in which the source is read. */
  add(path: string, column: string, row: number, reason: string): void {
    const id = `${path}\n${reason}`;
    let tally = this.#tallies.get(id);
    if (tally === undefined) {
      tally = { column, reason, exampleRows: [], count: 0 };
      this.#tallies.set(id, tally);
    }
    tally.count += 1;
    if (tally.exampleRows.length < EXAMPLE_ROWS_MAX) tally.exampleRows.push(row);
  }

  /** Thrown when anything was collected: NodeError SOURCE_INVALID. */
  throwIfAny(dataset: string): void {
    if (this.empty) return;
    const problems: Problem[] = [...this.#tallies].map(([id, { column, reason, exampleRows, count }]) => ({
      path: id.slice(0, id.indexOf('\n')),
      message: `column ${column}: ${count} ${count === 1 ? 'value is' : 'values are'} ${reason} (row ${exampleRows.join(', ')}${count > exampleRows.length ? ', …' : ''})`,
    }));
    throw new NodeError(
      'SOURCE_INVALID',
      `The source of ${dataset} holds values that its definition doesn't allow, so no snapshot was made: correct them or map them in a view.`,
      { problems },
    );
  }
}
