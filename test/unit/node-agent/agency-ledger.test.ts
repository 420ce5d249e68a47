import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { leafHash, logKey, logOrigin, rootOf, signCheckpoint } from '../../../core/audit/index.js';
import {
  AUDIT_LOG_FORMAT,
  entryBytes,
  offerEntry,
  verifyCopy,
  verifyLedgers,
} from '../../../core/audit-entries/index.js';
import type { AuditEntry, LogCopy } from '../../../core/audit-entries/index.js';
import { toHex } from '../../../core/base/index.js';
import { readAgencyLedger } from '../../../node-agent/index.js';
import type { RunAccount } from '../../../node-agent/budget/accounts.js';
import { LEDGER_FORMAT } from '../../../node-agent/ledger/ledger-file.js';
import { firstLink, linkOf } from '../../../node-agent/ledger/chain.js';
import { copyLedger } from '../../../node-agent/ledger/copy-ledger.js';
import type { VerifiedOffer } from '../../../node-agent/offers/verify-offer.js';
import { MemoryLog } from '../audit/audit-fixtures.js';
import { accountsOf, asked, roomySnapshots } from './accounts-fixtures.js';
import { governanceOf, identityOf } from './federation-fixtures.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile, openLedger, owner, refusedEntry } from './ledger-fixtures.js';
import { loggedTemplate } from './offer-log-fixtures.js';
import { federation, now } from './snapshot-fixtures.js';

const at = now.toISOString();
const finished: RunAccount = { failure: null, opened: true, clipped: [] };
const failedEarly: RunAccount = { failure: { code: 'PARTY_LOST', party: 'cps' }, opened: false, clipped: [] };
const watched = { mode: 'observe', trouble: null, records: new Map<string, number>() } as const;

/** A log in memory that has the offers that it is given, and the offers as a node verifies them then. */
class OfferedRuns {
  /** Of governance, whose template is asked each time. */
  readonly register = governanceOf(asked().offer).copy;
  readonly entries: AuditEntry[] = [
    { type: 'opened', at, format: AUDIT_LOG_FORMAT, federation },
    ...this.register.entries.map((entry, index) => ({
      ...{ type: 'register' as const, at, index },
      leaf: toHex(leafHash(entry)),
    })),
  ];

