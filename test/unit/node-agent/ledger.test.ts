import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { firstLink, linkOf } from '../../../node-agent/ledger/chain.js';
import { MAX_BODY_CHARACTERS } from '../../../node-agent/ledger/entries.js';
import { LEDGER_FORMAT } from '../../../node-agent/ledger/ledger-file.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { fromHex, toHex } from '../../../core/base/index.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile, openLedger, owner, refusedEntry } from './ledger-fixtures.js';
import { now } from './snapshot-fixtures.js';

/** A folder with a ledger of three entries, closed. */
function written(): string {
  const folder = testFolder();
  const ledger = openLedger(folder);
  for (const runId of ['a', 'b', 'c']) ledger.append('refused', refusedEntry(runId));
  ledger.close();
  return folder;
}

/** Changes the file behind the program's back. */
function tamper(folder: string, sql: string): void {
  const database = new Database(ledgerFile(folder));
  database.exec(`DROP TRIGGER never_changed; DROP TRIGGER never_deleted; ${sql}`);
  database.close();
}

describe('Ledger', () => {
  it('gives back what was appended, in order, also when it is opened anew', () => {
    const folder = written();
    const ledger = openLedger(folder);
    const at = now.toISOString();
    expect([...ledger.entries()]).toEqual(
      ['a', 'b', 'c'].map((runId, index) => ({ number: index + 1, kind: 'refused', at, body: refusedEntry(runId) })),
    );
    expect([...ledger.entries(2)]).toMatchObject([{ number: 3 }]);
    expect([...ledger.entries(3)]).toEqual([]);
  });

  it('chains each entry to the one before, from who the ledger belongs to', () => {
    const ledger = openLedger(written());
    let hash = firstLink(owner.federation, owner.agency);
    for (const { number, kind, at, body } of ledger.entries()) {
      hash = linkOf({ number, kind, at, body: JSON.stringify(body) }, hash);
    }
    expect(ledger.verify()).toEqual({ entries: 3, hash: toHex(hash) });
    expect(ledger.head).toEqual(ledger.verify());
  });

  it('hashes everything that an entry says', () => {
    const entry = { number: 1, kind: 'refused', at: now.toISOString(), body: '{}' };
    const first = firstLink('study', 'police');
    const others = [
      linkOf({ ...entry, number: 2 }, first),
      linkOf({ ...entry, kind: 'spent' }, first),
      linkOf({ ...entry, at: '2026-04-02T09:30:00.001Z' }, first),
      linkOf({ ...entry, body: '{ }' }, first),
      linkOf(entry, firstLink('study', 'cps')),
      linkOf(entry, firstLink('other', 'police')),
    ].map(toHex);
    expect(new Set([...others, toHex(linkOf(entry, first))]).size).toBe(others.length + 1);
  });

  it('takes all of a transaction or nothing', () => {
    const ledger = openLedger(testFolder());
    const half = (): void => {
      ledger.append('refused', refusedEntry('half'));
      throw new TypeError('a mistake');
    };
    expect(() => ledger.atomically(half)).toThrow(TypeError);
    expect(ledger.head.entries).toBe(0);
    ledger.atomically(() => {
      for (const runId of ['one', 'two']) ledger.append('refused', refusedEntry(runId));
    });
    expect(ledger.verify().entries).toBe(2);
  });

  it('is readable by its owner only, with all that SQLite puts beside it', () => {
    const folder = testFolder();
    openLedger(folder).append('refused', refusedEntry('a'));
    const files = readdirSync(folder).filter((name) => name.startsWith('ledger'));
    expect(files).toEqual([
      'ledger.sqlite',
      'ledger.sqlite-shm',
      'ledger.sqlite-wal',
      'ledger.sqlite.lock',
      'ledger.sqlite.lock-journal',
    ]);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('is refused when others may use it', () => {
    const folder = written();
    chmodSync(ledgerFile(folder), 0o640);
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_EXPOSED');
    chmodSync(ledgerFile(folder), 0o600);
    expect(openLedger(folder).head.entries).toBe(3);
  });

  it('belongs to one node at a time, in one process too', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_IN_USE');
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_IN_USE');
    ledger.append('refused', refusedEntry('still its own'));
    ledger.close();
    expect(openLedger(folder).head.entries).toBe(1);
  });

  it('can be read while it is written, and not written by who reads', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    const reader = Ledger.read({ file: ledgerFile(folder), ...owner });
    ledger.append('refused', refusedEntry('a'));
    expect(reader.verify()).toEqual(ledger.head);
    expect(() => reader.append('refused', refusedEntry('b'))).toThrow(RangeError);
    reader.close();
  });

  it.each<[string, string]>([
    ['a changed body', `UPDATE entries SET body = replace(body, 'BUSY', 'BUSZ') WHERE number = 2`],
    ['a changed time', `UPDATE entries SET at = '2026-04-02T09:30:00.001Z' WHERE number = 2`],
    ['a changed kind', `UPDATE entries SET kind = 'answered' WHERE number = 2`],
    ['a changed hash', `UPDATE entries SET hash = zeroblob(32) WHERE number = 2`],
    ['another entry before', `UPDATE entries SET previous = zeroblob(32) WHERE number = 2`],
    ['a missing entry', `DELETE FROM entries WHERE number = 2`],
    ['a missing first entry', `DELETE FROM entries WHERE number = 1`],
    [
      'swapped entries',
      `UPDATE entries SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number > 1;
      UPDATE entries SET number = -number WHERE number < 0`,
    ],
  ])('notices %s', (_, sql) => {
    const folder = written();
    tamper(folder, sql);
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_DAMAGED');
    expect(codeOf(() => Ledger.read({ file: ledgerFile(folder), ...owner }))).toBe('LEDGER_DAMAGED');
  });

  it('notices a number that was left out, though the hashes fit', () => {
    const folder = written();
    const { hash } = Ledger.read({ file: ledgerFile(folder), ...owner }).head;
    const entry = { number: 5, kind: 'refused', at: now.toISOString(), body: JSON.stringify(refusedEntry('d')) };
    const previous = fromHex(hash);
    const database = new Database(ledgerFile(folder));
    database
      .prepare('INSERT INTO entries (number, kind, at, body, previous, hash) VALUES (?, ?, ?, ?, ?, ?)')
      .run(...Object.values(entry), previous, linkOf(entry, previous));
    database.close();
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_DAMAGED');
  });

  it('has entries that not even its own program can change', () => {
    const folder = written();
    const database = new Database(ledgerFile(folder));
    expect(() => database.exec(`UPDATE entries SET body = '{}'`)).toThrow('never changed');
    expect(() => database.exec(`DELETE FROM entries`)).toThrow('never deleted');
    database.close();
  });

  it('notices a body that is not of its kind when it is read', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    ledger.append('refused', { ...refusedEntry('a'), extra: 'surprise' } as ReturnType<typeof refusedEntry>);
    expect(ledger.verify().entries).toBe(1);
    expect(codeOf(() => [...ledger.entries()])).toBe('LEDGER_DAMAGED');
  });

  it('passes over kinds of a later version', () => {
    const folder = written();
    const ledger = openLedger(folder);
    ledger.append('changed' as 'refused', refusedEntry('later'));
    expect(ledger.verify().entries).toBe(4);
    expect([...ledger.entries()]).toHaveLength(3);
  });

  it('bounds what an entry may say', () => {
    const ledger = openLedger(testFolder());
    const rest = JSON.stringify({ ...refusedEntry('a'), reason: '' }).length;
    const entry = (characters: number): ReturnType<typeof refusedEntry> => ({
      ...refusedEntry('a'),
      reason: 'x'.repeat(characters - rest),
    });
    ledger.append('refused', entry(MAX_BODY_CHARACTERS));
    expect(codeOf(() => ledger.append('refused', entry(MAX_BODY_CHARACTERS + 1)))).toBe('LEDGER_UNUSABLE');
    expect(ledger.verify().entries).toBe(1);
  });

  it.each<[string, string, (file: string) => void]>([
    ['LEDGER_DAMAGED', 'is no database', (file) => writeFileSync(file, 'no database at all', { mode: 0o600 })],
    [
      'LEDGER_UNUSABLE',
      'is a database of something else',
      (file) => new Database(file).exec('CREATE TABLE t (a)').close(),
    ],
    ['LEDGER_UNUSABLE', 'is a folder', (file) => mkdirSync(file, { mode: 0o700 })],
  ])('says %s when the file %s', (code, _, make) => {
    const folder = testFolder();
    make(ledgerFile(folder));
    if (code !== 'LEDGER_UNUSABLE' || statSync(ledgerFile(folder)).isFile()) chmodSync(ledgerFile(folder), 0o600);
    expect(codeOf(() => openLedger(folder))).toBe(code);
  });

  it('says LEDGER_UNUSABLE where there is no folder for it, and to readers where there is no ledger', () => {
    const folder = testFolder();
    expect(codeOf(() => openLedger(join(folder, 'nowhere')))).toBe('LEDGER_UNUSABLE');
    expect(codeOf(() => Ledger.read({ file: ledgerFile(folder), ...owner }))).toBe('LEDGER_UNUSABLE');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a ledger of another agency, federation or version', () => {
    const folder = written();
    expect(codeOf(() => openLedger(folder, { agency: 'cps' }))).toBe('LEDGER_UNUSABLE');
    expect(codeOf(() => openLedger(folder, { federation: 'other' }))).toBe('LEDGER_UNUSABLE');
    tamper(folder, `PRAGMA user_version = ${LEDGER_FORMAT + 1}`);
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_UNUSABLE');
  });
});
