import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';

/** A file that is read and written at places: what a sealed store asks of the disk. */
export interface SpoolFile {
  /** Writes all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): void;
  /** Fills all of `bytes` from `position`. Throws when the file ends before. */
  read(bytes: Uint8Array, position: number): void;
  /** May be called twice. */
  close(): void;
}

/** Opens a new file at `path`. What it throws is the system's error, with its code. */
export type OpenFile = (path: string) => SpoolFile;

const OWNER_ONLY = 0o600;

/**
 * A new file, for this user only, that loses its name as soon as it is open: whatever ends this process, nothing stays
 * behind and the disk has its space back.
 */
export const openSpoolFile: OpenFile = (path) => {
  const descriptor = openSync(path, 'wx+', OWNER_ONLY);
  try {
    unlinkSync(path);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return spoolFileOf(descriptor);
};

/** The same over a descriptor that is open for reading and writing; `close` closes it. */
export function spoolFileOf(descriptor: number): SpoolFile {
  let open = true;
  return {
    write: (bytes, position) => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
      }
    },
    read: (bytes, position) => {
      for (let done = 0; done < bytes.length;) {
        const taken = readSync(descriptor, bytes, done, bytes.length - done, position + done);
        if (taken === 0) throw new RangeError('the file is shorter than it should be');
        done += taken;
      }
    },
    close: () => {
      if (!open) return;
      open = false;
      closeSync(descriptor);
    },
  };
}