  offer(): VerifiedOffer {
    const verified = asked();
    this.entries.push(offerEntry(verified.offer, loggedTemplate));
    const { length: size } = this.entries;
    return { ...verified, log: { size, root: toHex(rootOf(new MemoryLog(this.#bytes), size)) } };
  }

  answer({ offer: { runId: run } }: VerifiedOffer, refusal: string | null): void {
    this.entries.push({ type: 'answer', at, run, agency: 'police', refusal });
  }

  get copy(): LogCopy {
    const { length: size } = this.entries;
    const root = rootOf(new MemoryLog(this.#bytes), size);
    const { note } = signCheckpoint({ origin: logOrigin(federation), size, root, at: now }, identityOf('coordinator'));
    return { checkpoint: note, cosigned: null, entries: this.#bytes };
  }

  get #bytes(): Uint8Array[] {
    return this.entries.map(entryBytes);
  }
}

describe('a ledger, read to be held against the audit log', () => {
  it('says what the log says of each run, as the node itself has written it', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    const accounts = accountsOf(ledger, { perSnapshot: 100, perQuarter: 100 });
    const runs = new OfferedRuns();

    const done = runs.offer();
    accounts.spend(done, roomySnapshots());
    accounts.ended(done, finished);
    runs.answer(done, null);
    const lost = runs.offer();
    accounts.spend(lost, roomySnapshots());
    accounts.ended(lost, failedEarly);
    const said = runs.offer();
    accounts.refused(said.offer, 'PAUSED', 'for a test', { log: said.log });
    runs.answer(said, 'PAUSED');
    const looked = runs.offer();
    accounts.observed(looked, watched);
    accounts.refused(looked.offer, 'NOT_LIVE', 'for a test', { log: looked.log });
    runs.answer(looked, 'NOT_LIVE');
    const unable = runs.offer();
    accounts.refused(unable.offer, 'INTERNAL', 'for a test', { log: unable.log });

    const read = readAgencyLedger(ledgerFile(folder));
    expect(read).toMatchObject({ federation, agency: 'police', entries: 8, span: { from: now, until: now } });
    expect(read.claims.map(({ entry, run, head, answer }) => [entry, run, head, answer])).toEqual([
      [1, done.offer.runId, done.log, { refusal: null }],
      [3, lost.offer.runId, lost.log, { refusal: null }],
      [5, said.offer.runId, said.log, { refusal: 'PAUSED' }],
      [6, looked.offer.runId, looked.log, { refusal: 'NOT_LIVE' }],
      [7, looked.offer.runId, looked.log, { refusal: 'NOT_LIVE' }],
      [8, unable.offer.runId, unable.log, null],
    ]);
    expect(read.ends).toEqual([
      { run: done.offer.runId, opened: true },
      { run: lost.offer.runId, opened: false },
    ]);

    const { copy } = runs;
    const log = logKey(federation, identityOf('coordinator').publicKey);
    const verified = verifyCopy(copy, {
      log,
      federation,
      witnesses: new Map(),
      earlier: [],
      register: runs.register.entries,
    });
    expect(verifyLedgers(copy, verified, federation, [read])).toMatchObject([
      { agreed: 5, unanswered: 2, contradictions: [], questions: [] },
    ]);
  });

  it('is read beside a running node, and from a copy, with the same result', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    ledger.append('refused', refusedEntry('a'));
    const to = join(folder, 'copy');
    copyLedger({ file: ledgerFile(folder), ...owner }, to);
    expect(readAgencyLedger(to)).toEqual(readAgencyLedger(ledgerFile(folder)));
    expect(readAgencyLedger(to).claims).toMatchObject([{ run: 'a', head: null, asked: null }]);
    ledger.append('refused', refusedEntry('b'));
    expect(readAgencyLedger(ledgerFile(folder)).entries).toBe(2);
    expect(readAgencyLedger(to).entries).toBe(1);
  });

  it('may be empty', () => {
    const folder = testFolder();
    openLedger(folder);
    expect(readAgencyLedger(ledgerFile(folder))).toEqual({
      ...{ federation, agency: 'police', entries: 0, span: null, claims: [], ends: [] },
    });
  });

  it('is refused when it was changed, also whose it is', () => {
    for (const sql of [
      `DROP TRIGGER never_changed; UPDATE entries SET body = replace(body, 'BUSY', 'PAUSED')`,
      `UPDATE whose SET agency = 'cps'`,
    ]) {
      const folder = testFolder();
      const ledger = openLedger(folder);
      ledger.append('refused', refusedEntry('a'));
      ledger.close();
      new Database(ledgerFile(folder)).exec(sql).close();
      expect(codeOf(() => readAgencyLedger(ledgerFile(folder)))).toBe('LEDGER_DAMAGED');
    }
  });

  it('is refused when an entry has no time, though the hashes fit', () => {
    const folder = testFolder();
    openLedger(folder).close();
    const entry = { number: 1, kind: 'refused', at: 'then', body: JSON.stringify(refusedEntry('a')) };
    const first = firstLink(owner.federation, owner.agency);
    const database = new Database(ledgerFile(folder));
    database
      .prepare('INSERT INTO entries (number, kind, at, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)')
      .run(...Object.values(entry), first, linkOf(entry, first));
    database.close();
    expect(codeOf(() => readAgencyLedger(ledgerFile(folder)))).toBe('LEDGER_DAMAGED');
  });

  it('is refused when it isn’t one, says not whose it is, or has what only a later version knows', () => {
    const unusable = (sql: string): string => {
      const folder = testFolder();
      const ledger = openLedger(folder);
      ledger.append('refused', refusedEntry('a'));
      ledger.append('changed' as 'refused', refusedEntry('later'));
      ledger.close();
      new Database(ledgerFile(folder)).exec(sql).close();
      expect(codeOf(() => readAgencyLedger(ledgerFile(folder)))).toBe('LEDGER_UNUSABLE');
      return folder;
    };
    unusable('PRAGMA application_id = 1');
    unusable(`PRAGMA user_version = ${LEDGER_FORMAT + 1}`);
    unusable('DELETE FROM whose');
    const folder = unusable('');
    expect(() => readAgencyLedger(ledgerFile(folder))).toThrow(/kinds that this version doesn't know/);
    expect(codeOf(() => readAgencyLedger(join(folder, 'none')))).toBe('LEDGER_UNUSABLE');
    copyFileSync(new URL(import.meta.url), join(folder, 'text'));
    expect(codeOf(() => readAgencyLedger(join(folder, 'text')))).toBe('LEDGER_DAMAGED');
  });
});
