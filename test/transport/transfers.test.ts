import { afterEach, describe, expect, it } from 'vitest';
import { COORDINATOR, JoinError } from '../../core/private-join/index.js';
import type { PartyId } from '../../core/private-join/index.js';
import { MAX_CHUNK_BYTES } from '../../transport/index.js';
import type { RunLink } from '../../transport/index.js';
import {
  AGENCIES,
  chunkOf,
  codeOf,
  CountedChunks,
  headerOf,
  newRunId,
  RecordingObserver,
  RecordingReceiver,
  startFederation,
  stopEverything,
  until,
} from './fixture.js';

afterEach(stopEverything);

interface OpenRun {
  readonly runId: string;
  readonly coordinator: RunLink;
  readonly observer: RecordingObserver;
  readonly receivers: ReadonlyMap<PartyId, RecordingReceiver>;
  readonly link: (party: PartyId) => RunLink;
  readonly receiver: (party: PartyId) => RecordingReceiver;
}

/** A federation of three with one run open at every party. */
async function openRun(
  parties: readonly PartyId[] = AGENCIES,
): Promise<OpenRun & Awaited<ReturnType<typeof startFederation>>> {
  const federation = await startFederation();
  const runId = newRunId();
  const observer = new RecordingObserver();
  const receivers = new Map<PartyId, RecordingReceiver>();
  const receiver = (party: PartyId): RecordingReceiver => {
    const known = receivers.get(party) ?? new RecordingReceiver();
    receivers.set(party, known);
    return known;
  };
  const coordinator = federation.server.openRun(runId, parties, receiver(COORDINATOR), observer);
  const links = new Map<PartyId, RunLink>([[COORDINATOR, coordinator]]);
  for (const agency of AGENCIES) {
    const run = federation.nodes.get(agency)?.client.openRun(runId, receiver(agency));
    if (run !== undefined) links.set(agency, run);
  }
  const link = (party: PartyId): RunLink => {
    const run = links.get(party);
    if (run === undefined) throw new RangeError(party);
    return run;
  };
  return { ...federation, runId, coordinator, observer, receivers, link, receiver };
}

describe('a transfer', () => {
  it('goes from one node to another through the relay', async () => {
    const { link, receiver, observer } = await openRun();
    const header = headerOf('police', 'cps');
    await link('police').link.transfer(header, new CountedChunks(5, 1_000));
    await until(() => receiver('cps').finished === 1);
    const [transfer] = receiver('cps').transfers;
    expect(transfer?.from).toBe('police');
    expect(transfer?.header).toEqual(header);
    expect(transfer?.chunks).toEqual([0, 1, 2, 3, 4].map((index) => chunkOf(index, 1_000)));
    expect(observer.events).toEqual(['opened police>cps 3', 'closed police>cps']);
    expect(observer.bytes).toBe(5_000);
  });

  it('goes from a node to the coordinator', async () => {
    const { link, receiver, observer } = await openRun();
    await link('police').link.transfer(headerOf('police', COORDINATOR), new CountedChunks(2, 10));
    expect(receiver(COORDINATOR).transfers[0]).toMatchObject({ from: 'police' });
    expect(receiver(COORDINATOR).transfers[0]?.chunks).toEqual([chunkOf(0, 10), chunkOf(1, 10)]);
    expect(observer.events).toEqual(['opened police>coordinator 3', 'closed police>coordinator']);
  });

  it('goes from the coordinator to a node', async () => {
    const { link, receiver } = await openRun();
    const header = headerOf(COORDINATOR, 'cps', { subject: 'tally' });
    await link(COORDINATOR).link.transfer(header, new CountedChunks(2, 10));
    await until(() => receiver('cps').finished === 1);
    expect(receiver('cps').transfers[0]).toMatchObject({ from: COORDINATOR, header });
  });

  it('may be empty', async () => {
    const { link, receiver } = await openRun();
    await link('police').link.transfer(headerOf('police', 'cps', { count: 0 }), new CountedChunks(0, 1));
    await until(() => receiver('cps').finished === 1);
    expect(receiver('cps').transfers[0]?.chunks).toEqual([]);
  });

  it('carries many lists at once, both ways', async () => {
    const { link, receiver } = await openRun();
    const sent = AGENCIES.flatMap((from) =>
      AGENCIES.filter((to) => to !== from).map((to, index) =>
        link(from).link.transfer(headerOf(from, to, { hop: index }), new CountedChunks(20, 40_000)),
      ),
    );
    await Promise.all(sent);
    await until(() => AGENCIES.every((agency) => receiver(agency).finished === 2));
    for (const agency of AGENCIES) {
      expect(receiver(agency).transfers.map(({ chunks }) => chunks.length)).toEqual([20, 20]);
    }
  });

  it('carries a chunk of the largest size and none that is larger', async () => {
    const { link, receiver, observer } = await openRun();
    await link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(1, MAX_CHUNK_BYTES));
    await until(() => receiver('cps').finished === 1);
    expect(receiver('cps').transfers[0]?.chunks[0]?.length).toBe(MAX_CHUNK_BYTES);
    const tooLarge = link('cps').link.transfer(headerOf('cps', 'police'), new CountedChunks(1, MAX_CHUNK_BYTES + 1));
    expect(await codeOf(tooLarge)).toBe('BAD_MESSAGE');
    await until(() => observer.failures.length === 1);
  });
});

