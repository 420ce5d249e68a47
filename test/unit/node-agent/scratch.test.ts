import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { RowSpool } from '../../../node-agent/snapshot/row-spool.js';
import { PART_BLOCK_BYTES, ScratchParts } from '../../../node-agent/snapshot/scratch-parts.js';
import { ScratchFile } from '../../../node-agent/snapshot/scratch-file.js';
import { RANGE_PLACES, ScratchRanges } from '../../../node-agent/snapshot/scratch-ranges.js';
import type { SourceRow } from '../../../node-agent/source/source.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { testFolder } from './fixtures.js';

const rng = seededRng(`${testSeed}/scratch`);

function scratchIn(folder: string): ScratchFile {
  const file = new ScratchFile(join(folder, 'scratch'), rng);
  onTestFinished(() => file.close());
  return file;
}

/** The path by which this process still reaches the file that was made in a folder and has no name any more. */
function namelessIn(folder: string): string {
  const wanted = `${join(folder, 'scratch')} (deleted)`;
  const found = readdirSync('/proc/self/fd').find((name) => linkOf(name) === wanted);
  if (found === undefined) throw new Error('no such file');
  return join('/proc/self/fd', found);
}

/** Undefined where there is none any more: listing them has opened one. */
function linkOf(descriptor: string): string | undefined {
  try {
    return readlinkSync(join('/proc/self/fd', descriptor));
  } catch {
    return undefined;
  }
}

describe(`ScratchFile (seed ${testSeed})`, () => {
  it('gives back blocks of any length, in any order, any number of times', () => {
    const file = scratchIn(testFolder());
    const blocks = [1, 16, 0, 5_000, 16].map((length) => Buffer.from(rng.bytes(length)));
    const places = blocks.map((block) => file.append(block));
    for (const index of [3, 0, 4, 2, 1, 3]) {
      const found = Buffer.alloc(blocks[index]?.length ?? 0);
      file.read(places[index] ?? 0, found);
      expect(found).toEqual(blocks[index]);
    }
  });

  it('has no name, and is closed as often as one likes', () => {
    const folder = testFolder();
    const file = scratchIn(folder);
    file.append(Buffer.from('x'));
    expect(readdirSync(folder)).toEqual([]);
    file.close();
    file.close();
    // A second one can be made in the same place at any time.
    scratchIn(folder);
  });

  it.runIf(process.platform === 'linux')('says nothing, and shows no two equal blocks alike', () => {
    const folder = mkdtempSync(join(testFolder(), 'own-'));
    const file = scratchIn(folder);
    const block = Buffer.from('PHILIPPA|QUILLFEATHER|1987-11-23'.repeat(20));
    for (let time = 0; time < 3; time += 1) file.append(block);
    const bytes = readFileSync(namelessIn(folder));
    expect(bytes.length).toBeGreaterThan(3 * block.length);
    expect(bytes.includes('QUILLFEATHER')).toBe(false);
    const eights = Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) =>
      bytes.toString('hex', index * 8, index * 8 + 8),
    );
    expect(new Set(eights).size).toBe(eights.length);
  });

  it.runIf(process.platform === 'linux')('opens no block that was changed, or is read from elsewhere', () => {
    const folder = mkdtempSync(join(testFolder(), 'own-'));
    const file = scratchIn(folder);
    const [block, found] = [Buffer.alloc(64, 1), Buffer.alloc(64)];
    const [first, second] = [file.append(block), file.append(block)];
    expect(() => file.read(first + 1, found)).toThrow();
    expect(() => file.read(second + 64, found)).toThrow(RangeError);
    const descriptor = openSync(namelessIn(folder), 'r+');
    const before = readFileSync(namelessIn(folder))[first + 3] ?? 0;
    writeSync(descriptor, Buffer.from([before ^ 1]), 0, 1, first + 3);
    closeSync(descriptor);
    expect(() => file.read(first, found)).toThrow();
    file.read(second, found);
    expect(found).toEqual(block);
  });
});

