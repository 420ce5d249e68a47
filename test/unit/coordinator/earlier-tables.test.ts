import { describe, expect, it } from 'vitest';
import { earlierTables, MAX_EARLIER_TABLES, type Release, type ReleasedRun } from '../../../coordinator/index.js';
import type { CountTable } from '../../../core/disclosure/index.js';
import type { ParameterValues } from '../../../core/templates/index.js';
import type { PlainLists } from '../../support/naive-join.js';
import { lists, REQUEST, Rig } from './fixtures.js';

const table: CountTable = {
  dimensions: [{ name: 'a', label: 'A', categories: ['x', 'y', 'z'].map((code) => ({ code, label: code })) }],
  cells: [0, 1, 2].map((category) => ({ categories: [category], count: 1_000 })),
};

/** Releases by their ids, each with one value for each cell, which may stand in any order. */
function storeOf(runs: readonly (ReleasedRun & { readonly cells?: readonly (readonly [number, number | null])[] })[]): {
  readonly listReleased: () => readonly ReleasedRun[];
  readonly getRelease: (id: string) => Release | undefined;
} {
  return {
    listReleased: () => runs.map(({ id, parameters }) => ({ id, parameters })),
    getRelease: (wanted) => {
      const cells = runs.find(({ id }) => id === wanted)?.cells ?? [];
      const released = cells.map(([category, value]) => ({ categories: [category], value, interval: null }));
      return {
        table: { cells: released, totals: [{ categories: [null], value: 3_000 }] },
      } as unknown as Release;
    },
  };
}

const asking = (parameters: ParameterValues): Parameters<typeof earlierTables>[1] => ({
  templateDigest: 'd'.repeat(64),
  participants: [],
  parameters,
});

const found = (earlier: ParameterValues, now: ParameterValues): number =>
  earlierTables(storeOf([{ id: 'one', parameters: earlier }]), asking(now), table).tables.length;

describe('earlier releases that a new one is compared with', () => {
  it.each([
    ['a part of it', { q: ['1'] }, { q: ['1', '2'] }, 1],
    ['what it is a part of', { q: ['1', '2'] }, { q: ['2'] }, 1],
    ['a part in every parameter', { q: ['1'], o: ['a'] }, { q: ['1', '2'], o: ['b', 'a'] }, 1],
    ['a part in one and equal in the other', { q: ['1', '2'], o: ['a'] }, { q: ['2', '1'], o: ['a', 'b'] }, 1],
    ['the same', { q: ['1', '2'] }, { q: ['2', '1'] }, 0],
    ['something else', { q: ['1', '3'] }, { q: ['1', '2'] }, 0],
    ['more in one and less in the other', { q: ['1'], o: ['a', 'b'] }, { q: ['1', '2'], o: ['a'] }, 0],
    ['no parameters', {}, {}, 0],
  ])('%s: %j before %j', (_, earlier, now, tables) => {
    expect(found(earlier, now)).toBe(tables);
  });

  it('gives their values in the order of the new table, nothing where nothing was shown', () => {
    const cells = [
      [2, 30],
      [0, null],
    ] as const;
    const store = storeOf([{ id: 'one', parameters: { q: ['1'] }, cells }]);
    expect(earlierTables(store, asking({ q: ['1', '2'] }), table)).toEqual({
      tables: [{ values: [null, null, 30], totals: [3_000] }],
      left: 0,
    });
  });

  it('takes as many as the bound and no more, the nearest first', () => {
    const values = Array.from({ length: MAX_EARLIER_TABLES + 2 }, (_, index) => String(index));
    // The n-th has n + 1 values.
    const runs = values.slice(0, -1).map((id, index) => ({
      id,
      parameters: { q: values.slice(0, index + 1) },
      cells: [[0, index]] as const,
    }));
    const few = earlierTables(storeOf(runs.slice(1)), asking({ q: values }), table);
    expect([few.tables.length, few.left]).toEqual([MAX_EARLIER_TABLES, 0]);
    const { tables, left } = earlierTables(storeOf(runs), asking({ q: values }), table);
    expect([tables.length, left]).toEqual([MAX_EARLIER_TABLES, 1]);
    // The one left out is that of a single value.
    expect(tables.map((each) => each.values[0])).toEqual(
      runs
        .slice(1)
        .map((_, index) => index + 1)
        .toReversed(),
    );
  });
});

describe('a run', () => {
  /** The rig's people and six more who stayed and are not supported: 26 become 32, of which 30 are shown. */
  const sixMore: PlainLists = new Map([
    ...lists,
    [
      'police.crimes/police',
      [
        ...(lists.get('police.crimes/police') ?? []),
        ...Array.from({ length: 6 }, (_, index) => ({ keys: [`more ${index}`, `also ${index}`], label: 2 })),
      ],
    ],
  ]);
  const stayedUnsupported = 3;

  it.each([
    ['a part of it', ['2025-Q1'], ['2025-Q1', '2025-Q2'], { value: null, status: 'secondary' }],
    ['something else', ['2025-Q1'], ['2025-Q2'], { value: 30, status: 'ok' }],
  ])('hides what would tell a few people from an earlier release of %s', async (_, earlier, now, expected) => {
    const rig = new Rig();
    const ask = async (quarters: string[]): Promise<string> => {
      const { id } = rig.service.submit({ ...REQUEST, parameters: { quarters } });
      expect(await rig.ended(id)).toBe('finished');
      return id;
    };
    const before = await ask(earlier);
    rig.lists = sixMore;
    const after = await ask(now);
    const cell = (id: string): unknown => rig.service.get(id).release?.table.cells[stayedUnsupported];
    expect(cell(before)).toMatchObject({ value: 25, status: 'ok' });
    expect(cell(after)).toMatchObject(expected);
  });
});
