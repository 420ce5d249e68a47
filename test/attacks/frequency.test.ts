import { afterAll, describe, expect, it } from 'vitest';

import { schemes } from '../../core/linkage/index.js';
import type { HeldIdentifiers } from '../../core/linkage/index.js';
import { inWords, note, printFigures } from '../support/attack-figures.js';
import type { Advantage } from '../support/attack-figures.js';
import { frequencyAdvantage, seenRecords } from '../support/frequency-attack.js';
import type { SeenRecord, Town } from '../support/frequency-attack.js';
import { seededDice } from '../support/seeded-dice.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * Which pseudonyms are those of common names? The attacker sees all that the coordinator sees of keys: which records have
 * which pseudonyms, in both lists; and knows how common names are, from another town of the same kind.
 */

const PEOPLE = 5_000;
const RUNS = 20_000;
const HELD: HeldIdentifiers = new Map([
  ['forename', 1],
  ['surname', 2],
  ['dateOfBirth', 1],
  ['postcode', 2],
  ['sex', 1],
]);
const TITLE = 'records of common names from those of rare ones';

type Feature = (record: SeenRecord) => string;
const byFrequency: Feature = ({ within }) => within;
const byAgreement: Feature = ({ across }) => across;

/** A reference and a town, seen by the same attacker. */
function towns(changes: Partial<Town>): readonly [SeenRecord[], SeenRecord[]] {
  const scheme = schemes.get('standard');
  if (scheme === undefined) throw new RangeError('no such scheme');
  const town = { scheme, held: HELD, people: PEOPLE, names: 'few', recordsTwice: false, noUniqueness: false } as const;
  const of = (name: string): SeenRecord[] =>
    seenRecords({ ...town, ...changes, seed: `frequency ${testSeed} ${name} ${JSON.stringify(changes)}` });
  return [of('reference'), of('town')];
}

function told(seen: readonly [SeenRecord[], SeenRecord[]], feature: Feature, by: string, against: string): Advantage {
  const dice = seededDice(`frequency ${testSeed} ${by} ${against}`);
  const result = frequencyAdvantage(...seen, feature, dice, RUNS);
  note({ attack: `${TITLE}: ${by}`, against, result: inWords(result), runs: result.runs });
  return result;
}

describe(`a frequency attack on pseudonyms (seed ${testSeed})`, () => {
  afterAll(() => printFigures(`Frequency of names, two agencies, ${PEOPLE} people in a town`));

  it('gains nothing: in a list every pseudonym is one person’s, whatever the name', () => {
    const seen = towns({});
    // Nothing to go by is left: no pseudonym is in a list twice.
    expect(new Set(seen.flat().map(byFrequency))).toEqual(new Set(['']));
    const gained = told(seen, byFrequency, 'how often a pseudonym is in a list', 'as configured');
    expect(gained.low).toBeLessThanOrEqual(0);
    expect(gained.high).toBeLessThan(0.08);
  });

  it('succeeds without the uniqueness rule: common names are the frequent pseudonyms', () => {
    const seen = towns({ noUniqueness: true });
    const gained = told(seen, byFrequency, 'how often a pseudonym is in a list', 'without the uniqueness rule');
    // No key of standard is of a name alone: even then a date or a place stands beside it.
    expect(gained.low).toBeGreaterThan(0.06);
  });

  it.each(['few', 'many'] as const)(
    'of a town with %s names: by what is missing where people link, it gains something',
    (names) => {
      const seen = towns({ names });
      const gained = told(seen, byAgreement, `which keys linked records share, ${names} names`, 'as configured');
      // Said openly in docs/privacy.md. More than this would be something else.
      expect(gained.high).toBeLessThan(0.25);
    },
  );

  it('by what is missing among several records of one person, it gains less', () => {
    const seen = towns({ recordsTwice: true });
    const gained = told(seen, byFrequency, 'which keys two records of one person share', 'as configured');
    expect(gained.high).toBeLessThan(0.18);
  });
});