describe('back-pressure', () => {
  /** What one transfer may hold along the way, far below what is sent. */
  const MOST_CHUNKS_UNDER_WAY = 160;
  const CHUNK = 64_000;
  const CHUNKS = 1_000;

  it.each([
    ['node to node', 'police', 'cps'],
    ['node to coordinator', 'police', COORDINATOR],
    ['coordinator to node', COORDINATOR, 'cps'],
  ])('%s: a reader that stops makes the sender stop', async (_, from, to) => {
    const { link, receiver } = await openRun();
    let resume: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (resume = resolve));
    receiver(to).beforeChunk = (index) => (index === 3 ? stopped : Promise.resolve());
    const chunks = new CountedChunks(CHUNKS, CHUNK);
    const sent = link(from).link.transfer(headerOf(from, to), chunks);
    await until(() => receiver(to).transfers[0]?.chunks.length === 3);
    let before = -1;
    while (before !== chunks.asked) {
      before = chunks.asked;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(chunks.asked).toBeLessThan(MOST_CHUNKS_UNDER_WAY);
    resume();
    await sent;
    await until(() => receiver(to).finished === 1);
    expect(chunks.asked).toBe(CHUNKS);
    expect(receiver(to).transfers[0]?.chunks.length).toBe(CHUNKS);
  });
});

