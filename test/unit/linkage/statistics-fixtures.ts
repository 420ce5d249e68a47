import { finish } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import { countStatistics } from '../../../core/linkage/index.js';
import type { CountedStatistics, People, PeopleKey, StatisticsTopic } from '../../../core/linkage/index.js';

/** Keys that self-linking doesn't know: every record is a person. */
export const keys: readonly PeopleKey[] = [
  { name: 'k1', copies: 1 },
  { name: 'k2', copies: 2 },
  { name: 'other', copies: 1 },
  { name: 'k3', copies: 1 },
];

export const topic: StatisticsTopic = {
  scheme: 'standard',
  version: 3,
  normaliser: 2,
  keys: ['k2', 'k1', 'k3'],
  identifiers: ['surname', 'sex'],
};

/** Values of the topic's keys that one person may have. */
export const COLUMNS = 4;

/** Of one person, by key. A value stands for one key only. */
export type Values = readonly (readonly number[])[];

export const counted = (people: People, of: StatisticsTopic = topic): CountedStatistics =>
  finish(countStatistics(people, of));

/** People at random, with up to three values of each key among `kinds` of them. */
export class Somebody {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  below(count: number): number {
    return (this.#rng.bytes(1)[0] ?? 0) % count;
  }

  values(kinds: number): Values {
    return keys.map((_, key) => [
      ...new Set(Array.from({ length: this.below(4) }, () => 100 * key + 1 + this.below(kinds))),
    ]);
  }
}
