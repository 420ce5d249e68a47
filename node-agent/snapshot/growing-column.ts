/** Entries of one block of memory. A column grows by whole blocks, so that growing copies nothing. */
export const BLOCK_ENTRIES = 65_536;
const BLOCK_SHIFT = 16;
const BLOCK_MASK = BLOCK_ENTRIES - 1;

/** What numbers are kept in: it says how large they may be. */
type Numbers = Uint8Array | Uint16Array | Uint32Array;

/** Numbers at places 0..2^32-1, 0 where none was put: no object for any of them. */
export class NumberColumn {
  readonly #make: new (entries: number) => Numbers;
  readonly #blocks: Numbers[] = [];

  /** @param make of numbers 0..2^32-1 where it isn't given */
  constructor(make: new (entries: number) => Numbers = Uint32Array) {
    this.#make = make;
  }

  get(place: number): number {
    return this.#blocks[place >>> BLOCK_SHIFT]?.[place & BLOCK_MASK] ?? 0;
  }

  set(place: number, value: number): void {
    const number = place >>> BLOCK_SHIFT;
    while (this.#blocks.length <= number) this.#blocks.push(new this.#make(BLOCK_ENTRIES));
    const block = this.#blocks[number];
    if (block !== undefined) block[place & BLOCK_MASK] = value;
  }

  /** Moves the numbers at the first places, as many as there is room for, to one piece of memory. The column is empty then. */
  moveTo<Whole extends Numbers>(whole: Whole): Whole {
    for (let start = 0; start < whole.length && this.#blocks.length > 0; start += BLOCK_ENTRIES) {
      const block = this.#blocks.shift();
      if (block !== undefined) whole.set(block.subarray(0, whole.length - start), start);
    }
    this.#blocks.length = 0;
    return whole;
  }

  /** Overwrites and forgets all numbers. */
  wipe(): void {
    for (const block of this.#blocks) block.fill(0);
    this.#blocks.length = 0;
  }
}
