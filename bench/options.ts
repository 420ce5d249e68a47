import { InvalidArgumentError } from 'commander';

import { KEY_COLUMNS, MAX_AGENCIES } from './runs/study.js';
import type { KeyColumns, StudyShape } from './runs/study.js';

/** What can be measured, in the order in which it is. */
export const PARTS = ['kernel', 'two-party', 'runs', 'prepare', 'audit', 'people'] as const;
export type Part = (typeof PARTS)[number];
/** Measured when none is named: the other takes minutes, and a PostgreSQL server. */
export const USUAL_PARTS: readonly Part[] = ['kernel', 'two-party', 'runs', 'prepare', 'audit'];

/** A run has to leave more records to count than the smallest tally that nodes take part in. */
export const MIN_PEOPLE = 10;
/** So that no two invented people, of whom there are up to twice as many, have the same surname of five letters. */
export const MAX_PEOPLE = 5_000_000;
export const MAX_THREADS = 256;

/** How much of everything is measured. */
export interface Extent {
  /** Seconds for the kernel's operations. */
  readonly kernelSeconds: number;
  /** Seconds for what the operations of runs and of preparing cost, twice for each run. */
  readonly costSeconds: number;
  /** Elements of each of two parties, and how often. */
  readonly twoPartyElements: number;
  readonly twoPartyRounds: number;
  readonly people: readonly number[];
  readonly agencies: readonly number[];
  readonly keys: readonly KeyColumns[];
  /** Rows to prepare. */
  readonly rows: number;
  /** Rows about people to prepare from PostgreSQL. */
  readonly peopleRows: number;
  /** Of the audit log when it is timed. */
  readonly auditEntries: number;
  /** How many of them are on an opt-out list, the second time that they are prepared. */
  readonly optOutLines: number;
}

export const FULL: Extent = {
  kernelSeconds: 60,
  costSeconds: 2,
  twoPartyElements: 5_000,
  twoPartyRounds: 5,
  people: [10_000, 20_000, 50_000, 100_000],
  agencies: [2, 3, 5],
  keys: [1, 3],
  rows: 200_000,
  peopleRows: 1_000_000,
  auditEntries: 1_000_000,
  optOutLines: 20_000,
};

/** For a look: under two minutes on two cores. */
export const QUICK: Extent = {
  kernelSeconds: 12,
  costSeconds: 0.5,
  twoPartyElements: 2_000,
  twoPartyRounds: 2,
  people: [2_000, 5_000],
  agencies: [2, 3],
  keys: [1],
  rows: 20_000,
  peopleRows: 60_000,
  auditEntries: 50_000,
  optOutLines: 1_200,
};

/** Every combination, the small ones first. */
export function shapesOf({ people, agencies, keys }: Pick<Extent, 'people' | 'agencies' | 'keys'>): StudyShape[] {
  return keys.flatMap((columns) =>
    agencies.flatMap((parties) => people.map((each) => ({ people: each, agencies: parties, keys: columns }))),
  );
}

/** Rows of `people`: fewer make no table worth measuring, more the example's generator doesn't make. */
export const MIN_ROWS = 100;
export const MAX_ROWS = 9_000_000;

export const parsePeople = numbersWithin(MIN_PEOPLE, MAX_PEOPLE);
export const parseAgencies = numbersWithin(2, MAX_AGENCIES);

/** Thrown when it isn't a list of them: InvalidArgumentError. */
export function parseKeys(text: string): KeyColumns[] {
  return listed(text).map((item) => {
    const found = KEY_COLUMNS.find((columns) => String(columns) === item);
    if (found === undefined) throw new InvalidArgumentError(`Give ${KEY_COLUMNS.join(' or ')}, or both with a comma.`);
    return found;
  });
}

/** Thrown when it isn't one: InvalidArgumentError. */
export function parsePart(text: string, before: readonly Part[] = []): Part[] {
  const found = PARTS.find((part) => part === text);
  if (found === undefined) throw new InvalidArgumentError(`There is ${PARTS.join(', ')}.`);
  return before.includes(found) ? [...before] : [...before, found];
}

/** A whole number within bounds. */
export function numberWithin(least: number, most: number): (text: string) => number {
  const read = numbersWithin(least, most);
  return (text) => {
    const [number, ...more] = read(text);
    if (number === undefined || more.length > 0) throw new InvalidArgumentError('Give one number.');
    return number;
  };
}

/** Whole numbers within bounds, with commas between them: ascending, each once. */
function numbersWithin(least: number, most: number): (text: string) => number[] {
  return (text) => {
    const numbers = listed(text).map((item) => {
      const number = Number(item);
      if (!Number.isInteger(number) || number < least || number > most) {
        throw new InvalidArgumentError(`Give whole numbers from ${least} to ${most}, with commas between them.`);
      }
      return number;
    });
    return [...new Set(numbers)].sort((a, b) => a - b);
  };
}

function listed(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}
