import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import type { EntryBody } from '../../../node-agent/ledger/entries.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import type { LedgerOptions } from '../../../node-agent/ledger/ledger.js';
import { federation, now } from './snapshot-fixtures.js';

export const owner = { federation, agency: 'police' };

export function ledgerFile(folder: string): string {
  return join(folder, 'ledger.sqlite');
}

/** Opens the ledger in the folder to write it; closed when the test is over. */
export function openLedger(folder: string, changes: Partial<LedgerOptions> = {}): Ledger {
  const ledger = Ledger.open({ file: ledgerFile(folder), ...owner, clock: { now: () => now }, ...changes });
  onTestFinished(() => ledger.close());
  return ledger;
}

export function refusedEntry(runId: string): EntryBody<'refused'> {
  return { runId, code: 'BUSY', reason: 'for a test', envelope: 'ab'.repeat(32), requester: 'analyst' };
}