describe('the rules of the relay', () => {
  it('refuses a list in another agency’s name', async () => {
    const { link, receiver, observer } = await openRun();
    const chunks = new CountedChunks(1, 10);
    expect(await codeOf(link('police').link.transfer(headerOf('cps', 'courts'), chunks))).toBe('BAD_MESSAGE');
    expect(observer.failures).toEqual(['BAD_MESSAGE']);
    expect(receiver('courts').transfers).toEqual([]);
  });

  it.each([
    ['to an agency outside the run', 'courts'],
    ['to nobody', 'unheard-of'],
    ['to itself', 'police'],
  ])('refuses a list %s', async (_, to) => {
    const { link, observer } = await openRun(['police', 'cps']);
    expect(await codeOf(link('police').link.transfer(headerOf('police', to), new CountedChunks(1, 10)))).toBe(
      'BAD_MESSAGE',
    );
    expect(observer.failures).toEqual(['BAD_MESSAGE']);
  });

  it('refuses an agency outside the run, which does not end it', async () => {
    const { link, observer } = await openRun(['police', 'cps']);
    expect(await codeOf(link('courts').link.transfer(headerOf('courts', 'cps'), new CountedChunks(1, 10)))).toBe(
      'BAD_MESSAGE',
    );
    expect(observer.failures).toEqual([]);
  });

  it('refuses a second list of the same subject and hop', async () => {
    const { link, receiver, observer } = await openRun();
    await link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(1, 10));
    const again = link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(1, 10));
    expect(await codeOf(again)).toBe('DUPLICATE_LIST');
    expect(observer.failures).toEqual(['DUPLICATE_LIST']);
    expect(receiver('cps').transfers.length).toBe(1);
  });

  it('refuses a run that is not open', async () => {
    const { nodes } = await openRun();
    const run = nodes.get('police')?.client.openRun(newRunId(), new RecordingReceiver());
    const sent = run?.link.transfer(headerOf('police', 'cps'), new CountedChunks(1, 10)) ?? Promise.resolve();
    expect(await codeOf(sent)).toBe('CANCELLED');
  });

  it('gives up on a receiver that never fetches', async () => {
    const { link, observer } = await openRun();
    link('cps').close();
    const chunks = new CountedChunks(1, 10);
    expect(await codeOf(link('police').link.transfer(headerOf('police', 'cps'), chunks))).toBe('DEADLINE_PASSED');
    expect(observer.failures).toEqual(['DEADLINE_PASSED']);
    expect(chunks.asked).toBeLessThanOrEqual(1);
  });

  it('lets nodes send messages to the coordinator only', async () => {
    const { link } = await openRun();
    expect(await codeOf(link('police').link.send('cps', { kind: 'finished' }))).toBe('BAD_MESSAGE');
  });
});

