import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spoolFileOf, systemRng } from '../../../runtime/index.js';
import type { OpenFile } from '../../../runtime/index.js';
import { SealedStore } from '../../../runtime/sealed-store.js';
import { canHave } from '../../support/needs.js';
import { codeOf, directory, GRANULE, records, storeOf, WIDTH } from './sealed-fixtures.js';

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

/** Files of this process below `folder` that have no name any more. */
function namelessFiles(folder: string): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${descriptor}`);
        return target.startsWith(`${folder}/`) && target.endsWith('(deleted)');
      } catch {
        return false;
      }
    });
}

describe('the file of a list on disk', () => {
  it('shows nothing of a record on disk', () => {
    const file = visible();
    const store = storeOf(2, file.open);
    store.put(new Uint32Array([1, 0]), records(65, 66));
    const bytes = readFileSync(file.path());
    expect(bytes.length).toBe(GRANULE);
    expect(bytes.includes('AAAA') || bytes.includes('BBBB')).toBe(false);
    store.dispose();
  });

  it('has keys of its own: two lists seal the same records differently', () => {
    const sealed = [1, 2].map(() => {
      const file = visible();
      const store = storeOf(2, file.open);
      store.put(new Uint32Array([0, 1]), records(1, 1));
      store.dispose();
      return readFileSync(file.path());
    });
    expect(sealed[0]).not.toEqual(sealed[1]);
  });

  it('seals the same records differently at two places of the file', () => {
    const file = visible();
    const store = storeOf(4, file.open);
    store.put(new Uint32Array([0, 1, 2, 3]), records(1, 1, 1, 1));
    const bytes = readFileSync(file.path());
    expect(bytes.subarray(0, GRANULE)).not.toEqual(bytes.subarray(GRANULE));
    store.dispose();
  });

  describe('finds out when on disk', () => {
    /** Two buckets, of four records and of one; what reading all of it and what gathering one record of it throws. */
    function spoilt(spoil: (descriptor: number, bytes: Buffer) => void, place: number): (string | undefined)[] {
      const file = visible();
      const store = storeOf(5, file.open);
      store.put(new Uint32Array([0, 1, 2, 3, 4]), records(0, 1, 2, 3, 4));
      const bytes = readFileSync(file.path());
      const descriptor = openSync(file.path(), 'r+');
      spoil(descriptor, bytes);
      closeSync(descriptor);
      const found = [codeOf(() => store.gather(new Uint32Array([place]))), codeOf(() => store.read(0, 5))];
      store.dispose();
      return found;
    }

    const flip = (position: number) => (descriptor: number, bytes: Buffer) =>
      writeSync(descriptor, Buffer.from([(bytes[position] ?? 0) ^ 1]), 0, 1, position);

    it('nothing has changed', () => {
      expect(spoilt(() => undefined, 0)).toEqual([undefined, undefined]);
    });

    it('a bit of a record has changed', () => {
      expect(spoilt(flip(GRANULE), 2)).toEqual(['SPOOL_FAILED', 'SPOOL_FAILED']);
    });

    it('a bit of a tag has changed', () => {
      expect(spoilt(flip(2 * GRANULE - 1), 3)).toEqual(['SPOOL_FAILED', 'SPOOL_FAILED']);
    });

    it('two granules have changed places', () => {
      const swap = (descriptor: number, bytes: Buffer): void => {
        writeSync(descriptor, bytes, 0, GRANULE, GRANULE);
        writeSync(descriptor, bytes, GRANULE, GRANULE, 0);
      };
      expect(spoilt(swap, 0)).toEqual(['SPOOL_FAILED', 'SPOOL_FAILED']);
    });

    it('the file has become shorter', () => {
      const shorten = (descriptor: number, bytes: Buffer): void => ftruncateSync(descriptor, bytes.length - 1);
      expect(spoilt(shorten, 4)).toEqual(['SPOOL_FAILED', 'SPOOL_FAILED']);
    });

    it('and a bucket that did not open is not there when it is asked for again', () => {
      const file = visible();
      const store = storeOf(4, file.open);
      store.put(new Uint32Array([0, 1, 2, 3]), records(0, 1, 2, 3));
      const bytes = readFileSync(file.path());
      const descriptor = openSync(file.path(), 'r+');
      flip(0)(descriptor, bytes);
      closeSync(descriptor);
      for (let time = 0; time < 2; time += 1) {
        expect(codeOf(() => store.read(0, 1))).toBe('SPOOL_FAILED');
        expect(codeOf(() => store.gather(new Uint32Array([0])))).toBe('SPOOL_FAILED');
      }
      store.dispose();
    });
  });

  const hasFullDisk = canHave(readdirSync('/dev').includes('full'), 'a disk that is always full (/dev/full)');
  it.runIf(hasFullDisk)('tells a full disk apart, with the directory to free and the party', () => {
    const store = storeOf(256, () => spoolFileOf(openSync('/dev/full', 'r+')));
    let seen: unknown;
    try {
      store.put(new Uint32Array([5, 6]), records(1, 2));
    } catch (error) {
      seen = error;
    }
    expect(seen).toMatchObject({ code: 'SPOOL_FULL', party: 'police', cause: { code: 'ENOSPC' } });
    expect(String(seen)).toContain(`the disk that holds ${directory} is full: free some of it, then run again`);
    store.dispose();
  });

  it('calls a directory that can’t be made or written a failure, not a full disk', () => {
    const options = { self: 'police', directory: '/dev/null/x', rng: systemRng };
    expect(codeOf(() => new SealedStore(1, WIDTH, options))).toBe('SPOOL_FAILED');
  });

  it('is readable by nobody else, and has no name once it is open', () => {
    const folder = join(directory, 'made when needed');
    const options = { self: 'police', directory: folder, rng: systemRng };
    const open = [1, 2].map(() => new SealedStore(1, WIDTH, options));
    expect(readdirSync(folder)).toEqual([]);
    expect(namelessFiles(folder).map((descriptor) => fstatSync(descriptor).mode & 0o777)).toEqual([0o600, 0o600]);
    open[0]?.dispose();
    expect(namelessFiles(folder)).toHaveLength(1);
    open[1]?.dispose();
    expect(namelessFiles(folder)).toEqual([]);
  });

  it('wipes its key', () => {
    const drawn: Uint8Array[] = [];
    const rng = {
      bytes: (length: number): Uint8Array => {
        const bytes = systemRng.bytes(length);
        drawn.push(bytes);
        return bytes;
      },
    };
    const store = new SealedStore(1, WIDTH, { self: 'police', directory, rng });
    const key = drawn.find((bytes) => bytes.length === 32);
    expect(key?.some((byte) => byte !== 0)).toBe(true);
    store.dispose();
    expect(key).toEqual(new Uint8Array(32));
  });
});
