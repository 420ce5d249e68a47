import type { BoundMapping } from '../source/mapping.js';
import type { SourceRow } from '../source/source.js';
import { readConsent } from './consent-value.js';
import type { LeftOut } from './left-out.js';
import type { OptedOutRows } from './opted-out-rows.js';

/**
 * Says row by row what of a source may go into its snapshot, before anything else is looked at: nothing of anybody who has
 * opted out, and where the basis is opt-in, nothing without consent. It counts what it leaves out.
 */
export class RowAdmission {
  readonly #optedOut: Pick<OptedOutRows, 'digest' | 'has'> | undefined;
  /** The first column of consent. */
  readonly #consentPlace: number;
  readonly #purposes: number;
  #left = { optedOut: 0, withoutConsent: 0, unclearConsents: 0 };

  /** `optedOut`: undefined where no lists are configured. */
  constructor({ columns, consents }: BoundMapping, optedOut?: Pick<OptedOutRows, 'digest' | 'has'>) {
    this.#optedOut = optedOut;
    this.#consentPlace = columns.length - consents.length;
    this.#purposes = consents.length;
  }

  get leftOut(): LeftOut {
    return { optOuts: this.#optedOut?.digest ?? null, ...this.#left };
  }

  /**
   * For each purpose, in the order of the mapping, 1 where there is consent, else 0; null: the row stays out.
   * @param number of the row in the source, from 1
   */
  admit(row: SourceRow, number: number): readonly number[] | null {
    if (this.#optedOut?.has(number) === true) {
      this.#left.optedOut += 1;
      return null;
    }
    if (this.#purposes === 0) return NO_PURPOSES;
    const consents = Array.from({ length: this.#purposes }, (_, purpose) => {
      const answer = readConsent(row[this.#consentPlace + purpose] ?? null);
      if (answer === 'unclear') this.#left.unclearConsents += 1;
      return answer === 'yes' ? 1 : 0;
    });
    if (consents.includes(1)) return consents;
    this.#left.withoutConsent += 1;
    return null;
  }
}

const NO_PURPOSES: readonly number[] = [];
