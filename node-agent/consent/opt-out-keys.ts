import { toHex, utf8Bytes, wipe } from '../../core/base/index.js';
import { PrefixedHmac } from '../snapshot/prefixed-hmac.js';
import { deriveKey } from '../snapshot/sealing.js';
import { HMAC_BYTES, TextHmac } from '../snapshot/text-hmac.js';

const FIRST_SLOTS = 4_096;
const NOTHING = new Uint8Array(0);
/** Behind a key's name: a key of somebody whose sex no list says. */
const OF_NO_SEX = ' of no sex';
/** Of the rules by which keys are made of lists and compared: what was left out by other rules is not left out by these. */
const RULES_VERSION = 2;

/**
 * The match keys of everybody who has opted out: what a record has in common with any of them leaves it out. A key is
 * forgotten at once; what stands for it are 64 bits of an HMAC under the agency's storage key. Where two keys share
 * them, which no list is long enough for, somebody is left out who needn't be. At most 32 bytes a key; twice that for those
 * of people whose sex isn't known.
 */
export class OptOutKeys {
  readonly #storageKey: Uint8Array;
  readonly #hmacs = new Map<string, TextHmac>();
  readonly #hmac = Buffer.alloc(HMAC_BYTES);
  /** Open addressing, at most half of the slots taken; 0 is an empty one. */
  #slots = new BigUint64Array(FIRST_SLOTS);
  #size = 0;
  /** Of those, added a second time as of somebody whose sex isn't known. */
  #ofNoSex = 0;

  /** Copies the storage key; `wipe` wipes the copy. */
  constructor(storageKey: Uint8Array) {
    this.#storageKey = storageKey.slice();
  }

  /** Different keys. */
  get size(): number {
    return this.#size - this.#ofNoSex;
  }

  /** Whether anybody's sex isn't known. */
  get someWithoutSex(): boolean {
    return this.#ofNoSex > 0;
  }

  /** False when it was there. */
  add(name: string, value: string): boolean {
    return this.addTag(this.tag(name, value));
  }

  /** Adds what `tag` has made of a key. False when it was there. */
  addTag(tag: bigint): boolean {
    const slot = this.#slotOf(tag);
    if (this.#slots[slot] === tag) return false;
    this.#slots[slot] = tag;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#double();
    return true;
  }

  /** Notes of a key without sex that it is of somebody whose sex isn't known: whoever has it is meant, of whichever sex. */
  addOfNoSex(name: string, value: string): void {
    if (this.add(name + OF_NO_SEX, value)) this.#ofNoSex += 1;
  }

  hasOfNoSex(name: string, value: string): boolean {
    return this.has(name + OF_NO_SEX, value);
  }

  has(name: string, value: string): boolean {
    return this.#size > 0 && this.hasTag(this.tag(name, value));
  }

  /** Whether what `tag` has made of a key was added. */
  hasTag(tag: bigint): boolean {
    return this.#slots[this.#slotOf(tag)] === tag;
  }

  /** Says which keys these are, whatever their order: 64 hexadecimal digits, of no use to who hasn't the storage key. */
  digest(): string {
    const tags = this.#slots.filter((tag) => tag !== 0n).sort();
    const hmac = new PrefixedHmac(deriveKey(this.#storageKey, NOTHING, 'opt-outs'));
    hmac.text(`rules ${RULES_VERSION}`);
    hmac.bytes(new Uint8Array(tags.buffer, tags.byteOffset, tags.byteLength));
    tags.fill(0n);
    return toHex(hmac.digest());
  }

  /** Of no more use. */
  wipe(): void {
    for (const hmac of this.#hmacs.values()) hmac.wipe();
    wipe(this.#storageKey, this.#hmac);
    this.#slots.fill(0n);
  }

  /** What stands for a key. Never 0. */
  tag(name: string, value: string): bigint {
    let hmac = this.#hmacs.get(name);
    if (hmac === undefined) {
      const key = deriveKey(this.#storageKey, utf8Bytes(name), 'opt-outs');
      this.#hmacs.set(name, (hmac = new TextHmac(key)));
      wipe(key);
    }
    hmac.write(value, this.#hmac);
    const tag = this.#hmac.readBigUInt64LE();
    return tag === 0n ? 1n : tag;
  }

  /** Where the tag is, or would go. */
  #slotOf(tag: bigint): number {
    const last = this.#slots.length - 1;
    let slot = Number(tag & BigInt(last));
    while (this.#slots[slot] !== 0n && this.#slots[slot] !== tag) slot = (slot + 1) & last;
    return slot;
  }

  #double(): void {
    const tags = this.#slots;
    this.#slots = new BigUint64Array(tags.length * 2);
    for (const tag of tags) if (tag !== 0n) this.#slots[this.#slotOf(tag)] = tag;
    tags.fill(0n);
  }
}
