import { describe, expect, it } from 'vitest';

import { TAG_BYTES } from '../../../node-agent/snapshot/key-tags.js';
import { RecordProfiles } from '../../../node-agent/snapshot/record-profiles.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

/** Tags for the keys of a record: one for each pair of a key and what its value is. */
function tagsOf(values: readonly (readonly [number, number])[]): Buffer {
  return Buffer.concat(values.map(([key, value]) => Buffer.alloc(TAG_BYTES, 16 * key + value)));
}

describe(`RecordProfiles (seed ${testSeed})`, () => {
  it('gives places to the values of records that differ, and none to those that are the same', () => {
    const rng = seededRng(`${testSeed}/profiles`);
    for (let time = 0; time < 30; time += 1) {
      const records = Array.from({ length: 40 }, () => {
        const [first = 0, count = 0] = rng.bytes(2);
        return Array.from({ length: count % 3 }, (_, key) => [key, first % 5] as const);
      });
      const profiles = new RecordProfiles();
      const places = records.map((values, record) =>
        profiles.add(
          tagsOf(values),
          values.map(([key]) => key),
          record % 7,
        ),
      );
      // Who has no keys is alone, and has no values that could stand anywhere.
      const names = records.map((values, record) => (values.length === 0 ? `none ${record}` : JSON.stringify(values)));
      const firsts = [...new Set(names)];
      let next = 0;
      const expected = names.map((name, record) => {
        if (names.indexOf(name) !== record) return undefined;
        const place = next;
        next += records[record]?.length ?? 0;
        return place;
      });
      expect(places).toEqual(expected);
      const found = profiles.finish();
      expect([...found.missing]).toEqual(records.map((_, record) => record % 7));
      expect(found.values).toHaveLength(next);
      const several = firsts.map((name) => names.filter((each) => each === name).length > 1);
      for (const [record, place] of places.entries()) {
        if (place === undefined) continue;
        for (const index of records[record]?.keys() ?? []) {
          expect(found.isOfSeveral(place + index)).toBe(several[firsts.indexOf(names[record] ?? '')]);
          found.values[place + index] = 100 + place + index;
        }
      }
      const { lists, of, several: told } = found.numbered(next);
      expect([...of]).toEqual(names.map((name) => firsts.indexOf(name)));
      expect([...told]).toEqual(several.map(Number));
      for (const [profile, name] of firsts.entries()) {
        const record = names.indexOf(name);
        expect(lists.end(profile) - lists.start(profile)).toBe(records[record]?.length);
        for (let at = lists.start(profile); at < lists.end(profile); at += 1) {
          expect([lists.key(at), lists.value(at)]).toEqual([at - lists.start(profile), 100 + at]);
        }
      }
      expect(lists.largestShared).toBe(next);
    }
  });
});
