import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** The first byte of the message that carries user and password (TDS: LOGIN7). */
const LOGIN = 0x10;

export interface TdsPlace {
  readonly host: string;
  readonly port: number;
}

class LoginUnencrypted extends Error {
  readonly code = 'HANDSHAKE_NO_SSL_SUPPORT';
}

class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Thrown when nobody answers there: as the operating system says, with ETIMEDOUT after `timeoutMs` of silence. */
export function connectSocket(place: TdsPlace, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...place });
    const late = setTimeout(() => socket.destroy(new NoAnswer()), timeoutMs);
    const failed = (thrown: Error): void => {
      clearTimeout(late);
      reject(thrown);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(late);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

/**
 * Lets no login through a socket before it is encrypted. The driver asks for encryption, and logs in without where the
 * answer is that there is none; and that answer may come from anybody on the way.
 */
export function withholdLogin(socket: Socket, isEncrypted: () => boolean): Socket {
  const write = socket.write.bind(socket) as (chunk: Uint8Array, ...rest: unknown[]) => boolean;
  socket.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (isEncrypted() || bytes[0] !== LOGIN) return write(bytes, ...rest);
    socket.destroy(new LoginUnencrypted());
    return false;
  };
  return socket;
}
