import { setImmediate as nextTurn } from 'node:timers/promises';

import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { KeyBlockWriter } from './key-blocks.js';
import { isShared, seriesOf } from './key-numbers.js';
import type { KeyNumbers } from './key-numbers.js';
import type { ScratchFile } from './scratch-file.js';
import { ScratchParts } from './scratch-parts.js';
import { RANGE_PLACES, ScratchRanges } from './scratch-ranges.js';

const WANT_BYTES = 8;

/**
 * The group elements of match keys, on disk from when they are hashed until they are sealed in the order of their slots.
 * What wants which element is sorted by elements, then what was found by slots: nothing is looked up one by one.
 */
export class Elements {
  readonly #file: ScratchFile;
  /** By whether several records have the key. */
  readonly #found: Readonly<Record<'shared' | 'single', ScratchRanges>>;
  readonly #wanted: Readonly<Record<'shared' | 'single', ScratchParts>>;
  readonly #want = Buffer.alloc(WANT_BYTES);
  #slots = 0;

  constructor(file: ScratchFile) {
    this.#file = file;
    this.#found = { shared: new ScratchRanges(file, ELEMENT_BYTES), single: new ScratchRanges(file, ELEMENT_BYTES) };
    this.#wanted = { shared: new ScratchParts(file), single: new ScratchParts(file) };
  }

  /** Keeps the element of a hashed key, by its provisional number (KeyNumbers). Each once. */
  put(provisional: number, element: Uint8Array): void {
    this.#found[isShared(provisional) ? 'shared' : 'single'].put(seriesOf(provisional), element);
  }

  /** Takes the next slot for the element of a key, by its number. Says which slot it is: 0, 1, 2, … */
  seal(number: number, numbers: KeyNumbers): number {
    const slot = this.#slots;
    this.#slots += 1;
    const provisional = numbers.provisional(number);
    const place = seriesOf(provisional);
    this.#want.writeUInt32LE(place % RANGE_PLACES, 0);
    this.#want.writeUInt32LE(slot, 4);
    const range = Math.floor(place / RANGE_PLACES);
    this.#wanted[isShared(provisional) ? 'shared' : 'single'].add(range, this.#want, WANT_BYTES);
    return slot;
  }

  /** Seals every element in its slot, once all slots have been taken. `turned` is called every few milliseconds. */
  async write(blocks: KeyBlockWriter, turned: () => void): Promise<void> {
    const slots = new ScratchRanges(this.#file, ELEMENT_BYTES);
    const turn = async (): Promise<void> => {
      turned();
      await nextTurn();
    };
    try {
      for (const kind of ['shared', 'single'] as const) {
        for (let range = 0; range < this.#wanted[kind].size; range += 1) {
          this.#find(this.#wanted[kind].take(range), this.#found[kind].take(range), slots);
          await turn();
        }
      }
      for (let range = 0; range < slots.size; range += 1) {
        const elements = slots.take(range);
        for (let at = 0; at < elements.length; at += ELEMENT_BYTES)
          blocks.add(elements.subarray(at, at + ELEMENT_BYTES));
        await turn();
      }
    } finally {
      slots.wipe();
    }
  }

  /** Overwrites what is in memory; of no more use. */
  wipe(): void {
    for (const kind of ['shared', 'single'] as const) {
      this.#found[kind].wipe();
      this.#wanted[kind].wipe();
    }
  }

  #find(wants: Buffer, elements: Buffer, slots: ScratchRanges): void {
    for (let at = 0; at < wants.length; at += WANT_BYTES) {
      const start = wants.readUInt32LE(at) * ELEMENT_BYTES;
      slots.put(wants.readUInt32LE(at + 4), elements.subarray(start, start + ELEMENT_BYTES));
    }
  }
}
