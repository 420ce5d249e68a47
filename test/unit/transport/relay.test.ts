import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../core/base/index.js';
import { COORDINATOR } from '../../../core/private-join/index.js';
import { TransportError } from '../../../transport/index.js';
import { RelayRun } from '../../../transport/relay.js';
import { TIMINGS } from '../../../transport/timings.js';
import {
  chunkOf,
  codeOf,
  CountedChunks,
  headerOf,
  RecordingObserver,
  RecordingReceiver,
} from '../../transport/fixture.js';

/** The relay without sockets: what couples the two calls, on a clock of the test's own. */

interface Setting {
  readonly run: RelayRun;
  readonly receiver: RecordingReceiver;
  readonly observer: RecordingObserver;
  readonly announced: string[];
}

function setting(announce?: () => Promise<void>): Setting {
  const receiver = new RecordingReceiver();
  const observer = new RecordingObserver();
  const announced: string[] = [];
  const run = new RelayRun({
    runId: 'run',
    agencies: ['police', 'cps', 'courts'],
    receiver,
    observer,
    announce: (to, _, subject, hop) => {
      announced.push(`${to} ${subject} ${hop}`);
      return announce?.() ?? Promise.resolve();
    },
    timings: TIMINGS,
    log: silentLog,
  });
  return { run, receiver, observer, announced };
}

