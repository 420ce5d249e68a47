/** Entries of one block of memory. A column grows by whole blocks, so that growing copies nothing. */
export const BLOCK_ENTRIES = 65_536;
const BLOCK_SHIFT = 16;
const BLOCK_MASK = BLOCK_ENTRIES - 1;

/** Numbers 0..2^32-1 at places 0..2^32-1, 0 where none was put: four bytes a place and no object for any of them. */
export class NumberColumn {
  readonly #blocks: Uint32Array[] = [];

  get(place: number): number {
    return this.#blocks[place >>> BLOCK_SHIFT]?.[place & BLOCK_MASK] ?? 0;
  }

  set(place: number, value: number): void {
    const number = place >>> BLOCK_SHIFT;
    while (this.#blocks.length <= number) this.#blocks.push(new Uint32Array(BLOCK_ENTRIES));
    const block = this.#blocks[number];
    if (block !== undefined) block[place & BLOCK_MASK] = value;
  }

  wipe(): void {
    for (const block of this.#blocks) block.fill(0);
  }
}

/** Byte strings of one length at places 0..2^32-1, zeros where none was put. */
export class BytesColumn {
  readonly #width: number;
  readonly #blocks: Uint8Array[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  /** A view of the bytes at `place`, for writing too. */
  at(place: number): Uint8Array {
    const number = place >>> BLOCK_SHIFT;
    let block = this.#blocks[number];
    while (block === undefined) {
      this.#blocks.push(new Uint8Array(BLOCK_ENTRIES * this.#width));
      block = this.#blocks[number];
    }
    const start = (place & BLOCK_MASK) * this.#width;
    return block.subarray(start, start + this.#width);
  }

  wipe(): void {
    for (const block of this.#blocks) block.fill(0);
  }
}
