import type { FaultLevel } from '../../examples/bold/index.js';

/** Two invented files to link, and who is in both. */
export interface LinkageCase {
  readonly name: string;
  readonly first: number;
  readonly second: number;
  /** People who are in both. */
  readonly overlap: number;
  readonly level: FaultLevel;
  /** Share of people of each file who have a second record in it. */
  readonly duplicates: number;
}

const HALF = { first: 100_000, second: 100_000, overlap: 50_000, level: 'realistic', duplicates: 0 } as const;

/** What docs/linkage.md shows. */
export const CASES: readonly LinkageCase[] = [
  { ...HALF, name: 'realistic, half in both' },
  { ...HALF, name: 'hard, half in both', level: 'hard' },
  { ...HALF, name: 'realistic, a tenth in both', overlap: 10_000 },
  { ...HALF, name: 'realistic, 200,000 and 5,000', first: 200_000, second: 5_000, overlap: 2_500 },
  { ...HALF, name: 'realistic, 2 % duplicates', duplicates: 0.02 },
  { ...HALF, name: 'realistic, 10 % duplicates', duplicates: 0.1 },
];

/** For a look. */
export const QUICK_CASES: readonly LinkageCase[] = CASES.slice(0, 3).map((each) => ({
  ...each,
  first: each.first / 5,
  second: each.second / 5,
  overlap: each.overlap / 5,
}));

/** Takes some gigabytes and a quarter of an hour. */
export const LARGE_CASE: LinkageCase = {
  ...HALF,
  name: 'realistic, a million and a million',
  first: 1_000_000,
  second: 1_000_000,
  overlap: 500_000,
};
