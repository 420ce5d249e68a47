import { readFileSync, writeFileSync } from 'node:fs';

import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { MAX_BATCH_ENTRIES, TAIL_ENTRIES } from '../../../coordinator/index.js';
import { AuditLog } from '../../../coordinator/audit/audit-log.js';
import { storeIn } from '../../../coordinator/audit/audit-store.js';
import { MAX_CHECKPOINTS_COMPARED } from '../../../coordinator/audit/kept-checkpoints.js';
import { openDatabase } from '../../../coordinator/index.js';
import {
  cosign,
  formatSignatureLine,
  leafHash,
  MAX_AHEAD_SECONDS,
  MAX_ENTRY_BYTES,
  openCheckpoint,
  parseNote,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/audit/index.js';
import type { Checkpoint } from '../../../core/audit/index.js';
import { finish } from '../../../core/base/index.js';
import { naiveRoot } from '../../support/naive-log.js';
import { entriesOf, police, policeWitness, START, testKey } from '../audit/audit-fixtures.js';
import { auditFile, auditFolder, auditOptions, codeOf, HandClock, openAudit } from './audit-log-fixtures.js';

function open(note: string, log: AuditLog): Checkpoint {
  return openCheckpoint(note, log.key).checkpoint;
}

describe('the audit log', () => {
  it('gives back what was added, in its order, also after it was closed', () => {
    const folder = auditFolder();
    const log = openAudit(folder);
    const entries = entriesOf(7);
    expect(log.append(entries.slice(0, 3))).toEqual({ first: 0, size: 3 });
    expect(log.append(entries.slice(3, 4))).toEqual({ first: 3, size: 4 });
    expect(log.append(entries.slice(4))).toEqual({ first: 4, size: 7 });
    const { head } = log;
    expect(Buffer.compare(head.root, naiveRoot(entries))).toBe(0);
    log.close();
    const again = openAudit(folder);
    expect(again.head).toEqual(head);
    expect(again.entries(0, 7)).toEqual(entries);
    expect(again.entries(2, 5)).toEqual(entries.slice(2, 5));
    expect(again.append(entriesOf(1))).toEqual({ first: 7, size: 8 });
    finish(again.verify());
  });

  it(`names of the ${MAX_CHECKPOINTS_COMPARED} earliest checkpoints with an entry that with most cosignatures, or makes one`, () => {
    const clock = new HandClock();
    const log = openAudit(auditFolder(), { clock });
    log.append(entriesOf(3));
    const made = log.checkpointOver(3);
    expect([open(made, log).size, log.lastCheckpoint]).toEqual([3, made]);
    const notes = Array.from({ length: MAX_CHECKPOINTS_COMPARED + 1 }, () => {
      log.append(entriesOf(1));
      return log.checkpoint();
    });
    expect(log.checkpointOver(2)).toBe(made);
    expect(log.checkpointOver(4)).toBe(notes[0]);
    const cosigned = (size: number): string => {
      const { text } = parseNote(log.checkpointOf(size) ?? '');
      const line = formatSignatureLine(cosign(text, policeWitness.name, police, clock.now()));
      log.addCosignature(size, line, policeWitness);
      return log.checkpointOf(size) ?? '';
    };
    cosigned(4 + MAX_CHECKPOINTS_COMPARED);
    expect(log.checkpointOver(4)).toBe(notes[0]);
    const [last, second] = [cosigned(3 + MAX_CHECKPOINTS_COMPARED), cosigned(5)];
    expect(log.checkpointOver(4)).toBe(second);
    expect(log.checkpointOver(6)).toBe(last);
    expect(codeOf(() => log.checkpointOver(5 + MAX_CHECKPOINTS_COMPARED))).toBe('AUDIT_RANGE');
  });

  it(`takes entries of 1 to ${MAX_ENTRY_BYTES} bytes, up to ${MAX_BATCH_ENTRIES} at a time, and all or none of them`, () => {
    const log = openAudit(auditFolder());
    const sized = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(7);
    expect(log.append([sized(1), sized(MAX_ENTRY_BYTES)]).size).toBe(2);
    for (const bytes of [0, MAX_ENTRY_BYTES + 1]) {
      expect(codeOf(() => log.append([sized(1), sized(bytes)]))).toBe('AUDIT_ENTRY_SIZE');
    }
    expect(() => log.append([sized(1), sized(0)])).toThrow(/Entry 2 /);
    expect(codeOf(() => log.append([]))).toBe('AUDIT_BATCH_SIZE');
    expect(codeOf(() => log.append(entriesOf(MAX_BATCH_ENTRIES + 1)))).toBe('AUDIT_BATCH_SIZE');
    expect(log.head.size).toBe(2);
    expect(log.append(entriesOf(MAX_BATCH_ENTRIES)).size).toBe(2 + MAX_BATCH_ENTRIES);
    finish(log.verify());
  });

  it('signs what it is, and proves what is in it and what it was', () => {
    const [log, clock] = [openAudit(auditFolder()), new HandClock()];
    const entries = entriesOf(50);
    const checkpoints = [open(log.checkpoint(), log)];
    for (const size of [1, 2, 17, 32, 50]) {
      clock.pass(1);
      log.append(entries.slice(log.head.size, size));
      checkpoints.push(open(log.checkpoint(), log));
    }
    expect(checkpoints.map(({ size }) => size)).toEqual([0, 1, 2, 17, 32, 50]);
    for (const newer of checkpoints) {
      for (const older of checkpoints.filter(({ size }) => size <= newer.size)) {
        expect(verifyConsistency(older, newer, log.consistencyProof(older.size, newer.size))).toBe(true);
      }
      for (const [index, entry] of entries.slice(0, newer.size).entries()) {
        expect(verifyInclusion(leafHash(entry), index, newer, log.inclusionProof(index, newer.size))).toBe(true);
      }
    }
  });

  it('has no proofs and entries beyond its end, and none of what is no number', () => {
    const log = openAudit(auditFolder());
    log.append(entriesOf(10));
    const asked: (() => unknown)[] = [
      () => log.rootAt(11),
      () => log.rootAt(-1),
      () => log.inclusionProof(10, 10),
      () => log.inclusionProof(0, 11),
      () => log.inclusionProof(-1, 10),
      () => log.inclusionProof(0.5, 10),
      () => log.inclusionProof(0, 0),
      () => log.consistencyProof(0, 11),
      () => log.consistencyProof(5, 4),
      () => log.consistencyProof(Number.NaN, 4),
      () => log.entries(0, 11),
      () => log.entries(5, 4),
      () => log.entries(-1, 4),
    ];
    for (const work of asked) expect(codeOf(work)).toBe('AUDIT_RANGE');
    expect(log.entries(10, 10)).toEqual([]);
    log.append(entriesOf(MAX_BATCH_ENTRIES));
    expect(log.entries(3, 3 + MAX_BATCH_ENTRIES)).toHaveLength(MAX_BATCH_ENTRIES);
    expect(codeOf(() => log.entries(3, 4 + MAX_BATCH_ENTRIES))).toBe('AUDIT_RANGE');
  });

  it('is not changed by anybody who keeps to SQL', () => {
    const folder = auditFolder();
    const log = openAudit(folder);
    log.append(entriesOf(2));
    log.close();
    const database = new Database(auditFile(folder));
    for (const sql of [
      "UPDATE entries SET bytes = x'00'",
      'DELETE FROM entries',
      "UPDATE hashes SET hash = x'00'",
      'DELETE FROM hashes',
    ]) {
      expect(() => database.exec(sql)).toThrow(/are never/);
    }
    database.close();
  });
});

describe('the times of checkpoints', () => {
  it('grow also where the log doesn’t, or the clock stands still or goes back a little', () => {
    const [folder, clock] = [auditFolder(), new HandClock()];
    const log = openAudit(folder, { clock });
    const first = open(log.checkpoint(), log);
    expect(first.at).toEqual(START);
    expect(open(log.checkpoint(), log)).toEqual({ ...first, at: new Date(START.getTime() + 1) });
    clock.pass(-MAX_AHEAD_SECONDS + 0.001);
    log.append(entriesOf(1));
    expect(open(log.checkpoint(), log).at).toEqual(new Date(START.getTime() + 2));
    log.close();
    // Also after a start.
    const again = openAudit(folder, { clock });
    expect(codeOf(() => again.checkpoint())).toBe('AUDIT_CLOCK_BACK');
    clock.pass(0.001);
    expect(open(again.checkpoint(), again).at).toEqual(new Date(START.getTime() + 3));
  });
});

describe('an audit log that can’t be opened', () => {
  /** A log of 300 entries with a checkpoint at 290, changed behind its back. */
  function changed(sql: string): string {
    const folder = auditFolder();
    const log = openAudit(folder);
    log.append(entriesOf(290));
    log.checkpoint();
    log.append(entriesOf(10));
    log.close();
    const database = new Database(auditFile(folder));
    for (const trigger of ['entries_stay', 'entries_remain', 'hashes_stay', 'hashes_remain']) {
      database.exec(`DROP TRIGGER ${trigger}`);
    }
    database.exec(sql);
    database.close();
    return folder;
  }

  const last = 299;
  const inTail = 300 - TAIL_ENTRIES;
  it.each([
    ['its last entry is another', `UPDATE entries SET bytes = x'00' WHERE number = ${last}`],
    ['the first entry of its tail is another', `UPDATE entries SET bytes = x'00' WHERE number = ${inTail}`],
    ['its last entry is gone', `DELETE FROM entries WHERE number = ${last}`],
    ['an entry of its tail is gone', `DELETE FROM entries WHERE number = ${inTail}`],
    ['it has an entry too many', "INSERT INTO entries VALUES (300, x'00')"],
    [
      'its last hash is another',
      'UPDATE hashes SET hash = zeroblob(32) WHERE position = (SELECT max(position) FROM hashes)',
    ],
    ['its last hash is gone', 'DELETE FROM hashes WHERE position = (SELECT max(position) FROM hashes)'],
    ['a hash within is gone', 'DELETE FROM hashes WHERE position = 540'],
    ['a hash within is another', 'UPDATE hashes SET hash = zeroblob(32) WHERE position = 541'],
    ['its root is another', 'UPDATE log SET root = zeroblob(32)'],
    ['it says that it is smaller', 'UPDATE log SET size = 299'],
    ['it says that it is larger', 'UPDATE log SET size = 301'],
  ])('is refused when %s', (_, sql) => {
    const folder = changed(sql);
    expect(codeOf(() => AuditLog.open(auditOptions(folder)))).toBe('AUDIT_LOG_DAMAGED');
    // And lets go of the file.
    openDatabaseOf(folder).close();
  });

  it('is found out when a page of its file is rubbish', () => {
    const folder = changed('SELECT 1');
    const whole = readFileSync(auditFile(folder));
    const pageBytes = 4_096;
    const codes = new Set<string | undefined>();
    for (let page = 1; page * pageBytes < whole.length; page += 1) {
      writeFileSync(auditFile(folder), Buffer.from(whole).fill(0xa5, page * pageBytes, (page + 1) * pageBytes));
      codes.add(
        codeOf(() => {
          const log = AuditLog.open(auditOptions(folder));
          try {
            finish(log.verify());
            log.entries(0, log.head.size);
          } finally {
            log.close();
          }
        }),
      );
    }
    expect(codes).toContain('AUDIT_LOG_DAMAGED');
    // A page that SQLite itself needs to open a database.
    codes.delete('AUDIT_LOG_DAMAGED');
    codes.delete('DATABASE_UNREADABLE');
    expect([...codes]).toEqual([]);
  });

  it('is refused when it is shorter than its last checkpoint', () => {
    const folder = changed('SELECT 1');
    const shorter = openAudit(auditFolder());
    shorter.append(entriesOf(280));
    const { root } = shorter.head;
    const database = new Database(auditFile(folder));
    database.exec('DELETE FROM entries WHERE number >= 280');
    database.exec(`DELETE FROM hashes WHERE position >= ${2 * 280 - 3}`);
    database.prepare('UPDATE log SET size = 280, root = ?').run(root);
    database.close();
    expect(() => AuditLog.open(auditOptions(folder))).toThrow(/continue its last checkpoint/);
  });

  it('finds what was changed before its tail when all of it is verified, not before', () => {
    for (const sql of [
      `UPDATE entries SET bytes = x'00' WHERE number = ${inTail - 1}`,
      'UPDATE hashes SET hash = zeroblob(32) WHERE position = 2',
    ]) {
      const log = openAudit(changed(sql));
      expect(codeOf(() => finish(log.verify()))).toBe('AUDIT_LOG_DAMAGED');
    }
    const log = openAudit(changed('SELECT 1'));
    finish(log.verify());
  });

  it('finds an older checkpoint that was changed when all of it is verified', () => {
    const folder = changed("UPDATE checkpoints SET note = replace(note, 'time 2026', 'time 2025')");
    expect(codeOf(() => AuditLog.open(auditOptions(folder)))).toBe('AUDIT_LOG_OTHER');
    const older = changed('INSERT INTO checkpoints (size, note) SELECT 280, note FROM checkpoints');
    finish(openAudit(older).verify());
    const forged = changed(
      "INSERT INTO checkpoints (size, note) SELECT 280, replace(note, 'time 2026', 'time 2025') FROM checkpoints",
    );
    const log = openAudit(forged);
    expect(codeOf(() => finish(log.verify()))).toBe('AUDIT_LOG_DAMAGED');
  });

  it('is refused for another federation, and for another key once it has signed', () => {
    const folder = auditFolder();
    openAudit(folder).close();
    expect(codeOf(() => openAudit(folder, { federation: 'elsewhere' }))).toBe('AUDIT_LOG_OTHER');
    openAudit(folder, { key: testKey(9) }).close();
    const log = openAudit(folder);
    log.checkpoint();
    log.close();
    expect(codeOf(() => openAudit(folder, { key: testKey(9) }))).toBe('AUDIT_LOG_OTHER');
  });

  it('is refused while another coordinator has it, or where there is another database', () => {
    const folder = auditFolder();
    const log = openAudit(folder);
    expect(codeOf(() => AuditLog.open(auditOptions(folder)))).toBe('DATABASE_LOCKED');
    log.close();
    const runs = auditFolder();
    openDatabase(auditFile(runs)).close();
    expect(codeOf(() => AuditLog.open(auditOptions(runs)))).toBe('SCHEMA_UNKNOWN');
  });
});

describe('an audit log on a full disk', () => {
  it('adds nothing, says so, and goes on when there is room', () => {
    const folder = auditFolder();
    openAudit(folder).close();
    const database = openDatabaseOf(folder);
    const log = AuditLog.over(storeIn(database), auditOptions(folder));
    log.append(entriesOf(5));
    const before = log.head;
    const pages = database.pragma('page_count', { simple: true }) as number;
    database.pragma(`max_page_count = ${pages}`);
    const large = Array.from({ length: 20 }, () => new Uint8Array(MAX_ENTRY_BYTES));
    expect(codeOf(() => log.append(large))).toBe('AUDIT_LOG_UNWRITABLE');
    expect(log.head).toEqual(before);
    database.pragma('max_page_count = 1000000');
    expect(log.append(large)).toEqual({ first: 5, size: 25 });
    finish(log.verify());
    log.close();
  });
});

function openDatabaseOf(folder: string): Database.Database {
  return openDatabase(auditFile(folder), {
    applicationId: 0x54736175,
    migrations: ['coordinator', 'audit', 'migrations'],
    shared: false,
  });
}
