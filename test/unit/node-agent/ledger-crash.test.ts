import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { uniformBelow } from '../../../core/base/index.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { childProgram } from '../../support/child-program.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile, openLedger, owner, refusedEntry } from './ledger-fixtures.js';

const child = fileURLToPath(new URL('append-and-die.ts', import.meta.url));
const KILLS = 4;
/** So many times two entries, at most, before a kill. */
const PAIRS_MAX = 40;

interface Writer {
  /** Resolves when so many entries have been acknowledged since it began. */
  appended(lines: number): Promise<void>;
  /** Kills it and gives the highest number that it has acknowledged. */
  kill(): Promise<number>;
}

function startWriter(folder: string): Writer {
  const process_ = spawn(process.execPath, [...childProgram(child), folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  let heard = (): void => undefined;
  process_.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    heard();
  });
  process_.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const over = once(process_, 'close') as Promise<[number | null, string | null]>;
  const lines = (): string[] => said.split('\n').slice(0, -1);
  return {
    appended: (count) =>
      Promise.race([
        new Promise<void>((resolve) => {
          heard = (): void => {
            if (lines().length >= count) resolve();
          };
          heard();
        }),
        over.then(() => {
          throw new Error(`the writer ended by itself: ${complaint}`);
        }),
      ]),
    kill: async () => {
      process_.kill('SIGKILL');
      const [, signal] = await over;
      if (signal !== 'SIGKILL') throw new Error(`the writer was not killed: ${complaint}`);
      return Number(lines().at(-1) ?? 0);
    },
  };
}

describe('a node that is killed while it writes its ledger', () => {
  it('loses nothing that it had written and leaves nothing half written, again and again', async () => {
    const folder = testFolder();
    const rng = seededRng('ledger crash');
    let before = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const writer = startWriter(folder);
      await writer.appended(1 + uniformBelow(rng, PAIRS_MAX));
      const acknowledged = await writer.kill();
      const ledger = Ledger.open({ file: ledgerFile(folder), ...owner, clock: { now: () => new Date() } });
      const { entries } = ledger.verify();
      expect(entries).toBeGreaterThanOrEqual(acknowledged);
      expect(entries % 2).toBe(0);
      expect(acknowledged).toBeGreaterThan(before);
      expect([...ledger.entries(before)]).toHaveLength(entries - before);
      before = entries;
      ledger.close();
    }
  });

  it('keeps others out of its ledger while it lives, not from reading it, and no longer', async () => {
    const folder = testFolder();
    const writer = startWriter(folder);
    await writer.appended(1);
    expect(codeOf(() => openLedger(folder))).toBe('LEDGER_IN_USE');
    const reader = Ledger.read({ file: ledgerFile(folder), ...owner });
    expect(reader.head.entries).toBeGreaterThan(0);
    reader.close();
    await writer.kill();
    const ledger = openLedger(folder);
    const { entries } = ledger.head;
    ledger.append('refused', refusedEntry('afterwards'));
    expect(ledger.verify().entries).toBe(entries + 1);
  });
});
