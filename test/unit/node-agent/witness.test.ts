import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  cosignedAt,
  isAnswered,
  logKey,
  parseNote,
  parseSignatureLine,
  signCheckpoint,
  verifyEvidence,
  withCosignature,
} from '../../../core/audit/index.js';
import { uniformBelow } from '../../../core/base/index.js';
import { CheckpointStore, checkpointFile } from '../../../node-agent/audit/checkpoint-store.js';
import { evidenceFile, MAX_EVIDENCE_FILES, MAX_OPEN_EVIDENCE_FILES } from '../../../node-agent/audit/evidence-files.js';
import { childProgram } from '../../support/child-program.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { coordinator, FEDERATION, log, policeWitness, seconds } from '../audit/audit-fixtures.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile } from './ledger-fixtures.js';
import { checkpointAt, forked, honest, isSigned, openWitness } from './witness-fixtures.js';

const child = fileURLToPath(new URL('witness-and-die.ts', import.meta.url));
const KILLS = 4;
const LIFE_MS_MAX = 60;

describe('a node as a witness', () => {
  it('cosigns what continues what it saw, and remembers it before it does', () => {
    const folder = testFolder();
    let seen = 0;
    for (const size of [0, 3, 3, 30, 47]) {
      // Each time another process.
      const witness = openWitness(folder);
      const shown = checkpointAt(honest, size);
      const answer = witness.look(shown.note, consistencyProof(honest, seen, size));
      if (answer.verdict !== 'cosigned') throw new Error(answer.code);
      const note = withCosignature(parseNote(shown.note), parseSignatureLine(answer.line), policeWitness);
      expect(cosignedAt(note, policeWitness)).toEqual(seconds(1_000));
      expect(witness.last).toEqual(shown);
      expect(readFileSync(checkpointFile(ledgerFile(folder)), 'utf8')).toBe(shown.note);
      seen = size;
    }
    expect(statSync(checkpointFile(ledgerFile(folder))).mode & 0o077).toBe(0);
  });

  it('goes on from a time that was wrong where the log says so, and keeps what it goes on to', () => {
    const folder = testFolder();
    expect(openWitness(folder).look(checkpointAt(honest, 30, 900).note, []).verdict).toBe('cosigned');
    const clocks = [{ index: 40, from: seconds(900), to: seconds(10) }];
    const shown = signCheckpoint({ ...checkpointAt(honest, 50, 20).checkpoint, clocks }, coordinator);
    const witness = openWitness(folder);
    expect(witness.look(checkpointAt(honest, 50, 20).note, consistencyProof(honest, 30, 50))).toMatchObject({
      verdict: 'refused',
      code: 'LOG_ROLLED_BACK',
    });
    expect(witness.look(shown.note, consistencyProof(honest, 30, 50)).verdict).toBe('cosigned');
    expect(openWitness(folder).last).toEqual(shown);
    const store = new CheckpointStore(ledgerFile(folder), log);
    expect(codeOf(() => store.keep(checkpointAt(honest, 30, 900)))).toBe('CHECKPOINT_BACKWARDS');
  });

  it('is not moved by a fork, not even after a start, and keeps evidence that others can verify', () => {
    const folder = testFolder();
    openWitness(folder).look(checkpointAt(honest, 40).note, []);
    for (let again = 0; again < 2; again += 1) {
      const witness = openWitness(folder);
      const shown = checkpointAt(forked, 50);
      const answer = witness.look(shown.note, consistencyProof(forked, 40, 50));
      expect(answer).toMatchObject({
        verdict: 'refused',
        code: 'LOG_INCONSISTENT',
        evidenceFile: evidenceFile(ledgerFile(folder), 1),
      });
      expect(witness.last).toEqual(checkpointAt(honest, 40));
    }
    const evidence = verifyEvidence(readFileSync(evidenceFile(ledgerFile(folder), 1), 'utf8'), log);
    expect(evidence).toEqual({
      code: 'LOG_INCONSISTENT',
      seen: checkpointAt(honest, 40),
      shown: checkpointAt(forked, 50),
    });
    expect(isAnswered(evidence, consistencyProof(forked, 40, 50))).toBe(false);
    // What is true is still cosigned.
    const answer = openWitness(folder).look(checkpointAt(honest, 60).note, consistencyProof(honest, 40, 60));
    expect(answer.verdict).toBe('cosigned');
  });

  it(`keeps up to ${MAX_EVIDENCE_FILES} files of evidence, and not one more`, () => {
    const folder = testFolder();
    const witness = openWitness(folder);
    witness.look(checkpointAt(honest, 40).note, []);
    const fileFor = (at: number): string | undefined => {
      const answer = witness.look(checkpointAt(forked, 40, at).note, []);
      if (answer.verdict === 'cosigned') throw new Error('cosigned');
      expect(answer.code).toBe('LOG_FORKED');
      return answer.evidenceFile;
    };
    for (let number = 1; number <= MAX_EVIDENCE_FILES; number += 1) {
      expect(fileFor(number)).toBe(evidenceFile(ledgerFile(folder), number));
    }
    expect(fileFor(MAX_EVIDENCE_FILES + 1)).toBeUndefined();
    expect(fileFor(3)).toBe(evidenceFile(ledgerFile(folder), 3));
  });

  it(`keeps ${MAX_OPEN_EVIDENCE_FILES} accusations that can be answered, and has room for proof after them`, () => {
    const folder = testFolder();
    const witness = openWitness(folder);
    witness.look(checkpointAt(honest, 40).note, []);
    const fileFor = (note: string): string | undefined => {
      const answer = witness.look(note, []);
      if (answer.verdict === 'cosigned') throw new Error('cosigned');
      return answer.evidenceFile;
    };
    const unproved = Array.from(
      { length: MAX_OPEN_EVIDENCE_FILES + 1 },
      (_, more) => checkpointAt(honest, 41 + more).note,
    );
    expect(unproved.map(fileFor)).toEqual([
      ...Array.from({ length: MAX_OPEN_EVIDENCE_FILES }, (_, place) => evidenceFile(ledgerFile(folder), place + 1)),
      undefined,
    ]);
    const file = fileFor(checkpointAt(forked, 40, 50).note);
    expect(file).toBe(evidenceFile(ledgerFile(folder), MAX_OPEN_EVIDENCE_FILES + 1));
    expect(verifyEvidence(readFileSync(file ?? '', 'utf8'), log).code).toBe('LOG_FORKED');
  });

  it('accuses nobody for what the log didn’t sign', () => {
    const folder = testFolder();
    const witness = openWitness(folder);
    expect(witness.look('not a note', [])).toMatchObject({ code: 'BAD_CHECKPOINT', evidenceFile: undefined });
    expect(witness.last).toBeUndefined();
  });

  it('cosigns nothing that it can’t keep', () => {
    const folder = testFolder();
    const witness = openWitness(folder);
    witness.look(checkpointAt(honest, 10).note, []);
    mkdirSync(`${checkpointFile(ledgerFile(folder))}.half`);
    const look = (): unknown => witness.look(checkpointAt(honest, 20).note, consistencyProof(honest, 10, 20));
    expect(codeOf(look)).toBe('STATE_FILE_UNUSABLE');
    expect(witness.last).toEqual(checkpointAt(honest, 10));
    rmSync(`${checkpointFile(ledgerFile(folder))}.half`, { recursive: true });
    expect(look()).toMatchObject({ verdict: 'cosigned' });
  });

  it(`that is killed remembers all that it cosigned, whole (seed ${testSeed})`, async () => {
    const folder = testFolder();
    const rng = seededRng(`witness crash ${testSeed}`);
    let before = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const cosigned = await killedWitness(folder, uniformBelow(rng, LIFE_MS_MAX));
      const { last } = openWitness(folder);
      if (last === undefined) throw new Error('nothing kept');
      expect(isSigned(last.note)).toBe(true);
      expect(last).toEqual(checkpointAt(honest, last.checkpoint.size));
      expect(last.checkpoint.size).toBeGreaterThanOrEqual(Math.max(cosigned, before));
      before = last.checkpoint.size;
    }
  });
});

