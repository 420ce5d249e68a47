import { describe, expect, it } from 'vitest';
import { COORDINATOR } from '../../../core/private-join/index.js';
import type { Link, PartyId } from '../../../core/private-join/index.js';
import { createMemoryNetwork, MAX_CHUNK_BYTES } from '../../../transport/index.js';
import type { Letter, MemoryNetwork, Tamper } from '../../../transport/index.js';
import { chunkOf, codeOf, CountedChunks, headerOf, RecordingReceiver } from '../../transport/fixture.js';

const PARTIES = [COORDINATOR, 'police', 'cps'];

interface Setting {
  readonly network: MemoryNetwork;
  readonly link: (party: PartyId) => Link;
  readonly receiver: (party: PartyId) => RecordingReceiver;
}

function setting(tamper?: Tamper): Setting {
  const network = createMemoryNetwork(tamper === undefined ? {} : { tamper });
  const receivers = new Map(PARTIES.map((party) => [party, new RecordingReceiver()]));
  for (const [party, receiver] of receivers) network.register(party, receiver);
  return {
    network,
    link: (party) => network.link(party),
    receiver: (party) => receivers.get(party) ?? new RecordingReceiver(),
  };
}

const abort = (code: 'BAD_CHUNK' | 'BAD_COUNT'): Letter['message'] => ({ kind: 'abort', code, party: 'police' });

