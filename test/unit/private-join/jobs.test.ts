import { beforeAll, describe, expect, it } from 'vitest';

import { concatBytes, toHex } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import { GroupError } from '../../../core/private-join/group-error.js';
import { createGroup, IDENTITY } from '../../../core/private-join/group.js';
import type { Group } from '../../../core/private-join/group.js';
import { runJob } from '../../../core/private-join/jobs.js';
import type { Job } from '../../../core/private-join/jobs.js';
import { recordWidth, separate } from '../../../core/private-join/records.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

let group: Group;
let jointKey: Uint8Array;
let blinding: Uint8Array;
beforeAll(async () => {
  group = await createGroup();
  jointKey = group.multiplyBase(group.scalar(77));
  blinding = group.randomScalar(seededRng('blinding'));
});

const silent: Rng = {
  bytes: () => {
    throw new Error('randomness was drawn');
  },
};

function parts(bytes: Uint8Array, width: number): Uint8Array[] {
  return Array.from({ length: bytes.length / width }, (_, index) => bytes.slice(index * width, (index + 1) * width));
}

/** Records of `keyColumns` keys and a ciphertext, all of them elements. */
function records(keyColumns: number, count: number): Uint8Array {
  return group.randomElements(seededRng(`records of ${keyColumns}`), (count * recordWidth(keyColumns, 0)) / 32);
}

