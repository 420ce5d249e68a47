/*
 * What the statistical tests judge by. Their chance of failing although all is right is a named, tiny number, so that a
 * red test means a fault.
 */

/** Probability with which one check may fail by chance alone: a thousand checks do so once in a thousand runs. */
export const CHANCE = 1e-6;

/** Fewest expected in a bin of a chi-square test: below, its law isn't yet that of chi-square. */
const EXPECTED_AT_LEAST = 10;

export interface Fit {
  readonly statistic: number;
  readonly degrees: number;
  /** How often a sample of the law fits as badly or worse. */
  readonly p: number;
}

/**
 * Pearson's chi-square test of whole numbers against a law. Neighbouring values are put together until enough of each
 * are expected.
 * @param probability of each whole number
 */
export function fit(sample: readonly number[], probability: (x: number) => number): Fit {
  const observed = new Map<number, number>();
  for (const x of sample) observed.set(x, (observed.get(x) ?? 0) + 1);
  const from = Math.min(...observed.keys());
  const to = Math.max(...observed.keys());
  const bins: [seen: number, expected: number][] = [[0, 0]];
  let inside = 0;
  for (let x = from; x <= to; x += 1) {
    const last = bins[bins.length - 1] as [number, number];
    last[0] += observed.get(x) ?? 0;
    last[1] += sample.length * probability(x);
    inside += probability(x);
    if (last[1] >= EXPECTED_AT_LEAST) bins.push([0, 0]);
  }
  // What nobody saw, and the bin that wasn't filled, go to the last full one.
  const rest = bins.pop() ?? [0, 0];
  const last = bins[bins.length - 1] ?? [0, 0];
  last[0] += rest[0];
  last[1] += rest[1] + sample.length * (1 - inside);
  return chiSquare(bins, bins.length - 1);
}

/** Whether two numbers of the same trial have to do with each other: chi-square of the table of their joint counts. */
export function independence(pairs: readonly (readonly [number, number])[]): Fit {
  const [rows, columns] = [0, 1].map((side) => quantileBins(pairs.map((pair) => pair[side] ?? 0)));
  const table = new Map<string, number>();
  const margins = [new Map<number, number>(), new Map<number, number>()] as const;
  const add = <Key>(counts: Map<Key, number>, key: Key): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const [a, b] of pairs) {
    const [row, column] = [rows?.(a) ?? 0, columns?.(b) ?? 0];
    add(table, `${row} ${column}`);
    add(margins[0], row);
    add(margins[1], column);
  }
  const bins = [...margins[0]].flatMap(([row, inRow]) =>
    [...margins[1]].map(([column, inColumn]): [number, number] => [
      table.get(`${row} ${column}`) ?? 0,
      (inRow * inColumn) / pairs.length,
    ]),
  );
  return chiSquare(bins, (margins[0].size - 1) * (margins[1].size - 1));
}

/** About six bins, each with about as many. */
function quantileBins(values: readonly number[]): (value: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  const ends = [...new Set([1, 2, 3, 4, 5].map((sixth) => sorted[Math.floor((sorted.length * sixth) / 6)] ?? 0))];
  return (value) => ends.filter((end) => value >= end).length;
}

function chiSquare(bins: readonly (readonly [seen: number, expected: number])[], degrees: number): Fit {
  const statistic = bins.reduce((sum, [seen, expected]) => sum + (seen - expected) ** 2 / expected, 0);
  return { statistic, degrees, p: upperGamma(degrees / 2, statistic / 2) };
}

/**
 * Limits of a probability from hits in trials, each wrong with at most `miss` (Clopper and Pearson, 1934): exact for any
 * number of trials.
 */
export function clopperPearson(
  hits: number,
  trials: number,
  miss: number,
): { readonly low: number; readonly high: number } {
  // The lower limit is the probability with which that many hits or more have the probability `miss`.
  const low = hits === 0 ? 0 : solve((p) => incompleteBeta(p, hits, trials - hits + 1) - miss);
  const high = hits === trials ? 1 : solve((p) => incompleteBeta(p, hits + 1, trials - hits) - (1 - miss));
  return { low, high };
}

/** The zero of a rising function on 0..1. */
function solve(of: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (of(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Coefficients of Lanczos' approximation, good to 1e-13 (Numerical Recipes, third edition, section 6.1). */
const LANCZOS = [
  57.1562356658629235, -59.5979603554754912, 14.1360979747417471, -0.491913816097620199, 0.339946499848118887e-4,
  0.465236289270485756e-4, -0.983744753048795646e-4, 0.158088703224912494e-3, -0.210264441724104883e-3,
  0.217439618115212643e-3, -0.16431810653676389e-3, 0.844182239838527433e-4, -0.26190838401581408e-4,
  0.368991826595316234e-5,
];

/** ln Γ(x), x above 0. */
export function logGamma(x: number): number {
  const shifted = x + 5.2421875;
  const series = LANCZOS.reduce((sum, coefficient, index) => sum + coefficient / (x + index + 1), 0.999999999999997092);
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((2.5066282746310005 * series) / x);
}

/** Q(a, x), the part of the gamma function above x: a series below the mean, a continued fraction above it. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; Math.abs(term) > sum * 1e-15; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 10_000; i += 1) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** I_x(a, b) by its continued fraction. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}
