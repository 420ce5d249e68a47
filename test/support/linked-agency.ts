import { finish } from '../../core/base/index.js';
import {
  agencyKeys,
  countStatistics,
  keyCopies,
  keyNames,
  keysOf,
  linkageRequest,
  missingMask,
  NORMALISER_VERSION,
  noisyStatistics,
  peopleKeys,
  PeopleMaker,
  recordKeyMaker,
} from '../../core/linkage/index.js';
import type {
  CountedStatistics,
  HeldIdentifiers,
  Identifiers,
  LinkageStatistics,
  People,
  Scheme,
} from '../../core/linkage/index.js';
import { keyedNoise } from '../../core/noise/index.js';
import type { KeyColumn, LinkagePlan } from '../../core/private-join/index.js';
import type { SeededDice } from './seeded-dice.js';

/*
 * What a node makes of its records when it prepares a snapshot, as far as linking goes and without points of the curve:
 * match keys, people, what is withdrawn, statistics.
 */

export interface AgencyInput {
  readonly scheme: Scheme;
  readonly held: HeldIdentifiers;
  readonly records: readonly Identifiers[];
  /** In which of a key's columns which of its values stands. */
  readonly dice: SeededDice;
  /** Taken away from the system: keys that several people have stay. */
  readonly noUniqueness?: boolean;
}

export interface PreparedAgency {
  readonly people: People;
  /** Columns on the person of a list of this agency. */
  readonly columns: readonly KeyColumn[];
  /** By record, in those columns: what its person has. */
  readonly keys: readonly (readonly (string | null)[])[];
  statistics(epsilon: number | 'none', noiseKey: Uint8Array): LinkageStatistics;
}

export function prepareAgency(input: AgencyInput): PreparedAgency {
  const { scheme, held, records, dice, noUniqueness = false } = input;
  const own = keysOf(scheme, held);
  const columns = keyColumns(scheme, held);
  const all = agencyKeys([scheme], held);
  const maker = new PeopleMaker(peopleKeys(all));
  const recordKeys = recordKeyMaker(all, held);
  const numbers = new Map<string, number>();
  const strings: string[] = [''];
  const numberOf = (key: number, value: string): number => {
    const text = `${key} ${value}`;
    const known = numbers.get(text) ?? strings.length;
    if (known === strings.length) {
      numbers.set(text, known);
      strings.push(value);
    }
    return known;
  };
  for (const record of records) {
    const { keys, missing } = recordKeys(record);
    const values = keys.map((strings, key) => strings.map((value) => numberOf(key, value)));
    maker.add(values, missingMask(missing));
  }
  const people = finish(maker.people());
  const rows = Array.from({ length: people.count }, (_, person) => {
    const counted = new Map<number, number[]>();
    if (noUniqueness)
      people.eachCounted(person, (key, value) => counted.set(key, [...(counted.get(key) ?? []), value]));
    const values = new Map(
      own.map(({ name }) => {
        const key = all.findIndex((other) => other.name === name);
        const places = columns.flatMap((column, place) => (column.name === name ? [place] : []));
        const found = noUniqueness ? (counted.get(key) ?? []) : people.keysOf(person, key);
        return [name, shuffled(dice, places).map((place, copy) => ({ place, value: found[copy] }))] as const;
      }),
    );
    const row: (string | null)[] = columns.map(() => null);
    for (const { place, value } of [...values.values()].flat())
      if (value !== undefined) row[place] = strings[value] ?? null;
    return row;
  });
  let counts: CountedStatistics | undefined;
  return {
    people,
    columns,
    keys: records.map((_, record) => rows[people.personOf(record)] ?? []),
    statistics: (epsilon, noiseKey) => {
      counts ??= finish(
        countStatistics(people, {
          scheme: scheme.id,
          version: scheme.version,
          normaliser: NORMALISER_VERSION,
          keys: keyNames(scheme),
          identifiers: [...held.keys()],
        }),
      );
      const facts = {
        snapshot: 'snapshot',
        scheme: scheme.id,
        version: scheme.version,
        normaliser: NORMALISER_VERSION,
      };
      const request = linkageRequest({ ...facts, epsilon: epsilon === 'none' ? 0 : epsilon });
      return finish(noisyStatistics(counts, { epsilon, noise: keyedNoise(noiseKey, request) }));
    },
  };
}

/** All first values in the order of the scheme, then all second ones, as far as there are columns. */
export function keyColumns(scheme: Scheme, held: HeldIdentifiers): KeyColumn[] {
  const own = keysOf(scheme, held);
  const copies = keyCopies(own, held);
  return Array.from({ length: Math.max(0, ...copies) }, (_, copy) =>
    own.flatMap(({ name }, place): KeyColumn[] => ((copies[place] ?? 0) > copy ? [{ name, on: 'person' }] : [])),
  ).flat();
}

/** What a plan says of a scheme. */
export function linkageOf(scheme: Scheme, threshold = 0.5): LinkagePlan {
  return {
    scheme: scheme.id,
    schemeVersion: scheme.version,
    normaliser: NORMALISER_VERSION,
    keys: keyNames(scheme),
    threshold,
    captures: scheme.captures,
  };
}

function shuffled(dice: SeededDice, places: readonly number[]): number[] {
  const rest = [...places];
  return places.map(() => rest.splice(dice.below(rest.length), 1)[0] ?? 0);
}
