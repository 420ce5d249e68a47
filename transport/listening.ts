import type { Server } from '@grpc/grpc-js';
import { messageOf } from '../core/base/index.js';
import { TransportError } from './errors.js';

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
