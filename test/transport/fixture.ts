import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { silentLog } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import type {
  FailureCode,
  LinkReceiver,
  PartyId,
  ProtocolMessage,
  TransferHeader,
} from '../../core/private-join/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import {
  createAuthority,
  createFederationClient,
  createFederationServer,
  identityUri,
  issueCertificate,
} from '../../transport/index.js';
import type {
  Authority,
  FederationClient,
  FederationClientOptions,
  FederationServer,
  FederationServerOptions,
  FromNode,
  Hello,
  NodeConnection,
  RelayedTransfer,
  RelayObserver,
  Timings,
  TlsMaterial,
  ToNode,
  TransportError,
} from '../../transport/index.js';

/** Real mutual TLS on 127.0.0.1: certificates, one coordinator, as many nodes as a test asks for. */

export const FEDERATION = 'test-study';
export const AGENCIES = ['police', 'cps', 'courts'] as const;

/** Nothing here waits for a person; yet a busy machine may take its time. */
export const QUICK: Partial<Timings> = {
  helloMs: 2_000,
  receiverWaitMs: 2_000,
  reasonGraceMs: 1_000,
  redialMinMs: 20,
  redialMaxMs: 100,
  redialRefusedMs: 200,
};

export const HELLO: Hello = {
  softwareVersion: '0.1.0',
  snapshots: [
    {
      dataset: 'police.victim-crimes',
      snapshot: 'ab'.repeat(32),
      asAt: '2026-11-01',
      epsilonLeft: 10,
      linkage: [],
      rejectedPercent: 1,
    },
  ],
  floors: NO_FLOORS,
  logSize: 0,
  registerSize: 7,
};

let authorities: Promise<readonly [Authority, Authority]> | undefined;

/** The federation's authority, and one that it doesn't know. Made once for each test file. */
export function testAuthorities(): Promise<readonly [Authority, Authority]> {
  const made = (commonName: string): Promise<Authority> =>
    createAuthority({ commonName, clock: systemClock, validDays: 30 });
  authorities ??= Promise.all([made('Test authority'), made('Another authority')]);
  return authorities;
}

/** A certificate for the holder of `uri`, and the material of a process that has it. */
export async function materialFor(uri: string, clock: Clock = systemClock, foreign = false): Promise<TlsMaterial> {
  const [own, other] = await testAuthorities();
  const issued = await issueCertificate(foreign ? other : own, {
    commonName: 'test',
    uris: [uri],
    clock,
    validDays: 2,
  });
  return { authority: own.certificate, ...issued };
}

export function agencyMaterial(agency: PartyId): Promise<TlsMaterial> {
  return materialFor(identityUri({ role: 'agency', federation: FEDERATION, agency }));
}

export function coordinatorMaterial(): Promise<TlsMaterial> {
  return materialFor(identityUri({ role: 'coordinator', federation: FEDERATION }));
}

export interface ServerRecord {
  readonly connected: PartyId[];
  readonly disconnected: { readonly agency: PartyId; readonly code: string; readonly reason: string }[];
  readonly received: { readonly agency: PartyId; readonly message: FromNode }[];
  readonly connections: Map<PartyId, NodeConnection>;
}

export interface TestServer extends ServerRecord {
  readonly server: FederationServer;
  readonly port: number;
}

const cleanups: (() => Promise<void> | void)[] = [];

/** For afterEach: stops whatever a test has started. */
export async function stopEverything(): Promise<void> {
  for (let stop = cleanups.pop(); stop !== undefined; stop = cleanups.pop()) await stop();
}

export function later(stop: () => Promise<void> | void): void {
  cleanups.push(stop);
}

/** A connection without TLS, from an address of this computer. */
export async function knock(port: number, localAddress = '127.0.0.1'): Promise<{ readonly closed: () => boolean }> {
  let closed = false;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined);
  socket.on('close', () => (closed = true));
  later(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return { closed: () => closed };
}

/** @param disconnected what the coordinator does, beside writing it down, when a node is gone */
export async function startServer(
  options: Partial<FederationServerOptions> = {},
  disconnected: () => void = () => undefined,
): Promise<TestServer> {
  const record: ServerRecord = { connected: [], disconnected: [], received: [], connections: new Map() };
  const server = createFederationServer(
    {
      federation: FEDERATION,
      tls: await coordinatorMaterial(),
      log: silentLog,
      clock: systemClock,
      softwareVersion: '0.1.0',
      host: '127.0.0.1',
      port: 0,
      agencies: new Set(AGENCIES),
      timings: QUICK,
      ...options,
    },
    {
      connected: (node) => {
        record.connected.push(node.agency);
        record.connections.set(node.agency, node);
      },
      received: (agency, message) => record.received.push({ agency, message }),
      disconnected: (agency, reason, code) => {
        record.disconnected.push({ agency, reason, code });
        record.connections.delete(agency);
        disconnected();
      },
    },
  );
  const { port } = await server.start();
  later(() => server.stop(200));
  return { ...record, server, port };
}

