import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { KnownTokens } from '../tokens/known-tokens.js';
import { holderOf } from './auth.js';
import { ApiError } from './errors.js';
import { parsed } from './parsed.js';
import type { Call, Handler, Reply, RouteSpec } from './route.js';
import { API_ROUTES } from './routes/index.js';
import { MAX_BODY_BYTES } from './schema.js';

type AnyHandlers = Readonly<Record<keyof typeof API_ROUTES, unknown>>;

const READERS: Readonly<Record<string, RequestHandler>> = {
  'application/json': express.json({ limit: MAX_BODY_BYTES }),
  'application/x-www-form-urlencoded': express.urlencoded({ extended: false, limit: MAX_BODY_BYTES }),
};

/** Every route of the table, each with its handler; any other method of their addresses is refused by name. */
export function apiRouter(handlers: AnyHandlers, tokens: KnownTokens): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const methods = new Map<string, string[]>();
  for (const [name, spec] of Object.entries(API_ROUTES) as [keyof typeof API_ROUTES, RouteSpec][]) {
    const path = spec.path.replaceAll(/\{(\w+)\}/g, ':$1');
    methods.set(path, [
      ...(methods.get(path) ?? []),
      ...(spec.method === 'get' ? ['GET', 'HEAD'] : [spec.method.toUpperCase()]),
    ]);
    // What a handler takes is what its own route declares: `Handlers` has held them against each other.
    const handler = handlers[name] as Handler<RouteSpec>;
    router[spec.method](path, async (request, response) => {
      const reply = await handler(await callOf(request, response, spec, tokens));
      send(response, spec, reply);
    });
  }
  for (const [path, allowed] of methods) {
    router.all(path, (_request, response) => {
      response.set('Allow', allowed.join(', '));
      throw new ApiError('METHOD_NOT_ALLOWED', `This address takes ${allowed.join(', ')} only.`);
    });
  }
  return router;
}

/** Nobody's body is read before it is known who sends it. */
async function callOf(
  request: Request,
  response: Response,
  spec: RouteSpec,
  tokens: KnownTokens,
): Promise<Call<RouteSpec>> {
  const holder = holderOf(request, response, spec.access, tokens);
  if (spec.body !== undefined) await readBody(request, response, spec.body.type);
  const call = {
    params: spec.params === undefined ? undefined : parsed('BAD_QUERY', spec.params, request.params),
    query: spec.query === undefined ? undefined : parsed('BAD_QUERY', spec.query, request.query),
    headers: spec.headers === undefined ? undefined : parsed('BAD_QUERY', spec.headers, request.headers),
    body: spec.body === undefined ? undefined : parsed('BAD_BODY', spec.body.schema, request.body as unknown),
    ...{ holder, request, response },
  };
  // The parts are undefined where the route has none: its own type of a call says so, that of any route can't.
  return call as unknown as Call<RouteSpec>;
}

/** Thrown when it is of another type: ApiError UNSUPPORTED_MEDIA_TYPE; when it can't be read: what the reader throws. */
async function readBody(request: Request, response: Response, type: string): Promise<void> {
  // Null where there is no body at all, which is for the schema to refuse.
  if (request.is(type) === false) {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', `The body has to be ${type}, and its Content-Type has to say so.`);
  }
  await new Promise<void>((resolve, reject) => {
    READERS[type]?.(request, response, (failure?: unknown) => {
      if (failure === undefined) resolve();
      else reject(failure instanceof Error ? failure : new Error('the body could not be read'));
    });
  });
}

function send(response: Response, { answer }: RouteSpec, reply: Reply<RouteSpec>): void {
  if (reply === 'sent') return;
  response.set('Cache-Control', 'no-store').status(answer.status);
  if (reply === 'nothing') response.end();
  else if ('bytes' in reply) {
    response
      .set(reply.headers ?? {})
      .type(answer.type ?? 'application/json')
      .send(Buffer.from(reply.bytes));
  } else if ('other' in reply) response.status(reply.other).json(reply.json);
  else response.set(reply.headers ?? {}).json(reply.json);
}
