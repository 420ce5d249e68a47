import { setTimeout as wait } from 'node:timers/promises';

import type { Rng } from '../../core/base/index.js';
import { quantile } from '../statistics.js';
import type { Visitor } from './visitor.js';

export interface LoadPlan {
  readonly browsing: readonly Visitor[];
  /** Of pages; one is taken at random each time. */
  readonly paths: readonly string[];
  readonly waiting: readonly Visitor[];
  /** Streams of the runs they wait for, one for each. */
  readonly streams: readonly string[];
  readonly seconds: number;
  /** Between one page and the next: evenly from half to one and a half times as long. */
  readonly thinkSeconds: number;
  readonly rng: Rng;
}

export interface LoadFigures {
  readonly pages: number;
  readonly pagesPerSecond: number;
  /** Milliseconds until the last byte. */
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly slowest: number;
  /** By path: how many, and the 95th of a hundred. */
  readonly byPath: Readonly<Record<string, { readonly pages: number; readonly p95: number }>>;
  /** Answers other than 200, by status; 0 where there was none. */
  readonly errors: Readonly<Record<string, number>>;
  /** Streams that were open from the first to the last second, and those that weren't. */
  readonly streamsKept: number;
  readonly streamsLost: number;
  readonly eventsHeard: number;
}

interface Timing {
  readonly path: string;
  readonly ms: number;
}

/** People who read page after page, each with a pause for reading, while others wait for runs. */
export async function load(plan: LoadPlan): Promise<LoadFigures> {
  const { browsing, waiting, streams, seconds } = plan;
  const timings: Timing[] = [];
  const errors = new Map<string, number>();
  let [events, lost] = [0, 0];
  let isOver = false;
  const closers = waiting.map((visitor, place) =>
    visitor.listen(
      streams[place % streams.length] ?? '',
      (text) => (events += text.match(/^event: /gm)?.length ?? 0),
      () => (lost += isOver ? 0 : 1),
    ),
  );
  const ends = performance.now() + seconds * 1_000;
  await Promise.all(browsing.map((visitor) => browse(visitor, plan, ends, timings, errors)));
  isOver = true;
  for (const close of closers) close();
  return figuresOf(timings, errors, { seconds, waiting: waiting.length, lost, events });
}

async function browse(
  visitor: Visitor,
  { paths, thinkSeconds, rng }: LoadPlan,
  ends: number,
  timings: Timing[],
  errors: Map<string, number>,
): Promise<void> {
  // Nobody comes in the same second as everybody else.
  await wait(thinkSeconds * 1_000 * share(rng));
  while (performance.now() < ends) {
    const path = paths[Math.floor(share(rng) * paths.length)] ?? '/';
    try {
      const { status, ms } = await visitor.see(path);
      timings.push({ path, ms });
      if (status !== 200) count(errors, String(status));
    } catch {
      count(errors, '0');
    }
    await wait(thinkSeconds * 1_000 * (0.5 + share(rng)));
  }
}

function figuresOf(
  timings: readonly Timing[],
  errors: ReadonlyMap<string, number>,
  { seconds, waiting, lost, events }: { seconds: number; waiting: number; lost: number; events: number },
): LoadFigures {
  const sorted = timings.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const paths = [...new Set(timings.map(({ path }) => path))].toSorted();
  return {
    pages: sorted.length,
    pagesPerSecond: sorted.length / seconds,
    ...{ median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), p99: quantile(sorted, 0.99) },
    slowest: quantile(sorted, 1),
    byPath: Object.fromEntries(
      paths.map((path) => {
        const own = timings.filter((timing) => timing.path === path).map(({ ms }) => ms);
        return [
          path,
          {
            pages: own.length,
            p95: quantile(
              own.toSorted((a, b) => a - b),
              0.95,
            ),
          },
        ];
      }),
    ),
    errors: Object.fromEntries(errors),
    ...{ streamsKept: waiting - lost, streamsLost: lost, eventsHeard: events },
  };
}

/** 0 up to, and without, 1. */
function share(rng: Rng): number {
  return new DataView(rng.bytes(4).buffer).getUint32(0) / 2 ** 32;
}

function count(errors: Map<string, number>, status: string): void {
  errors.set(status, (errors.get(status) ?? 0) + 1);
}
