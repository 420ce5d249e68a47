import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import type { PreparePhase, PrepareStep } from '../../../node-agent/snapshot/prepare.js';
import { SnapshotReader } from '../../../node-agent/snapshot/snapshot-reader.js';
import { crimes, testFolder } from './fixtures.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { listOf } from './opt-outs-fixtures.js';
import { prepareAndDie } from './prepare-process.js';
import type { Moment } from './prepare-process.js';
import { federation, filesIn, prepareCrimes, snapshotsIn, storageKey, strangers } from './snapshot-fixtures.js';
import type { TestPrepare } from './snapshot-fixtures.js';

async function idInForce(folder: string): Promise<string | undefined> {
  const file = join(snapshotsIn(folder), `${crimes.dataset}.snapshot`);
  const reader = await SnapshotReader.open(file, snapshotLayout(crimes, federation), storageKey);
  reader?.close();
  return reader?.snapshot;
}

describe('a prepare that is killed', () => {
  it.each<PreparePhase>(['reading', 'hashing', 'linking', 'sealing', 'digesting', 'saving', 'swapping'])(
    'while %s leaves the old snapshot in force, and the next one succeeds',
    async (phase) => {
      const folder = testFolder();
      const old = await prepareCrimes(folder, [{}]);
      const before = readFileSync(join(snapshotsIn(folder), `${crimes.dataset}.snapshot`));
      await prepareAndDie(folder, { phase });
      expect(readFileSync(join(snapshotsIn(folder), `${crimes.dataset}.snapshot`)).equals(before)).toBe(true);
      expect(await idInForce(folder)).toBe(old.snapshot);
      const next = await prepareCrimes(folder, [{}, { days: 1 }]);
      expect(await idInForce(folder)).toBe(next.snapshot);
    },
  );

  it.each<PreparePhase>(['excluding', 'reading', 'linking', 'swapping'])(
    'while %s, with an opt-out list, leaves the old snapshot in force, and the next one leaves out who is on the list',
    async (phase) => {
      const folder = testFolder();
      const old = await prepareCrimes(folder, [{}]);
      const before = readFileSync(filesIn(folder).snapshot);
      await prepareAndDie(folder, { phase, listed: 1 });
      expect(readFileSync(filesIn(folder).snapshot).equals(before)).toBe(true);
      expect(await idInForce(folder)).toBe(old.snapshot);
      const other = { first_name: 'Olwen', last_name: 'Brackenbury', dob: '1961-05-09', postcode: 'M1 1AE', sex: 'M' };
      const next = await prepareCrimes(folder, [{}, other, { ...other, urn: 'X' }], { optOuts: listOf([{}]) });
      expect([next.rows, next.leftOut.optedOut]).toEqual([2, 1]);
      expect(await idInForce(folder)).toBe(next.snapshot);
    },
  );

  it('after the swap leaves the new snapshot in force', async () => {
    const folder = testFolder();
    const old = await prepareCrimes(folder, [{}]);
    await prepareAndDie(folder, { phase: 'done' });
    const id = await idInForce(folder);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(id).not.toBe(old.snapshot);
  });
});

const DEATHS = 10;
const ROWS = 3_000;
/** They have sex and postcode in common with all, so that each leaves out some two hundred. */
const LISTED = 3;

/** Moments of a prepare that took these steps, drawn without the clock: a phase but the last, then one of its steps. */
function momentsOf(steps: readonly PrepareStep[]): Moment[] {
  const rng = seededRng(`${testSeed}/moments`);
  const below = (limit: number): number => new DataView(rng.bytes(4).buffer).getUint32(0) % limit;
  const phases = [...new Set(steps.map(({ phase }) => phase))].filter((phase) => phase !== 'done');
  return Array.from({ length: DEATHS }, () => {
    const phase = phases[below(phases.length)] ?? 'reading';
    return { phase, rows: ROWS, step: 1 + below(steps.filter((step) => step.phase === phase).length) };
  });
}

it.each([
  ['', DEATHS, undefined],
  [', with an opt-out list', DEATHS / 2, LISTED],
])(
  `is killed at random moments%s, each time with the old snapshot in force, and comes to the same in the end (seed ${testSeed})`,
  async (_, deaths, listed) => {
    const [folder, undisturbed] = [testFolder(), testFolder()];
    const rows = strangers(ROWS);
    const lists = (): TestPrepare => (listed === undefined ? {} : { optOuts: listOf(rows.slice(0, listed)) });
    const steps: PrepareStep[] = [];
    const progress = (step: PrepareStep): unknown => steps.push(step);
    const expected = await prepareCrimes(undisturbed, rows, { ...lists(), progress });
    expect(expected.leftOut.optedOut).toBeGreaterThanOrEqual(listed ?? 0);
    expect(expected.rows).toBeGreaterThan(ROWS / 2);
    const old = await prepareCrimes(folder, [{}]);
    const before = readFileSync(filesIn(folder).snapshot);
    for (const moment of momentsOf(steps).slice(0, deaths)) {
      await prepareAndDie(folder, listed === undefined ? moment : { ...moment, listed });
      expect(readFileSync(filesIn(folder).snapshot).equals(before), JSON.stringify(moment)).toBe(true);
      expect(await idInForce(folder)).toBe(old.snapshot);
      // Nothing that could be read, and nothing that the next one doesn't take over or remove.
      const known = ['', '.journal', '.lock', '.lock-journal', '.new', '.new-journal'];
      const names = known.map((suffix) => `${crimes.dataset}.snapshot${suffix}`);
      expect(readdirSync(snapshotsIn(folder)).filter((name) => !names.includes(name))).toEqual([]);
    }
    const { snapshot } = await prepareCrimes(folder, rows, lists());
    expect(snapshot).toBe(expected.snapshot);
    expect(await idInForce(folder)).toBe(expected.snapshot);
    expect(readdirSync(snapshotsIn(folder)).sort()).toEqual(readdirSync(snapshotsIn(undisturbed)).sort());
  },
);

it('removes what one left that was killed before its scratch file lost its name', async () => {
  const folder = testFolder();
  await prepareCrimes(folder, [{}]);
  writeFileSync(filesIn(folder).scratch, 'left');
  await prepareCrimes(folder, [{}, { days: 1 }]);
  expect(readdirSync(snapshotsIn(folder)).filter((name) => name.endsWith('.scratch'))).toEqual([]);
  writeFileSync(filesIn(folder).scratch, 'left');
  await prepareCrimes(folder, [{}, { days: 1 }], { optOuts: listOf(strangers(1)) });
  expect(readdirSync(snapshotsIn(folder)).filter((name) => name.endsWith('.scratch'))).toEqual([]);
});
