import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/**
 * A server that speaks as much of SQL Server's protocol (TDS 7.4) as a login and SELECTs need, for there is no SQL Server
 * that tests may have. What it says is what a test tells it to: it shows what the connector does with answers, and
 * nothing about which answers SQL Server gives.
 */
export interface TdsServer {
  readonly port: number;
  /** Statements, in order; transactions as `BEGIN <isolation level>` and `ROLLBACK`. */
  readonly said: string[];
  /** Every byte that came in before encryption. */
  readonly open: Buffer[];
  /** Rows handed to the network so far. */
  rowsSent(): number;
  stop(): Promise<void>;
}

export type Answer =
  | { readonly columns: readonly TdsColumn[]; readonly rows?: Iterable<readonly (string | null)[]> }
  | { readonly error: number; readonly class?: number }
  | 'done'
  | 'silence'
  | 'drop';

export interface TdsColumn {
  readonly name: string;
  /** Bytes of the type and what belongs to it. Left out: nvarchar(4000), the only type that rows may have here. */
  readonly type?: readonly number[];
}

export interface TdsOptions {
  readonly answer: (sql: string) => Answer;
  /** How the server answers to a login: an error's number. */
  readonly refuses?: number;
  /** With these it encrypts; without it says that it can't. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const [BATCH, RESPONSE, TRANSACTION, LOGIN, PRELOGIN] = [0x01, 0x04, 0x0e, 0x10, 0x12];
const HEADER_BYTES = 8;
const PACKET_BYTES = 4_096;
const NVARCHAR = [0xe7, 0x40, 0x1f, 0x09, 0x04, 0xd0, 0x00, 0x34];
const DONE = [0xfd, 0x00, 0x00, 0xc1, 0x00, ...new Array<number>(8).fill(0)];
const DESCRIPTOR = [8, 1, 2, 3, 4, 5, 6, 7, 8];
/** As the protocol numbers them; SNAPSHOT is 5. */
const [BEGIN, ROLLBACK] = [5, 8];

export async function startTds(options: TdsOptions): Promise<TdsServer> {
  const said: string[] = [];
  const open: Buffer[] = [];
  let sent = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, options, { said, open, count: () => (sent += 1) }).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ port: (server.address() as AddressInfo).port, said, open, rowsSent: () => sent },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Heard {
  readonly said: string[];
  readonly open: Buffer[];
  readonly count: () => void;
}

async function serve(
  socket: Socket,
  { answer, refuses, tls }: TdsOptions,
  { said, open, count }: Heard,
): Promise<void> {
  const inbox = new Inbox();
  let stream: Duplex = socket;
  const inTheOpen = (bytes: Buffer): void => {
    open.push(bytes);
    inbox.add(bytes);
  };
  socket.on('data', inTheOpen).on('close', () => inbox.end());
  for await (const [type, body] of inbox.messages()) {
    if (type === PRELOGIN) {
      await write(
        stream,
        packets([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, tls === undefined ? 2 : 1]),
      );
      if (tls !== undefined) {
        socket.off('data', inTheOpen);
        stream = encrypted(socket, tls).on('data', (bytes: Buffer) => inbox.add(bytes));
      }
    } else if (type === LOGIN) {
      const acknowledged = [0xad, 10, 0, 1, 0x74, 0, 0, 4, 0, 16, 0, 0, 0];
      await write(
        stream,
        packets(refuses === undefined ? [...acknowledged, ...DONE] : [...error(refuses, 14), ...DONE]),
      );
    } else if (type === TRANSACTION) {
      const request = body.subarray(body.readUInt32LE(0));
      const begins = request.readUInt16LE(0) === BEGIN;
      said.push(begins ? `BEGIN ${request[2]}` : request.readUInt16LE(0) === ROLLBACK ? 'ROLLBACK' : 'another');
      await write(
        stream,
        packets([0xe3, 11, 0, begins ? 8 : 10, ...(begins ? [...DESCRIPTOR, 0] : [0, ...DESCRIPTOR]), ...DONE]),
      );
    } else if (type === BATCH) {
      const sql = body.subarray(body.readUInt32LE(0)).toString('utf16le');
      said.push(sql);
      // The driver's own, right after the login.
      const given = sql.startsWith('set ') ? 'done' : answer(sql);
      if (given === 'drop') socket.destroy();
      else if (given === 'done') await write(stream, packets(DONE));
      else if (given !== 'silence') {
        if ('error' in given) await write(stream, packets([...error(given.error, given.class ?? 16), ...DONE]));
        else await writeRows(stream, given, count);
      }
    }
  }
}

