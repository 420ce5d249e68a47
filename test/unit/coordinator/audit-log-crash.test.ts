import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { AuditLog } from '../../../coordinator/index.js';
import { openCheckpoint, verifyConsistency, witness } from '../../../core/audit/index.js';
import type { SignedCheckpoint, WitnessDecision } from '../../../core/audit/index.js';
import { finish, uniformBelow, utf8Bytes } from '../../../core/base/index.js';
import { childProgram } from '../../support/child-program.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { entriesOf, log as trustedLog } from '../audit/audit-fixtures.js';
import { auditFile, auditFolder, auditOptions, HandClock, openAudit } from './audit-log-fixtures.js';

const child = fileURLToPath(new URL('audit-and-die.ts', import.meta.url));
const KILLS = 5;
/** After its first word, which takes a start, the writer lives for less than this. */
const LIFE_MS_MAX = 150;
const TORN = 40;

interface LastWords {
  readonly appended: number;
  readonly signed: number;
}

/** What a writer had acknowledged when it was killed. */
async function killedWriter(folder: string, lifeMs: number): Promise<LastWords> {
  const writer = spawn(process.execPath, [...childProgram(child), folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complaint] = ['', ''];
  writer.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  writer.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const over = once(writer, 'close') as Promise<[number | null, string | null]>;
  await Promise.race([once(writer.stdout, 'data'), over]);
  await setTimeout(lifeMs);
  writer.kill('SIGKILL');
  const [, signal] = await over;
  if (signal !== 'SIGKILL') throw new Error(`the writer was not killed: ${complaint}`);
  const last = (word: string): number =>
    Number(
      said
        .split('\n')
        .slice(0, -1)
        .findLast((line) => line.endsWith(word))
        ?.split(' ')[0] ?? 0,
    );
  return { appended: last('appended'), signed: last('signed') };
}

/** Every entry says which it is, so none can be missing, twice or in another's place. */
function expectWhole(log: AuditLog): void {
  for (let first = 0; first < log.head.size; first += 500) {
    const entries = log.entries(first, Math.min(first + 500, log.head.size));
    expect(entries).toEqual(entries.map((_, place) => utf8Bytes(`entry ${first + place}`)));
  }
  finish(log.verify());
}

describe('a coordinator that is killed while it writes its audit log', () => {
  it(`loses nothing that it had acknowledged, again and again (seed ${testSeed})`, async () => {
    const folder = auditFolder();
    const rng = seededRng(`audit crash ${testSeed}`);
    let before: SignedCheckpoint | undefined;
    for (let round = 0; round < KILLS; round += 1) {
      const { appended, signed } = await killedWriter(folder, uniformBelow(rng, LIFE_MS_MAX));
      const log = openAudit(folder, { clock: { now: () => new Date() } });
      expect(appended).toBeGreaterThan(0);
      expect(log.head.size).toBeGreaterThanOrEqual(appended);
      expectWhole(log);
      const last = log.lastCheckpoint === undefined ? undefined : openCheckpoint(log.lastCheckpoint, log.key);
      expect(last?.checkpoint.size ?? 0).toBeGreaterThanOrEqual(signed);
      // The next checkpoint continues what was signed before, whenever the writer was killed.
      const next = openCheckpoint(log.checkpoint(), log.key);
      for (const older of [before, last].filter((each) => each !== undefined)) {
        const { size } = older.checkpoint;
        const proof = log.consistencyProof(size, next.checkpoint.size);
        expect(verifyConsistency(older.checkpoint, next.checkpoint, proof)).toBe(true);
      }
      before = next;
      log.close();
    }
  });
});

describe('an audit log of which the last write was torn', () => {
  it(`opens as it was after some write before, whole (seed ${testSeed})`, () => {
    const folder = auditFolder();
    const rng = seededRng(`torn ${testSeed}`);
    const log = openAudit(folder);
    for (let size = 0; size < 60; size += 6) log.append(entriesOf(60).slice(size, size + 6));
    log.checkpoint();
    const writtenAhead = `${auditFile(folder)}-wal`;
    const { size: bytes } = statSync(writtenAhead);
    const sizes = new Set<number>();
    for (let round = 0; round < TORN; round += 1) {
      const torn = join(folder, `torn-${round}`);
      mkdirSync(torn);
      copyFileSync(auditFile(folder), auditFile(torn));
      copyFileSync(writtenAhead, `${auditFile(torn)}-wal`);
      tear(`${auditFile(torn)}-wal`, uniformBelow(rng, bytes), round % 3);
      const again = AuditLog.open(auditOptions(torn));
      expectWhole(again);
      expect(again.head.size % 6).toBe(0);
      sizes.add(again.head.size);
      again.append(entriesOf(1));
      again.close();
    }
    expect(sizes.size).toBeGreaterThan(3);
  });
});

/** Cuts a file off at a byte; or leaves rubbish behind it; or changes that byte. */
function tear(file: string, at: number, how: number): void {
  if (how < 2) truncateSync(file, at);
  if (how === 1) appendFileSync(file, Buffer.alloc(8_192, 0xa5));
  if (how < 2) return;
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(file, bytes);
}

describe('an audit log that was restored from an older backup', () => {
  function restored(): { readonly log: AuditLog; readonly seen: SignedCheckpoint; readonly clock: HandClock } {
    const [folder, clock] = [auditFolder(), new HandClock()];
    const lost = openAudit(folder, { clock });
    lost.append(entriesOf(10));
    lost.checkpoint();
    lost.close();
    copyFileSync(auditFile(folder), join(folder, 'backup'));
    const before = openAudit(folder, { clock });
    before.append(entriesOf(10, 'lost'));
    clock.pass(60);
    const seen = openCheckpoint(before.checkpoint(), before.key);
    before.close();
    copyFileSync(join(folder, 'backup'), auditFile(folder));
    clock.pass(60);
    return { log: openAudit(folder, { clock }), seen, clock };
  }

  function look(log: AuditLog, seen: SignedCheckpoint, clock: HandClock): WitnessDecision {
    const note = log.checkpoint();
    const { size } = openCheckpoint(note, log.key).checkpoint;
    const proof = size < seen.checkpoint.size ? [] : log.consistencyProof(seen.checkpoint.size, size);
    return witness({ log: trustedLog, last: seen, note, proof, now: clock.now() });
  }

  it('doesn’t know it itself', () => {
    const { log } = restored();
    expect(log.head.size).toBe(10);
    finish(log.verify());
  });

  it.each([
    [0, 'LOG_ROLLED_BACK'],
    [9, 'LOG_ROLLED_BACK'],
    [10, 'LOG_FORKED'],
    [11, 'LOG_INCONSISTENT'],
  ])('is found out by a witness when it has %i new entries: %s', (count, code) => {
    const { log, seen, clock } = restored();
    if (count > 0) log.append(entriesOf(count, 'new'));
    expect(look(log, seen, clock)).toMatchObject({ verdict: 'refuse', code, evidence: { seen } });
  });

  it('is let off when the very same entries are added again: nothing is lost then', () => {
    const { log, seen, clock } = restored();
    log.append(entriesOf(10, 'lost'));
    expect(look(log, seen, clock).verdict).toBe('cosign');
  });
});
