import { describe, expect, it } from 'vitest';

import { KeyGroups } from '../../../node-agent/snapshot/key-groups.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { crimes } from './fixtures.js';

const layout = snapshotLayout(crimes, 'test-study');
const onPerson = layout.keys.flatMap(({ on }, position) => (on === 'person' ? [position] : []));
const onCase = layout.keys.findIndex(({ on }) => on === 'case');

type Keys = readonly number[];

/** What the rule says, looked up among all records. */
function expected(records: readonly Keys[]): { person: number; caseGroup: number | null; shared: boolean[] }[] {
  const firstKey = (keys: Keys): string | undefined => {
    const position = onPerson.find((candidate) => keys[candidate] !== 0);
    return position === undefined ? undefined : `${position}/${keys[position] ?? 0}`;
  };
  const person = (record: number): number => {
    const key = firstKey(records[record] ?? []);
    return 1 + (key === undefined ? record : records.findIndex((keys) => firstKey(keys) === key));
  };
  return records.map((keys, record) => ({
    person: person(record),
    caseGroup: keys[onCase] === 0 ? null : 1 + records.findIndex((other) => other[onCase] === keys[onCase]),
    shared: layout.keys.map((_, position) => {
      if (position === onCase || keys[position] === 0) return false;
      const owners = records.flatMap((other, index) => (other[position] === keys[position] ? [person(index)] : []));
      return new Set(owners).size > 1;
    }),
  }));
}

describe('KeyGroups', () => {
  it(`says of every record what the rule says (seed ${testSeed})`, () => {
    const rng = seededRng(`${testSeed}/groups`);
    for (let time = 0; time < 40; time += 1) {
      const [count = 0, kinds = 0] = [...rng.bytes(2)].map((byte) => 1 + (byte % 40));
      // Keys of different columns are never the same number; 0 is no key.
      const records = Array.from({ length: count }, () =>
        [...rng.bytes(layout.keys.length)].map((byte, position) =>
          byte % 4 === 0 ? 0 : position * 100 + 1 + ((byte >> 2) % kinds),
        ),
      );
      const groups = new KeyGroups(layout);
      const places = records.map((keys, index) => groups.add(index + 1, Uint32Array.from(keys)));
      const found = places.map((place, index) => ({
        ...place,
        shared: layout.keys.map((_, position) => groups.isShared(groups.number(index + 1, position))),
      }));
      expect(found).toEqual(expected(records));
      records.forEach((keys, index) =>
        expect(keys.map((_, position) => groups.number(index + 1, position))).toEqual(keys),
      );
    }
  });
});
