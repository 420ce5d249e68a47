import { Client, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { channelCredentials } from '../../transport/mtls.js';
import type { TlsMaterial } from '../../transport/index.js';
import { federationMethods } from '../../transport/wire.js';
import { FEDERATION, later } from './fixture.js';

/** Speaks bytes to a server, where the product's own client would send nothing wrong. */

const identity = (bytes: Buffer): Buffer => bytes;

export interface Ended {
  readonly status: number;
  readonly code: string | undefined;
  readonly details: string;
  readonly replies: readonly Buffer[];
}

export type RawMethod = 'control' | 'sendList' | 'receiveList' | 'renew';

/** Opens the method, sends `messages`, half-closes when `halfClose`, and waits for the end of the call. */
export function rawCall(
  port: number,
  tls: TlsMaterial,
  method: RawMethod,
  messages: readonly Uint8Array[],
  halfClose = true,
): Promise<Ended> {
  const client = new Client(
    `127.0.0.1:${port}`,
    channelCredentials(tls, FEDERATION, () => undefined),
    {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.ssl_target_name_override': 'coordinator',
    },
  );
  later(() => client.close());
  const { path } = federationMethods()[method];
  const call = client.makeBidiStreamRequest(path, identity, identity);
  const replies: Buffer[] = [];
  return new Promise((resolve) => {
    const end = ({ code, details, metadata }: Pick<ServiceError, 'code' | 'details' | 'metadata'>): void => {
      resolve({ status: code, code: metadata.get('tallystick-code')[0]?.toString(), details, replies });
    };
    call.on('data', (bytes: Buffer) => replies.push(bytes));
    call.on('error', (error: ServiceError) => end(error));
    call.on('end', () => end({ code: status.OK, details: '', metadata: new Metadata() }));
    for (const bytes of messages) call.write(Buffer.from(bytes));
    if (halfClose) call.end();
  });
}

/** `bytes` made `total` bytes long by a field that no reader knows (number 1000, length-delimited). */
export function padded(bytes: Uint8Array, total: number): Buffer {
  const tag = [0xc2, 0x3e];
  for (let lengthBytes = 1; lengthBytes <= 5; lengthBytes += 1) {
    const filler = total - bytes.length - tag.length - lengthBytes;
    const length = varint(filler);
    if (length.length === lengthBytes)
      return Buffer.concat([bytes, Buffer.from([...tag, ...length]), Buffer.alloc(filler)]);
  }
  throw new RangeError('no such padding');
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
