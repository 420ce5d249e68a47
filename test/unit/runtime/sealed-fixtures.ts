import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openSpoolFile, systemRng } from '../../../runtime/index.js';
import type { OpenFile } from '../../../runtime/index.js';
import { SealedStore } from '../../../runtime/sealed-store.js';
import type { SealedLayout } from '../../../runtime/sealed-store.js';

/** Where the lists of a test file go; gone when its tests are over. */
export const directory: string = mkdtempSync(join(tmpdir(), 'tallystick-spool-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

export const WIDTH = 40;
/** Two records sealed as one, two granules a bucket. */
const SMALL: SealedLayout = { bucketRecords: 4, granuleRecords: 2 };
/** Bytes of one granule on disk, with its tag. */
export const GRANULE: number = 2 * WIDTH + 16;

export function storeOf(
  count: number,
  openFile: OpenFile = openSpoolFile,
  layout: SealedLayout = SMALL,
  width = WIDTH,
): SealedStore {
  return new SealedStore(count, width, { self: 'police', directory, rng: systemRng, openFile }, layout);
}

/** `values` as records that can be told apart. */
export function records(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => Array.from({ length: WIDTH }, () => value)));
}

export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
