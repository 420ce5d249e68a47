import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOWHERE, RecordMemory } from '../../../core/private-join/index.js';
import type { RecordStore } from '../../../core/private-join/index.js';
import { createSealedStores, openSpoolFile, systemRng } from '../../../runtime/index.js';
import type { SealedStores } from '../../../runtime/index.js';
import { SealedStore } from '../../../runtime/sealed-store.js';
import { storesWithFullMemory } from '../../support/full-memory.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tallystick-spool-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const WIDTH = 96;
const MIB = 2 ** 20;

/** Stores, and how many lists they have put on disk. */
function counting(memoryBytes: number): { readonly all: SealedStores; readonly onDisk: () => number } {
  let opened = 0;
  const all = createSealedStores({
    self: 'police',
    directory,
    memoryBytes,
    rng: systemRng,
    openFile: (path) => {
      opened += 1;
      return openSpoolFile(path);
    },
  });
  return { all, onDisk: () => opened };
}

describe('lists within a bound on memory', () => {
  it('are kept the same in memory and on disk', () => {
    const inMemory = createSealedStores({ self: 'police', directory, memoryBytes: MIB, rng: systemRng });
    const onDisk = storesWithFullMemory({ self: 'police', directory, rng: systemRng });
    const seen = [inMemory, onDisk].map((all) => {
      const store = all.create(3, 2);
      store.put(new Uint32Array([2, 0]), Uint8Array.of(1, 2, 3, 4));
      store.put(new Uint32Array([1]), Uint8Array.of(5, 6));
      const bytes = [store.read(0, 3), store.gather(new Uint32Array([1, NOWHERE, 2]))];
      all.close();
      return [store.count, store.width, ...bytes];
    });
    const expected = [3, 2, Uint8Array.of(3, 4, 5, 6, 1, 2), Uint8Array.of(5, 6, 0, 0, 1, 2)];
    expect(seen).toEqual([expected, expected]);
  });

  it('stay in memory up to three quarters of it, and go to disk from one record more', () => {
    const bound = 4 * MIB;
    const count = (3 * MIB) / WIDTH - 256;
    expect(RecordMemory.bytesFor(count, WIDTH)).toBe((bound * 3) / 4);
    const fitting = counting(bound);
    fitting.all.create(count, WIDTH);
    expect(fitting.onDisk()).toBe(0);
    fitting.all.create(1, 1);
    expect(fitting.onDisk()).toBe(1);
    fitting.all.close();
    const tooLarge = counting(bound);
    tooLarge.all.create(count + 1, WIDTH);
    expect(tooLarge.onDisk()).toBe(1);
    tooLarge.all.close();
  });

  it('go to disk as long as there is memory for their buffers, to the byte, and are refused beyond', () => {
    const count = 100_000;
    const bound = 2 * SealedStore.bytesFor(count, WIDTH);
    const { all, onDisk } = counting(bound);
    const first = all.create(count, WIDTH);
    all.create(count, WIDTH);
    expect(onDisk()).toBe(2);
    const tooMuch = (): RecordStore => all.create(0, 1);
    expect(tooMuch).toThrow(expect.objectContaining({ code: 'SPOOL_FAILED', party: 'police' }));
    expect(tooMuch).toThrow(/spool\.memoryMiB \(\d+\.\d\)/);
    first.dispose();
    all.create(count, WIDTH);
    expect(onDisk()).toBe(3);
    all.close();
    const short = counting(bound - 1);
    short.all.create(count, WIDTH);
    expect(() => short.all.create(count, WIDTH)).toThrow(/raise it, or let fewer runs go on at once/);
    expect(short.onDisk()).toBe(1);
    short.all.close();
  });

  it(`never take more than the bound, whichever come and go (seed ${testSeed})`, () => {
    const lists = fc.array(
      fc.record({ count: fc.integer({ min: 0, max: 30_000 }), drop: fc.option(fc.nat({ max: 20 })) }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(lists, fc.integer({ min: MIB, max: 4 * MIB }), (wanted, bound) => {
        const { all, onDisk } = counting(bound);
        const live: { readonly store: RecordStore; readonly bytes: number }[] = [];
        for (const { count, drop } of wanted) {
          if (drop !== null) live.splice(drop, 1).forEach(({ store }) => store.dispose());
          const before = onDisk();
          try {
            const store = all.create(count, WIDTH);
            const bytes = onDisk() > before ? SealedStore.bytesFor(count, WIDTH) : RecordMemory.bytesFor(count, WIDTH);
            live.push({ store, bytes });
          } catch {
            // Refused: nothing was taken.
          }
          expect(live.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(bound);
        }
        all.close();
      }),
      { ...propertyOptions, numRuns: 30 },
    );
  });

  it('give their memory back when they are disposed of, once', () => {
    const bound = 4 * MIB;
    const count = (3 * MIB) / WIDTH - 256;
    const { all, onDisk } = counting(bound);
    const first = all.create(count, WIDTH);
    first.dispose();
    first.dispose();
    const second = all.create(count, WIDTH);
    expect(onDisk()).toBe(0);
    all.create(1, WIDTH);
    expect(onDisk()).toBe(1);
    all.close();
    second.dispose();
    all.create(count, WIDTH);
    expect(onDisk()).toBe(1);
    all.close();
  });

  it('stay in memory up to what one array may have, and go to disk from one record more', () => {
    const count = 2 ** 24 - 256;
    expect(RecordMemory.bytesFor(count, 256)).toBe(2 ** 32);
    const { all, onDisk } = counting(2 ** 40);
    // Not closed, for that would write over all of it: untouched, it is on no page of memory.
    all.create(count, 256);
    expect(onDisk()).toBe(0);
    all.create(count + 1, 256).dispose();
    expect(onDisk()).toBe(1);
  });

  it.each(['coordinator/coordinator.example.yaml', 'node-agent/node.example.yaml'])(
    'have in %s a bound that is enough for two agencies with a million people each, and for five',
    (file) => {
      const memoryMiB = Number(/^ {2}memoryMiB: (\d+)/m.exec(readFileSync(file, 'utf8'))?.[1]);
      const sizes = [
        [2, 96],
        [5, 160],
      ] as const;
      for (const [agencies, width] of sizes) {
        const { all, onDisk } = counting(memoryMiB * MIB);
        // At the coordinator, where all lists meet, with the tally of as many records.
        for (let list = 0; list < agencies; list += 1) all.create(1_000_000, width);
        all.create(agencies * 1_000_000, 64);
        expect(onDisk()).toBeGreaterThan(0);
        all.close();
      }
    },
  );
});
