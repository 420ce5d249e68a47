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
const entriesSchema = z.strictObject({
  from: place.default(0),
  limit: z.coerce.number().int().min(1).max(MAX_ENTRIES_SHOWN).default(MAX_ENTRIES_SHOWN),
});
const inclusionSchema = z.strictObject({ index: place, size: place });
const consistencySchema = z.strictObject({ first: place, second: place });

/**
 * The audit log as everybody may verify it: notes as they are, everything else in base64.
 * @param witnesses how many agencies the roster in force asks for that have cosigned it
 */
export function auditRoutes(
  log: Pick<AuditLog, 'head' | 'checkpointOfAll' | 'cosignedBy' | 'entries' | 'inclusionProof' | 'consistencyProof'>,
  witnesses: () => number,
): express.Router {
  const router = express.Router();

  router.get('/checkpoint', (_request, response) => {
    const cosigned = log.cosignedBy(witnesses()) ?? null;
    const view: AuditCheckpointView = { checkpoint: log.checkpointOfAll(), cosigned };
    response.json(view);
  });

  router.get('/entries', (request, response) => {
    const { from, limit } = parsed('BAD_QUERY', entriesSchema, request.query);
    const end = Math.max(from, Math.min(from + limit, log.head.size));
    const view: AuditEntriesView = { first: from, entries: log.entries(from, end).map(toBase64) };
    response.json(view);
  });

  router.get('/proof/inclusion', (request, response) => {
    const { index, size } = parsed('BAD_QUERY', inclusionSchema, request.query);
    const view: AuditProofView = { hashes: log.inclusionProof(index, size).map(toBase64) };
    response.json(view);
  });

  router.get('/proof/consistency', (request, response) => {
    const { first, second } = parsed('BAD_QUERY', consistencySchema, request.query);
    const view: AuditProofView = { hashes: log.consistencyProof(first, second).map(toBase64) };
    response.json(view);
  });

  return router;
}
