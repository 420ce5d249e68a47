import { getEventListeners } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  finishWriting,
  iterateUntilAborted,
  messagesOf,
  pause,
  untilAborted,
  writeMessage,
} from '../../../transport/streams.js';

const REASON = new Error('the reason');

function aborted(): AbortSignal {
  return AbortSignal.abort(REASON);
}

const never = new Promise<never>(() => undefined);

describe('a wait that can be aborted', () => {
  it('settles as its promise does and takes its listener away', async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(signal, Promise.resolve(1))).toBe(1);
    await expect(untilAborted(signal, Promise.reject(REASON))).rejects.toBe(REASON);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason, before and during', async () => {
    await expect(untilAborted(aborted(), never)).rejects.toBe(REASON);
    await expect(untilAborted(aborted(), Promise.reject(new Error('late')))).rejects.toBe(REASON);
    const controller = new AbortController();
    const waiting = untilAborted(controller.signal, never);
    controller.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
  });

  it('a pause ends early and leaves nothing', async () => {
    const controller = new AbortController();
    const began = Date.now();
    const paused = pause(60_000, controller.signal);
    controller.abort(REASON);
    await paused;
    await pause(60_000, aborted());
    await pause(1, new AbortController().signal);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('iteration that can be aborted', () => {
  it('gives what the source gives', async () => {
    const { signal } = new AbortController();
    const seen: number[] = [];
    for await (const value of iterateUntilAborted(signal, Readable.from([1, 2, 3]))) seen.push(Number(value));
    expect(seen).toEqual([1, 2, 3]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('throws the reason in the middle of a wait, without waiting for the source', async () => {
    const controller = new AbortController();
    async function* stuck(): AsyncGenerator<number, void, undefined> {
      yield 1;
      await never;
    }
    const iterator = iterateUntilAborted(controller.signal, stuck());
    expect((await iterator.next()).value).toBe(1);
    const waiting = iterator.next();
    controller.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
  });

  it('tells the source when nobody wants more', async () => {
    let returned = false;
    async function* source(): AsyncGenerator<number, void, undefined> {
      try {
        for (;;) yield await Promise.resolve(1);
      } finally {
        returned = true;
      }
    }
    for await (const value of iterateUntilAborted(new AbortController().signal, source())) {
      expect(value).toBe(1);
      break;
    }
    await pause(1, new AbortController().signal);
    expect(returned).toBe(true);
  });
});

describe('reading and writing', () => {
  it('reads no further than is asked, and leaves the stream open when it stops early', async () => {
    let made = 0;
    const readable = new Readable({
      objectMode: true,
      highWaterMark: 2,
      read() {
        made += 1;
        this.push({ number: made });
      },
    });
    const messages = messagesOf<{ number: number }>(readable, new AbortController().signal);
    expect((await messages.next()).value).toEqual({ number: 1 });
    await pause(5, new AbortController().signal);
    expect(made).toBeLessThan(6);
    await messages.return();
    expect(readable.destroyed).toBe(false);
  });

  it('waits for room, and stops waiting when the call is over', async () => {
    const takes: (() => void)[] = [];
    const writable = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write: (_chunk, _encoding, done: () => void) => void takes.push(done),
    });
    const controller = new AbortController();
    let room = false;
    const written = writeMessage(writable, {}, controller.signal).then(() => (room = true));
    await pause(5, new AbortController().signal);
    expect(room).toBe(false);
    takes.shift()?.();
    await written;
    const stuck = writeMessage(writable, {}, controller.signal);
    controller.abort(REASON);
    await expect(stuck).rejects.toBe(REASON);
    await expect(writeMessage(writable, {}, controller.signal)).rejects.toBe(REASON);
    await expect(finishWriting(writable, controller.signal)).rejects.toBe(REASON);
    expect(writable.listenerCount('drain')).toBe(0);
  });
});
