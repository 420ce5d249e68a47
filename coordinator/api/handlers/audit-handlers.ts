import { toBase64 } from '../../../core/base/index.js';
import { badCursor, linkToNext, readCursor, writeCursor } from '../cursor.js';
import type { Handlers } from '../route.js';
import { AUDIT_ROUTES } from '../routes/audit-routes.js';
import type { ApiServices } from '../services.js';

export function auditHandlers({ audit: log }: Pick<ApiServices, 'audit'>): Handlers<typeof AUDIT_ROUTES> {
  return {
    getCheckpoint: () => ({ json: { checkpoint: log.checkpointOfAll(), cosigned: log.lastCosigned ?? null } }),
    listEntries: ({ query: { from = 0, limit, cursor } }) => {
      const first = indexOf(readCursor('entries', cursor)) ?? from;
      const { size } = log.head;
      const end = Math.max(first, Math.min(first + limit, size));
      const next = end < size ? writeCursor('entries', String(end)) : null;
      return {
        json: { first, entries: log.entries(first, end).map(toBase64), next },
        headers: linkToNext(AUDIT_ROUTES.listEntries.path, { limit }, next),
      };
    },
    proveInclusion: ({ query: { index, size } }) => ({
      json: { hashes: log.inclusionProof(index, size).map(toBase64) },
    }),
    proveConsistency: ({ query: { first, second } }) => ({
      json: { hashes: log.consistencyProof(first, second).map(toBase64) },
    }),
  };
}

/** Thrown when it is no index: ApiError BAD_QUERY. */
function indexOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) throw badCursor();
  return Number(text);
}
