import { connect, type Socket } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventStreams, MAX_EVENT_STREAMS, type RunEvent, type RunListener } from '../../../coordinator/index.js';
import { CodedError } from '../../../core/base/index.js';
import { listen } from '../../../web/index.js';

const HEARTBEAT_MS = 10;
const CANCELLED: RunEvent = {
  ...{ sequence: 1, at: '2026-11-22T10:00:00.000Z', name: 'run-cancelled', state: 'cancelled' },
  ...{ party: null, code: null, message: null },
};

/** Event streams over real sockets; `listeners` are those of the streams that are followed, by path. */
async function serve({ heartbeatMs = HEARTBEAT_MS } = {}): Promise<{
  readonly listeners: Map<string, RunListener>;
  readonly errors: unknown[];
  /** Without waiting for anything. */
  readonly send: (...paths: readonly string[]) => { readonly socket: Socket; readonly heard: () => string };
  /** Until all of them are followed. */
  readonly ask: (...paths: readonly string[]) => Promise<{ readonly socket: Socket; readonly heard: () => string }>;
}> {
  const streams = new EventStreams({ heartbeatMs });
  const listeners = new Map<string, RunListener>();
  const errors: unknown[] = [];
  const api = express();
  api.get('/:run', (request, response) => {
    const { run } = request.params;
    response.on('error', (error) => errors.push(error));
    streams.serve(response, (listener) => {
      listeners.set(run, listener);
      return () => listeners.delete(run);
    });
  });
  const sayCode: ErrorRequestHandler = (thrown, _request, response, next) => {
    if (thrown instanceof CodedError) response.status(429).send(String(thrown.code));
    else next(thrown);
  };
  api.use(sayCode);
  const http = await listen(api, '127.0.0.1', 0, 'api.port');
  onTestFinished(async () => {
    streams.close();
    await http.stop(100);
  });
  const send = (...paths: readonly string[]): { socket: Socket; heard: () => string } => {
    const socket = connect(http.port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write(paths.map((path) => `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    return { socket, heard: () => text };
  };
  const ask = async (...paths: readonly string[]): Promise<{ socket: Socket; heard: () => string }> => {
    const sent = send(...paths);
    await until(() => paths.every((path) => listeners.has(path)));
    return sent;
  };
  return { listeners, errors, send, ask };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(1);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe('a stream behind another on the same connection', () => {
  it('is followed no more as soon as its run has ended, and nothing is written after its end', async () => {
    const { listeners, errors, ask } = await serve();
    const { heard } = await ask('a', 'b');
    const second = listeners.get('b');
    second?.event(CANCELLED);
    expect([...listeners.keys()]).toEqual(['a']);
    second?.event({ ...CANCELLED, sequence: 2 });
    await pause(5 * HEARTBEAT_MS);
    expect(errors).toEqual([]);
    listeners.get('a')?.event(CANCELLED);
    await until(() => heard().split('run-cancelled').length === 3);
    expect(heard()).not.toContain('id: 2');
  });

  it('is given up when the connection has closed', async () => {
    const { listeners, ask } = await serve();
    const { socket } = await ask('a', 'b');
    socket.destroy();
    await until(() => listeners.size === 0);
  });
});

it('is told apart from a dead one by a comment every now and then', async () => {
  const { ask } = await serve();
  const { heard } = await ask('a');
  await until(() => heard().split(': still here\n\n').length > 2);
});

it('begins with its headers, before anything has happened', async () => {
  const { heard } = await (await serve({ heartbeatMs: 60_000 })).ask('a');
  await until(() => heard().startsWith('HTTP/1.1 200') && heard().includes('text/event-stream'));
});

it('makes room when a stream has ended, and not before', async () => {
  const { listeners, send, ask } = await serve();
  // All on one connection, where nobody can read the end of any but the first.
  const runs = Array.from({ length: MAX_EVENT_STREAMS }, (_, index) => `run-${index}`);
  await ask(...runs);
  const { heard: refused } = send('one-more');
  await until(() => refused().includes('TOO_MANY_STREAMS'));
  expect(listeners.has('one-more')).toBe(false);
  listeners.get(`run-${MAX_EVENT_STREAMS - 1}`)?.over();
  const { heard } = await ask('another');
  await until(() => heard().startsWith('HTTP/1.1 200'));
});
