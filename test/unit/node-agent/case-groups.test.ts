import { expect, it } from 'vitest';

import { CaseGroups } from '../../../node-agent/snapshot/case-groups.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';

it(`a case is called by its first record, and a record without one has none (seed ${testSeed})`, () => {
  const rng = seededRng(`${testSeed}/cases`);
  for (let time = 0; time < 40; time += 1) {
    const [count = 0, kinds = 0] = [...rng.bytes(2)].map((byte) => 1 + (byte % 40));
    const numbers = [...rng.bytes(count)].map((byte) => (byte % 4 === 0 ? 0 : 1 + ((byte >> 2) % kinds)));
    const groups = new CaseGroups();
    // Case by case, as they are told apart.
    for (const number of new Set(numbers.filter((each) => each !== 0))) {
      for (const [index, each] of numbers.entries()) {
        if (each === number) groups.set(index + 1, 1_000 - number, numbers.indexOf(number) + 1);
      }
    }
    groups.renumber((number) => 1_000 - number);
    expect(numbers.map((_, index) => groups.group(index + 1))).toEqual(
      numbers.map((number) => (number === 0 ? null : numbers.indexOf(number) + 1)),
    );
    expect(numbers.map((_, index) => groups.number(index + 1))).toEqual(numbers);
  }
});
