import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { linkagePair, MAX_DUPLICATES, MAX_PEOPLE, MAX_SEED } from '../../../examples/bold/index.js';
import type { ExampleErrorCode, LinkagePairOptions, LinkageRow } from '../../../examples/bold/index.js';
import { isLikely } from './binomial.js';

const OPTIONS: LinkagePairOptions = {
  people: { a: 6_000, b: 4_000 },
  overlap: 0.5,
  level: 'hard',
  duplicates: 0.1,
  seed: 11,
};

function idsOf(rows: Iterable<LinkageRow>): number[] {
  return [...rows].map(({ id }) => id);
}

function firstOf(rows: Iterable<LinkageRow>): LinkageRow | undefined {
  for (const row of rows) return row;
  return undefined;
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('linkagePair', () => {
  it('has exactly as many people in each file and in both as asked for', () => {
    const { a, b, both } = linkagePair(OPTIONS);
    const [inA, inB] = [new Set(idsOf(a)), new Set(idsOf(b))];
    expect([inA.size, inB.size, both]).toEqual([6_000, 4_000, 2_000]);
    expect([...inA].filter((id) => inB.has(id)).length).toBe(2_000);
    expect(Math.max(...inA, ...inB)).toBeLessThanOrEqual(8_000);
  });

  it.each([0, 0.1, 1])('an overlap of %d of the smaller file', (overlap) => {
    const { a, b, both } = linkagePair({ ...OPTIONS, overlap, duplicates: 0 });
    const inB = new Set(idsOf(b));
    expect(idsOf(a).filter((id) => inB.has(id)).length).toBe(4_000 * overlap);
    expect(both).toBe(4_000 * overlap);
  });

  it('writes some people down twice, beside each other, each time afresh', () => {
    const rows = [...linkagePair(OPTIONS).a];
    const twice = rows.filter(({ id }, index) => rows[index - 1]?.id === id);
    expect(isLikely(twice.length, 6_000, OPTIONS.duplicates)).toBe(true);
    const same = rows.filter((row, index) => JSON.stringify(rows[index - 1]) === JSON.stringify(row));
    expect(same.length).toBeLessThan(twice.length * 0.8);
    expect(new Set(idsOf(linkagePair({ ...OPTIONS, duplicates: 0 }).a)).size).toBe(6_000);
  });

  it('has twins, who share surname, birth date and postcode, and people of one surname at one address', () => {
    const rows = [...linkagePair({ ...OPTIONS, level: 'none', duplicates: 0 }).a];
    const neighbours = rows.flatMap((row, index) => {
      const before = rows[index - 1];
      return before?.postcode === row.postcode && before.surname === row.surname ? [{ before, row }] : [];
    });
    expect(neighbours.length).toBeGreaterThan(100);
    const twins = neighbours.filter(({ before, row }) => before.dateOfBirth === row.dateOfBirth);
    expect(twins.length).toBeGreaterThan(3);
    expect(twins.every(({ before, row }) => before.forename !== row.forename)).toBe(true);
  });

  it('writes a person down as they are, in both files, where nothing goes wrong', () => {
    const { a, b } = linkagePair({ ...OPTIONS, level: 'none', duplicates: 0 });
    const inA = new Map([...a].map((row) => [row.id, row]));
    const common = [...b].filter(({ id }) => inA.has(id));
    expect(common.length).toBe(2_000);
    for (const row of common) expect(row).toEqual(inA.get(row.id));
  });

  it('can be gone through again, and begins at once however long it is', () => {
    const pair = linkagePair(OPTIONS);
    expect([...pair.b]).toEqual([...pair.b]);
    const huge = linkagePair({ ...OPTIONS, people: { a: MAX_PEOPLE / 2, b: MAX_PEOPLE / 2 } });
    expect(firstOf(huge.a)?.id).toBeGreaterThan(0);
  });

  it('is the same on every machine', () => {
    const hash = createHash('sha256');
    const { a, b } = linkagePair(OPTIONS);
    for (const row of [...[...a].slice(0, 2_000), ...[...b].slice(0, 2_000)]) hash.update(JSON.stringify(row));
    expect(hash.digest('hex')).toBe('c9e8f7b3a80744e004471bec94bc304fd52c71f861cb8744c261e31f1af26551');
  });

  it('other seeds give other people', () => {
    expect(firstOf(linkagePair({ ...OPTIONS, seed: 12 }).a)).not.toEqual(firstOf(linkagePair(OPTIONS).a));
  });

  it.each<[string, Partial<LinkagePairOptions>]>([
    ['one person on each side', { people: { a: 1, b: 1 } }],
    ['as many as it is made for', { people: { a: MAX_PEOPLE - 1, b: 1 } }],
    ['the largest seed', { seed: MAX_SEED }],
    ['as many duplicates as there may be', { duplicates: MAX_DUPLICATES }],
    ['nobody in both', { overlap: 0 }],
    ['everybody in both', { overlap: 1 }],
  ])('takes %s', (_, options) => {
    expect(thrownBy(() => firstOf(linkagePair({ ...OPTIONS, ...options }).a))).toBeUndefined();
  });

  it.each<[string, Partial<LinkagePairOptions>, ExampleErrorCode]>([
    ['nobody on one side', { people: { a: 0, b: 1 } }, 'PEOPLE_OUT_OF_RANGE'],
    ['half a person', { people: { a: 1, b: 1.5 } }, 'PEOPLE_OUT_OF_RANGE'],
    ['one person too many', { people: { a: MAX_PEOPLE, b: 1 } }, 'PEOPLE_OUT_OF_RANGE'],
    ['a negative seed', { seed: -1 }, 'SEED_OUT_OF_RANGE'],
    ['a seed too large', { seed: MAX_SEED + 1 }, 'SEED_OUT_OF_RANGE'],
    ['a negative overlap', { overlap: -0.01 }, 'SHARE_OUT_OF_RANGE'],
    ['more than everybody in both', { overlap: 1.01 }, 'SHARE_OUT_OF_RANGE'],
    ['an overlap that is no number', { overlap: Number.NaN }, 'SHARE_OUT_OF_RANGE'],
    ['too many duplicates', { duplicates: MAX_DUPLICATES + 0.01 }, 'SHARE_OUT_OF_RANGE'],
    ['fewer duplicates than none', { duplicates: -0.01 }, 'SHARE_OUT_OF_RANGE'],
  ])('refuses %s', (_, options, code) => {
    expect(thrownBy(() => linkagePair({ ...OPTIONS, ...options }))).toMatchObject({ code });
  });
});