describe(`ScratchParts (seed ${testSeed})`, () => {
  it('gives back each part whole, once, whatever the lengths and the order', () => {
    const parts = new ScratchParts(scratchIn(testFolder()));
    const expected = Array.from({ length: 5 }, (): Buffer[] => []);
    for (let time = 0; time < 400; time += 1) {
      const [part = 0, low = 0, high = 0] = rng.bytes(3);
      const bytes = Buffer.from(rng.bytes(low + (high % 8) * 256));
      const length = Math.floor(bytes.length * 0.9);
      // The fourth stays empty.
      const number = part % 4 === 3 ? 4 : part % 4;
      parts.add(number, bytes, length);
      expected[number]?.push(bytes.subarray(0, length));
    }
    expect(parts.size).toBe(5);
    for (const number of [2, 0, 1, 3, 4]) {
      const whole = Buffer.concat(expected[number] ?? []);
      if (number !== 3) expect(whole.length).toBeGreaterThan(2 * PART_BLOCK_BYTES);
      expect(parts.take(number).equals(whole)).toBe(true);
      expect(parts.take(number)).toHaveLength(0);
    }
  });

  it.each([PART_BLOCK_BYTES - 1, PART_BLOCK_BYTES, PART_BLOCK_BYTES + 1])('keeps %i bytes', (length) => {
    const parts = new ScratchParts(scratchIn(testFolder()));
    const bytes = Buffer.from(rng.bytes(length));
    parts.add(0, bytes, length);
    expect(parts.take(0).equals(bytes)).toBe(true);
  });
});

describe('ScratchRanges', () => {
  it('gives back in order what was put in any order, range by range', () => {
    const ranges = new ScratchRanges(scratchIn(testFolder()), 4);
    const count = 2 * RANGE_PLACES + 3;
    const bytes = Buffer.alloc(4);
    // A step that has no factor in common with the count meets every place once.
    for (let time = 0, place = 5; time < count; time += 1, place = (place + 50_021) % count) {
      bytes.writeUInt32LE(place * 7);
      ranges.put(place, bytes);
    }
    expect(ranges.size).toBe(3);
    for (const [range, length] of [RANGE_PLACES, RANGE_PLACES, 3].entries()) {
      const found = ranges.take(range);
      expect(found).toHaveLength(length * 4);
      const numbers = Array.from({ length }, (_, index) => found.readUInt32LE(index * 4));
      expect(numbers.every((number, index) => number === (range * RANGE_PLACES + index) * 7)).toBe(true);
    }
  });
});

describe('RowSpool', () => {
  const batches: readonly (readonly SourceRow[])[] = [
    [
      ['Philippa Quillfeather', '', null, 0, -0, 91.25, Number.MAX_SAFE_INTEGER],
      [2n ** 63n, -1n, new Uint8Array([0, 255, 1]), Buffer.from('bytes'), 'é🙂\u0000', '\ud800', '\uFFFD'],
    ],
    [],
    [[], [null]],
  ];

  it('gives back rows of any values, in their batches, any number of times', () => {
    const spool = new RowSpool(scratchIn(testFolder()));
    for (const batch of batches) spool.add(batch);
    for (let time = 0; time < 2; time += 1) {
      const found = Array.from(spool.batches(), (batch) => batch.map((row) => row.map(plain)));
      expect(found).toEqual(batches.map((batch) => batch.map((row) => row.map(plain))));
    }
    spool.close();
    spool.close();
  });

  it.runIf(process.platform === 'linux')('says nothing of them on disk', () => {
    const folder = mkdtempSync(join(testFolder(), 'own-'));
    const spool = new RowSpool(scratchIn(folder));
    for (const batch of batches) spool.add(batch);
    const bytes = readFileSync(namelessIn(folder));
    expect(bytes.length).toBeGreaterThan(100);
    expect(bytes.includes('Quillfeather')).toBe(false);
  });
});

/** What a value is, whichever kind of array its bytes are in, copied: they are good until the next batch. */
function plain(value: SourceRow[number]): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value;
}
