import { z } from 'zod';

/** What the API says of the audit log, as both ends read it. */

export const auditCheckpointView = z.object({
  checkpoint: z.string().describe('of all entries that there are, a signed note'),
  cosigned: z
    .string()
    .nullable()
    .describe(
      'the largest with as many cosignatures as the roster asks for, with all of them; where none has so many, with any; null before the first',
    ),
});
export type AuditCheckpointView = z.infer<typeof auditCheckpointView>;

export const auditEntriesView = z.object({
  first: z.int().describe('index of the first of them'),
  entries: z.array(z.string()).readonly().describe('in base64, in order; none where there are no more'),
  next: z.string().nullable().describe('`cursor` of the next page; null on the last'),
});
export type AuditEntriesView = z.infer<typeof auditEntriesView>;

export const auditProofView = z.object({
  hashes: z.array(z.string()).readonly().describe('in base64, in the order of RFC 9162'),
});
export type AuditProofView = z.infer<typeof auditProofView>;
