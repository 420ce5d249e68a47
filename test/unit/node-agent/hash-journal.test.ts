import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { BLOCK_ENTRIES_MAX, HashJournal } from '../../../node-agent/snapshot/hash-journal.js';
import type { HashJournalOptions } from '../../../node-agent/snapshot/hash-journal.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { testFolder } from './fixtures.js';

const entryBytes = 48;
const rng = seededRng(`${testSeed}/journal`);

function options(folder: string): HashJournalOptions {
  return {
    file: join(folder, 'journal'),
    storageKey: new Uint8Array(32).fill(3),
    about: utf8Bytes('this'),
    rng,
    entryBytes,
    entriesMax: 1_000_000,
  };
}

interface Found {
  readonly entries: Buffer;
  readonly counts: readonly number[];
  readonly journal: HashJournal;
}

async function reopen(opened: HashJournalOptions): Promise<Found> {
  const taken: Buffer[] = [];
  const counts: number[] = [];
  const journal = await HashJournal.open(opened, (entries, count) => {
    taken.push(Buffer.from(entries));
    counts.push(count);
  });
  journal.close();
  return { entries: Buffer.concat(taken), counts, journal };
}

/** A closed journal with so many entries, each written by itself when `each`. */
async function written(folder: string, count: number, each = false): Promise<Buffer> {
  const entries = Buffer.from(rng.bytes(count * entryBytes));
  const journal = await HashJournal.open(options(folder), () => undefined);
  const step = each ? entryBytes : entries.length;
  for (let from = 0; from < entries.length; from += step) journal.append(entries.subarray(from, from + step));
  journal.close();
  return entries;
}

describe(`HashJournal (seed ${testSeed})`, () => {
  it.each([1, BLOCK_ENTRIES_MAX, BLOCK_ENTRIES_MAX + 1])(
    'gives back %i entries as they were written',
    async (count) => {
      const folder = testFolder();
      const entries = await written(folder, count);
      const found = await reopen(options(folder));
      expect(found.entries.equals(entries)).toBe(true);
      expect(found.journal.entries).toBe(count);
      expect(found.journal.droppedBytes).toBe(0);
      expect(Math.max(...found.counts)).toBeLessThanOrEqual(BLOCK_ENTRIES_MAX);
      expect(found.counts).toHaveLength(count > BLOCK_ENTRIES_MAX ? 2 : 1);
    },
  );

  it('is empty when it is new, and when nothing was written', async () => {
    const folder = testFolder();
    for (let time = 0; time < 2; time += 1) {
      expect((await reopen(options(folder))).journal).toMatchObject({ entries: 0, droppedBytes: 0 });
    }
  });

  it('is written on where it ended', async () => {
    const folder = testFolder();
    const first = await written(folder, 2);
    const second = await written(folder, 3);
    expect((await reopen(options(folder))).entries.equals(Buffer.concat([first, second]))).toBe(true);
  });

  it('takes over no more than it may, and drops the rest', async () => {
    const folder = testFolder();
    const entries = await written(folder, 4, true);
    const { size } = statSync(options(folder).file);
    const blockBytes = (size - 16) / 4;
    expect((await reopen({ ...options(folder), entriesMax: 4 })).journal).toMatchObject({
      entries: 4,
      droppedBytes: 0,
    });
    const cut = await reopen({ ...options(folder), entriesMax: 3 });
    expect(cut.entries.equals(entries.subarray(0, 3 * entryBytes))).toBe(true);
    expect(cut.journal).toMatchObject({ entries: 3, droppedBytes: blockBytes });
    expect(statSync(options(folder).file).size).toBe(size - blockBytes);
  });

  it.each<[string, Partial<HashJournalOptions>]>([
    ['is about something else', { about: utf8Bytes('that') }],
    ['was sealed under another storage key', { storageKey: new Uint8Array(32).fill(4) }],
    ['has entries of another length', { entryBytes: 47 }],
  ])('is begun anew when it %s', async (_, changes) => {
    const folder = testFolder();
    await written(folder, 2);
    const found = await reopen({ ...options(folder), ...changes });
    expect(found.counts).toEqual([]);
    expect(found.journal.entries).toBe(0);
    expect(found.journal.droppedBytes).toBeGreaterThan(2 * 47);
    expect((await reopen(options(folder))).counts).toEqual([]);
  });

  it('never seals two blocks alike', async () => {
    const folder = testFolder();
    const journal = await HashJournal.open(options(folder), () => undefined);
    journal.append(Buffer.alloc(entryBytes));
    journal.append(Buffer.alloc(entryBytes));
    journal.close();
    journal.close();
    const blocks = readFileSync(options(folder).file).subarray(16);
    const [first, second] = [blocks.subarray(0, blocks.length / 2), blocks.subarray(blocks.length / 2)];
    // Count, nonce, entry, tag: only the count is the same.
    expect(first).toHaveLength(4 + 12 + entryBytes + 16);
    expect(first.subarray(0, 4)).toEqual(second.subarray(0, 4));
    expect(first.subarray(4, 16)).not.toEqual(second.subarray(4, 16));
    expect(first.subarray(16, 16 + entryBytes)).not.toEqual(second.subarray(16, 16 + entryBytes));
  });
});
