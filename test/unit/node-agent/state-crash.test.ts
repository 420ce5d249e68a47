import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { silentLog, uniformBelow } from '../../../core/base/index.js';
import { Changes } from '../../../node-agent/ledger/changes.js';
import { readStatus, STATUS_STALE_SECONDS, statusFile, writeStatus } from '../../../node-agent/status/node-status.js';
import { MAX_PAUSE_REASON_CHARACTERS, PauseSwitch, readPause, writePause } from '../../../node-agent/status/pause.js';
import { statusReport } from '../../../node-agent/status/status-report.js';
import { childProgram } from '../../support/child-program.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf, testFolder } from './fixtures.js';
import { ledgerFile, openLedger } from './ledger-fixtures.js';
import { statusOf } from './status-fixtures.js';

const child = fileURLToPath(new URL('pause-and-die.ts', import.meta.url));
const KILLS = 4;
/** After its first time round, which takes a start, the writer lives for less than this. */
const LIFE_MS_MAX = 60;

async function killedWriter(folder: string, lifeMs: number): Promise<void> {
  const writer = spawn(process.execPath, [...childProgram(child), folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  writer.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const over = once(writer, 'close') as Promise<[number | null, string | null]>;
  await Promise.race([once(writer.stdout, 'data'), over]);
  await setTimeout(lifeMs);
  writer.kill('SIGKILL');
  const [, signal] = await over;
  if (signal !== 'SIGKILL') throw new Error(`the writer was not killed: ${complaint}`);
}

describe('a node that is killed while it is paused and resumed', () => {
  it('is either, never half of it, and its ledger has every change in turn', async () => {
    const folder = testFolder();
    const file = ledgerFile(folder);
    const rng = seededRng('state crash');
    for (let round = 0; round < KILLS; round += 1) {
      await killedWriter(folder, uniformBelow(rng, LIFE_MS_MAX));
      const pause = readPause(file);
      // What can't be read pauses too, but can't say since when: that never happens here.
      if (pause !== undefined) expect(pause.since).not.toBeNull();
      expect(readStatus(file)).toBeDefined();
      const ledger = openLedger(folder);
      new PauseSwitch({ ledger: file, changes: new Changes(ledger), log: silentLog });
      const kinds = [...ledger.entries()].map(({ kind }) => kind);
      expect(kinds).toEqual(kinds.map((_, place) => (place % 2 === 0 ? 'paused' : 'resumed')));
      expect(kinds.at(-1) ?? 'resumed').toBe(pause === undefined ? 'resumed' : 'paused');
      expect(kinds.length).toBeGreaterThan(round);
      ledger.close();
    }
  });
});

describe('a pause', () => {
  it('holds where it can’t be written down, which is caught up with when it can', () => {
    const file = ledgerFile(testFolder());
    const noted: unknown[] = [];
    let canNote = false;
    const complaints: unknown[] = [];
    const pause = new PauseSwitch({
      ledger: file,
      log: { ...silentLog, error: (fields) => complaints.push(fields) },
      changes: {
        paused: (change) => {
          if (!canNote) throw new Error('no space left');
          noted.push(change);
        },
      },
    });
    writePause(file, { since: '2026-04-02T09:30:00Z', reason: 'x'.repeat(MAX_PAUSE_REASON_CHARACTERS) });
    expect([pause.look(), pause.look()]).toEqual([true, true]);
    expect([noted.length, complaints.length]).toEqual([0, 1]);
    canNote = true;
    expect([pause.look(), pause.look()]).toEqual([true, true]);
    expect(noted).toEqual([{ reason: 'x'.repeat(MAX_PAUSE_REASON_CHARACTERS) }]);
  });
});

describe('what a node said of itself', () => {
  const at = new Date('2026-04-02T09:30:00Z');
  const later = (seconds: number): { now: () => Date } => ({ now: () => new Date(at.getTime() + seconds * 1_000) });

  it('is taken for how it is until it is too old, and not a moment longer', () => {
    const ledger = ledgerFile(testFolder());
    writeStatus(ledger, statusOf(at));
    expect(statusReport({ ledger }, later(STATUS_STALE_SECONDS)).presence).toBe('running');
    const silent = statusReport({ ledger }, later(STATUS_STALE_SECONDS + 0.001));
    expect(silent.presence).toBe('silent');
    expect(silent.text).toMatch(
      /^The node is not running, or hangs: it has said nothing since 2026-04-02 09:30:00 UTC\./,
    );
  });

  it('is not there where another version wrote it', () => {
    const ledger = ledgerFile(testFolder());
    writeFileSync(statusFile(ledger), JSON.stringify({ format: 1 }));
    expect(statusReport({ ledger }, later(0)).presence).toBe('never-started');
  });

  it('can’t be written where there is no folder', () => {
    expect(codeOf(() => writeStatus(ledgerFile('/nowhere/at/all'), statusOf(at)))).toBe('STATE_FILE_UNUSABLE');
  });
});
