import { describe, expect, it } from 'vitest';

import { finish } from '../../../core/base/index.js';
import { missingMask, peopleKeys, PeopleMaker, recordKeyMaker } from '../../../core/linkage/index.js';
import type { Identifiers, People } from '../../../core/linkage/index.js';
import { matchKeyDomain } from '../../../core/private-join/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { somePersonas, writtenRecord } from '../../support/faulty-people.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { crimes, testFolder } from './fixtures.js';
import { countedFor, elementOf, FEDERATION, peopleOnDisk } from './people-on-disk.js';

const held = new Map([
  ...(['forename', 'dateOfBirth', 'sex', 'nhsNumber'] as const).map((name) => [name, 1] as const),
  ...(['surname', 'postcode'] as const).map((name) => [name, 2] as const),
]);

function dataset(...schemes: readonly string[]): DatasetDefinition {
  return { ...crimes, keys: ['person'], linkage: { identifiers: held, schemes, epsilon: 'none' } };
}

/** Faulty records, some of them of one person, some the same as an earlier one, some without anything. */
function faultyRecords(seed: number): Identifiers[] {
  const records: Identifiers[] = [];
  for (const [index, persona] of somePersonas(seed, 150).entries()) {
    for (let copy = 0; copy <= index % 3; copy += 1) {
      const written = writtenRecord(persona, index % 2 === 0 ? 'hard' : 'realistic', seed * 1_000 + index * 10 + copy);
      // Placeholders that many have, and numbers that some share.
      const nhsNumber = index % 10 === 0 ? '9434765919' : undefined;
      records.push(nhsNumber === undefined ? written : { ...written, nhsNumber });
      if (index % 7 === 0) records.push(records.at(-1) ?? {});
    }
    if (index % 20 === 0) records.push({}, { sex: 'F' });
    // Records that are the same and say too little to be one person: their keys are two people's.
    const vague = { forename: 'Ada', surname: `Vague${'abcdefghij'[index % 10]}`, dateOfBirth: '1980-05-00' };
    if (index < 10) records.push(vague, { ...vague });
    if (index % 25 === 0) records.push(...records.slice(-12, -6));
  }
  return records;
}

interface InMemory {
  readonly people: People;
  /** By number, less 1: what it stands for. */
  readonly texts: readonly { readonly key: number; readonly value: string }[];
}

/** By the rules of core/linkage, with all numbers in memory. */
function inMemory(definition: DatasetDefinition, records: readonly Identifiers[]): InMemory {
  const { personKeys } = snapshotLayout(definition, FEDERATION);
  const maker = new PeopleMaker(peopleKeys(personKeys));
  const recordKeys = recordKeyMaker(personKeys, held);
  const numbers = new Map<string, number>();
  const texts: { key: number; value: string }[] = [];
  for (const record of records) {
    const { keys, missing } = recordKeys(record);
    const values = keys.map((own, key) =>
      own.map((value) => {
        const name = `${key} ${value}`;
        if (!numbers.has(name)) numbers.set(name, texts.push({ key, value }));
        return numbers.get(name) ?? 0;
      }),
    );
    maker.add(values, missingMask(missing));
  }
  return { people: finish(maker.people()), texts };
}

describe('people that are made of keys on disk', () => {
  it.each([
    [1, ['standard', 'light']],
    [2, ['standard', 'light']],
    [3, ['thorough', 'initials']],
    [4, ['exact']],
    [5, ['light']],
  ])(
    `are those of the rules in memory, with their keys, what is withdrawn and the counts: %i (seed ${testSeed}), %j`,
    async (time, named) => {
      const definition = dataset(...named);
      const records = faultyRecords((testSeed % 100_000) * 10 + time);
      const { people, texts } = inMemory(definition, records);
      const found = await peopleOnDisk(testFolder(), definition, records, seededRng(`${testSeed}/${time}/on disk`));
      const { personKeys, schemes } = snapshotLayout(definition, FEDERATION);
      const places = personKeys.flatMap(({ copies }, key) => (copies.length > 0 ? [key] : []));
      const persons = (of: People): number[] => records.map((_, record) => of.personOf(record));
      expect(persons(found.people)).toEqual(persons(people));
      expect(people.duplicates).toBeGreaterThan(50);
      const each = <T>(of: People, tell: (person: number) => T): T[] =>
        Array.from({ length: of.count }, (_, person) => tell(person));
      expect(each(found.people, (person) => found.people.missingOf(person))).toEqual(
        each(people, (person) => people.missingOf(person)),
      );
      const lost = (of: People): boolean[][] => each(of, (person) => places.map((key) => of.lost(person, key)));
      expect(lost(found.people)).toEqual(lost(people));
      // Whole names, birth dates and postcodes are nobody else's.
      if (time !== 4) expect(lost(people).flat()).toContain(true);
      const elements = each(people, (person) =>
        places.map((key) =>
          people.keysOf(person, key).map((number) => {
            const text = texts[number - 1];
            return elementOf(matchKeyDomain(FEDERATION, personKeys[key]?.name ?? ''), text?.value ?? '');
          }),
        ),
      );
      expect(found.elements).toEqual(elements);
      expect(found.counted).toEqual(schemes.map((scheme) => countedFor(people, scheme, definition)));
      // Each different one once, and none that only tells records apart.
      expect(found.hashed).toBe(texts.filter(({ key }) => places.includes(key)).length);
    },
  );
});
