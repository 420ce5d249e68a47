import type { AuditEntry, UnknownEntry } from '../../core/audit-entries/index.js';

/** Where in the audit log each run is spoken of: kept in memory, so that nobody reads the whole log for one run. */
export class RunEntries {
  readonly #places = new Map<string, number[]>();

  /** `index`: of the entry, from 0. Entries come in the order of the log. */
  take(entry: AuditEntry | UnknownEntry, index: number): void {
    if (!('run' in entry)) return;
    const places = this.#places.get(entry.run);
    if (places === undefined) this.#places.set(entry.run, [index]);
    else places.push(index);
  }

  /** Indices, ascending; none where the log doesn't speak of it. */
  of(run: string): readonly number[] {
    return this.#places.get(run) ?? [];
  }
}
