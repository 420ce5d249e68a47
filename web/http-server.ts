import { createServer, type Server } from 'node:http';
import type { Express } from 'express';
import { WebError } from './errors.js';

export interface HttpServer {
  readonly port: number;
  /** Takes no more requests, lets those under way end, and cuts them off after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** Time that a client has to send its request. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * How long a connection that asks nothing is kept. Clients and proxies close theirs within a minute: were the server
 * first, as it is with Node's 5 s, a request on its way then would be lost.
 */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/**
 * @param setting where the configuration says the port, as in `api.port`; 0 is any free one
 * Thrown when the port is taken: WebError PORT_IN_USE.
 */
export async function listen(app: Express, host: string, port: number, setting: string): Promise<HttpServer> {
  const server = createServer(app);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(asListenError(cause, host, port, setting)));
    server.listen(port, host, resolve);
  });
  return { port: portOf(server), stop: (deadlineMs) => stop(server, deadlineMs) };
}

async function stop(server: Server, deadlineMs: number): Promise<void> {
  const hard = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(hard);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('the server has no port');
  return address.port;
}

function asListenError(cause: Error, host: string, port: number, setting: string): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause;
  return new WebError(
    'PORT_IN_USE',
    `Port ${port} of ${host} is in use: stop what listens there, or name another port under ${setting} (0: any free one).`,
    { cause },
  );
}
