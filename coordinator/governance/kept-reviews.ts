import type Database from 'better-sqlite3';
import { z } from 'zod';

/** A signed review that its officer has committed to. */
export interface KeptReview {
  /** 64 hexadecimal digits: what the commitment names. */
  readonly digest: string;
  /** Digest of the proposal. */
  readonly proposal: string;
  readonly officer: string;
  /** As it was signed. */
  readonly envelope: Uint8Array;
}

/** Reviews until both reviewers of a proposal have committed to theirs: each is written blind to the other. */
export interface KeptReviews {
  /** False when it is here already; then what was first stays. */
  put(review: KeptReview, at: string): boolean;
  /** Those of a proposal, in no order. */
  of(proposal: string): readonly KeptReview[];
  /** Proposals that have any. */
  proposals(): readonly string[];
  /** One whose commitment could not be taken. */
  drop(digest: string): void;
  /** Those of the proposal have been shown, or can't be any more. */
  forget(proposal: string): void;
}

const reviewRow = z.object({
  digest: z.string(),
  proposal: z.string(),
  officer: z.string(),
  envelope: z.instanceof(Uint8Array),
});

export function createKeptReviews(database: Database.Database): KeptReviews {
  return {
    put: ({ digest, proposal, officer, envelope }, at) =>
      database
        .prepare(
          `INSERT INTO kept_reviews (digest, proposal, officer, envelope, kept_at)
           VALUES (@digest, @proposal, @officer, @envelope, @at) ON CONFLICT (digest) DO NOTHING`,
        )
        .run({ digest, proposal, officer, envelope: Buffer.from(envelope), at }).changes === 1,
    of: (proposal) =>
      database
        .prepare('SELECT digest, proposal, officer, envelope FROM kept_reviews WHERE proposal = ?')
        .all(proposal)
        .map((row) => reviewRow.parse(row))
        .map((row) => ({ ...row, envelope: new Uint8Array(row.envelope) })),
    proposals: () =>
      database
        .prepare('SELECT DISTINCT proposal FROM kept_reviews')
        .pluck()
        .all()
        .map((proposal) => z.string().parse(proposal)),
    drop: (digest) => {
      database.prepare('DELETE FROM kept_reviews WHERE digest = ?').run(digest);
    },
    forget: (proposal) => {
      database.prepare('DELETE FROM kept_reviews WHERE proposal = ?').run(proposal);
    },
  };
}