describe('a job', () => {
  it('hashes inputs', () => {
    const inputs = ['a', 'b'].map((text) => new TextEncoder().encode(text));
    expect(runJob(group, silent, { kind: 'hash', domain: 'd', inputs })).toEqual(group.hashToGroup('d', inputs));
  });

  it('makes multiples of the generator, a stride apart', () => {
    const multiples = parts(runJob(group, silent, { kind: 'multiples', from: 2, to: 302, step: 3 }), 32);
    const stride = group.multiplyBase(group.scalar(3));
    let expected = group.multiplyBase(group.scalar(6));
    for (const multiple of multiples) {
      expect(multiple).toEqual(expected);
      expected = group.add(expected, stride);
    }
    expect(multiples).toHaveLength(300);
    // As far as cell numbers go.
    const last = runJob(group, silent, { kind: 'multiples', from: 65_535, to: 65_536, step: 1 });
    expect(last).toEqual(group.multiplyBase(group.scalar(65_535)));
    expect(runJob(group, silent, { kind: 'multiples', from: 0, to: 1, step: 7 })).toEqual(IDENTITY);
    expect(runJob(group, silent, { kind: 'multiples', from: 4, to: 4, step: 7 })).toHaveLength(0);
  });

  it.each([1, 3])('prepares rows of %i keys; an absent one becomes an element of nobody', (keyColumns) => {
    const count = 5;
    const keys = group.randomElements(seededRng('keys'), count * keyColumns);
    const absent = [1, count * keyColumns - 1];
    for (const index of absent) keys.set(IDENTITY, 32 * index);
    const labels = group.randomElements(seededRng('labels'), count);
    const given = keys.slice();
    const prepared = runJob(group, seededRng(testSeed), {
      kind: 'prepare',
      keyColumns,
      sums: 0,
      keys,
      labels,
      numbers: new Uint8Array(0),
      blinding,
      jointKey,
    });
    expect(keys).toEqual(given);
    const rng = seededRng(testSeed);
    for (const index of absent) given.set(group.randomElements(rng, 1), 32 * index);
    const split = separate(keyColumns, 0, prepared);
    expect(toHex(split.keys)).toBe(toHex(group.multiply(blinding, given)));
    expect(toHex(split.ciphertexts)).toBe(toHex(group.encrypt(rng, jointKey, labels)));
  });

  it.each([
    [1, 1],
    [2, 257],
    [8, 3],
  ])('blinds and re-randomises records of %i keys, %i of them', (keyColumns, count) => {
    const list = records(keyColumns, count);
    const hopped = runJob(group, seededRng(testSeed), {
      kind: 'hop',
      keyColumns,
      sums: 0,
      records: list,
      blinding,
      jointKey,
    });
    const width = recordWidth(keyColumns, 0);
    const rng = seededRng(testSeed);
    const expected = parts(list, width).map((record) =>
      concatBytes(
        group.multiply(blinding, record.slice(0, 32 * keyColumns)),
        group.rerandomise(rng, jointKey, record.slice(32 * keyColumns)),
      ),
    );
    expect(toHex(hopped)).toBe(toHex(concatBytes(...expected)));
  });

  it('re-randomises with encryptions of zero of an earlier job, and draws nothing then', () => {
    const list = records(2, 300);
    const hop = { kind: 'hop', keyColumns: 2, sums: 0, records: list, blinding, jointKey } as const;
    const zeros = runJob(group, seededRng(testSeed), { kind: 'zeros', jointKey, count: 300 });
    expect(zeros).toHaveLength(300 * group.zeroBytes);
    expect(toHex(runJob(group, silent, { ...hop, zeros }))).toBe(toHex(runJob(group, seededRng(testSeed), hop)));
    expect(() => runJob(group, silent, hop)).toThrow('drawn');
    const { ciphertexts } = separate(2, 0, list);
    const combine = { kind: 'combine', base: ciphertexts, linked: [], jointKey } as const;
    expect(toHex(runJob(group, silent, { ...combine, zeros }))).toBe(
      toHex(runJob(group, seededRng(testSeed), combine)),
    );
  });

  it('checks elements and gives them back', () => {
    const elements = group.randomElements(seededRng(1), 300);
    expect(runJob(group, silent, { kind: 'check', elements })).toEqual(elements);
  });

  it('adds up what linked, and nothing where nothing did', () => {
    const ciphertexts = records(0, 6);
    const [a, b] = [ciphertexts.slice(0, 192), ciphertexts.slice(192)];
    const nothing = new Uint8Array(64);
    const linked = [
      concatBytes(b.slice(0, 64), nothing, nothing),
      concatBytes(b.slice(64, 128), b.slice(128), nothing),
    ];
    const combined = runJob(group, seededRng(testSeed), { kind: 'combine', base: a, linked, jointKey });
    const [first = IDENTITY, second = IDENTITY, third = IDENTITY] = parts(a, 64);
    const sums = concatBytes(
      group.add(group.add(first, b.slice(0, 64)), b.slice(64, 128)),
      group.add(second, b.slice(128)),
      third,
    );
    expect(toHex(combined)).toBe(toHex(group.rerandomise(seededRng(testSeed), jointKey, sums)));
    const alone = runJob(group, seededRng(testSeed), { kind: 'combine', base: a, linked: [], jointKey });
    expect(toHex(alone)).toBe(toHex(group.rerandomise(seededRng(testSeed), jointKey, a)));
  });

  it('takes a share off the tally and opens what is left', () => {
    const shares = [group.scalar(5), group.scalar(7)] as const;
    const remainingKey = group.multiplyBase(shares[1]);
    const key = group.multiplyBase(group.scalar(12));
    const cells = runJob(group, silent, { kind: 'multiples', from: 0, to: 300, step: 1 });
    const ciphertexts = group.encrypt(seededRng(1), key, cells);
    const tallied = runJob(group, seededRng(testSeed), {
      kind: 'tally',
      sums: 0,
      ciphertexts,
      share: shares[0],
      remainingKey,
      jointKey: key,
    });
    const lighter = group.removeShare(shares[0], ciphertexts);
    expect(toHex(tallied)).toBe(toHex(group.rerandomise(seededRng(testSeed), remainingKey, lighter)));
    const opened = runJob(group, silent, { kind: 'open', sums: 0, ciphertexts: tallied, share: shares[1] });
    expect(toHex(opened)).toBe(toHex(cells));
  });

  describe('with numbers to be added up', () => {
    const sums = 2;

    it('prepares them beside the label, below zero too', () => {
      const numbers = [3, -4, 0, 2 ** 20, -(2 ** 20), 1];
      const prepared = runJob(group, seededRng(1), {
        kind: 'prepare',
        keyColumns: 1,
        sums,
        keys: group.randomElements(seededRng(2), 3),
        labels: group.multiplyBase(concatBytes(...[1, 2, 3].map((label) => group.scalar(label)))),
        numbers: concatBytes(...numbers.map((number) => group.scalar(number))),
        blinding,
        jointKey,
      });
      expect(prepared).toHaveLength(3 * recordWidth(1, sums));
      const opened = parts(group.removeShare(group.scalar(77), separate(1, sums, prepared).ciphertexts), 64);
      const points = opened.map((pair) => toHex(pair.slice(32)));
      const expected = [1, 3, -4, 2, 0, 2 ** 20, 3, -(2 ** 20), 1].map((value) => {
        const point = group.multiplyBase(group.scalar(Math.abs(value)));
        return toHex(value < 0 ? group.subtract(IDENTITY, point) : point);
      });
      expect(points).toEqual(expected);
    });

    it('blinds and re-randomises whole records, with zeros made ahead too', () => {
      const list = group.randomElements(seededRng('summing'), (5 * recordWidth(2, sums)) / 32);
      const hop = { kind: 'hop', keyColumns: 2, sums, records: list, blinding, jointKey } as const;
      const { keys, ciphertexts } = separate(2, sums, list);
      const expected = parts(group.rerandomise(seededRng(testSeed), jointKey, ciphertexts), 192);
      const blinded = parts(group.multiply(blinding, keys), 64);
      const records = blinded.map((key, index) => concatBytes(key, expected[index] ?? IDENTITY));
      expect(toHex(runJob(group, seededRng(testSeed), hop))).toBe(toHex(concatBytes(...records)));
      const zeros = runJob(group, seededRng(testSeed), { kind: 'zeros', jointKey, count: 15 });
      expect(toHex(runJob(group, silent, { ...hop, zeros }))).toBe(toHex(concatBytes(...records)));
    });

    it('combines columns of all datasets, also where nobody brings any', () => {
      const encrypted = (...values: number[]): Uint8Array =>
        group.encrypt(
          seededRng(values.join()),
          jointKey,
          group.multiplyBase(concatBytes(...values.map((value) => group.scalar(value)))),
        );
      const nothing = new Uint8Array(64);
      // Label and one number of the base; label and the other number of what was linked, or nothing.
      const base = concatBytes(encrypted(1, 7), nothing, encrypted(2, -7), nothing);
      const found = encrypted(3, 5);
      const linked = [concatBytes(found.slice(0, 64), nothing, found.slice(64), nothing, nothing, nothing)];
      const combined = runJob(group, seededRng(testSeed), { kind: 'combine', base, linked, jointKey });
      const points = parts(group.removeShare(group.scalar(77), combined), 64).map((pair) => toHex(pair.slice(32)));
      const point = (value: number): string => toHex(group.multiplyBase(group.scalar(value)));
      expect(points).toEqual([4, 7, 5, 2, -7, 0].map(point));
    });

    it('takes a share off cells alone; numbers stay under the whole key and are kept checked', () => {
      const shares = [group.scalar(5), group.scalar(7)] as const;
      const remainingKey = group.multiplyBase(shares[1]);
      const key = group.multiplyBase(group.scalar(12));
      const points = group.multiplyBase(concatBytes(...[4, 100, 200].map((value) => group.scalar(value))));
      const ciphertexts = group.encrypt(seededRng(1), key, points);
      const tally = { kind: 'tally', sums, ciphertexts, share: shares[0], remainingKey, jointKey: key } as const;
      const tallied = runJob(group, seededRng(testSeed), tally);
      const opened = runJob(group, silent, { kind: 'open', sums, ciphertexts: tallied, share: shares[1] });
      expect(opened).toHaveLength(32 + 2 * 64);
      expect(toHex(opened.slice(0, 32))).toBe(toHex(points.slice(0, 32)));
      expect(toHex(opened.slice(32))).toBe(toHex(tallied.slice(64)));
      const numbers = parts(group.removeShare(group.scalar(12), opened.slice(32)), 64);
      expect(toHex(concatBytes(...numbers.map((pair) => pair.slice(32))))).toBe(toHex(points.slice(32)));
      // Re-randomised: what comes out isn't what came in.
      const before = new Set(parts(ciphertexts, 32).map(toHex));
      expect(parts(tallied, 32).filter((element) => before.has(toHex(element)))).toEqual([]);
    });
  });

  it('refuses the identity and what is no element, wherever they are', () => {
    const good = group.multiplyBase(group.scalar(5));
    const notElement = good.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
    for (const wrong of [IDENTITY, notElement]) {
      const rng = seededRng(1);
      const pairs = [concatBytes(good, good, good, wrong), concatBytes(good, good, wrong, good)];
      const jobs: readonly Job[] = [
        { kind: 'check', elements: concatBytes(good, wrong) },
        { kind: 'hop', keyColumns: 2, sums: 0, records: concatBytes(good, wrong, good, good), blinding, jointKey },
        { kind: 'zeros', jointKey: wrong, count: 1 },
        ...pairs.flatMap((ciphertexts): Job[] => [
          { kind: 'hop', keyColumns: 0, sums: 0, records: ciphertexts, blinding, jointKey },
          { kind: 'tally', sums: 0, ciphertexts, share: blinding, remainingKey: jointKey, jointKey },
          { kind: 'open', sums: 0, ciphertexts, share: blinding },
        ]),
      ];
      for (const job of jobs) expect(() => runJob(group, rng, job)).toThrow(GroupError);
    }
    for (const wrong of [IDENTITY, notElement]) {
      const ciphertexts = concatBytes(good, good, good, wrong);
      const summed = { sums: 1, ciphertexts, share: blinding };
      const tally: Job = { kind: 'tally', ...summed, remainingKey: jointKey, jointKey };
      expect(() => runJob(group, seededRng(1), tally)).toThrow(GroupError);
      expect(() => runJob(group, silent, { kind: 'open', ...summed })).toThrow(GroupError);
    }
    const half = concatBytes(good, good, notElement, good);
    const base = concatBytes(good, good, good, good);
    expect(() => runJob(group, silent, { kind: 'combine', base, linked: [half], jointKey })).toThrow(GroupError);
  });

  it('gives results that share no memory with it', () => {
    const list = records(1, 4);
    const { ciphertexts } = separate(1, 0, list);
    const rng = (): Rng => seededRng(testSeed);
    const jobs: readonly Job[] = [
      { kind: 'hash', domain: 'd', inputs: [list] },
      { kind: 'multiples', from: 0, to: 4, step: 1 },
      { kind: 'zeros', jointKey, count: 4 },
      {
        kind: 'prepare',
        keyColumns: 1,
        sums: 1,
        keys: list.slice(0, 128),
        labels: list.slice(128, 256),
        numbers: list.slice(0, 128),
        blinding,
        jointKey,
      },
      { kind: 'hop', keyColumns: 1, sums: 0, records: list, blinding, jointKey },
      { kind: 'check', elements: list },
      { kind: 'combine', base: ciphertexts, linked: [ciphertexts], jointKey },
      { kind: 'tally', sums: 0, ciphertexts, share: blinding, remainingKey: jointKey, jointKey },
      { kind: 'open', sums: 0, ciphertexts, share: blinding },
    ];
    const results = jobs.map((job) => runJob(group, rng(), job));
    const before = results.map(toHex);
    list.fill(0);
    ciphertexts.fill(0);
    jobs.forEach((_, index) => runJob(group, rng(), jobs[index % 3] ?? { kind: 'zeros', jointKey, count: 1 }));
    expect(results.map(toHex)).toEqual(before);
    // Of its own, and no larger than itself: what is sent on to another thread takes all of its memory along.
    for (const { buffer, byteLength } of results) expect(buffer.byteLength).toBe(byteLength);
  });
});
