import { victimContact } from './contact.js';
import type { VictimContact } from './contact.js';
import { crimesOf } from './crimes.js';
import type { Crime } from './crimes.js';
import { isoDate } from './day.js';
import { household, householdSize } from './people.js';
import type { Lookalike, Person } from './people.js';
import { SeededRandom } from './random.js';
import { clientsOf } from './support.js';
import type { Client } from './support.js';

/** The people of one address and all that happened to them: what no agency sees in whole. */
export interface HouseholdHistory {
  readonly number: number;
  readonly people: readonly Person[];
  readonly crimes: readonly ReportedCrime[];
  readonly clients: readonly Client[];
}

export interface ReportedCrime {
  /** Counted from 1. In no agency's database. */
  readonly number: number;
  /** The unique reference number that it got when it was sent to the CPS; null where it wasn't. */
  readonly urn: Urn | null;
  readonly crime: Crime;
  /** For each victim of the crime, in the same order. */
  readonly contacts: readonly (VictimContact | null)[];
}

/** The parts of a unique reference number: each agency has its own way of writing them down. */
export interface Urn {
  readonly force: string;
  readonly serial: string;
  /** Two digits. */
  readonly year: string;
}

/** No force has it. */
const FORCE = '99NS';
const SERIAL_DIGITS = 7;

/** How many people of other households a new household may resemble. */
const LOOKALIKES = 64;

/** The people of one address, with the stream that what happens to them is drawn from. */
export interface Household {
  readonly number: number;
  readonly people: readonly Person[];
  readonly random: SeededRandom;
}

/**
 * `people` people, household by household, the same for the same seed on every machine. Each household draws from a
 * stream of its own, so memory stays bounded at any size and nothing that is changed in one place shifts what is drawn in
 * another.
 */
export function* households({ people, seed }: PopulationOptions): Generator<Household> {
  const lookalikes: Lookalike[] = [];
  let made = 0;
  for (let number = 1; made < people; number += 1) {
    const random = new SeededRandom(seed, number);
    const count = householdSize(random, people - made);
    const members = household(random, { number, count, firstId: made + 1 }, lookalikes);
    made += count;
    yield { number, people: members, random };
    const [first] = members;
    if (first === undefined) return;
    const { forename, surname, dateOfBirth, sex } = first;
    lookalikes[(number - 1) % LOOKALIKES] = { forename, surname, dateOfBirth, sex };
  }
}

export interface PopulationOptions {
  readonly people: number;
  /** 0..2^32-1. */
  readonly seed: number;
}

/** One hidden population of `people` victims of crime, and what happened to each: `households` with their histories. */
export function* population(options: PopulationOptions): Generator<HouseholdHistory> {
  let reported = 0;
  let sent = 0;
  for (const { number, people, random } of households(options)) {
    const crimes = people.flatMap((person) => crimesOf(random, person, people));
    yield {
      number,
      people,
      crimes: crimes.map((crime) => ({
        number: (reported += 1),
        urn: crime.cps === null ? null : urnOf((sent += 1), crime),
        crime,
        contacts: crime.victims.map((victim) => victimContact(random, crime, victim)),
      })),
      clients: people.flatMap((person) => clientsOf(random, person, crimes)),
    };
  }
}

function urnOf(serial: number, { reportDay }: Crime): Urn {
  return {
    force: FORCE,
    serial: String(serial).padStart(SERIAL_DIGITS, '0'),
    year: isoDate(reportDay).slice(2, 4),
  };
}
