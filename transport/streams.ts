import { setMaxListeners } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/**
 * Reading and writing of gRPC streams with back-pressure, in promises that always settle: gRPC itself leaves the
 * callback of a write, and a read of a cancelled call, waiting for ever.
 */

/** For what many wait on at once: a run, a connection. Each of them takes its listener away when it is done. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Settles as `promise` does, or rejects with the signal's reason if that comes first. */
export function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const aborted = (): void => reject(reasonOf(signal));
    if (signal.aborted) {
      promise.catch(() => undefined);
      aborted();
      return;
    }
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

/** What `source` gives, until the signal aborts; then it throws the signal's reason, also in the middle of a wait. */
export async function* iterateUntilAborted<T>(
  signal: AbortSignal,
  source: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let finished = false;
  try {
    for (;;) {
      const result = await untilAborted(signal, iterator.next());
      if (result.done === true) break;
      yield result.value;
    }
    finished = true;
  } finally {
    // Not awaited: a generator that is in the middle of a wait answers only when that is over.
    if (!finished) iterator.return?.().catch(() => undefined);
  }
}

/** The messages of a call, read only as fast as they are taken. Stopping early leaves the call open. */
export function messagesOf<T>(call: Readable, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  const messages: AsyncIterable<T> = call.iterator({ destroyOnReturn: false });
  return iterateUntilAborted(signal, messages);
}

/** Writes one message; resolves when there is room for the next. Rejects with the signal's reason when it aborts. */
export function writeMessage(call: Writable, message: object, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(reasonOf(signal));
  if (call.write(message)) return Promise.resolve();
  return eventOf(call, 'drain', signal);
}

/** Ends the writing side; resolves when all that was written is on its way. */
export function finishWriting(call: Writable, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(reasonOf(signal));
  const finished = eventOf(call, 'finish', signal);
  call.end();
  return finished;
}

/** Resolves after `durationMs`, or at once when the signal aborts. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, durationMs);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });
}

/** The error a signal was aborted with; transport/ aborts with errors only. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function eventOf(call: Writable, event: 'drain' | 'finish', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const happened = (): void => {
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    const aborted = (): void => {
      call.removeListener(event, happened);
      reject(reasonOf(signal));
    };
    call.once(event, happened);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
