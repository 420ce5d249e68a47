import { describe, expect, it } from 'vitest';

import { createGroup } from '../../../core/private-join/index.js';
import { decoyChunks, makeDecoys } from '../../../core/private-join/decoys.js';
import type { DecoysJob } from '../../../core/private-join/decoys.js';
import { ELEMENT_BYTES } from '../../../core/private-join/messages.js';
import { separate } from '../../../core/private-join/records.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { list, noisyPlan, threePartyPlan } from '../../support/plans.js';
import { CHANCE, clopperPearson } from '../../support/statistics.js';

const group = await createGroup();
const generator = group.multiplyBase(group.scalar(3));

/** The keys of decoys, record by record, of one pattern's groups 0..count-1. */
function keysOf(shared: readonly (string | null)[], count: number, seed: number | string): string[][] {
  const job: DecoysJob = {
    kind: 'decoys',
    keyColumns: shared.length,
    sums: 0,
    groups: [{ pattern: 1, from: 0, to: count, shared }],
    seed: new Uint8Array(32).fill(9),
    generator,
    jointKey: generator,
  };
  const { keys } = separate(shared.length, 0, makeDecoys(group, seededRng(seed), job));
  const width = shared.length * ELEMENT_BYTES;
  return Array.from({ length: count }, (_, record) =>
    shared.map((__, column) => {
      const start = record * width + column * ELEMENT_BYTES;
      return Buffer.from(keys.subarray(start, start + ELEMENT_BYTES)).toString('hex');
    }),
  );
}

describe(`decoys in a list that has several columns of one key (seed ${testSeed})`, () => {
  const RECORDS = 3_000;
  /** Three columns of one key, two of another, one of a third: as a list has them, copies last. */
  const columns = ['a', 'b', 'c', 'a', 'b', 'a'];
  const alone = keysOf(['a', 'b', 'c'], RECORDS, 'alone');
  const copied = keysOf(columns, RECORDS, testSeed);

  it('share each key in one of its columns, and are like nobody in the others', () => {
    copied.forEach((keys, record) => {
      const shared = alone[record] ?? [];
      const places = ['a', 'b', 'c'].map((name, place) => {
        const hits = keys.flatMap((key, column) => (key === shared[place] ? [column] : []));
        expect(hits).toHaveLength(1);
        return columns[hits[0] ?? -1] === name;
      });
      expect(places).toEqual([true, true, true]);
    });
    expect(new Set(copied.flat()).size).toBe(RECORDS * columns.length);
  });

  it.each([
    ['a', 0, [0, 3, 5]],
    ['b', 1, [1, 4]],
  ])('put %s in each of its columns as often', (_, place, own) => {
    for (const column of own) {
      const hits = copied.filter((keys, record) => keys[column] === alone[record]?.[place]).length;
      const { low, high } = clopperPearson(hits, RECORDS, CHANCE);
      expect(low).toBeLessThan(1 / own.length);
      expect(high).toBeGreaterThan(1 / own.length);
    }
  });

  it('choose the columns of two keys apart', () => {
    const pairs = copied.map((keys, record): [number, number] => [
      keys.indexOf(alone[record]?.[0] ?? ''),
      keys.indexOf(alone[record]?.[1] ?? ''),
    ]);
    expect(new Set(pairs.map(String)).size).toBe(6);
  });

  it('are told apart by nothing that isn’t shared: a group that shares no key is like no other record', () => {
    expect(new Set(keysOf([null, null], 50, 1).flat()).size).toBe(100);
  });

  it('name all columns of a key that the pattern shares', () => {
    const copies = list('victims', 'police', 'base', ['exact.1', 'exact.2', 'exact.1', 'exact.2', 'case'], 2, 1);
    const plan = threePartyPlan();
    const lists = plan.lists.map((other) => (other.id === copies.id ? copies : other));
    const noisy = noisyPlan({ ...plan, lists });
    const pattern = (noisy.decoys?.patterns ?? []).findIndex(
      (members) =>
        members.length === 2 && members.every(({ shared }) => shared.length === 1 && shared[0] === 'exact.2'),
    );
    const groups = Uint32Array.from(noisy.decoys?.patterns ?? [], (_, number) => (number === pattern ? 1 : 0));
    expect([...decoyChunks(noisy, copies, groups)]).toEqual([
      [{ pattern, from: 0, to: 1, shared: [null, 'exact.2', null, 'exact.2', null] }],
    ]);
  });
});
