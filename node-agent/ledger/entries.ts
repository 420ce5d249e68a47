import { z } from 'zod';

/** The coordinator's audit log, with the checkpoint under which an offer stood in it; older entries have none. */
const log = z
  .strictObject({
    /** Entries. */
    size: z.int().min(1),
    /** 64 hexadecimal digits. */
    root: z.string(),
  })
  .exactOptional();

/**
 * What a ledger has entries of. `spent`: a run was taken part in, and what that cost. `refused`: an offer was not.
 * `answered`, `failed`: how a run ended. `linkage`: what is known of a snapshot's people may have left, and what that cost.
 * `observed`: what would have become of an offer, had the policy said `live`. `policy`, `snapshot`: another one is in force.
 * `paused`, `resumed`: the operator has stopped the node from answering, and no longer.
 *
 * A kind once written is read for ever: a new fact is a new kind, or a key that older entries may lack.
 */
export const ENTRY_SCHEMAS = {
  spent: z.strictObject({
    runId: z.string(),
    /** Digest of what was asked of which snapshots (SPEC, Request), 64 hexadecimal digits. */
    request: z.string(),
    template: z.string(),
    version: z.number(),
    /** 64 hexadecimal digits. */
    templateDigest: z.string(),
    parameters: z.record(z.string(), z.array(z.string())),
    requester: z.string(),
    purpose: z.string(),
    log,
    /** Calendar quarter, `2026-Q2`, in which it counts. */
    quarter: z.string(),
    /** Millionths of epsilon that this took from each dataset's budget: 0 where the request had been paid for before. */
    spent: z.int().min(0),
    /** What the guard compares later requests with. */
    datasets: z.array(
      z.strictObject({
        dataset: z.string(),
        snapshot: z.string(),
        /** Null where the request had been asked before: the first entry has it. */
        question: z
          .strictObject({
            sql: z.string(),
            parameters: z.array(z.union([z.string(), z.number()])),
            context: z.string(),
            population: z.string(),
            dimensions: z.array(z.strictObject({ field: z.string(), categories: z.array(z.string()) })),
            totals: z.boolean(),
            threshold: z.int(),
          })
          .nullable(),
      }),
    ),
  }),
  refused: z.strictObject({
    runId: z.string(),
    code: z.string(),
    reason: z.string(),
    /** Of the template that was asked for, 64 hexadecimal digits. */
    templateDigest: z.string().exactOptional(),
    /** SHA-256 of the signed template as it was offered, while offers brought it. */
    envelope: z.string().exactOptional(),
    /** As the offer says; nobody has checked it. */
    requester: z.string(),
    log,
    /** File with two checkpoints that accuse the audit log. */
    evidence: z.string().exactOptional(),
  }),
  answered: z.strictObject({
    runId: z.string(),
    request: z.string(),
    /** Values that were outside a measure's range and were taken for its nearer end. */
    clipped: z.array(z.strictObject({ dataset: z.string(), values: z.int() })),
  }),
  failed: z.strictObject({
    runId: z.string(),
    request: z.string(),
    code: z.string(),
    party: z.string().nullable(),
    /** False: the run ended before this node had any part in opening the tally, so nobody has learnt a count from it. */
    opened: z.boolean(),
    clipped: z.array(z.strictObject({ dataset: z.string(), values: z.int() })),
    /** As of `refused`: of an audit log that was shown to another agency otherwise. */
    evidence: z.string().exactOptional(),
  }),
  linkage: z.strictObject({
    dataset: z.string(),
    snapshot: z.string(),
    /** Those whose statistics it was. */
    schemes: z.array(z.string()),
    /** Calendar quarter, `2026-Q2`, in which it counts. */
    quarter: z.string(),
    /** Millionths of epsilon that this took from the dataset's budget, for all schemes: 0 where there is no noise. */
    spent: z.int().min(0),
  }),
  observed: z.strictObject({
    runId: z.string(),
    request: z.string(),
    template: z.string(),
    version: z.number(),
    templateDigest: z.string(),
    parameters: z.record(z.string(), z.array(z.string())),
    requester: z.string(),
    purpose: z.string(),
    log,
    /** `observe`: nothing was read. `shadow`: the lists were made, and thrown away. */
    mode: z.string(),
    /** Millionths of epsilon that it would have taken from each dataset's budget. */
    cost: z.int().min(0),
    /** What it would have been refused with, or would have failed with here; null where it would have been answered. */
    code: z.string().nullable(),
    reason: z.string().nullable(),
    datasets: z.array(
      z.strictObject({
        dataset: z.string(),
        snapshot: z.string(),
        /** What would have been sent, in tens, 0 where there are fewer than ten; null where it was not made. */
        records: z.int().min(0).nullable(),
      }),
    ),
  }),
  policy: z.strictObject({
    /** SHA-256 of the policy's file, 64 hexadecimal digits. */
    digest: z.string(),
  }),
  snapshot: z.strictObject({
    dataset: z.string(),
    snapshot: z.string(),
    /** ISO date of the data. */
    asAt: z.string(),
  }),
  paused: z.strictObject({
    /** In the operator's words. */
    reason: z.string().nullable(),
  }),
  resumed: z.strictObject({}),
} as const;

export type EntryKind = keyof typeof ENTRY_SCHEMAS;
export type EntryBody<Kind extends EntryKind> = z.infer<(typeof ENTRY_SCHEMAS)[Kind]>;

/** An entry of any kind that is known. */
export type LedgerEntry = {
  [Kind in EntryKind]: {
    readonly number: number;
    readonly kind: Kind;
    readonly at: string;
    readonly body: EntryBody<Kind>;
  };
}[EntryKind];

/** Characters of an entry's body: far more than the longest question takes, and few enough to read them all. */
export const MAX_BODY_CHARACTERS = 4_194_304;
