import { createHash } from 'node:crypto';

/** Different codes of one field that are told apart; of more it is said that there are more. */
export const DIFFERENT_CODES_MAX = 1_000;
/** Characters of a code that may be shown: what is longer is a text, and nobody should see it here. */
export const SHOWN_CODE_CHARACTERS = 40;

export interface DifferentCodes {
  /** Up to DIFFERENT_CODES_MAX. */
  readonly count: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** Most frequent first, and only of those with at most SHOWN_CODE_CHARACTERS. */
  readonly shown: readonly { readonly code: string; readonly values: number }[];
}

/** Counts the different codes of each field that nothing says the meaning of. Bounded memory, whatever they are. */
export class DifferentCodesOf {
  readonly #byPath = new Map<string, { readonly counts: Map<string, number>; more: boolean }>();

  add(path: string, code: string): void {
    let found = this.#byPath.get(path);
    if (found === undefined) this.#byPath.set(path, (found = { counts: new Map(), more: false }));
    const id = code.length <= SHOWN_CODE_CHARACTERS ? `=${code}` : createHash('sha256').update(code).digest('hex');
    const before = found.counts.get(id);
    if (before === undefined && found.counts.size >= DIFFERENT_CODES_MAX) found.more = true;
    else found.counts.set(id, (before ?? 0) + 1);
  }

  /** Undefined where there are none. */
  of(path: string): DifferentCodes | undefined {
    const found = this.#byPath.get(path);
    if (found === undefined) return undefined;
    const shown = [...found.counts]
      .filter(([id]) => id.startsWith('='))
      .map(([id, values]) => ({ code: id.slice(1), values }))
      .sort((one, other) => other.values - one.values);
    return { count: found.counts.size, more: found.more, shown };
  }
}
