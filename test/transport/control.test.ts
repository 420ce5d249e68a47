import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../core/base/index.js';
import type { Log, LogFields } from '../../core/base/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import type { ProtocolMessage, Share } from '../../core/private-join/index.js';
import { NO_FLOORS } from '../../core/templates/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import {
  codeOf,
  HELLO,
  newRunId,
  RecordingObserver,
  RecordingReceiver,
  startFederation,
  startNode,
  startServer,
  stopEverything,
  until,
} from './fixture.js';

afterEach(stopEverything);

const OWN_SHARE: Share = {
  party: 'police',
  element: new Uint8Array(32).fill(1),
  proof: new Uint8Array(64).fill(2),
  sealingKey: new Uint8Array(32).fill(3),
  checkpoint: 'a note\n\n— of the log AAAA\n',
  signature: new Uint8Array(64).fill(4),
};
const SHARE: ProtocolMessage = { kind: 'share', share: OWN_SHARE };

function offer(runId: string): RunOffer {
  return {
    runId,
    templateDigest: 'cd'.repeat(32),
    register: { size: 7, root: 'ef'.repeat(32) },
    parameters: { quarters: ['2025-Q1'] },
    requester: 'analyst@research-office',
    purpose: 'research-statistics',
    participants: [
      {
        agency: 'police',
        datasets: [{ dataset: 'police.victim-crimes', snapshot: 'ab'.repeat(32) }],
        floors: { threshold: 20, roundTo: 10, epsilon: 0.5 },
      },
      { agency: 'cps', datasets: [], floors: NO_FLOORS },
    ],
  };
}

