import { createServer, type Server } from 'node:http';
import type { Express } from 'express';
import { CoordinatorError } from '../errors.js';

export interface HttpServer {
  readonly port: number;
  /** Takes no more requests, lets those under way end, and cuts them off after `deadlineMs`. */
  stop(deadlineMs: number): Promise<void>;
}

/** Time that a client has to send its request. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Thrown when the port is taken: CoordinatorError PORT_IN_USE. */
export async function listen(app: Express, host: string, port: number): Promise<HttpServer> {
  const server = createServer(app);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(asListenError(cause, host, port)));
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

function asListenError(cause: Error, host: string, port: number): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause;
  return new CoordinatorError(
    'PORT_IN_USE',
    `Port ${port} of ${host} is in use: stop what listens there, or name another port under api.port (0: any free one).`,
    { cause },
  );
}
