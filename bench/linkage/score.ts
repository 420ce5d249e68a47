/** How good a set of links is, where the truth is known. */
export interface Score {
  readonly links: number;
  readonly right: number;
  /** People who are in both files. */
  readonly matches: number;
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of both; 0 where nothing is right. */
  readonly f1: number;
}

/** A link and whether it joins one person with themselves. */
export interface ScoredLink {
  readonly right: boolean;
}

export function scoreOf(links: readonly ScoredLink[], matches: number): Score {
  const right = links.filter((link) => link.right).length;
  const precision = links.length === 0 ? 1 : right / links.length;
  const recall = matches === 0 ? 1 : right / matches;
  const f1 = right === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { links: links.length, right, matches, precision, recall, f1 };
}

/** Whom two files have in common. */
export function commonPeople(first: Iterable<string>, second: Iterable<string>): number {
  const there = new Set(first);
  return new Set([...second].filter((person) => there.has(person))).size;
}
