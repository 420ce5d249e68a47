import { COORDINATOR, JoinError, listId } from '../../core/private-join/index.js';
import type { ListId, ListRows, ListSource, PartyId, RowChunk } from '../../core/private-join/index.js';
import { compileClipped, compileList, compileOptOuts, OPT_OUTS } from '../../core/templates/index.js';
import type { BoundParameters, BoundTemplate } from '../../core/templates/index.js';
import type { SnapshotLease } from './snapshot-store.js';

/** Is told, list by list, how many values of its measures were outside their ranges and taken for the nearer end. */
export type ClippedObserver = (dataset: string, values: number) => void;

/** (Provider) The lists of one run, from the snapshots that its offer named. */
export class SnapshotListSource implements ListSource {
  readonly #self: PartyId;
  readonly #bound: BoundTemplate;
  readonly #parameters: BoundParameters;
  readonly #leases: ReadonlyMap<string, SnapshotLease>;
  readonly #clipped: ClippedObserver;

  /** `leases` by dataset. They stay the caller's, who releases them when the run has ended. */
  constructor(
    self: PartyId,
    bound: BoundTemplate,
    parameters: BoundParameters,
    leases: ReadonlyMap<string, SnapshotLease>,
    clipped: ClippedObserver = () => undefined,
  ) {
    this.#self = self;
    this.#bound = bound;
    this.#parameters = parameters;
    this.#leases = leases;
    this.#clipped = clipped;
  }

  /** Thrown when the list isn't this agency's: JoinError UNKNOWN_LIST; else as ListSource says. */
  open(list: ListId): ListRows {
    const found = [...this.#leases].find(([dataset]) => listId(dataset, this.#self) === list);
    if (found === undefined) {
      throw new JoinError('UNKNOWN_LIST', COORDINATOR, `${list} is not a list of ${this.#self} in this run`);
    }
    const [dataset, lease] = found;
    return this.#readable(dataset, () => {
      const compiled =
        dataset === OPT_OUTS ? compileOptOuts(this.#bound) : compileList(this.#bound, dataset, this.#parameters);
      if (compiled.numbers.length > 0) {
        this.#clipped(dataset, lease.number(compileClipped(this.#bound, dataset, this.#parameters)));
      }
      const rows = lease.list(compiled);
      return { count: rows.count, chunks: () => this.#chunks(dataset, rows), close: () => rows.close() };
    });
  }

  *#chunks(dataset: string, rows: ListRows): Iterable<RowChunk> {
    const chunks = this.#readable(dataset, () => rows.chunks()[Symbol.iterator]());
    try {
      for (;;) {
        const next = this.#readable(dataset, () => chunks.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      chunks.return?.();
    }
  }

  #readable<T>(dataset: string, read: () => T): T {
    try {
      return read();
    } catch (thrown) {
      if (thrown instanceof JoinError) throw thrown;
      throw new JoinError(
        'SNAPSHOT_UNREADABLE',
        this.#self,
        `${this.#self} can't read its snapshot of ${dataset}: its operator has to prepare it again`,
        { cause: thrown },
      );
    }
  }
}
