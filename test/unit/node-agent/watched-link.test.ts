import { describe, expect, it, vi } from 'vitest';
import type { TransferHeader } from '../../../core/private-join/index.js';
import { watchedLink, watchedReceiver } from '../../../node-agent/rounds/watched-link.js';

describe('watched links', () => {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Uint8Array.of(1);
    yield Uint8Array.of(2);
  }
  const header = { subject: 'tally', hop: 0, from: 'cps', to: 'police', count: 2 } as TransferHeader;
  const taken: number[] = [];
  const take = async (incoming: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of incoming) taken.push(...chunk);
  };

  it('pass everything on and notice each message and chunk, out and in', async () => {
    const moved = vi.fn();
    const send = vi.fn(() => Promise.resolve());
    const out = watchedLink({ send, transfer: (_header, outgoing) => take(outgoing) }, moved);
    await out.send('coordinator', { kind: 'finished' });
    expect(moved).toHaveBeenCalledTimes(1);
    expect(send).toHaveBeenCalledWith('coordinator', { kind: 'finished' });
    await out.transfer(header, chunks());
    expect(moved).toHaveBeenCalledTimes(3);

    const message = vi.fn();
    const receiver = watchedReceiver({ message, transfer: (_from, _header, incoming) => take(incoming) }, moved);
    receiver.message('coordinator', { kind: 'finished' });
    expect(moved).toHaveBeenCalledTimes(4);
    expect(message).toHaveBeenCalledWith('coordinator', { kind: 'finished' });
    await receiver.transfer('cps', header, chunks());
    expect(moved).toHaveBeenCalledTimes(6);
    expect(taken).toEqual([1, 2, 1, 2]);
  });
});
