import { checkpointView, consistencyView, entriesView, inclusionView } from '../audit-views.js';
import { badCursor, linkToNext, readCursor, writeCursor } from '../cursor.js';
import type { Handlers } from '../route.js';
import { AUDIT_ROUTES } from '../routes/audit-routes.js';
import type { ApiServices } from '../services.js';

export function auditHandlers(services: Pick<ApiServices, 'audit' | 'witnesses'>): Handlers<typeof AUDIT_ROUTES> {
  const { audit: log } = services;
  return {
    getCheckpoint: () => ({ json: checkpointView(log, services.witnesses) }),
    listEntries: ({ query: { from = 0, limit, cursor } }) => {
      const view = entriesView(log, { from: indexOf(readCursor('entries', cursor)) ?? from, limit });
      const end = view.first + view.entries.length;
      const next = end < log.head.size ? writeCursor('entries', String(end)) : null;
      return { json: { ...view, next }, headers: linkToNext(AUDIT_ROUTES.listEntries.path, { limit }, next) };
    },
    proveInclusion: ({ query }) => ({ json: inclusionView(log, query) }),
    proveConsistency: ({ query }) => ({ json: consistencyView(log, query) }),
  };
}

/** Thrown when it is no index: ApiError BAD_QUERY. */
function indexOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) throw badCursor();
  return Number(text);
}
