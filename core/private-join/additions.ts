import type { Job } from './jobs.js';

/** Records that a party adds of its own to what it receives or makes. */
export interface Additions {
  readonly count: number;
  /** The jobs that make them, one after the other: `count` records in all. */
  batches(): Iterable<Batch>;
}

export interface Batch {
  /** Records that the job makes, at most CHUNK_RECORDS. */
  readonly count: number;
  readonly job: Job;
}

export const NO_ADDITIONS: Additions = { count: 0, batches: () => [] };
