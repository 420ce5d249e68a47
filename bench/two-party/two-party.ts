import { createGroup } from '../../core/private-join/index.js';
import { systemRng } from '../../runtime/index.js';
import { cpuMicroseconds } from '../cpu-clock.js';
import { quantile } from '../statistics.js';
import { ourIntersectionSize } from './ours.js';
import { loadPsi } from './psi.js';
import type { IntersectionSize } from './psi.js';

export interface TwoPartyOptions {
  /** Elements of each party. */
  readonly elements: number;
  /** Times that each does the whole of it, in turns. */
  readonly rounds: number;
  readonly progress: (text: string) => void;
}

export interface TwoPartyResult {
  readonly elements: number;
  readonly common: number;
  /** Whether every size that was found, on either side, was the true one. */
  readonly exact: boolean;
  readonly ours: PartyOfTwo;
  readonly psi: PartyOfTwo;
  /** Median, over the rounds, of how many times as many elements a second of processor time was worth. */
  readonly ratio: number;
}

export interface PartyOfTwo {
  /** Elements of one side for each second of processor time of both sides: median of the rounds. */
  readonly elementsPerSecond: number;
  readonly rounds: readonly { readonly cpuSeconds: number; readonly seconds: number }[];
}

/** Elements for each to get warm on. */
const WARM_UP_ELEMENTS = 256;

/** Counts what two sets have in common, by our own protocol code and by psi.js, in turns on the same sets. */
export async function measureTwoParty({ elements, rounds, progress }: TwoPartyOptions): Promise<TwoPartyResult> {
  const ours = ourIntersectionSize(await createGroup(), systemRng);
  const psi = await loadPsi();
  const [warm, cold] = [setsOf(WARM_UP_ELEMENTS), setsOf(elements)];
  let exact = true;
  const timings = { ours: [] as Timing[], psi: [] as Timing[] };
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const [name, find] of [['ours', ours] as const, ['psi', psi] as const]) {
      if (round === 0) exact &&= find(warm.first, warm.second) === warm.common;
      const timing = timed(find, cold);
      exact &&= timing.size === cold.common;
      timings[name].push(timing);
    }
  }
  const perSecond = ({ cpuSeconds }: Timing): number => elements / cpuSeconds;
  const ratios = timings.ours.map((timing, round) => perSecond(timing) / perSecond(timings.psi[round] ?? timing));
  const side = (rows: readonly Timing[]): PartyOfTwo => ({
    elementsPerSecond: median(rows.map(perSecond)),
    rounds: rows.map(({ cpuSeconds, seconds }) => ({ cpuSeconds, seconds })),
  });
  return {
    elements,
    common: cold.common,
    exact,
    ours: side(timings.ours),
    psi: side(timings.psi),
    ratio: median(ratios),
  };
}

interface Sets {
  readonly first: readonly string[];
  readonly second: readonly string[];
  readonly common: number;
}

/** Two sets of so many elements; the second half of the one is the first half of the other. */
function setsOf(elements: number): Sets {
  const half = Math.floor(elements / 2);
  const from = (start: number): string[] => Array.from({ length: elements }, (_, index) => `person-${start + index}`);
  return { first: from(0), second: from(half), common: elements - half };
}

interface Timing {
  readonly size: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

function timed(find: IntersectionSize, { first, second }: Sets): Timing {
  const [began, cpuBefore] = [performance.now(), cpuMicroseconds()];
  const size = find(first, second);
  const cpuSeconds = (cpuMicroseconds() - cpuBefore) / 1_000_000;
  return { size, cpuSeconds, seconds: (performance.now() - began) / 1000 };
}

function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
