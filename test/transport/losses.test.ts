import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../core/base/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import { ClientRun } from '../../transport/client-run.js';
import { NodeSession } from '../../transport/client-session.js';
import { FROZEN_PEER_MS, TIMINGS } from '../../transport/index.js';
import { childProgram } from '../support/child-program.js';
import type { ChildReport, ChildTask } from './child.js';
import {
  agencyMaterial,
  codeOf,
  coordinatorMaterial,
  CountedChunks,
  FEDERATION,
  headerOf,
  HELLO,
  newRunId,
  RecordingObserver,
  RecordingReceiver,
  later,
  startFederation,
  startNode,
  startServer,
  stopEverything,
  until,
} from './fixture.js';

afterEach(stopEverything);

/** The bound for noticing a peer that has frozen. */
const NOTICED_WITHIN_MS = 15_000;
/** Sooner than by asking whether the peer still lives. */
const AT_ONCE_MS = TIMINGS.keepaliveMs;

async function startChild(task: ChildTask): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const program = childProgram(fileURLToPath(new URL('child.ts', import.meta.url)));
  const child = fork(program.at(-1) ?? '', { execArgv: program.slice(0, -1) });
  later(() => {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  });
  child.send(task);
  const [report] = (await once(child, 'message')) as [ChildReport];
  return { child, port: report.port ?? 0 };
}

async function startChildNode(port: number): Promise<ChildProcess> {
  const tls = await agencyMaterial('police');
  const address = `127.0.0.1:${port}`;
  return (await startChild({ role: 'node', federation: FEDERATION, tls, agency: 'police', address })).child;
}

describe('a peer that is lost', () => {
  it('the bound on noticing leaves room below the one that is promised', () => {
    expect(FROZEN_PEER_MS).toBeLessThan(NOTICED_WITHIN_MS);
  });

  it('a node that is killed is noticed at once', async () => {
    const { port, disconnected } = await startServer();
    const child = await startChildNode(port);
    child.kill('SIGKILL');
    await until(() => disconnected.length === 1, AT_ONCE_MS);
    expect(disconnected[0]).toMatchObject({ agency: 'police', code: 'CONNECTION_LOST' });
  });

  it('a coordinator that is killed is noticed at once, and what is under way ends', async () => {
    const { child, port } = await startChild({
      role: 'coordinator',
      federation: FEDERATION,
      tls: await coordinatorMaterial(),
      agencies: ['police'],
    });
    const node = await startNode('police', port);
    await until(() => node.connected === 1);
    const run = node.client.openRun(newRunId(), new RecordingReceiver());
    child.kill('SIGKILL');
    await until(() => node.disconnected.length === 1, AT_ONCE_MS);
    expect(node.disconnected[0]?.code).toBe('CONNECTION_LOST');
    expect(await codeOf(run.link.send(COORDINATOR, { kind: 'finished' }))).toBe('COORDINATOR_LOST');
    expect(await codeOf(run.link.transfer(headerOf('police', 'cps'), new CountedChunks(1, 1)))).toBe(
      'COORDINATOR_LOST',
    );
  });

  it('one that is frozen is noticed by either side within 15 seconds', async () => {
    const { port, disconnected } = await startServer({ timings: {} });
    const frozenNode = await startChildNode(port);
    const coordinator = await startChild({
      role: 'coordinator',
      federation: FEDERATION,
      tls: await coordinatorMaterial(),
      agencies: ['cps'],
    });
    const node = await startNode('cps', coordinator.port, { timings: {} });
    await until(() => node.connected === 1);
    frozenNode.kill('SIGSTOP');
    coordinator.child.kill('SIGSTOP');
    await until(() => disconnected.length === 1 && node.disconnected.length === 1, NOTICED_WITHIN_MS);
    expect(disconnected[0]).toMatchObject({ agency: 'police', code: 'CONNECTION_LOST' });
    expect(node.disconnected[0]?.code).toBe('CONNECTION_LOST');
  });
});

describe('a coordinator that comes back', () => {
  it('finds its nodes again; runs of before are over', async () => {
    const first = await startServer();
    const node = await startNode('police', first.port);
    await until(() => node.connected === 1);
    const runId = newRunId();
    const run = node.client.openRun(runId, new RecordingReceiver());
    await first.server.stop(200);
    await until(() => node.disconnected.length === 1);
    expect(node.disconnected[0]?.code).toBe('STOPPING');
    await until(() => node.failures.length > 0);
    expect(node.failures[0]?.code).toBe('CONNECTION_LOST');
    const second = await startServer({ port: first.port });
    await until(() => node.connected === 2);
    expect(second.connected).toEqual(['police']);
    second.server.openRun(runId, ['police'], new RecordingReceiver(), new RecordingObserver());
    expect(await codeOf(run.link.send(COORDINATOR, { kind: 'finished' }))).toBe('COORDINATOR_LOST');
    await node.client.send({ kind: 'hello', hello: HELLO });
  });

  it('a port in use is said to be', async () => {
    const { port } = await startServer();
    expect(await codeOf(startServer({ port }))).toBe('PORT_IN_USE');
  });

  it('an address that is not this computer’s is said to be', async () => {
    expect(await codeOf(startServer({ host: '192.0.2.1' }))).toBe('LISTEN_FAILED');
  });
});

