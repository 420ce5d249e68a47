import { z } from 'zod';

/** What the API says of the audit log, as both ends read it. */

export const auditCheckpointView = z.object({
  /** Of all entries that there are, a signed note. */
  checkpoint: z.string(),
  /** The largest with as many cosignatures as the roster asks for, with all of them; where none has so many, with any; null before the first. */
  cosigned: z.string().nullable(),
});
export type AuditCheckpointView = z.infer<typeof auditCheckpointView>;

export const auditEntriesView = z.object({
  /** Index of the first of them. */
  first: z.int(),
  /** In base64, in order; none where there are no more. */
  entries: z.array(z.string()).readonly(),
});
export type AuditEntriesView = z.infer<typeof auditEntriesView>;

export const auditProofView = z.object({
  /** In base64, in the order of RFC 9162. */
  hashes: z.array(z.string()).readonly(),
});
export type AuditProofView = z.infer<typeof auditProofView>;
