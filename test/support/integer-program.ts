import loadHighs from 'highs';
import type { LegacyHighs } from 'highs';

/** low <= the sum of these variables <= high. */
export interface SumBetween {
  readonly variables: readonly number[];
  readonly low: number;
  readonly high: number;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

let loading: Promise<LegacyHighs> | null = null;

function loaded(): Promise<LegacyHighs> {
  // Its types describe the CommonJS build.
  loading ??= (loadHighs as unknown as () => Promise<LegacyHighs>)();
  return loading;
}

/**
 * What whole numbers from 0 to `most` can be that satisfy everything: for each the least and the largest. By integer
 * programming, so nothing is overlooked. Null when there are no such numbers.
 */
export async function feasibleRanges(
  variables: number,
  most: number,
  constraints: readonly SumBetween[],
  wanted: readonly number[] = Array.from({ length: variables }, (_, index) => index),
): Promise<readonly Range[] | null> {
  const highs = await loaded();
  const rows = constraints.map(({ variables: summed, low, high }, index) => {
    const sum = summed.map((variable) => `x${variable}`).join(' + ');
    return ` a${index}: ${sum} >= ${low}\n b${index}: ${sum} <= ${high}`;
  });
  const names = Array.from({ length: variables }, (_, index) => `x${index}`);
  const solve = (direction: string, variable: number): number | null => {
    const { Status, ObjectiveValue } = highs.solve(
      [
        direction,
        ` obj: x${variable}`,
        'Subject To',
        ...rows,
        'Bounds',
        ...names.map((name) => ` 0 <= ${name} <= ${most}`),
        'General',
        ` ${names.join(' ')}`,
        'End',
      ].join('\n'),
    );
    return Status === 'Optimal' ? Math.round(ObjectiveValue) : null;
  };
  const ranges: Range[] = [];
  for (const variable of wanted) {
    const [low, high] = [solve('Minimize', variable), solve('Maximize', variable)];
    if (low === null || high === null) return null;
    ranges.push({ low, high });
  }
  return ranges;
}

/** Numbers whose sums come nearest to what was said of them, by least squares; they need not be whole. */
export function leastSquares(
  variables: number,
  said: readonly { readonly variables: readonly number[]; readonly sum: number }[],
): number[] {
  // Normal equations; the last column is the right-hand side. A trace of 1e-9 keeps what nothing is said of at 0.
  const matrix: number[][] = Array.from({ length: variables }, (_, row) =>
    Array.from({ length: variables + 1 }, (__, column): number => (row === column ? 1e-9 : 0)),
  );
  for (const { variables: summed, sum } of said) {
    for (const row of summed) {
      const line = matrix[row] ?? [];
      for (const column of summed) line[column] = (line[column] ?? 0) + 1;
      line[variables] = (line[variables] ?? 0) + sum;
    }
  }
  for (let pivot = 0; pivot < variables; pivot += 1) {
    const rest = matrix.slice(pivot);
    const best = rest.reduce((most, line) => (Math.abs(line[pivot] ?? 0) > Math.abs(most[pivot] ?? 0) ? line : most));
    matrix[matrix.indexOf(best)] = matrix[pivot] ?? [];
    matrix[pivot] = best;
    for (const line of matrix) {
      if (line === best) continue;
      const factor = (line[pivot] ?? 0) / (best[pivot] ?? 1);
      for (let column = pivot; column <= variables; column += 1) {
        line[column] = (line[column] ?? 0) - factor * (best[column] ?? 0);
      }
    }
  }
  return matrix.map((line, index) => (line[variables] ?? 0) / (line[index] ?? 1));
}
