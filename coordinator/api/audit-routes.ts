import express from 'express';
import { z } from 'zod';
import { toBase64 } from '../../core/base/index.js';
import { MAX_LOG_SIZE } from '../../transport/index.js';
import type { AuditLog } from '../audit/audit-log.js';
import { parsed } from './parsed.js';
import type { AuditCheckpointView, AuditEntriesView, AuditProofView } from './audit-schema.js';

/** Entries in one answer: with the largest that there may be some 9 MB. */
export const MAX_ENTRIES_SHOWN = 100;

const place = z.coerce.number().int().min(0).max(MAX_LOG_SIZE);
export const entriesSchema = z.strictObject({
  from: place.default(0),
  limit: z.coerce.number().int().min(1).max(MAX_ENTRIES_SHOWN).default(MAX_ENTRIES_SHOWN),
});
export const inclusionSchema = z.strictObject({ index: place, size: place });
export const consistencySchema = z.strictObject({ first: place, second: place });

type ReadableLog = Pick<
  AuditLog,
  'head' | 'checkpointOfAll' | 'lastCosigned' | 'entries' | 'inclusionProof' | 'consistencyProof'
>;

/** Signs a checkpoint where entries have come since the last. Thrown as `AuditLog.checkpoint` says. */
export function checkpointView(log: Pick<ReadableLog, 'checkpointOfAll' | 'lastCosigned'>): AuditCheckpointView {
  return { checkpoint: log.checkpointOfAll(), cosigned: log.lastCosigned ?? null };
}

/** Thrown when the log doesn't go so far: CoordinatorError AUDIT_RANGE. */
export function entriesView(
  log: Pick<ReadableLog, 'head' | 'entries'>,
  { from, limit }: z.output<typeof entriesSchema>,
): AuditEntriesView {
  const end = Math.max(from, Math.min(from + limit, log.head.size));
  return { first: from, entries: log.entries(from, end).map(toBase64) };
}

/** Thrown when the log has no such entry: CoordinatorError AUDIT_RANGE. */
export function inclusionView(
  log: Pick<ReadableLog, 'inclusionProof'>,
  { index, size }: z.output<typeof inclusionSchema>,
): AuditProofView {
  return { hashes: log.inclusionProof(index, size).map(toBase64) };
}

/** Thrown when the log was never so long: CoordinatorError AUDIT_RANGE. */
export function consistencyView(
  log: Pick<ReadableLog, 'consistencyProof'>,
  { first, second }: z.output<typeof consistencySchema>,
): AuditProofView {
  return { hashes: log.consistencyProof(first, second).map(toBase64) };
}

/** The audit log as everybody may verify it: notes as they are, everything else in base64. */
export function auditRoutes(log: ReadableLog): express.Router {
  const router = express.Router();
  router.get('/checkpoint', (_request, response) => {
    response.json(checkpointView(log));
  });
  router.get('/entries', (request, response) => {
    response.json(entriesView(log, parsed('BAD_QUERY', entriesSchema, request.query)));
  });
  router.get('/proof/inclusion', (request, response) => {
    response.json(inclusionView(log, parsed('BAD_QUERY', inclusionSchema, request.query)));
  });
  router.get('/proof/consistency', (request, response) => {
    response.json(consistencyView(log, parsed('BAD_QUERY', consistencySchema, request.query)));
  });
  return router;
}
