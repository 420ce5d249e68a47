/** What an attack achieved, for the table that docs/privacy.md quotes. */
export interface Figure {
  readonly attack: string;
  /** `as configured`, or what was taken away from it. */
  readonly against: string;
  /** In words and figures, as in `advantage 0.24 (0.23–0.26), at most 0.46`. */
  readonly result: string;
  readonly runs: number;
}

const figures: Figure[] = [];

export function note(figure: Figure): void {
  figures.push(figure);
}

/** Prints what was noted so far in this file; a test file calls it when it is done. */
export function printFigures(title: string): void {
  const lines = figures.map(({ attack, against, result, runs }) => `${attack} | ${against} | ${result} | ${runs} runs`);
  process.stdout.write(`\n${[title, ...lines].join('\n  ')}\n`);
}

/** A share of trials with limits that contain the true one, whatever it is, but for one time in 1 / `MISSED`. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** How often a limit below may be wrong: a suite of a hundred limits fails by chance once in 10,000 runs of it. */
const MISSED = 1e-6;

/** Hoeffding's inequality (1963): exact for any number of trials, and no distribution is assumed. */
export function shareOf(hits: number, trials: number): Share {
  const radius = Math.sqrt(Math.log(2 / MISSED) / (2 * trials));
  const share = hits / trials;
  return { share, low: Math.max(0, share - radius), high: Math.min(1, share + radius) };
}

/**
 * How much better than a coin somebody tells two worlds apart: true positives less false positives, 0 to 1. No attack has
 * more than (e^epsilon - 1) / (e^epsilon + 1) against a system with that epsilon (Kairouz, Oh and Viswanath, 2015).
 */
export interface Advantage {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** ln of the ratio of true to false positives, or of the other two if that is larger, at the limits that make it least. */
  readonly epsilon: number;
  readonly runs: number;
}

/** `guess` says whether it is the second world, from one draw of either. */
export function advantage<Seen>(
  runs: number,
  draw: (second: boolean, run: number) => Seen,
  guess: (seen: Seen) => boolean,
): Advantage {
  let falsely = 0;
  let rightly = 0;
  for (let run = 0; run < runs; run += 1) {
    if (guess(draw(false, run))) falsely += 1;
    if (guess(draw(true, run))) rightly += 1;
  }
  const [right, wrong] = [shareOf(rightly, runs), shareOf(falsely, runs)];
  const ratio = (more: number, less: number): number => (more <= 0 ? 0 : Math.log(more / less));
  return {
    value: right.share - wrong.share,
    low: right.low - wrong.high,
    high: right.high - wrong.low,
    epsilon: Math.max(0, ratio(right.low, wrong.high), ratio(1 - wrong.high, 1 - right.low)),
    runs,
  };
}

/** The most that any attack can have against `epsilon`; `delta` is what truncation adds. */
export function largestAdvantage(epsilon: number, delta = 0): number {
  return Math.tanh(epsilon / 2) + delta;
}

export function inWords({ value, low, high }: Advantage, most?: number): string {
  const bound = most === undefined ? '' : `, at most ${most.toFixed(3)}`;
  return `advantage ${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})${bound}`;
}
