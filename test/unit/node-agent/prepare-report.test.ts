import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { nextText, preparedText, SHOWN_ID_CHARACTERS } from '../../../node-agent/prepare-report.js';
import type { PreparedSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { snapshotFiles } from '../../../node-agent/snapshot/snapshot-files.js';
import { snapshotInPlace } from '../../../node-agent/snapshot/snapshot-in-place.js';
import { agencyFolder } from './agency-folder.js';
import { prepare } from './started-node.js';

const id = 'a'.repeat(64);
const plain: PreparedSnapshot = {
  dataset: 'police.victim-crimes',
  snapshot: id,
  asAt: '2026-03-31',
  rows: 4_000,
  rejected: { rows: 4_000, rejected: 0, reasons: [] },
  people: 3_900,
  keys: [{ name: 'F.S.D', present: 3_900, withdrawn: 0 }],
  leftOut: { optOuts: null, optedOut: 0, withoutConsent: 0, unclearConsents: 0 },
};

const linesOf = (prepared: PreparedSnapshot, before: Parameters<typeof preparedText>[1]): readonly string[] =>
  preparedText(prepared, before).split('\n');

describe('what prepare says in words', () => {
  it('is short where there is nothing to say', () => {
    expect(linesOf(plain, { kind: 'none' })).toEqual([
      'police.victim-crimes, as at 2026-03-31',
      '  rows read: 4,000',
      '  left out by opt-out lists: none are configured',
      '  rejected: 0 of 4,000 (0 %)',
      '  records kept: 4,000, of 3,900 persons',
      '  duplicates, further records of somebody who has one: 100',
      '  match keys withdrawn: none',
      `  snapshot ${id.slice(0, SHOWN_ID_CHARACTERS)} is in force`,
      '  there was none before',
      '',
    ]);
  });

  it('accounts for every row, and says why it is not used', () => {
    const lines = linesOf(
      {
        ...plain,
        rows: 3_000,
        rejected: {
          rows: 3_100,
          rejected: 100,
          reasons: [
            { field: 'offence-group', reason: 'unmapped-code', count: 99 },
            { field: 'reported-on', reason: 'impossible-date', count: 1 },
          ],
        },
        people: 1,
        keys: [
          { name: 'F.S.D', present: 1, withdrawn: 2_000 },
          { name: 'S.D.X', present: 1, withdrawn: 0 },
          { name: 'F.D.P', present: 1, withdrawn: 1 },
        ],
        leftOut: { optOuts: 'x', optedOut: 7, withoutConsent: 20, unclearConsents: 3 },
      },
      { kind: 'snapshot', snapshot: 'b'.repeat(64) },
    );
    expect(lines).toContain('  rows read: 3,127');
    expect(lines).toContain('  left out by opt-out lists: 7');
    expect(lines).toContain('  not usable, for nobody has consented: 20');
    expect(lines).toContain('  answers that are neither yes nor no, and so no: 3');
    expect(lines).toContain('  rejected: 100 of 3,100 (3.23 %)');
    expect(lines).toContain('    offence-group: 99 values are a code that the mapping or the dataset doesn’t name');
    expect(lines).toContain('    reported-on: 1 value is a day of no calendar');
    expect(lines).toContain('  records kept: 3,000, of 1 person');
    expect(lines).toContain('  match keys withdrawn, for two persons of yours share them: F.S.D 2,000, F.D.P 1');
    expect(lines.join('\n')).toMatch(/the one before, b{16}, is not kept: a running node has it only for the runs/);
  });

  it('speaks of records where a dataset has no people', () => {
    const lines = linesOf({ ...plain, people: null }, { kind: 'unreadable' });
    expect(lines).toContain('  records kept: 4,000');
    expect(lines.join('\n')).not.toMatch(/person|duplicate/);
    expect(lines).toContain('  the one before, which could not be read, is not kept');
  });

  it('says when it is the same again', () => {
    expect(preparedText(plain, { kind: 'snapshot', snapshot: id })).toContain('it is the same as before');
  });

  it('ends with what to do next, with the file that the operator named', () => {
    expect(nextText('node/node.yaml')).toMatch(
      /^Next: see what would leave \(`tally node preview --config node\/node\.yaml/,
    );
  });
});

describe('the snapshot that prepare is going to replace', () => {
  it('is none, then this one, then one that can’t be read', async () => {
    const agency = agencyFolder();
    const snapshots = join(agency.folder, 'snapshots');
    expect(snapshotInPlace(snapshots, plain.dataset)).toEqual({ kind: 'none' });
    const [prepared] = await prepare(agency);
    const { snapshot = '' } = prepared ?? {};
    expect(snapshotInPlace(snapshots, plain.dataset)).toEqual({ kind: 'snapshot', snapshot });
    const file = snapshotFiles(snapshots, plain.dataset).snapshot;
    rmSync(file);
    writeFileSync(file, 'no snapshot');
    expect(snapshotInPlace(snapshots, plain.dataset)).toEqual({ kind: 'unreadable' });
  });
});
