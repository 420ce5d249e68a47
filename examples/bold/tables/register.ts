import { faultyIdentity } from '../faults/index.js';
import type { AgencyTraits, FaultLevel, Persona, WrittenIdentity } from '../faults/index.js';
import type { Person } from '../people.js';
import type { SeededRandom } from '../random.js';

export interface RegisterOptions {
  /** Null where it holds nobody. */
  readonly traits: AgencyTraits | null;
  readonly level: FaultLevel;
  /** What people answer when they are asked whether their data may be used: drawn apart from all else. */
  readonly consent: SeededRandom;
  /** Share of people who are in it twice, 0..1, as far as there is more than one row to write. */
  readonly duplicates: number;
}

/** Whether somebody agrees that what is known of them is used for research; some were never asked. */
export type Answer = 'yes' | 'no' | 'not-asked';

const ANSWERS: Readonly<Record<Answer, number>> = { yes: 0.94, no: 0.04, 'not-asked': 0.02 };

/**
 * Whom one agency knows of one household, and as what. Somebody is written down once and stands so in all the agency's rows,
 * or by mistake twice, and then their first row has the one record and the others have the other.
 */
export class Register {
  readonly random: SeededRandom;
  readonly #personas: readonly Persona[];
  readonly #options: RegisterOptions;
  readonly #entries = new Map<number, Entry>();
  readonly #answers = new Map<number, Answer>();

  constructor(random: SeededRandom, personas: readonly Persona[], options: RegisterOptions) {
    this.random = random;
    this.#personas = personas;
    this.#options = options;
  }

  /** What stands in the person's next row. */
  nextIdentity(person: Person): WrittenIdentity {
    const entry = this.#entry(person);
    const { next } = entry;
    entry.next = entry.later;
    return next;
  }

  isTwice(person: Person): boolean {
    return this.#entry(person).isTwice;
  }

  /** The same in all of the person's rows. */
  answer({ id }: Person): Answer {
    let answer = this.#answers.get(id);
    if (answer === undefined) this.#answers.set(id, (answer = this.#options.consent.weighted(ANSWERS)));
    return answer;
  }

  #entry({ id }: Person): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, (entry = this.#write(id)));
    return entry;
  }

  #write(id: number): Entry {
    const { traits, level, duplicates } = this.#options;
    const persona = this.#personas.find(({ person }) => person.id === id);
    if (persona === undefined || traits === null) throw new RangeError('somebody the agency has no record of');
    const first = faultyIdentity(persona, traits, level, this.random);
    const isTwice = this.random.chance(duplicates);
    return { next: first, later: isTwice ? faultyIdentity(persona, traits, level, this.random) : first, isTwice };
  }
}

interface Entry {
  next: WrittenIdentity;
  readonly later: WrittenIdentity;
  readonly isTwice: boolean;
}