export interface NodeRecord {
  connected: number;
  readonly disconnected: { readonly code: string; readonly reason: string }[];
  readonly received: ToNode[];
  readonly failures: TransportError[];
}

export interface TestNode extends NodeRecord {
  readonly client: FederationClient;
}

/** A node that has been started; it may not have been let in yet. */
export async function startNode(
  agency: PartyId,
  port: number,
  options: Partial<FederationClientOptions> = {},
): Promise<TestNode> {
  const record: NodeRecord = { connected: 0, disconnected: [], received: [], failures: [] };
  const client = createFederationClient(
    {
      federation: FEDERATION,
      tls: options.tls ?? (await agencyMaterial(agency)),
      log: silentLog,
      clock: systemClock,
      rng: systemRng,
      address: `127.0.0.1:${port}`,
      agency,
      timings: QUICK,
      ...options,
    },
    {
      connected: () => (record.connected += 1),
      disconnected: (reason, code) => record.disconnected.push({ reason, code }),
      dialFailed: (error) => record.failures.push(error),
      received: (message) => record.received.push(message),
      hello: () => HELLO,
    },
  );
  client.start();
  later(() => client.stop());
  return Object.assign(record, { client });
}

/** A server and nodes that it has let in. */
export async function startFederation(
  agencies: readonly PartyId[] = AGENCIES,
): Promise<TestServer & { readonly nodes: ReadonlyMap<PartyId, TestNode> }> {
  const server = await startServer();
  const nodes = new Map<PartyId, TestNode>();
  for (const agency of agencies) nodes.set(agency, await startNode(agency, server.port));
  await until(() => agencies.every((agency) => nodes.get(agency)?.connected === 1));
  return { ...server, nodes };
}

export async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('what the test waits for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function newRunId(): string {
  return randomUUID();
}

export function headerOf(from: PartyId, to: PartyId, changes: Partial<TransferHeader> = {}): TransferHeader {
  return {
    subject: `police.victim-crimes/${from === COORDINATOR ? 'police' : from}`,
    hop: 0,
    from,
    to,
    count: 3,
    generator: new Uint8Array(32).fill(6),
    encapsulatedKey: new Uint8Array(32).fill(7),
    signature: new Uint8Array(64).fill(8),
    ...changes,
  };
}

/** The end of a link that writes down what it is given. */
export class RecordingReceiver implements LinkReceiver {
  readonly messages: { readonly from: PartyId; readonly message: ProtocolMessage }[] = [];
  readonly transfers: { readonly from: PartyId; readonly header: TransferHeader; readonly chunks: Uint8Array[] }[] = [];
  readonly errors: unknown[] = [];
  finished = 0;
  /** Asked before each chunk is taken: where a test makes a reader slow, or makes it refuse. */
  beforeChunk: (index: number) => Promise<void> = () => Promise.resolve();

  message(from: PartyId, message: ProtocolMessage): void {
    this.messages.push({ from, message });
  }

  async transfer(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const taken: Uint8Array[] = [];
    this.transfers.push({ from, header, chunks: taken });
    try {
      await this.beforeChunk(0);
      for await (const chunk of chunks) {
        taken.push(chunk.slice());
        await this.beforeChunk(taken.length);
      }
      this.finished += 1;
    } catch (error) {
      this.errors.push(error);
      throw error;
    }
  }
}

export class RecordingObserver implements RelayObserver {
  readonly events: string[] = [];
  readonly failures: FailureCode[] = [];
  bytes = 0;

  opened(transfer: RelayedTransfer, count: number): void {
    this.events.push(`opened ${transfer.from}>${transfer.to} ${count}`);
  }

  chunk(_: RelayedTransfer, bytes: number): void {
    this.bytes += bytes;
  }

  closed(transfer: RelayedTransfer): void {
    this.events.push(`closed ${transfer.from}>${transfer.to}`);
  }

  failed(transfer: RelayedTransfer, code: FailureCode): void {
    this.events.push(`failed ${transfer.from}>${transfer.to}`);
    this.failures.push(code);
  }
}

/** Chunks that a test can tell apart; counts how many have been asked for. */
export class CountedChunks implements AsyncIterable<Uint8Array> {
  asked = 0;
  returned = false;
  readonly #count: number;
  readonly #bytes: number;

  constructor(count: number, bytes: number) {
    this.#count = count;
    this.#bytes = bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let index = 0; index < this.#count; index += 1) {
        this.asked += 1;
        yield Promise.resolve(chunkOf(index, this.#bytes));
      }
    } finally {
      this.returned = true;
    }
  }
}

export function chunkOf(index: number, bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(index % 251);
}

/** The code of whatever a promise rejects with; undefined when it resolves. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