describe('stopping', () => {
  it('a coordinator in the middle of transfers ends them all and stops in time', async () => {
    const { server, nodes } = await startFederation();
    const runId = newRunId();
    const receiver = new RecordingReceiver();
    server.openRun(runId, ['police', 'cps'], receiver, new RecordingObserver());
    const run = nodes.get('police')?.client.openRun(runId, new RecordingReceiver());
    const sent = codeOf(
      run?.link.transfer(headerOf('police', COORDINATOR), new CountedChunks(100_000, 1_000)) ?? Promise.resolve(),
    );
    await until(() => (receiver.transfers[0]?.chunks.length ?? 0) > 0);
    const began = Date.now();
    await server.stop(20_000);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(['CANCELLED', 'COORDINATOR_LOST']).toContain(await sent);
    await until(() => receiver.errors.length === 1);
  });

  it('a coordinator does not wait for a frozen node', async () => {
    const { server, port } = await startServer({ timings: {} });
    (await startChildNode(port)).kill('SIGSTOP');
    const began = Date.now();
    await server.stop(500);
    expect(Date.now() - began).toBeLessThan(AT_ONCE_MS);
  });

  it('a node that is dialling stops at once', async () => {
    const node = await startNode('police', 1, { timings: { redialMinMs: 60_000, redialMaxMs: 60_000 } });
    await until(() => node.failures.length === 1);
    const began = Date.now();
    await node.client.stop();
    expect(Date.now() - began).toBeLessThan(AT_ONCE_MS);
  });
});

describe('the tap', () => {
  it('sees every byte that comes in, at both ends', async () => {
    const atServer: Uint8Array[] = [];
    const atNode: Uint8Array[] = [];
    const { server, port, connected } = await startServer({ tap: (bytes) => atServer.push(bytes.slice()) });
    const node = await startNode('police', port, { tap: (bytes) => atNode.push(bytes.slice()) });
    await until(() => connected.length === 1 && node.connected === 1);
    const runId = newRunId();
    const run = server.openRun(runId, ['police'], new RecordingReceiver(), new RecordingObserver());
    const receiver = new RecordingReceiver();
    const nodeRun = node.client.openRun(runId, receiver);
    const marked = new TextEncoder().encode('a marked chunk');
    await nodeRun.link.transfer(headerOf('police', COORDINATOR), only(marked));
    await run.link.transfer(headerOf(COORDINATOR, 'police', { subject: 'tally' }), only(marked));
    await until(() => receiver.finished === 1);
    for (const seen of [atServer, atNode]) {
      expect(Buffer.concat(seen).includes(Buffer.from(marked))).toBe(true);
    }
    expect(Buffer.concat(atServer).includes('police.victim-crimes')).toBe(true);
  });

  async function* only(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    yield await Promise.resolve(chunk);
  }
});

describe('nothing is left behind', () => {
  it('by runs and transfers on the connection they went over', async () => {
    const { server, port, connected } = await startServer();
    const session = new NodeSession(
      {
        federation: FEDERATION,
        tls: await agencyMaterial('police'),
        log: silentLog,
        clock: systemClock,
        rng: systemRng,
        address: `127.0.0.1:${port}`,
        agency: 'police',
      },
      TIMINGS,
      HELLO,
      { welcomed: () => undefined, received: () => undefined },
    );
    later(() => session.stop(100));
    await until(() => connected.length === 1);
    const listeners = (): number => getEventListeners(session.over, 'abort').length;
    const before = listeners();
    for (let round = 0; round < 5; round += 1) {
      const runId = newRunId();
      const receiver = new RecordingReceiver();
      server.openRun(runId, ['police'], receiver, new RecordingObserver());
      const run = new ClientRun({ runId, self: 'police', session, receiver, log: silentLog, closed: () => undefined });
      for (let hop = 0; hop < 5; hop += 1) {
        await run.link.transfer(headerOf('police', COORDINATOR, { hop }), new CountedChunks(2, 100));
        await run.link.send(COORDINATOR, { kind: 'finished' });
      }
      expect(getEventListeners(run.over, 'abort')).toEqual([]);
      run.close();
      run.close();
    }
    expect(listeners()).toBe(before);
  });
});
