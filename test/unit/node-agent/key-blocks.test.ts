import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { ELEMENT_BYTES } from '../../../core/private-join/index.js';
import { KeyBlockReader, KeyBlockWriter, KEYS_PER_BLOCK } from '../../../node-agent/snapshot/key-blocks.js';
import { createTables, snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { NONCE_BYTES, SEAL_BYTES, Sealing } from '../../../node-agent/snapshot/sealing.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { crimes } from './fixtures.js';

const storageKey = new Uint8Array(32).fill(1);
const salt = new Uint8Array(16).fill(2);
const rng = seededRng(`${testSeed}/blocks`);

/** A snapshot with these elements in its slots. */
function sealed(elements: readonly Uint8Array[]): Database.Database {
  const database = new Database(':memory:');
  onTestFinished(() => void database.close());
  database.exec(createTables(snapshotLayout(crimes, 'test-study')));
  const writer = new KeyBlockWriter(database, new Sealing(storageKey, salt, 'sealing'));
  elements.forEach((element, slot) => expect(writer.add(element)).toBe(slot));
  writer.finish();
  return database;
}

function reader(database: Database.Database): KeyBlockReader {
  return new KeyBlockReader(database, new Sealing(storageKey, salt, 'sealing'));
}

function blocksIn(database: Database.Database): number {
  return database.prepare<[], number>('SELECT count(*) FROM sealed_keys').pluck().get() ?? -1;
}

describe(`sealed match keys (seed ${testSeed})`, () => {
  it.each([
    [0, 0],
    [1, 1],
    [KEYS_PER_BLOCK, 1],
    [KEYS_PER_BLOCK + 1, 2],
    [2 * KEYS_PER_BLOCK, 2],
  ])('gives back %i elements, in %i blocks', (count, blocks) => {
    const elements = Array.from({ length: count }, () => rng.bytes(ELEMENT_BYTES));
    const database = sealed(elements);
    const found = reader(database);
    elements.forEach((element, slot) => expect(Buffer.from(found.element(slot)).equals(element)).toBe(true));
    expect(blocksIn(database)).toBe(blocks);
    expect(() => found.element(blocks * KEYS_PER_BLOCK)).toThrow(RangeError);
  });

  it('reads slots in any order, and one that was never filled as zeros', () => {
    const elements = Array.from({ length: 3 * KEYS_PER_BLOCK }, () => rng.bytes(ELEMENT_BYTES));
    const found = reader(sealed(elements.slice(0, -1)));
    for (const slot of [700, 3, 300, 2, 699]) expect([...found.element(slot)]).toEqual([...(elements[slot] ?? [])]);
    expect(found.element(3 * KEYS_PER_BLOCK - 1).every((byte) => byte === 0)).toBe(true);
    found.wipe();
    expect([...found.element(3)]).toEqual([...(elements[3] ?? [])]);
  });

  it.each([
    ['changed', 'UPDATE sealed_keys SET sealed = zeroblob(length(sealed)) WHERE block = 0'],
    [
      'put in the place of another',
      'UPDATE sealed_keys SET block = 1 - block - 1000; UPDATE sealed_keys SET block = block + 1000',
    ],
    ['cut off', 'UPDATE sealed_keys SET sealed = substr(sealed, 1, 8)'],
  ])('does not open a block that was %s', (_, sql) => {
    const database = sealed(Array.from({ length: 2 * KEYS_PER_BLOCK }, () => rng.bytes(ELEMENT_BYTES)));
    database.exec(sql);
    expect(() => reader(database).element(0)).toThrow();
  });
});

describe('Sealing', () => {
  const nonce = new Uint8Array(NONCE_BYTES).fill(4);
  const block = utf8Bytes('a block');
  const about = utf8Bytes('about');

  it('opens what it sealed', () => {
    const sealing = new Sealing(storageKey, salt, 'journal', about);
    const bytes = sealing.seal(nonce, block);
    expect(bytes).toHaveLength(block.length + SEAL_BYTES);
    expect(sealing.open(nonce, bytes)).toEqual(Buffer.from(block));
  });

  it.each<[string, Sealing, Uint8Array]>([
    ['another nonce', new Sealing(storageKey, salt, 'journal', about), new Uint8Array(NONCE_BYTES)],
    ['another subject', new Sealing(storageKey, salt, 'journal', utf8Bytes('other')), nonce],
    ['another purpose', new Sealing(storageKey, salt, 'sealing', about), nonce],
    ['another salt', new Sealing(storageKey, new Uint8Array(16), 'journal', about), nonce],
    ['another storage key', new Sealing(new Uint8Array(32), salt, 'journal', about), nonce],
  ])('opens nothing under %s', (_, other, under) => {
    const bytes = new Sealing(storageKey, salt, 'journal', about).seal(nonce, block);
    expect(() => other.open(under, bytes)).toThrow();
    expect(() => other.open(under, bytes.subarray(0, SEAL_BYTES - 1))).toThrow(RangeError);
  });

  it('seals nothing any more when it is wiped', () => {
    const sealing = new Sealing(storageKey, salt, 'journal', about);
    const bytes = sealing.seal(nonce, block);
    sealing.wipe();
    expect(() => sealing.open(nonce, bytes)).toThrow();
  });
});
