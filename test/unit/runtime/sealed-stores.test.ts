import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permutation } from '../../../core/base/index.js';
import type { RecordStore } from '../../../core/private-join/index.js';
import { createSealedStores, openSpoolFile, spoolFileOf, systemRng } from '../../../runtime/index.js';
import type { OpenFile, SealedStores } from '../../../runtime/index.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tallystick-spool-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const WIDTH = 128;
const SLOT = WIDTH + 16;

function stores(openFile?: OpenFile, memoryBytes = 0): SealedStores {
  return createSealedStores({
    self: 'police',
    directory,
    memoryBytes,
    rng: systemRng,
    ...(openFile === undefined ? {} : { openFile }),
  });
}

/** Open files of a folder that have no name any more, as the kernel lists them. */
function namelessFiles(folder: string): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${descriptor}`);
        return target.startsWith(folder) && target.endsWith(' (deleted)');
      } catch {
        return false;
      }
    });
}

/** A file that keeps its name, so that a test can look at it and spoil it. */
function visible(): { readonly open: OpenFile; readonly path: () => string } {
  let path = '';
  return {
    open: (name) => {
      path = name;
      return spoolFileOf(openSync(name, 'wx+', 0o600));
    },
    path: () => path,
  };
}

function record(value: number, width = WIDTH): Uint8Array {
  return new Uint8Array(width).fill(value % 256);
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** Puts `count` records at shuffled places in chunks and reads them back in chunks of another size. */
function shuffleThrough(store: RecordStore, count: number, width: number, chunk: number, readChunk: number): boolean {
  const places = permutation(systemRng, count);
  const expected = new Uint8Array(count * width);
  for (let from = 0; from < count; from += chunk) {
    const part = places.subarray(from, Math.min(from + chunk, count));
    const records = systemRng.bytes(part.length * width);
    part.forEach((place, index) => expected.set(records.subarray(index * width, (index + 1) * width), place * width));
    store.put(part, records);
  }
  for (let from = 0; from < count; from += readChunk) {
    const to = Math.min(from + readChunk, count);
    if (Buffer.compare(store.read(from, to), expected.subarray(from * width, to * width)) !== 0) return false;
  }
  return true;
}

describe('a sealed store', () => {
  it('gives back what was put, at its place, in chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        (count, width, chunk, readChunk, onDisk) => {
          const all = stores(undefined, onDisk ? 0 : 1_000_000);
          const store = all.create(count, width);
          expect([store.count, store.width]).toEqual([count, width]);
          expect(shuffleThrough(store, count, width, chunk, readChunk)).toBe(true);
          all.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('neighbours go out in one write', () => {
    const writes: number[] = [];
    const store = stores((path) => {
      const file = openSpoolFile(path);
      return {
        ...file,
        write: (bytes, position) => {
          writes.push(bytes.length);
          file.write(bytes, position);
        },
      };
    }).create(10, WIDTH);
    const records = Buffer.concat([7, 1, 2, 6, 0].map((value) => record(value)));
    store.put(new Uint32Array([7, 1, 2, 6, 0]), records);
    expect(writes).toEqual([3 * SLOT, 2 * SLOT]);
    expect(store.read(6, 8)).toEqual(new Uint8Array(Buffer.concat([record(6), record(7)])));
    store.dispose();
  });

  it('shows nothing of a record on disk', () => {
    const file = visible();
    const store = stores(file.open).create(2, WIDTH);
    store.put(new Uint32Array([1, 0]), Buffer.concat([record(65), record(66)]));
    const bytes = readFileSync(file.path());
    expect(bytes.length).toBe(2 * SLOT);
    expect(bytes.includes('AAAA') || bytes.includes('BBBB')).toBe(false);
    store.dispose();
  });

  it('has keys of its own: two stores seal the same record differently', () => {
    const sealed = [1, 2].map(() => {
      const file = visible();
      const store = stores(file.open).create(1, WIDTH);
      store.put(new Uint32Array([0]), record(1));
      return readFileSync(file.path());
    });
    expect(sealed[0]).not.toEqual(sealed[1]);
  });

  it('refuses a place that is written twice, in one call or in two', () => {
    const store = stores().create(4, WIDTH);
    store.put(new Uint32Array([2]), record(1));
    expect(codeOf(() => store.put(new Uint32Array([2]), record(1)))).toBe('SPOOL_FAILED');
    const twice = new Uint32Array([1, 1]);
    expect(codeOf(() => store.put(twice, Buffer.concat([record(1), record(2)])))).toBe('SPOOL_FAILED');
  });

  it('refuses a place that was never written, and places outside', () => {
    const store = stores().create(4, WIDTH);
    store.put(new Uint32Array([3]), record(1));
    expect(codeOf(() => store.read(0, 4))).toBe('SPOOL_FAILED');
    expect(() => store.read(3, 5)).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([4]), record(1))).toThrow(RangeError);
    expect(() => store.put(new Uint32Array([1]), new Uint8Array(WIDTH - 1))).toThrow(RangeError);
  });

  describe('finds out when on disk', () => {
    function spoilt(spoil: (descriptor: number, bytes: Buffer) => void): string | undefined {
      const file = visible();
      const store = stores(file.open).create(3, WIDTH);
      store.put(new Uint32Array([0, 1, 2]), Buffer.concat([1, 2, 3].map((value) => record(value))));
      const bytes = readFileSync(file.path());
      const descriptor = openSync(file.path(), 'r+');
      spoil(descriptor, bytes);
      closeSync(descriptor);
      const found = codeOf(() => store.read(0, 3));
      store.dispose();
      return found;
    }

    it('nothing has changed', () => {
      expect(spoilt(() => undefined)).toBeUndefined();
    });

    it('a bit of a record has changed', () => {
      expect(spoilt((file, bytes) => writeSync(file, Buffer.from([(bytes[SLOT] ?? 0) ^ 1]), 0, 1, SLOT))).toBe(
        'SPOOL_FAILED',
      );
    });

    it('a bit of a tag has changed', () => {
      const place = 2 * SLOT - 1;
      expect(spoilt((file, bytes) => writeSync(file, Buffer.from([(bytes[place] ?? 0) ^ 1]), 0, 1, place))).toBe(
        'SPOOL_FAILED',
      );
    });

    it('two records have changed places', () => {
      expect(
        spoilt((file, bytes) => {
          writeSync(file, bytes, 0, SLOT, SLOT);
          writeSync(file, bytes, SLOT, SLOT, 0);
        }),
      ).toBe('SPOOL_FAILED');
    });
  });

  it('a file that has become shorter is found out', () => {
    const store = stores(() => ({
      write: () => undefined,
      read: () => {
        throw new RangeError('the file is shorter than it should be');
      },
      close: () => undefined,
    })).create(1, WIDTH);
    store.put(new Uint32Array([0]), record(1));
    expect(codeOf(() => store.read(0, 1))).toBe('SPOOL_FAILED');
  });

  it('a full disk is told apart, with the directory to free and the party', () => {
    const full = stores(() => spoolFileOf(openSync('/dev/full', 'r+')));
    const store = full.create(256, WIDTH);
    let seen: unknown;
    try {
      store.put(new Uint32Array([5]), record(1));
    } catch (error) {
      seen = error;
    }
    expect(seen).toMatchObject({ code: 'SPOOL_FULL', party: 'police', cause: { code: 'ENOSPC' } });
    expect(String(seen)).toContain(directory);
    full.close();
  });

  it('a directory that can’t be made or written is a failure, not a full disk', () => {
    const all = createSealedStores({ self: 'police', directory: '/dev/null/x', memoryBytes: 0, rng: systemRng });
    expect(codeOf(() => all.create(1, WIDTH))).toBe('SPOOL_FAILED');
  });

  it('is readable by nobody else, and has no name once it is open', () => {
    const folder = join(directory, 'made when needed');
    const all = createSealedStores({ self: 'police', directory: folder, memoryBytes: 0, rng: systemRng });
    const first = all.create(1, WIDTH);
    all.create(1, WIDTH);
    expect(readdirSync(folder)).toEqual([]);
    expect(namelessFiles(folder).map((descriptor) => fstatSync(descriptor).mode & 0o777)).toEqual([0o600, 0o600]);
    first.dispose();
    expect(namelessFiles(folder)).toHaveLength(1);
    all.close();
    expect(namelessFiles(folder)).toEqual([]);
  });

  it('can be disposed of twice, and is of no use afterwards', () => {
    let closed = 0;
    const all = stores((path) => {
      const file = openSpoolFile(path);
      return {
        ...file,
        close: () => {
          closed += 1;
          file.close();
        },
      };
    });
    const store = all.create(1, WIDTH);
    store.put(new Uint32Array([0]), record(1));
    store.dispose();
    store.dispose();
    expect(closed).toBeGreaterThan(0);
    expect(codeOf(() => store.read(0, 1))).toBe('SPOOL_FAILED');
    expect(codeOf(() => store.put(new Uint32Array([0]), record(1)))).toBe('SPOOL_FAILED');
    all.close();
  });
});

describe('the bound on memory', () => {
  function counting(memoryBytes: number): { readonly all: SealedStores; readonly files: () => number } {
    let opened = 0;
    const all = stores((path) => {
      opened += 1;
      return openSpoolFile(path);
    }, memoryBytes);
    return { all, files: () => opened };
  }

  it('lists stay in memory as long as they fit exactly, and go to disk from one byte more', () => {
    const { all, files } = counting(10 * WIDTH);
    all.create(4, WIDTH);
    all.create(6, WIDTH);
    expect(files()).toBe(0);
    all.create(1, 1);
    expect(files()).toBe(1);
    all.close();
  });

  it('what a list held is free again when it is disposed of, once', () => {
    const { all, files } = counting(10 * WIDTH);
    const first = all.create(10, WIDTH);
    first.dispose();
    first.dispose();
    const second = all.create(10, WIDTH);
    expect(files()).toBe(0);
    all.create(1, WIDTH);
    expect(files()).toBe(1);
    all.close();
    second.dispose();
    all.create(10, WIDTH);
    expect(files()).toBe(1);
    all.close();
  });
});
