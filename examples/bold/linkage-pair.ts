import { ExampleError } from './errors.js';
import { AVERAGE_AGENCY, faultyIdentity, personasOf } from './faults/index.js';
import type { FaultLevel, Persona, WrittenIdentity } from './faults/index.js';
import { MAX_DUPLICATES, MAX_PEOPLE, MAX_SEED } from './limits.js';
import type { Group } from './names.js';
import { households } from './population.js';
import { SeededRandom } from './random.js';

/** Two files of people to link, of whom some are in both. */
export interface LinkagePairOptions {
  /** People in each file, 1..MAX_PEOPLE together. */
  readonly people: { readonly a: number; readonly b: number };
  /** Share of the smaller file's people who are in the other too, 0..1. */
  readonly overlap: number;
  readonly level: FaultLevel;
  /** Share of each file's people who have a second record, with faults of its own, 0..MAX_DUPLICATES. */
  readonly duplicates: number;
  /** 0..2^32-1. */
  readonly seed: number;
}

/** One record. */
export interface LinkageRow extends WrittenIdentity {
  /** Who it is about: the same number in both files. What is found is compared with it, nothing is linked by it. */
  readonly id: number;
  readonly group: Group;
}

/** Each file can be gone through any number of times and is made anew each time: nothing of it is kept. */
export interface LinkagePair {
  readonly a: Iterable<LinkageRow>;
  readonly b: Iterable<LinkageRow>;
  /** People who are in both files. */
  readonly both: number;
}

type Side = 'a' | 'b';
/** Streams of their own (see `SeededRandom`): who is in which file, and how each file's people are written down. */
const PURPOSE_OF_SIDES = 16;
const PURPOSE_OF_RECORDING: Readonly<Record<Side, number>> = { a: 17, b: 18 };

/**
 * Two files of people as two average agencies write them down, from one population of households, so that twins and people
 * of one name at one address are in both. Exactly as many people as asked for are in each and in both; rows stand in the
 * order of households. Thrown when an option is out of range: ExampleError PEOPLE_OUT_OF_RANGE, SEED_OUT_OF_RANGE or
 * SHARE_OUT_OF_RANGE.
 */
export function linkagePair(options: LinkagePairOptions): LinkagePair {
  const both = checkedOverlap(options);
  const rows = (side: Side): Iterable<LinkageRow> => ({
    [Symbol.iterator]: () => rowsOf(options, both, side),
  });
  return { a: rows('a'), b: rows('b'), both };
}

function* rowsOf(options: LinkagePairOptions, both: number, side: Side): Generator<LinkageRow> {
  const { people, seed, level, duplicates } = options;
  const sides = new Sides(seed, { both, a: people.a - both, b: people.b - both });
  for (const { number, people: members } of households({ people: people.a + people.b - both, seed })) {
    const random = new SeededRandom(seed, number, PURPOSE_OF_RECORDING[side]);
    for (const persona of personasOf(seed, number, members)) {
      const where = sides.next();
      if (where !== 'both' && where !== side) continue;
      yield row(persona, level, random);
      if (random.chance(duplicates)) yield row(persona, level, random);
    }
  }
}

function row(persona: Persona, level: FaultLevel, random: SeededRandom): LinkageRow {
  const { id, group } = persona.person;
  return { id, group, ...faultyIdentity(persona, AVERAGE_AGENCY, level, random) };
}

/** Deals people out to the files, so many to each, every order as likely. */
class Sides {
  readonly #random: SeededRandom;
  readonly #left: Record<Side | 'both', number>;

  constructor(seed: number, places: Readonly<Record<Side | 'both', number>>) {
    this.#random = new SeededRandom(seed, 0, PURPOSE_OF_SIDES);
    this.#left = { ...places };
  }

  next(): Side | 'both' {
    const { both, a, b } = this.#left;
    const drawn = this.#random.below(both + a + b);
    const dealt = drawn < both ? 'both' : drawn < both + a ? 'a' : 'b';
    this.#left[dealt] -= 1;
    return dealt;
  }
}

/** How many people are in both. */
function checkedOverlap({ people, overlap, duplicates, seed }: LinkagePairOptions): number {
  const counts = [people.a, people.b];
  if (!counts.every((count) => Number.isInteger(count) && count >= 1) || people.a + people.b > MAX_PEOPLE) {
    throw new ExampleError('PEOPLE_OUT_OF_RANGE', `Ask for at least one person on each side, ${MAX_PEOPLE} together.`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
    throw new ExampleError('SEED_OUT_OF_RANGE', `A seed is a whole number from 0 to ${MAX_SEED}.`);
  }
  if (!(overlap >= 0 && overlap <= 1)) {
    throw new ExampleError('SHARE_OUT_OF_RANGE', 'An overlap is a share from 0 to 1.');
  }
  if (!(duplicates >= 0 && duplicates <= MAX_DUPLICATES)) {
    throw new ExampleError('SHARE_OUT_OF_RANGE', `Duplicates are a share from 0 to ${MAX_DUPLICATES}.`);
  }
  return Math.round(overlap * Math.min(people.a, people.b));
}
