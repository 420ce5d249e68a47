import type { TrueCell } from '../truth/index.js';

/** What it does to a table that people are recognised by what was written down of them. */
export interface LinkageError {
  /** In the table by who people really are. */
  readonly counted: number;
  /** By how much fewer, or more where it is negative, the rules count: people taken for somebody else, or left out. */
  readonly fewer: number;
  /** Of those whom both count, at least so many stand in another cell by the rules. */
  readonly misplaced: number;
}

/** Compares a table by the rules with the same by identity; noise has no part in either. */
export function linkageErrorOf(byRules: readonly TrueCell[], byIdentity: readonly TrueCell[]): LinkageError {
  const left = new Map(byIdentity.map(({ categories, count }) => [categories.join(), count]));
  let inPlace = 0;
  for (const { categories, count } of byRules) inPlace += Math.min(count, left.get(categories.join()) ?? 0);
  const [found, counted] = [byRules, byIdentity].map((cells) => cells.reduce((sum, { count }) => sum + count, 0));
  return {
    counted: counted ?? 0,
    fewer: (counted ?? 0) - (found ?? 0),
    misplaced: Math.min(counted ?? 0, found ?? 0) - inPlace,
  };
}

export function linkageErrorInWords({ counted, fewer, misplaced }: LinkageError): string {
  const number = (count: number): string => count.toLocaleString('en-GB');
  const share = counted === 0 ? '0.0' : ((100 * (misplaced + Math.abs(fewer))) / counted).toFixed(1);
  const total = fewer === 0 ? 'as many' : `${number(Math.abs(fewer))} ${fewer > 0 ? 'fewer' : 'more'}`;
  return (
    `Who people really are only this demonstration knows. Counted by that the table has ${number(counted)} in it; ` +
    `linking by names, dates and postcodes as they were written down counts ${total} and puts at least ` +
    `${number(misplaced)} in another cell: ${share} % in all.`
  );
}
