import { deserialize, serialize } from 'node:v8';

import { wipe } from '../../core/base/index.js';
import type { SourceRow } from '../source/source.js';
import type { ScratchFile } from './scratch-file.js';

/**
 * Rows of a source as they were read, on disk until they are read again, sealed: whoever has to look at all rows before
 * the first can be used reads the source once all the same, and sees the same rows both times. Memory: one batch, and some
 * bytes for each.
 */
export class RowSpool {
  readonly #file: ScratchFile;
  readonly #blocks: { readonly place: number; readonly length: number }[] = [];

  /** The file is closed with it. */
  constructor(file: ScratchFile) {
    this.#file = file;
  }

  /** Thrown when they can't be written: Error with the system's code. */
  add(batch: readonly SourceRow[]): void {
    const block = serialize(batch);
    this.#blocks.push({ place: this.#file.append(block), length: block.length });
    wipe(block);
  }

  /** All rows, in the batches in which they were added; bytes in them are good until the next batch is taken. */
  *batches(): Generator<readonly SourceRow[]> {
    for (const { place, length } of this.#blocks) {
      const block = Buffer.alloc(length);
      try {
        this.#file.read(place, block);
        // Nobody but this process can have sealed what opens.
        yield deserialize(block) as readonly SourceRow[];
      } finally {
        wipe(block);
      }
    }
  }

  /** May be called twice. */
  close(): void {
    this.#file.close();
  }
}
