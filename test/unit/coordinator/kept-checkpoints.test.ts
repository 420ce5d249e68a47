import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';

import { MAX_CHECKPOINTS_OF_SIZE } from '../../../coordinator/audit/kept-checkpoints.js';
import { cosign, cosignedAt, formatSignatureLine, parseNote, witnessKey } from '../../../core/audit/index.js';
import { finish } from '../../../core/base/index.js';
import { entriesOf, FEDERATION, police, policeWitness, START, testKey } from '../audit/audit-fixtures.js';
import { auditFile, auditFolder, codeOf, HandClock, openAudit } from './audit-log-fixtures.js';

describe('a cosignature', () => {
  const healthKey = testKey(3);
  const health = witnessKey(FEDERATION, 'health', healthKey.publicKey);
  const lineFor = (note: string, key = police, { name } = policeWitness): string =>
    formatSignatureLine(cosign(parseNote(note).text, name, key, START));

  it('is kept with the checkpoint that it is of, and outlasts newer ones of the same size', () => {
    const [folder, clock] = [auditFolder(), new HandClock()];
    const log = openAudit(folder, { clock });
    log.append(entriesOf(3));
    const note = log.checkpoint();
    expect(codeOf(() => log.addCosignature(3, lineFor(note, testKey(9)), policeWitness))).toBe('BAD_COSIGNATURE');
    expect(codeOf(() => log.addCosignature(3, 'no line', policeWitness))).toBe('BAD_NOTE');
    expect(codeOf(() => log.addCosignature(2, lineFor(note), policeWitness))).toBe('AUDIT_RANGE');
    expect(log.cosignedBy(1)).toBeUndefined();
    log.addCosignature(3, lineFor(note), policeWitness);
    log.close();
    const again = openAudit(folder, { clock });
    expect(cosignedAt(parseNote(again.lastCheckpoint ?? ''), policeWitness)).toEqual(START);
    const newest = Array.from({ length: 5 }, () => again.checkpoint()).at(-1);
    expect([again.lastCheckpoint, again.checkpointOf(3), again.checkpointOfAll()]).toEqual([newest, newest, newest]);
    expect(again.cosignedBy(1)).toBe(`${note}${lineFor(note)}\n`);
    expect(again.checkpointOver(1)).toBe(again.cosignedBy(1));
    finish(again.verify());
    again.close();
    expect(openAudit(folder, { clock }).cosignedBy(1)).toBe(`${note}${lineFor(note)}\n`);
  });

  it('comes late where its checkpoint was signed anew meanwhile, and is kept; two new ones later it is of none', () => {
    const log = openAudit(auditFolder());
    log.append(entriesOf(3));
    const [first, second, newest] = [log.checkpoint(), log.checkpoint(), log.checkpoint()];
    expect(codeOf(() => log.addCosignature(3, lineFor(first), policeWitness))).toBe('BAD_COSIGNATURE');
    log.addCosignature(3, lineFor(second), policeWitness);
    expect(log.cosignedBy(1)).toBe(`${second}${lineFor(second)}\n`);
    expect(log.lastCheckpoint).toBe(newest);
  });

  it(`is shown with most others of its size; of one size ${MAX_CHECKPOINTS_OF_SIZE} checkpoints are kept`, () => {
    const folder = auditFolder();
    const log = openAudit(folder);
    log.append(entriesOf(3));
    const cosigned = (note: string, ...by: readonly ('police' | 'health')[]): string => {
      const lines = by.map((who) => (who === 'police' ? lineFor(note) : lineFor(note, healthKey, health)));
      for (const [place, who] of by.entries()) {
        log.addCosignature(3, lines[place] ?? '', who === 'police' ? policeWitness : health);
      }
      return `${note}${lines.map((line) => `${line}\n`).join('')}`;
    };
    const both = cosigned(log.checkpoint(), 'police', 'health');
    cosigned(log.checkpoint(), 'police');
    expect(log.cosignedBy(1)).toBe(both);
    const newer = cosigned(log.checkpoint(), 'health', 'police');
    expect(log.cosignedBy(1)).toBe(newer);
    log.checkpoint();
    log.checkpoint();
    expect(log.cosignedBy(1)).toBe(newer);
    log.close();
    const database = new Database(auditFile(folder));
    const kept = database.prepare('SELECT count(*) FROM checkpoints WHERE size = 3').pluck().get();
    database.close();
    expect(kept).toBe(MAX_CHECKPOINTS_OF_SIZE);
  });

  it('alone and late hides no smaller checkpoint with as many as are asked for', () => {
    const log = openAudit(auditFolder());
    log.append(entriesOf(3));
    const both = log.checkpoint();
    log.addCosignature(3, lineFor(both), policeWitness);
    log.addCosignature(3, lineFor(both, healthKey, health), health);
    log.append(entriesOf(2));
    expect(log.cosignedBy(3)?.startsWith(both)).toBe(true);
    const late = log.checkpoint();
    log.addCosignature(5, lineFor(late), policeWitness);
    const shown = (witnesses: number): string => log.cosignedBy(witnesses) ?? '';
    expect([0, 1].map(shown)).toEqual([`${late}${lineFor(late)}\n`, `${late}${lineFor(late)}\n`]);
    expect(shown(2)).toBe(`${both}${lineFor(both)}\n${lineFor(both, healthKey, health)}\n`);
    // Where none has so many, the largest with any.
    expect(shown(3)).toBe(shown(1));
    log.addCosignature(5, lineFor(late, healthKey, health), health);
    expect(shown(2).startsWith(late)).toBe(true);
  });

  it('is still there after the log was opened by a version that knows several checkpoints of one size', () => {
    const folder = auditFolder();
    const log = openAudit(folder);
    log.append(entriesOf(3));
    const note = log.checkpoint();
    log.addCosignature(3, lineFor(note), policeWitness);
    log.close();
    const database = new Database(auditFile(folder));
    database.exec(`CREATE TABLE before (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
      INSERT INTO before SELECT size, note FROM checkpoints; DROP TABLE checkpoints;
      ALTER TABLE before RENAME TO checkpoints; PRAGMA user_version = 1`);
    database.close();
    const again = openAudit(folder);
    expect(again.cosignedBy(1)).toBe(`${note}${lineFor(note)}\n`);
    finish(again.verify());
  });
});