describe('the network in memory', () => {
  it('delivers messages in order, after the sender’s own step', async () => {
    const { link, receiver } = setting();
    const first = link('police').send(COORDINATOR, abort('BAD_CHUNK'));
    const second = link('police').send(COORDINATOR, abort('BAD_COUNT'));
    expect(receiver(COORDINATOR).messages).toEqual([]);
    await Promise.all([first, second]);
    expect(receiver(COORDINATOR).messages).toEqual([
      { from: 'police', message: abort('BAD_CHUNK') },
      { from: 'police', message: abort('BAD_COUNT') },
    ]);
  });

  it('carries a transfer as fast as its receiver takes it', async () => {
    const { link, receiver } = setting();
    const chunks = new CountedChunks(10, 5);
    const asked: number[] = [];
    receiver('cps').beforeChunk = () => {
      asked.push(chunks.asked);
      return Promise.resolve();
    };
    await link('police').transfer(headerOf('police', 'cps'), chunks);
    expect(receiver('cps').transfers[0]?.chunks).toHaveLength(10);
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('hands over copies', async () => {
    const { link, network, receiver } = setting();
    const seen: Uint8Array[] = [];
    network.register('cps', {
      message: () => undefined,
      transfer: async (from, header, chunks) => {
        for await (const chunk of chunks) seen.push(chunk);
        await receiver('cps').transfer(from, header, new CountedChunks(0, 1));
      },
    });
    const chunk = chunkOf(1, 4);
    async function* reused(): AsyncGenerator<Uint8Array, void, undefined> {
      yield await Promise.resolve(chunk);
      chunk.fill(9);
    }
    const header = headerOf('police', 'cps');
    await link('police').transfer(header, reused());
    header.signature.fill(0);
    expect(seen).toEqual([chunkOf(1, 4)]);
    expect(receiver('cps').transfers[0]?.header.signature[0]).toBe(8);
  });

  it('keeps the rules of the relay', async () => {
    const { link } = setting();
    const chunks = (): CountedChunks => new CountedChunks(1, 1);
    await link('police').transfer(headerOf('police', 'cps'), chunks());
    expect(await codeOf(link('police').transfer(headerOf('police', 'cps'), chunks()))).toBe('DUPLICATE_LIST');
    expect(await codeOf(link('police').transfer(headerOf('cps', 'police'), chunks()))).toBe('BAD_MESSAGE');
    expect(await codeOf(link('police').transfer(headerOf('police', 'fire'), chunks()))).toBe('BAD_MESSAGE');
    expect(await codeOf(link('police').send('cps', { kind: 'finished' }))).toBe('BAD_MESSAGE');
    expect(await codeOf(link(COORDINATOR).send('fire', { kind: 'finished' }))).toBe('PARTY_LOST');
    const tooLarge = new CountedChunks(1, MAX_CHUNK_BYTES + 1);
    expect(await codeOf(link('cps').transfer(headerOf('cps', 'police'), tooLarge))).toBe('BAD_MESSAGE');
  });

  it('a receiver’s refusal reaches the sender', async () => {
    const { link, receiver } = setting();
    receiver('cps').beforeChunk = (index) =>
      index === 2 ? Promise.reject(Object.assign(new Error('no'), { code: 'BAD_CHUNK' })) : Promise.resolve();
    const chunks = new CountedChunks(10, 1);
    expect(await codeOf(link('police').transfer(headerOf('police', 'cps'), chunks))).toBe('BAD_CHUNK');
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(chunks.returned).toBe(true);
  });

  it('loses a party: nothing reaches it, and what is on its way breaks', async () => {
    const { link, receiver, network } = setting();
    receiver('cps').beforeChunk = (index) => (index === 1 ? new Promise(() => undefined) : Promise.resolve());
    const sent = codeOf(link('police').transfer(headerOf('police', 'cps'), new CountedChunks(10, 1)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    network.lose('cps');
    expect(await sent).toBe('PARTY_LOST');
    expect(await codeOf(link(COORDINATOR).send('cps', { kind: 'finished' }))).toBe('PARTY_LOST');
    expect(await codeOf(link('cps').send(COORDINATOR, { kind: 'finished' }))).toBe('PARTY_LOST');
    network.lose(COORDINATOR);
    expect(await codeOf(link('police').send(COORDINATOR, { kind: 'finished' }))).toBe('COORDINATOR_LOST');
  });
});

describe('tampering with messages', () => {
  const kinds = (receiver: RecordingReceiver): string[] => receiver.messages.map(({ message }) => message.kind);

  it('drops, repeats and alters', async () => {
    const { link, receiver } = setting({
      letter: (letter) => {
        if (letter.message.kind === 'finished') return [];
        return [letter, { ...letter, message: { kind: 'finished' } }];
      },
    });
    await link(COORDINATOR).send('police', { kind: 'finished' });
    await link(COORDINATOR).send('police', abort('BAD_CHUNK'));
    expect(kinds(receiver('police'))).toEqual(['abort', 'finished']);
  });

  it('reorders, and delivers to another than was meant', async () => {
    let held: Letter | undefined;
    const { link, receiver } = setting({
      letter: (letter) => {
        if (held === undefined) {
          held = letter;
          return [];
        }
        return [letter, { ...held, to: 'cps' }, held];
      },
    });
    await link(COORDINATOR).send('police', abort('BAD_CHUNK'));
    await link(COORDINATOR).send('police', { kind: 'finished' });
    expect(kinds(receiver('police'))).toEqual(['finished', 'abort']);
    expect(kinds(receiver('cps'))).toEqual(['abort']);
  });
});

describe('tampering with transfers', () => {
  it('alters headers and chunks', async () => {
    const { link, receiver } = setting({
      parcel: ({ header, chunks }) => [{ header: { ...header, count: 7 }, chunks: reversed(chunks) }],
    });
    await link('police').transfer(headerOf('police', 'cps'), new CountedChunks(3, 1));
    const [transfer] = receiver('cps').transfers;
    expect(transfer?.header.count).toBe(7);
    expect(transfer?.chunks.map(([byte]) => byte)).toEqual([2, 1, 0]);
  });

  it('drops a whole one, which then was never fetched', async () => {
    const { link, receiver } = setting({ parcel: () => [] });
    const sent = link('police').transfer(headerOf('police', 'cps'), new CountedChunks(3, 1));
    expect(await codeOf(sent)).toBe('DEADLINE_PASSED');
    expect(receiver('cps').transfers).toEqual([]);
  });

  it('delivers one twice', async () => {
    const { link, receiver } = setting({
      parcel: ({ header }) => [
        { header, chunks: new CountedChunks(2, 1) },
        { header, chunks: new CountedChunks(3, 1) },
      ],
    });
    await link('police').transfer(headerOf('police', 'cps'), new CountedChunks(1, 1));
    expect(receiver('cps').transfers.map(({ chunks }) => chunks.length)).toEqual([2, 3]);
  });

  async function* reversed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    yield* all.reverse();
  }
});
