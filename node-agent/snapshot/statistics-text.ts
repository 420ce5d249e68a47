import type { KeySet, LinkageStatistics, NonMatches } from '../../core/linkage/index.js';

/** JSON knows no maps. */
interface StoredStatistics extends Omit<LinkageStatistics, 'nonMatches'> {
  readonly nonMatches: Omit<NonMatches, 'sets'> & { readonly sets: readonly (readonly [KeySet, number])[] };
}

/** Linkage statistics as a snapshot keeps them. */
export function statisticsText(statistics: readonly LinkageStatistics[]): string {
  const stored = statistics.map(({ nonMatches, ...rest }): StoredStatistics => ({
    ...rest,
    nonMatches: { ...nonMatches, sets: [...nonMatches.sets] },
  }));
  return JSON.stringify(stored);
}

/** What `statisticsText` has written. It checks nothing: the snapshot's mac has. */
export function statisticsFromText(text: string): readonly LinkageStatistics[] {
  return (JSON.parse(text) as readonly StoredStatistics[]).map(({ nonMatches, ...rest }) => ({
    ...rest,
    nonMatches: { ...nonMatches, sets: new Map(nonMatches.sets) },
  }));
}
