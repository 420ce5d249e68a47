import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import { createGroup, inlineEngine, MAX_LIST_RECORDS } from '../../../core/private-join/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { OptOutKeys } from '../../../node-agent/consent/opt-out-keys.js';
import type { AppliedOptOuts } from '../../../node-agent/consent/opt-out-matcher.js';
import { OptedOutRows } from '../../../node-agent/consent/opted-out-rows.js';
import { readOptOuts } from '../../../node-agent/consent/read-opt-outs.js';
import { prepareSnapshot } from '../../../node-agent/snapshot/prepare.js';
import type { PreparedSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { BoundMapping } from '../../../node-agent/source/mapping.js';
import type { Source, SourceRow } from '../../../node-agent/source/source.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { codeOfAsync, crimes, crimesMapping, testFolder } from './fixtures.js';
import { optOutColumns, writeList } from './opt-outs-fixtures.js';
import type { OptOutLine } from './opt-outs-fixtures.js';
import { heldIn, optedOutNaively, optedOutWorld, WorldSource } from './opted-out-world.js';
import { federation, now, storageKey } from './snapshot-fixtures.js';

const group = await createGroup();

function mappingOf(definition: DatasetDefinition): BoundMapping {
  const { urn, sex } = crimesMapping.identifiers;
  const held = definition.linkage?.identifiers;
  const identifiers = {
    ...{ forename: 'f', surname: ['s1', 's2'], dateOfBirth: 'd', postcode: ['p1', 'p2'], nhsNumber: 'n' },
    ...(held?.has('sex') === true ? { sex } : {}),
    ...{ urn },
  };
  return bindMapping({ ...crimesMapping, identifiers: held === undefined ? { urn } : identifiers }, definition);
}

function dataset(schemes: readonly string[], withSex: boolean): DatasetDefinition {
  return {
    ...crimes,
    linkage: { identifiers: heldIn(withSex), schemes, epsilon: 'none' },
    quality: { ...crimes.quality, maximumRejected: 1 },
  };
}

async function applied(folder: string, lines: readonly OptOutLine[]): Promise<AppliedOptOuts> {
  const file = join(folder, 'list.csv');
  writeList(file, lines);
  const identifiers = new Map(
    Object.entries(optOutColumns).map(([name, columns]) => [
      name as keyof typeof optOutColumns,
      typeof columns === 'string' ? [columns] : columns,
    ]),
  );
  const keys = new OptOutKeys(storageKey);
  await readOptOuts({
    ...{
      lists: [{ place: { kind: 'csv', file, delimiter: ',' }, identifiers }],
      lockTimeoutMs: 20,
      keysInUse: null,
      keys,
    },
    ...{ take: () => Promise.resolve(), progress: () => undefined },
  });
  return { keys, digest: keys.digest() };
}

async function found(mapping: BoundMapping, source: Source, optOuts: AppliedOptOuts): Promise<OptedOutRows> {
  return OptedOutRows.find({
    ...{ source, mapping, federation, storageKey, optOuts },
    ...{ scratch: join(testFolder(), 'scratch'), rng: seededRng('opted out'), progress: () => undefined },
  });
}

function prepared(
  mapping: BoundMapping,
  source: Source,
  optOuts: AppliedOptOuts | undefined,
  progress = (): void => undefined,
): Promise<PreparedSnapshot> {
  const rng = seededRng(`${testSeed}/prepared`);
  return prepareSnapshot({
    ...{ mapping, source, optOuts, federation, storageKey, rng, log: silentLog, progress },
    ...{ asAt: '2026-03-31', directory: join(testFolder(), 'snapshots') },
    ...{ engine: inlineEngine(group, rng), clock: { now: () => now } },
  });
}

async function allOf(rows: OptedOutRows): Promise<SourceRow[]> {
  const all: SourceRow[] = [];
  for await (const batch of rows.batches()) all.push(...batch);
  return all;
}

describe('rows of people who have opted out', () => {
  it.each([
    [1, ['standard', 'light'], true],
    [2, ['exact'], true],
    [3, ['thorough', 'initials'], true],
    [4, ['standard'], false],
    [5, ['light'], false],
    [6, ['standard', 'light'], true],
  ] as const)(
    `are those of a rule in memory, and the snapshot is that of all others: %i (seed ${testSeed}), %j, sex: %s`,
    async (time, schemes, withSex) => {
      const world = optedOutWorld((testSeed % 100_000) * 10 + time, seededRng(`${testSeed}/${time}/opted out`));
      const definition = dataset(schemes, withSex);
      const mapping = mappingOf(definition);
      const source = new WorldSource(world.rows, mapping);
      const optOuts = await applied(testFolder(), world.list);
      const rows = await found(mapping, source, optOuts);
      const expected = optedOutNaively(world, definition);
      const out = world.rows.flatMap((_, row) => (rows.has(row + 1) ? [row] : []));
      expect(out).toEqual([...expected]);
      // Neither nobody nor everybody, and the same rows again from disk.
      expect(out.length).toBeGreaterThan(0);
      expect(out.length).toBeLessThan(world.rows.length);
      expect(await allOf(rows)).toEqual(source.rows);
      expect(source.reads).toBe(1);
      rows.close();

      const whole = await prepared(mapping, source, optOuts);
      expect(source.reads).toBe(2);
      const others = world.rows.filter((_, row) => !expected.has(row));
      const without = await prepared(mapping, new WorldSource(others, mapping), undefined);
      expect(whole.leftOut.optedOut).toBe(expected.size);
      expect([whole.snapshot, whole.rows, whole.people]).toEqual([without.snapshot, without.rows, without.people]);
      expect(whole.rejected).toEqual(without.rejected);
    },
  );

  it('are none, and nothing waits on disk, where nobody is on a list or in the dataset', async () => {
    const { rows: some, list } = optedOutWorld(7, seededRng('nobody'));
    const nobodyIn: DatasetDefinition = { ...crimes, keys: ['case'], linkage: null };
    for (const [definition, lines] of [
      [dataset(['exact'], true), []],
      [nobodyIn, list],
    ] as const) {
      const mapping = mappingOf(definition);
      const source = new WorldSource(some, mapping);
      const rows = await found(mapping, source, await applied(testFolder(), lines));
      expect(source.reads).toBe(0);
      expect(await allOf(rows)).toEqual(source.rows);
      expect(some.some((_, row) => rows.has(row + 1))).toBe(false);
    }
  });

  it('are of the rows that were read, though the source has others when it is read again', async () => {
    const { rows: some, list } = optedOutWorld(11, seededRng('changing'));
    const mapping = mappingOf(dataset(['standard'], true));
    const [first, second] = [new WorldSource(some, mapping), new WorldSource(some.toReversed(), mapping)];
    let reads = 0;
    const changing: Source = {
      batches: () => (reads++ === 0 ? first : second).batches(),
      close: () => Promise.resolve(),
    };
    const optOuts = await applied(testFolder(), list);
    const { snapshot } = await prepared(mapping, changing, optOuts);
    expect(snapshot).toBe((await prepared(mapping, first, optOuts)).snapshot);
    expect(reads).toBe(1);
  });

  it('are not looked for in more rows than a list may have', async () => {
    const mapping = mappingOf(dataset(['exact'], true));
    const optOuts = await applied(testFolder(), [{ first: 'Olga', last: 'Umber', born: '1933-03-03' }]);
    const source: Source = {
      // Of rows that are too many nobody looks at the first.
      batches: async function* () {
        yield await Promise.resolve(new Array<SourceRow>(MAX_LIST_RECORDS + 1));
      },
      close: () => Promise.resolve(),
    };
    expect(await codeOfAsync(() => found(mapping, source, optOuts))).toBe('SOURCE_TOO_LARGE');
  });
});