describe('the end of a transfer', () => {
  const ENDLESS = 100_000;

  it('closing the run ends it at both ends with the reason', async () => {
    const { link, receiver, coordinator, observer } = await openRun();
    const chunks = new CountedChunks(ENDLESS, 1_000);
    const sent = codeOf(link('police').link.transfer(headerOf('police', 'cps'), chunks));
    await until(() => (receiver('cps').transfers[0]?.chunks.length ?? 0) > 3);
    coordinator.close('SPOOL_FULL');
    expect(await sent).toBe('SPOOL_FULL');
    await until(() => receiver('cps').errors.length === 1);
    expect(receiver('cps').errors[0]).toBeInstanceOf(JoinError);
    expect(receiver('cps').errors[0]).toMatchObject({ code: 'SPOOL_FULL' });
    expect(observer.failures).toEqual([]);
    await until(() => chunks.returned);
  });

  it('closing the run at the coordinator ends what the coordinator itself sends and receives', async () => {
    const { link, receiver, coordinator } = await openRun();
    const out = codeOf(
      coordinator.link.transfer(headerOf(COORDINATOR, 'cps', { subject: 'tally' }), new CountedChunks(ENDLESS, 1_000)),
    );
    const into = codeOf(
      link('police').link.transfer(headerOf('police', COORDINATOR), new CountedChunks(ENDLESS, 1_000)),
    );
    await until(() => receiver('cps').transfers.length === 1 && receiver(COORDINATOR).transfers.length === 1);
    coordinator.close();
    expect(await out).toBe('CANCELLED');
    expect(await into).toBe('CANCELLED');
    await until(() => receiver(COORDINATOR).errors.length === 1);
    expect(receiver(COORDINATOR).errors[0]).toMatchObject({ code: 'CANCELLED' });
  });

  it('a receiver that refuses ends it for the sender; its reason, which follows, is the one that is told', async () => {
    const { link, receiver, coordinator, observer } = await openRun();
    receiver('cps').beforeChunk = (index) =>
      index === 2 ? Promise.reject(new JoinError('BAD_CHUNK', 'police', 'altered')) : Promise.resolve();
    const sent = codeOf(link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(ENDLESS, 1_000)));
    await until(() => receiver('cps').errors.length === 1);
    coordinator.close('BAD_CHUNK');
    expect(await sent).toBe('BAD_CHUNK');
    expect(observer.failures).toEqual([]);
  });

  it('a receiver that refuses and says nothing is lost', async () => {
    const { link, receiver, observer } = await openRun();
    receiver('cps').beforeChunk = () => Promise.reject(new JoinError('BAD_CHUNK', 'police', 'altered'));
    const sent = link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(ENDLESS, 1_000));
    expect(await codeOf(sent)).toBe('PARTY_LOST');
    expect(observer.failures).toEqual(['PARTY_LOST']);
  });

  it('a sender that breaks off keeps its own reason, and the receiver hears the run’s', async () => {
    const { link, receiver, coordinator } = await openRun();
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield await Promise.resolve(chunkOf(0, 10));
      await until(() => receiver('cps').transfers[0]?.chunks.length === 1);
      throw new JoinError('SPOOL_FAILED', 'police', 'the disk is broken');
    }
    const sent = link('police').link.transfer(headerOf('police', 'cps'), broken());
    expect(await codeOf(sent)).toBe('SPOOL_FAILED');
    coordinator.close('SPOOL_FAILED');
    await until(() => receiver('cps').errors.length === 1);
    expect(receiver('cps').errors[0]).toMatchObject({ code: 'SPOOL_FAILED' });
  });

  it('the coordinator’s refusal reaches the sender with its reason', async () => {
    const { link, receiver, observer } = await openRun();
    receiver(COORDINATOR).beforeChunk = () => Promise.reject(new JoinError('BAD_COUNT', 'police', 'too many'));
    const sent = link('police').link.transfer(headerOf('police', COORDINATOR), new CountedChunks(ENDLESS, 1_000));
    expect(await codeOf(sent)).toBe('BAD_COUNT');
    expect(observer.failures).toEqual(['BAD_COUNT']);
  });

  it('the coordinator’s own failure to go on reaches the receiver with its reason', async () => {
    const { receiver, coordinator, observer } = await openRun();
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield await Promise.resolve(chunkOf(0, 10));
      throw new JoinError('SPOOL_FULL', COORDINATOR, 'the disk is full');
    }
    const sent = coordinator.link.transfer(headerOf(COORDINATOR, 'cps', { subject: 'tally' }), broken());
    expect(await codeOf(sent)).toBe('SPOOL_FULL');
    await until(() => receiver('cps').errors.length === 1);
    expect(receiver('cps').errors[0]).toMatchObject({ code: 'SPOOL_FULL' });
    expect(observer.failures).toEqual(['SPOOL_FULL']);
  });

  it('a run that the node closes ends its transfers there', async () => {
    const { link, receiver } = await openRun();
    const chunks = new CountedChunks(ENDLESS, 1_000);
    const sent = codeOf(link('police').link.transfer(headerOf('police', 'cps'), chunks));
    await until(() => receiver('cps').transfers.length === 1);
    link('police').close('BAD_PROOF');
    expect(await sent).toBe('BAD_PROOF');
    expect(await codeOf(link('police').link.send(COORDINATOR, { kind: 'finished' }))).toBe('BAD_PROOF');
    await until(() => receiver('cps').errors.length === 1);
    expect(receiver('cps').errors[0]).toMatchObject({ code: 'PARTY_LOST' });
  });

  it('a node that stops ends its transfers at every other party', async () => {
    const { link, nodes, receiver, disconnected, coordinator } = await openRun();
    const sent = codeOf(link('police').link.transfer(headerOf('police', 'cps'), new CountedChunks(ENDLESS, 1_000)));
    await until(() => receiver('cps').transfers.length === 1);
    await nodes.get('police')?.client.stop();
    expect(await sent).toBe('CANCELLED');
    await until(() => disconnected.length === 1);
    coordinator.close('PARTY_LOST');
    await until(() => receiver('cps').errors.length === 1);
    expect(receiver('cps').errors[0]).toMatchObject({ code: 'PARTY_LOST' });
  });
});
