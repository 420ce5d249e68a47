/** Counts of people leave the agency as multiples of this. */
export const PUBLISHED_MULTIPLE = 10;

/** How many rows of a source are not in its snapshot, and why; and by which opt-out lists. */
export interface LeftOut {
  /** Digest of the opt-out lists that were applied; null where none are configured. */
  readonly optOuts: string | null;
  /** Rows of people who have opted out. */
  readonly optedOut: number;
  /** Rows that nobody has consented to be used, for any purpose. */
  readonly withoutConsent: number;
  /** Answers about consent that are neither yes nor no, and so no, in whichever rows. */
  readonly unclearConsents: number;
}

/** What a snapshot of opt-out lists says of them. */
export interface ListsRead {
  /** Digest of all match keys on them. */
  readonly digest: string;
  /** When reading them began, as ISO 8601 in UTC. */
  readonly readAt: string;
  readonly lines: number;
  /** Of each list, in the order of the configuration; not in what older software has read. */
  readonly linesOfLists?: readonly number[];
}

/** As a snapshot keeps them. */
export function factsText(facts: LeftOut | ListsRead): string {
  return JSON.stringify(facts);
}

/** What `factsText` has written. It checks nothing: the snapshot's mac has. */
export function leftOutFromText(text: string): LeftOut {
  return JSON.parse(text) as LeftOut;
}

export function listsReadFromText(text: string): ListsRead {
  return JSON.parse(text) as ListsRead;
}

/** What may be said outside of a number of people: the nearest multiple of PUBLISHED_MULTIPLE; 0 for fewer than that. */
export function publishedCount(count: number): number {
  if (count < PUBLISHED_MULTIPLE) return 0;
  return Math.round(count / PUBLISHED_MULTIPLE) * PUBLISHED_MULTIPLE;
}

export function describePublished(published: number): string {
  return published === 0 ? `fewer than ${PUBLISHED_MULTIPLE}` : `about ${published}`;
}

/** What the node says outside of who isn't in a snapshot. */
export interface PublishedLeftOut {
  /** As publishedCount has them: rows of people who have opted out, and rows without consent. */
  readonly optedOut: number;
  readonly withoutConsent: number;
}

export function publishedLeftOut({ optedOut, withoutConsent }: LeftOut): PublishedLeftOut {
  return { optedOut: publishedCount(optedOut), withoutConsent: publishedCount(withoutConsent) };
}
