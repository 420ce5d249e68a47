import { equalBytes } from '../../base/index.js';
import { BASE_SLOTS } from './abi.js';

/** Makes the table of an element in a slot. Thrown when it is no element. */
type BuildTable = (slot: number, element: Uint8Array) => void;

/**
 * Which element each slot of the kernel has a table for. A table takes longer to make than a small batch to work on,
 * and a party uses few keys at a time, so the least recently used one gives way. Keys are public.
 */
export class BaseTables {
  /** Most recently used first. */
  #held: readonly { readonly element: Uint8Array; readonly slot: number }[] = [];
  #free: readonly number[] = Array.from({ length: BASE_SLOTS - 1 }, (_, index) => index + 1);
  readonly #build: BuildTable;

  constructor(build: BuildTable) {
    this.#build = build;
  }

  /** The slot of the element's table, made if need be. Thrown as `build` throws. */
  slotOf(element: Uint8Array): number {
    const found = this.#held.find((held) => equalBytes(held.element, element)) ?? this.#take(element);
    this.#held = [found, ...this.#held.filter(({ slot }) => slot !== found.slot)];
    return found.slot;
  }

  #take(element: Uint8Array): { readonly element: Uint8Array; readonly slot: number } {
    const slot = this.#free[0] ?? this.#held.at(-1)?.slot;
    if (slot === undefined) throw new RangeError('a kernel without slots');
    // Whatever building does, the slot no longer has the table it had.
    this.#held = this.#held.filter((held) => held.slot !== slot);
    this.#free = [slot, ...this.#free.filter((free) => free !== slot)];
    this.#build(slot, element);
    this.#free = this.#free.filter((free) => free !== slot);
    return { element: element.slice(), slot };
  }
}