describe('the control stream', () => {
  it('is over for the server also where what follows from it goes wrong', async () => {
    const errors: LogFields[] = [];
    const log: Log = { ...silentLog, error: (fields) => errors.push(fields) };
    const { port, connected, disconnected } = await startServer({ log }, () => {
      throw new Error('disk full');
    });
    const { client } = await startNode('police', port);
    await until(() => connected.length === 1);
    await client.stop();
    await until(() => disconnected.length === 1);
    expect(errors).toMatchObject([{ event: 'disconnect-not-handled', agency: 'police' }]);
    const again = await startNode('police', port);
    await until(() => again.connected === 1);
  });

  it('lets a node in with its hello', async () => {
    const { connected, connections } = await startFederation(['police']);
    expect(connected).toEqual(['police']);
    expect(connections.get('police')?.hello).toEqual(HELLO);
  });

  it('carries an offer to the node and a refusal back', async () => {
    const { connections, nodes, received } = await startFederation(['police']);
    const runId = newRunId();
    await connections.get('police')?.send({ kind: 'offer', offer: offer(runId) });
    const node = nodes.get('police');
    await until(() => node?.received.length === 1);
    expect(node?.received).toEqual([{ kind: 'offer', offer: offer(runId) }]);
    const refusal = { kind: 'refusal', runId, code: 'NOT_ALLOWED_HERE', reason: 'the policy says no' } as const;
    await node?.client.send(refusal);
    await until(() => received.length === 1);
    expect(received).toEqual([{ agency: 'police', message: refusal }]);
  });

  it('tells of a hello that is said again', async () => {
    const { connections, nodes, received } = await startFederation(['police']);
    const changed = { ...HELLO, snapshots: [] };
    await nodes.get('police')?.client.send({ kind: 'hello', hello: changed });
    await until(() => received.length === 1);
    expect(connections.get('police')?.hello).toEqual(changed);
  });

  it('hands messages of an open run to its receiver, at both ends, in order', async () => {
    const { server, nodes, received } = await startFederation(['police', 'cps']);
    const runId = newRunId();
    const [atCoordinator, atPolice] = [new RecordingReceiver(), new RecordingReceiver()];
    const run = server.openRun(runId, ['police', 'cps'], atCoordinator, new RecordingObserver());
    const policeRun = nodes.get('police')?.client.openRun(runId, atPolice);
    await policeRun?.link.send(COORDINATOR, SHARE);
    const abort: ProtocolMessage = { kind: 'abort', code: 'BAD_CHUNK', party: 'cps' };
    await run.link.send('police', { kind: 'joint-key', shares: [OWN_SHARE] });
    await run.link.send('police', abort);
    await run.link.send('police', { kind: 'finished' });
    await until(() => atPolice.messages.length === 3 && atCoordinator.messages.length === 1);
    expect(atCoordinator.messages).toEqual([{ from: 'police', message: SHARE }]);
    expect(atPolice.messages.map(({ message }) => message.kind)).toEqual(['joint-key', 'abort', 'finished']);
    expect(atPolice.messages[1]).toEqual({ from: COORDINATOR, message: abort });
    expect(received).toEqual([]);
  });

  it('hands messages of runs that are not open to the handlers', async () => {
    const { connections, nodes, received } = await startFederation(['police']);
    const runId = newRunId();
    const message = { kind: 'protocol', runId, message: { kind: 'finished' } } as const;
    await connections.get('police')?.send(message);
    await nodes.get('police')?.client.send(message);
    await until(() => received.length === 1 && nodes.get('police')?.received.length === 1);
    expect(received[0]?.message).toEqual(message);
  });

  it('drops what an agency says in a run that it takes no part in', async () => {
    const { server, nodes, received } = await startFederation(['police', 'cps', 'courts']);
    const runId = newRunId();
    const receiver = new RecordingReceiver();
    server.openRun(runId, ['police', 'cps'], receiver, new RecordingObserver());
    await nodes.get('courts')?.client.send({ kind: 'protocol', runId, message: SHARE });
    await nodes.get('police')?.client.send({ kind: 'protocol', runId, message: SHARE });
    await until(() => receiver.messages.length > 0);
    expect(receiver.messages.map(({ from }) => from)).toEqual(['police']);
    expect(received).toEqual([]);
  });

  it('refuses to send what the other side would refuse, and stays connected', async () => {
    const { connections, nodes, disconnected } = await startFederation(['police']);
    const tooLong = { ...offer(newRunId()), requester: 'x'.repeat(201) };
    expect(await codeOf(connections.get('police')?.send({ kind: 'offer', offer: tooLong }) ?? Promise.resolve())).toBe(
      'BAD_MESSAGE',
    );
    const notARun = { kind: 'protocol', runId: 'run-1', message: SHARE } as const;
    expect(await codeOf(nodes.get('police')?.client.send(notARun) ?? Promise.resolve())).toBe('BAD_MESSAGE');
    expect(disconnected).toEqual([]);
  });

  it('keeps one stream an agency: the newest', async () => {
    const { port, nodes, connected, disconnected, connections } = await startFederation(['police']);
    const second = await startNode('police', port);
    await until(() => second.connected === 1);
    await until(() => nodes.get('police')?.disconnected.length === 1);
    expect(nodes.get('police')?.disconnected[0]?.code).toBe('REPLACED');
    expect(connected).toEqual(['police', 'police']);
    expect(disconnected.map(({ agency, code }) => [agency, code])).toEqual([['police', 'REPLACED']]);
    expect(connections.has('police')).toBe(true);
  });

  it('cuts a node off', async () => {
    const { nodes, connections, disconnected } = await startFederation(['police']);
    connections.get('police')?.disconnect('said what it may not');
    await until(() => nodes.get('police')?.disconnected.length === 1);
    expect(nodes.get('police')?.disconnected).toEqual([{ code: 'DISCONNECTED', reason: 'said what it may not' }]);
    expect(disconnected[0]?.code).toBe('DISCONNECTED');
  });

  it('says so when a node stops', async () => {
    const { nodes, disconnected } = await startFederation(['police']);
    await nodes.get('police')?.client.stop();
    await until(() => disconnected.length === 1);
    expect(disconnected[0]).toMatchObject({ agency: 'police', code: 'STOPPING' });
    expect(await codeOf(nodes.get('police')?.client.send({ kind: 'hello', hello: HELLO }) ?? Promise.resolve())).toBe(
      'NOT_CONNECTED',
    );
  });

  it('rejects messages to an agency that is not there', async () => {
    const { server } = await startServer();
    const run = server.openRun(newRunId(), ['police'], new RecordingReceiver(), new RecordingObserver());
    expect(await codeOf(run.link.send('police', { kind: 'finished' }))).toBe('PARTY_LOST');
  });
});
