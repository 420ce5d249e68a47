import { expect, it } from 'vitest';
import { MAX_EVENT_CHARACTERS, readEvents, type ServerEvent } from '../../../cli/index.js';

async function read(...chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  // eslint wants an await in every async generator; so does a stream.
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body())) events.push(event);
  return events;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('reads events, comments apart, wherever the stream is cut', async () => {
  const text =
    ': hello\n\nid: 1\nevent: run\ndata: {"a":"é"}\n\nevent: progress\ndata: x\ndata: y\n\ndata: bare\n\nid: 9\ndata: unfinished';
  const expected: ServerEvent[] = [
    { id: '1', event: 'run', data: '{"a":"é"}' },
    { id: null, event: 'progress', data: 'x\ny' },
    { id: null, event: 'message', data: 'bare' },
  ];
  const whole = bytes(text);
  for (let cut = 0; cut <= whole.length; cut += 1) {
    expect(await read(whole.subarray(0, cut), whole.subarray(cut))).toEqual(expected);
  }
});

it('takes an event of the greatest length, and none that is longer', async () => {
  const event = (length: number): Uint8Array => bytes(`data: ${'x'.repeat(length - 'data: '.length)}`);
  expect(await read(event(MAX_EVENT_CHARACTERS), bytes('\n\n'))).toHaveLength(1);
  await expect(read(event(MAX_EVENT_CHARACTERS + 1), bytes('\n\n'))).rejects.toThrow(RangeError);
});
