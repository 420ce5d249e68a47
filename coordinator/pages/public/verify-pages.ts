import type { Request, Response } from 'express';
import { z } from 'zod';
import { formatRegisterFile } from '../../../core/governance/index.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import {
  checkpointView,
  consistencyView,
  entriesAtOnce,
  entriesView,
  inclusionView,
  MAX_ENTRIES_SHOWN,
  placeInLog,
} from '../../api/audit-views.js';
import { httpStatus } from '../../api/problems.js';
import { CoordinatorError } from '../../errors.js';
import { notFound } from '../error-pages.js';
import type { SiteServices } from '../site-services.js';
import { logView } from './log-view.js';

/** A full page of the log never changes. */
const A_YEAR = 'public, max-age=31536000, immutable';

const entriesSchema = z.strictObject({ from: placeInLog.default(0), limit: entriesAtOnce });
const inclusionSchema = z.strictObject({ index: placeInLog, size: placeInLog });
const consistencySchema = z.strictObject({ first: placeInLog, second: placeInLog });

/** The log, the register, and how to check them: everything that it takes, for everybody. */
export function verifyPages(routes: GuardedRoutes, { registers, audit }: SiteServices): void {
  routes.get('/verify', 'anyone', (_request, response) => {
    const { register, roster, stated, copy } = registers;
    response.render('public/verify.njk', {
      log: logView({
        head: audit.head,
        key: audit.key,
        checkpoint: audit.lastCheckpoint,
        cosigned: audit.cosignedBy(register.current.roster.witnesses),
        federation: roster.federation,
        agencies: roster.agencies,
      }),
      register: { entries: copy.head.size, fingerprint: register.current.fingerprint, version: roster.version },
      stated: stated?.issued ?? null,
    });
  });
  routes.get('/register.jsonl', 'anyone', (_request, response) => {
    response.type('application/jsonl').attachment('register.jsonl').set('Cache-Control', 'no-cache');
    response.send(Buffer.from(formatRegisterFile(registers.copy.entries)));
  });
  routes.get('/register-statement.json', 'anyone', (request, response) => {
    const { statement } = registers;
    if (statement === undefined) notFound(request, response, () => undefined);
    else {
      response.type('application/json').attachment('register-statement.json').set('Cache-Control', 'no-cache');
      response.send(Buffer.from(statement));
    }
  });
  logDownloads(routes, { registers, audit });
}

/** What `/api/v1/audit` says, for whoever has no token: the log is for everybody. */
function logDownloads(routes: GuardedRoutes, { registers, audit }: Pick<SiteServices, 'registers' | 'audit'>): void {
  routes.get('/log/checkpoint', 'anyone', (_request, response) => {
    answer(response, () => checkpointView(audit, registers.register.current.roster.witnesses));
  });
  routes.get('/log/checkpoint.txt', 'anyone', (request, response) => {
    const { lastCheckpoint } = audit;
    if (lastCheckpoint === undefined) notFound(request, response, () => undefined);
    else response.type('text/plain').attachment('checkpoint.txt').set('Cache-Control', 'no-cache').send(lastCheckpoint);
  });
  routes.get('/log/entries', 'anyone', (request, response) => {
    const query = parsed(request, response, entriesSchema);
    if (query === undefined) return;
    answer(response, () => {
      const view = entriesView(audit, query);
      // Only whole pages: what a short one has next to come, nobody knows.
      const isFull = view.entries.length === MAX_ENTRIES_SHOWN && view.first % MAX_ENTRIES_SHOWN === 0;
      if (isFull) response.set('Cache-Control', A_YEAR);
      return view;
    });
  });
  routes.get('/log/proof/inclusion', 'anyone', (request, response) => {
    const query = parsed(request, response, inclusionSchema);
    if (query !== undefined) answer(response, () => inclusionView(audit, query));
  });
  routes.get('/log/proof/consistency', 'anyone', (request, response) => {
    const query = parsed(request, response, consistencySchema);
    if (query !== undefined) answer(response, () => consistencyView(audit, query));
  });
}

/** For programs: what went wrong is a code, and nothing that was asked stands in it. */
function answer(response: Response, work: () => object): void {
  response.set('Cache-Control', 'no-cache');
  try {
    response.json(work());
  } catch (thrown) {
    if (!(thrown instanceof CoordinatorError)) throw thrown;
    const status = httpStatus(thrown.code);
    // What is our own fault may name a file here: the log has it, and nobody else.
    if (status === undefined) throw thrown;
    response.status(status).json({ code: thrown.code, message: thrown.message });
  }
}

function parsed<Schema extends z.ZodType>(
  { query }: Request,
  response: Response,
  schema: Schema,
): z.output<Schema> | undefined {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const message = `Numbers are whole, and at most ${MAX_ENTRIES_SHOWN} entries are answered at a time: docs/audit-log.md.`;
  response.status(400).json({ code: 'BAD_QUERY', message });
  return undefined;
}