/** The largest size that it had cosigned when it was killed. */
async function killedWitness(folder: string, lifeMs: number): Promise<number> {
  const witness = spawn(process.execPath, [...childProgram(child), folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complaint] = ['', ''];
  witness.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  witness.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const over = once(witness, 'close') as Promise<[number | null, string | null]>;
  await Promise.race([once(witness.stdout, 'data'), over]);
  await setTimeout(lifeMs);
  witness.kill('SIGKILL');
  const [, signal] = await over;
  if (signal !== 'SIGKILL') throw new Error(`the witness was not killed: ${complaint}`);
  return Number(said.split('\n').slice(0, -1).at(-1) ?? 0);
}

describe('the last checkpoint that a node kept', () => {
  const open = (folder: string): CheckpointStore => new CheckpointStore(ledgerFile(folder), log);

  it('never goes back, and never to another log', () => {
    const store = open(testFolder());
    store.keep(checkpointAt(honest, 40, 10));
    for (const next of [
      checkpointAt(honest, 39, 9),
      checkpointAt(honest, 39, 11),
      checkpointAt(honest, 40, 9),
      checkpointAt(forked, 40, 11),
      checkpointAt(honest, 41, 10),
    ]) {
      expect(codeOf(() => store.keep(next))).toBe('CHECKPOINT_BACKWARDS');
      expect(store.last).toEqual(checkpointAt(honest, 40, 10));
    }
    store.keep(checkpointAt(honest, 40, 10));
    store.keep(checkpointAt(honest, 40, 11));
    store.keep(checkpointAt(honest, 41, 12));
    expect(store.last).toEqual(checkpointAt(honest, 41, 12));
  });

  it.each([
    ['empty', '', 'CHECKPOINT_UNREADABLE'],
    ['cut off', checkpointAt(honest, 40).note.slice(0, -20), 'CHECKPOINT_UNREADABLE'],
    ['changed', checkpointAt(honest, 40).note.replace('\n40\n', '\n30\n'), 'CHECKPOINT_UNREADABLE'],
    ['too large', 'x'.repeat(2 ** 20 + 1), 'STATE_FILE_UNUSABLE'],
  ])('is not forgotten because its file is %s', (_, text, code) => {
    const folder = testFolder();
    writeFileSync(checkpointFile(ledgerFile(folder)), text);
    expect(codeOf(() => open(folder))).toBe(code);
  });

  it('is of one log', () => {
    const folder = testFolder();
    open(folder).keep(checkpointAt(honest, 40));
    const other = logKey('elsewhere', coordinator.publicKey);
    expect(codeOf(() => new CheckpointStore(ledgerFile(folder), other))).toBe('CHECKPOINT_UNREADABLE');
    expect(new CheckpointStore(ledgerFile(folder), logKey(FEDERATION, coordinator.publicKey)).last).toBeDefined();
  });
});