async function writeRows(
  stream: Duplex,
  { columns, rows = [] }: { columns: readonly TdsColumn[]; rows?: Iterable<readonly (string | null)[]> },
  count: () => void,
): Promise<void> {
  const metadata = columns.flatMap(({ name, type = NVARCHAR }) => [0, 0, 0, 0, 9, 0, ...type, ...short(name)]);
  await write(stream, packets([0x81, columns.length, 0, ...metadata], false));
  for (const row of rows) {
    const cells = row.map((text) => {
      const bytes = Buffer.from(text ?? '', 'utf16le');
      return text === null ? Buffer.from([0xff, 0xff]) : Buffer.concat([word(bytes.length), bytes]);
    });
    await write(stream, packets(Buffer.concat([Buffer.from([0xd1]), ...cells]), false));
    count();
  }
  await write(stream, packets(DONE));
}

async function write(stream: Duplex, bytes: Buffer): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain');
}

function packets(content: readonly number[] | Buffer, last = true): Buffer {
  const body = Buffer.from(content);
  const parts: Buffer[] = [];
  for (let from = 0; from < body.length; from += PACKET_BYTES - HEADER_BYTES) {
    const part = body.subarray(from, from + PACKET_BYTES - HEADER_BYTES);
    const ends = last && from + part.length === body.length;
    const header = Buffer.from([RESPONSE, ends ? 1 : 0, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(part.length + HEADER_BYTES, 2);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}

/** Takes bytes as they come, and gives whole messages. */
class Inbox {
  #bytes: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake = (): void => undefined;

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *messages(): AsyncIterable<readonly [number, Buffer]> {
    let body: Buffer = Buffer.alloc(0);
    for (;;) {
      const bytes = this.#bytes;
      const length = bytes.length < HEADER_BYTES ? HEADER_BYTES : bytes.readUInt16BE(2);
      if (bytes.length < length) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const [type = 0, status = 0] = bytes;
      body = Buffer.concat([body, bytes.subarray(HEADER_BYTES, length)]);
      this.#bytes = bytes.subarray(length);
      if ((status & 1) === 0) continue;
      yield [type, body];
      body = Buffer.alloc(0);
    }
  }
}

/** TLS as TDS 7 has it: its handshake travels in packets, what comes after does not. */
function encrypted(socket: Socket, { key, cert }: { readonly key: string; readonly cert: string }): Duplex {
  let shaken = false;
  let bytes: Buffer = Buffer.alloc(0);
  const inner = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _, done) {
      if (shaken) {
        socket.write(chunk, () => done());
        return;
      }
      const packet = packets(chunk);
      packet[0] = PRELOGIN;
      socket.write(packet, () => done());
    },
  });
  socket.on('data', (chunk) => {
    if (shaken) {
      inner.push(chunk);
      return;
    }
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= HEADER_BYTES && bytes[0] === PRELOGIN && bytes.length >= bytes.readUInt16BE(2)) {
      const length = bytes.readUInt16BE(2);
      inner.push(bytes.subarray(HEADER_BYTES, length));
      bytes = bytes.subarray(length);
    }
    if (bytes.length > 0 && bytes[0] !== PRELOGIN) {
      shaken = true;
      inner.push(bytes);
    }
  });
  socket.on('close', () => inner.destroy());
  const stream = new TLSSocket(inner, { isServer: true, key, cert });
  stream.on('error', () => socket.destroy());
  return stream;
}

function error(number: number, severity: number): readonly number[] {
  const message = Buffer.from('a value: Xyzzy-Quillfeather', 'utf16le');
  const numbered = Buffer.alloc(4);
  numbered.writeInt32LE(number);
  const body = [
    ...numbered,
    1,
    severity,
    ...word(message.length / 2),
    ...message,
    ...short('s'),
    ...short(''),
    1,
    0,
    0,
    0,
  ];
  return [0xaa, ...word(body.length), ...body];
}

function short(text: string): readonly number[] {
  return [text.length, ...Buffer.from(text, 'utf16le')];
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
