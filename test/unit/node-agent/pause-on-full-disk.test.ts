import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { readPause, writePause } from '../../../node-agent/status/pause.js';
import { statusReport } from '../../../node-agent/status/status-report.js';
import { agencyFolder } from './agency-folder.js';
import { codeOf, testFolder } from './fixtures.js';
import { runWithin, writeWithin } from './full-disk.js';
import { ledgerFile } from './ledger-fixtures.js';

const main = fileURLToPath(new URL('../../../node-agent/main.ts', import.meta.url));
const PAUSED = { since: '2026-04-02T09:30:00Z', reason: 'first' };

describe('a pause where the disk takes not a byte', () => {
  it('holds, without since when and why', () => {
    const ledger = ledgerFile(testFolder());
    expect(writeWithin(0, 'pause', ledger, 10)).toEqual({ came: false });
    expect(readPause(ledger)).toEqual({ since: null, reason: null });
    expect(statusReport({ ledger }, { now: () => new Date() }).text).toContain(
      '\nPAUSED: every offer is refused until `tally node resume`. Since when, and why, is not written down',
    );
    expect(writePause(ledger, PAUSED)).toBe(true);
    expect(readPause(ledger)).toEqual(PAUSED);
  });

  it('stays as it was where there was one', () => {
    const folder = testFolder();
    const ledger = ledgerFile(folder);
    writePause(ledger, PAUSED);
    const before = readdirSync(folder);
    expect(writeWithin(0, 'pause', ledger, 10)).toEqual({ came: false });
    expect(readPause(ledger)).toEqual(PAUSED);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('is said to whoever asked for it, and what to do', () => {
    const { configFile, folder } = agencyFolder();
    const said = runWithin(0, main, ['pause', '--config', configFile, '--reason', 'a fire']);
    expect(said).toMatch(
      /^Paused: the node refuses every offer .* Since when, and why, could not be written down: make/,
    );
    expect(existsSync(join(folder, 'snapshots.ledger.paused'))).toBe(true);
    expect(JSON.parse(runWithin(0, main, ['pause', '--config', configFile, '--json']))).toEqual({
      paused: { since: null, reason: null },
    });
  });

  it('is not said where no file can be made', () => {
    const ledger = join(testFolder(), 'none', 'ledger');
    expect(codeOf(() => writePause(ledger, PAUSED))).toBe('STATE_FILE_UNUSABLE');
    expect(readPause(ledger)).toBeUndefined();
  });
});
