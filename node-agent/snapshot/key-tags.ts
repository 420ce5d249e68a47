import { utf8Bytes, wipe } from '../../core/base/index.js';
import { deriveKey } from './sealing.js';
import { HMAC_BYTES, TextHmac } from './text-hmac.js';

/** 128 bits of an HMAC-SHA-256: two different keys of one agency never share a tag. */
export const TAG_BYTES = 16;

/** A match key that is made of rows. */
export interface TaggedKey {
  /** Keeps its tags apart from those of others, and its elements from those of every other study. */
  readonly domain: string;
  /** Whether the group element of each is wanted. Where it isn't, records of one agency are only told apart by it. */
  readonly hashed: boolean;
}

/**
 * Makes the tags by which match keys are told apart: HMACs under a key derived from the storage key and the key's domain,
 * the same in every prepare.
 */
export class KeyTags {
  readonly #hmacs: readonly TextHmac[];
  readonly #hmac = Buffer.alloc(HMAC_BYTES);

  /** `keys` by their positions in the layout. */
  constructor(storageKey: Uint8Array, keys: readonly TaggedKey[]) {
    this.#hmacs = keys.map(({ domain }) => {
      const tagKey = deriveKey(storageKey, utf8Bytes(domain), 'tag');
      const hmac = new TextHmac(tagKey);
      wipe(tagKey);
      return hmac;
    });
  }

  /** Writes the tag of a normalised key, TAG_BYTES long, to a place of `to`. `position` is its key's in the layout. */
  write(position: number, normalisedKey: string, to: Buffer, at: number): void {
    const hmac = this.#hmacs[position];
    if (hmac === undefined) throw new RangeError('not a match key');
    hmac.write(normalisedKey, this.#hmac);
    this.#hmac.copy(to, at, 0, TAG_BYTES);
  }

  /** Overwrites all that tags could be made with; of no more use. */
  wipe(): void {
    for (const hmac of this.#hmacs) hmac.wipe();
    wipe(this.#hmac);
  }
}
