import { describe, expect, it } from 'vitest';

import { interleaved } from '../../../bench/kernel/interleaved.js';
import { agree } from '../../../bench/kernel/kernel.js';
import { MAX_COUNT, timedOperations } from '../../../bench/kernel/operation.js';
import type { TimedOperation } from '../../../bench/kernel/operation.js';

/** A clock that goes only while something is done, and operations that take so many microseconds for each element. */
function workshop(costs: Readonly<Record<string, number>>): {
  readonly now: () => number;
  readonly operations: TimedOperation[];
  readonly order: string[];
} {
  let time = 0;
  const order: string[] = [];
  const operations = Object.entries(costs).map(([operation, cost]): TimedOperation => ({
    library: 'fma',
    operation: operation === 'slow' ? 'multiply' : 'check',
    comparable: false,
    run: (count) => {
      order.push(operation);
      time += count * cost;
    },
  }));
  return { now: () => time, operations, order };
}

describe('slices in turns', () => {
  it('give what each element takes', async () => {
    const { now, operations } = workshop({ slow: 40, quick: 3 });
    const timings = await interleaved(operations, { microseconds: 100_000, now });
    expect(timings.map(({ spread }) => [spread.minimum, spread.firstQuartile, spread.median])).toEqual([
      [40, 40, 40],
      [3, 3, 3],
    ]);
  });

  it('are as many elements as fit into four milliseconds, up to a chunk', async () => {
    const { now, operations } = workshop({
      slow: 40,
      quick: 3,
      slower: 2_000,
      slowest: 9_000,
      limit: 4_000 / MAX_COUNT,
    });
    const timings = await interleaved(operations, { microseconds: 1, now });
    expect(timings.map(({ count }) => count)).toEqual([64, MAX_COUNT, 2, 1, MAX_COUNT]);
  });

  it('take turns, for as long as there is time', async () => {
    const { now, operations, order } = workshop({ slow: 1_000, quick: 500 });
    const shares: number[] = [];
    const timings = await interleaved(operations, {
      microseconds: 80_000,
      now,
      progress: (share) => shares.push(share),
    });
    // 4 elements of the one and 8 of the other: 8 milliseconds a round.
    expect(timings.map(({ spread }) => spread.samples)).toEqual([10, 10]);
    expect(order.slice(-4)).toEqual(['slow', 'quick', 'slow', 'quick']);
    expect(shares).toEqual(
      [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((share) => expect.closeTo(share) as number),
    );
  });

  it('are at least five, however little time there is', async () => {
    const { now, operations } = workshop({ slow: 1_000 });
    const [timing] = await interleaved(operations, { microseconds: 1, now });
    expect(timing?.spread.samples).toBe(5);
  });
});

describe('libraries', () => {
  const bytes = (value: number) => (count: number) => new Uint8Array(count).fill(value);

  it('agree when all that can be compared is equal', () => {
    const operations = [
      ...timedOperations('fma', { multiply: bytes(1), add: bytes(2) }),
      ...timedOperations('noble', { multiply: bytes(1) }),
      ...timedOperations('i64', { multiply: bytes(3) }).map((timed) => ({ ...timed, comparable: false })),
    ];
    expect(agree(operations)).toBe(true);
  });

  it('disagree when one byte is another', () => {
    const other = (count: number): Uint8Array => bytes(1)(count).fill(2, -1);
    expect(
      agree([...timedOperations('fma', { multiply: bytes(1) }), ...timedOperations('noble', { multiply: other })]),
    ).toBe(false);
  });

  it('disagree when one gives nothing', () => {
    const nothing = (): undefined => undefined;
    for (const order of [
      [bytes(1), nothing],
      [nothing, bytes(1)],
    ]) {
      expect(agree(order.flatMap((multiply) => timedOperations('fma', { multiply })))).toBe(false);
    }
  });
});
