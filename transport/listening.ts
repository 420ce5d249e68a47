import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { messageOf } from '../core/base/index.js';
import { TransportError } from './errors.js';

/**
 * Resolves with the port that was bound.
 * Thrown when the address can't be listened on: TransportError PORT_IN_USE or LISTEN_FAILED.
 */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  credentials: ServerCredentials,
): Promise<{ readonly port: number }> {
  const address = addressOf(host, port);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve({ port: bound });
      else reject(listenError(address, error));
    });
  });
}

/** Stops politely, then after `deadlineMs` hard. */
export function shutDown(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const hard = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, deadlineMs);
    server.tryShutdown(() => {
      clearTimeout(hard);
      resolve();
    });
  });
}

/** As gRPC and people write it. */
export function addressOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** TransportError PORT_IN_USE or LISTEN_FAILED. */
export function listenError(address: string, error: Error): TransportError {
  const message = messageOf(error);
  return message.includes('EADDRINUSE')
    ? new TransportError('PORT_IN_USE', `${address} is in use by another program: stop it or choose another port`, {
        cause: error,
      })
    : new TransportError('LISTEN_FAILED', `cannot listen on ${address}`, { cause: error });
}