const header = headerOf('police', 'cps');

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = [];
  for await (const chunk of chunks) taken.push(chunk);
  return taken;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the relay', () => {
  it('announces, waits, and hands over chunk by chunk', async () => {
    const { run, announced, observer } = setting();
    const chunks = new CountedChunks(3, 10);
    const carried = run.carry('police', header, chunks);
    await vi.advanceTimersByTimeAsync(TIMINGS.receiverWaitMs - 1);
    expect(announced).toEqual([`cps ${header.subject} 0`]);
    expect(chunks.asked).toBe(0);
    const claim = run.claim('cps', header.subject, 0);
    expect(claim.header).toEqual(header);
    const iterator = claim.chunks[Symbol.asyncIterator]();
    await iterator.next();
    expect(chunks.asked).toBe(1);
    await drain({ [Symbol.asyncIterator]: () => iterator });
    claim.complete();
    expect(await carried).toBe(3);
    expect(observer.events).toEqual(['opened police>cps 3', 'closed police>cps']);
  });

  it('leaves no listener and no timer behind, however a transfer ends', async () => {
    const { run } = setting();
    for (let hop = 0; hop < 20; hop += 1) {
      const carried = run.carry('police', { ...header, hop }, new CountedChunks(5, 10));
      await vi.advanceTimersByTimeAsync(0);
      const claim = run.claim('cps', header.subject, hop);
      if (hop % 2 === 0) {
        await drain(claim.chunks);
        claim.complete();
        await carried;
      } else {
        claim.fail(new TransportError('BAD_MESSAGE', 'x'));
        await codeOf(carried);
      }
    }
    const unfetched = run.carry('police', { ...header, hop: 50 }, new CountedChunks(5, 10));
    unfetched.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    const toCoordinator = run.carry('police', headerOf('police', COORDINATOR, { hop: 99 }), new CountedChunks(5, 10));
    await toCoordinator;
    run.close('CANCELLED');
    await codeOf(unfetched);
    expect(getEventListeners(run.closed, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a list can be fetched once, by the agency it is for', async () => {
    const { run } = setting();
    const carried = run.carry('police', header, new CountedChunks(1, 10));
    await vi.advanceTimersByTimeAsync(0);
    expect(codeThrown(() => run.claim('courts', header.subject, 0))).toBe('WRONG_RECEIVER');
    expect(codeThrown(() => run.claim('charity', header.subject, 0))).toBe('NOT_A_PARTY');
    expect(codeThrown(() => run.claim('cps', header.subject, 1))).toBe('UNKNOWN_TRANSFER');
    const claim = run.claim('cps', header.subject, 0);
    expect(codeThrown(() => run.claim('cps', header.subject, 0))).toBe('DUPLICATE_LIST');
    await drain(claim.chunks);
    claim.complete();
    await carried;
    expect(codeThrown(() => run.claim('cps', header.subject, 0))).toBe('UNKNOWN_TRANSFER');
  });

  it('gives up on a receiver after its time and not before', async () => {
    const { run, observer } = setting();
    const carried = codeOf(run.carry('police', header, new CountedChunks(1, 10)));
    await vi.advanceTimersByTimeAsync(TIMINGS.receiverWaitMs - 1);
    expect(observer.failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await carried).toBe('DEADLINE_PASSED');
    expect(observer.failures).toEqual(['DEADLINE_PASSED']);
  });

  it('waits for the reason of a party that breaks off, and calls it lost when none comes', async () => {
    const { run, observer } = setting();
    const carried = codeOf(run.carry('police', header, new CountedChunks(9, 10)));
    await vi.advanceTimersByTimeAsync(0);
    run.claim('cps', header.subject, 0).fail(new TransportError('CONNECTION_LOST', 'gone'));
    await vi.advanceTimersByTimeAsync(TIMINGS.reasonGraceMs - 1);
    expect(observer.failures).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await carried).toBe('TRANSFER_BROKEN');
    expect(observer.failures).toEqual(['PARTY_LOST']);
  });

  it('tells both ends the reason when it comes', async () => {
    const { run, observer } = setting();
    async function* lost(): AsyncGenerator<Uint8Array, void, undefined> {
      yield await Promise.resolve(chunkOf(0, 10));
      throw new TransportError('CONNECTION_LOST', 'gone');
    }
    const carried = run.carry('police', header, lost());
    carried.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(0);
    const claim = run.claim('cps', header.subject, 0);
    const taken = drain(claim.chunks);
    taken.catch((error: unknown) => claim.fail(error));
    await vi.advanceTimersByTimeAsync(TIMINGS.reasonGraceMs / 2);
    run.close('SPOOL_FULL');
    await expect(taken).rejects.toMatchObject({ code: 'RUN_CLOSED', failure: 'SPOOL_FULL' });
    await expect(carried).rejects.toMatchObject({ code: 'RUN_CLOSED', failure: 'SPOOL_FULL' });
    expect(observer.failures).toEqual([]);
  });

  it('a receiver that is not connected is lost', async () => {
    const { run, observer } = setting(() => Promise.reject(new TransportError('NOT_CONNECTED', 'not there')));
    const carried = codeOf(run.carry('police', header, new CountedChunks(1, 10)));
    await vi.advanceTimersByTimeAsync(TIMINGS.reasonGraceMs);
    expect(await carried).toBe('TRANSFER_BROKEN');
    expect(observer.failures).toEqual(['PARTY_LOST']);
  });

  it('a closed run carries nothing more', async () => {
    const { run, observer } = setting();
    run.close('CANCELLED');
    run.close('BAD_PROOF');
    await expect(run.carry('police', header, new CountedChunks(1, 10))).rejects.toMatchObject({
      code: 'RUN_CLOSED',
      failure: 'CANCELLED',
    });
    expect(observer.events).toEqual([]);
  });

  it.each([
    ['NOT_A_PARTY', 'charity', headerOf('charity', 'cps'), []],
    ['WRONG_SENDER', 'police', headerOf('cps', 'courts'), ['BAD_MESSAGE']],
    ['WRONG_SENDER', 'police', headerOf(COORDINATOR, 'cps'), ['BAD_MESSAGE']],
    ['WRONG_SENDER', COORDINATOR, headerOf('police', 'cps'), ['BAD_MESSAGE']],
    ['WRONG_RECEIVER', 'police', headerOf('police', 'charity'), ['BAD_MESSAGE']],
    ['WRONG_RECEIVER', 'police', headerOf('police', 'police'), ['BAD_MESSAGE']],
    ['WRONG_RECEIVER', COORDINATOR, headerOf(COORDINATOR, COORDINATOR), ['BAD_MESSAGE']],
  ])('%s for a list of %s', async (code, caller, wrong, failures) => {
    const { run, observer } = setting();
    expect(await codeOf(run.carry(caller, wrong, new CountedChunks(1, 10)))).toBe(code);
    expect(observer.failures).toEqual(failures);
  });

  it('the same subject may pass another hop, and another subject the same hop', async () => {
    const { run } = setting();
    const to = { to: COORDINATOR } as const;
    await run.carry('police', { ...header, ...to }, new CountedChunks(1, 10));
    await run.carry('police', { ...header, ...to, hop: 1 }, new CountedChunks(1, 10));
    await run.carry('cps', { ...headerOf('cps', COORDINATOR) }, new CountedChunks(1, 10));
    expect(await codeOf(run.carry('cps', headerOf('cps', COORDINATOR), new CountedChunks(1, 10)))).toBe(
      'DUPLICATE_LIST',
    );
  });
});

function codeThrown(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof TransportError ? error.code : String(error);
  }
}
