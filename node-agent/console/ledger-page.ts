import type { NodeConfig } from '../config.js';
import { entryWords } from '../ledger/entry-text.js';
import { withLedger } from '../ledger-report.js';

/** Entries on one page. */
export const LEDGER_PAGE_ENTRIES = 100;

export interface LedgerLine {
  readonly number: number;
  readonly at: string;
  readonly what: string;
  readonly details: readonly string[];
}

/** The newest first. */
export interface LedgerPage {
  readonly lines: readonly LedgerLine[];
  /** Entries that the ledger has in all. */
  readonly entries: number;
  /** Numbers before which the next older page, and the next newer one, begin; null where there is none. */
  readonly olderBefore: number | null;
  readonly newerBefore: number | null;
}

/**
 * Those entries before that number, as many as a page has; the newest of all where there is none. Pages stay as they are while
 * the node writes on.
 * Thrown when the ledger isn't whole, or can't be read: NodeError LEDGER_DAMAGED, LEDGER_UNUSABLE.
 */
export function ledgerPage(config: NodeConfig, before?: number): LedgerPage {
  return withLedger(config, (ledger) => {
    const { entries } = ledger.head;
    const end = Math.min(before ?? entries + 1, entries + 1);
    const first = Math.max(1, end - LEDGER_PAGE_ENTRIES);
    const lines: LedgerLine[] = [];
    for (const entry of ledger.entries(first - 1)) {
      if (entry.number >= end) break;
      const [what = '', ...details] = entryWords(entry);
      lines.push({ number: entry.number, at: entry.at, what, details });
    }
    return {
      lines: lines.toReversed(),
      entries,
      olderBefore: first > 1 ? first : null,
      newerBefore: end > entries ? null : end + LEDGER_PAGE_ENTRIES,
    };
  });
}
