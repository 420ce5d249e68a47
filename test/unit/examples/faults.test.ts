import { describe, expect, it } from 'vitest';

import { ADDRESS_FAULTS, writtenPostcodes } from '../../../examples/bold/faults/address-faults.js';
import { DATE_FAULTS, WRONG_DATES, writtenBirthDate, wrongDate } from '../../../examples/bold/faults/date-faults.js';
import { SEX_FAULTS } from '../../../examples/bold/faults/faulty-identity.js';
import { AVERAGE_AGENCY, faultyIdentity } from '../../../examples/bold/faults/index.js';
import type { Persona } from '../../../examples/bold/faults/index.js';
import { MISSPELLINGS, misspelt, misspeltAs } from '../../../examples/bold/faults/misspelling.js';
import type { Misspelling } from '../../../examples/bold/faults/misspelling.js';
import { familiarNames, otherSpellings } from '../../../examples/bold/faults/name-variants.js';
import { NAME_FAULTS, writtenNames } from '../../../examples/bold/faults/name-faults.js';
import { SeededRandom } from '../../../examples/bold/random.js';
import { isLikely } from './binomial.js';

/** Seeds are fixed: what is checked here is always the same draw. */
const SEED = 5;
const TRIES = 40_000;

const ANN: Persona = {
  person: {
    id: 1,
    household: 1,
    forename: 'Catherine',
    surname: 'Archer',
    dateOfBirth: '1980-05-06',
    sex: 'F',
    postcode: 'NS1 1AA',
    ethnicity: 'white',
    group: 'white',
    disabled: false,
    firstLanguage: 'english',
    reports: true,
    firstOffence: 'theft',
  },
  proneness: 1,
  familiarName: 'Kate',
  otherSurname: 'Bell',
  alias: { forename: 'Dawn', surname: 'Drake' },
  otherPostcodes: ['NS2 2BB'],
};

function plain(name: string): string {
  return name.normalize('NFD').replace(/\P{L}/gu, '').toUpperCase();
}

/** How many of TRIES are so. */
function times(draw: (random: SeededRandom) => boolean): number {
  const random = new SeededRandom(SEED, 0);
  return Array.from({ length: TRIES }, () => draw(random)).filter(Boolean).length;
}

describe('misspellings', () => {
  const NAMES = ['Catherine', 'Smith-Jones', 'Ng', 'O’Brien', 'Zoë', 'Li', 'Aaron'];

  it('always differ in more than capitals, and keep them', () => {
    const random = new SeededRandom(SEED, 1);
    for (const name of NAMES) {
      for (let count = 0; count < 2_000; count += 1) {
        const wrong = misspelt(random, name);
        expect(wrong.toLowerCase()).not.toBe(name.toLowerCase());
        expect(wrong).toMatch(/^\p{Lu}/u);
        expect(Math.abs(wrong.length - name.length)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('leave a single letter alone, and shout where it was shouted', () => {
    const random = new SeededRandom(SEED, 1);
    expect(misspelt(random, 'X')).toBe('X');
    expect(misspelt(random, 'ARCHER')).toMatch(/^[A-Z]+$/);
  });

  const SHAPES: Readonly<Record<Misspelling, (name: string, wrong: string) => boolean>> = {
    substituted: (name, wrong) => wrong.length === name.length && differing(name, wrong) === 1,
    neighbour: (name, wrong) => wrong.length === name.length && differing(name, wrong) === 1,
    dropped: (name, wrong) => wrong.length === name.length - 1,
    inserted: (name, wrong) => wrong.length === name.length + 1,
    swapped: (name, wrong) =>
      Array.from(wrong.toLowerCase()).sort().join('') === Array.from(name.toLowerCase()).sort().join(''),
    doubled: (_, wrong) => /(\p{L})\1/iu.test(wrong),
    heard: (name, wrong) => wrong.charAt(0) === name.charAt(0),
  };

  it.each(Object.keys(SHAPES) as Misspelling[])('%s: of that kind, unless there is no room for it', (way) => {
    const random = new SeededRandom(SEED, 2);
    const wrong = Array.from({ length: 2_000 }, () => misspeltAs(random, way, 'Catherine'));
    const right = wrong.filter((name) => SHAPES[way]('Catherine', name));
    // One in 26 letters is the one that stood there: then a letter is doubled instead.
    expect(right.length).toBeGreaterThan(1_850);
    expect(new Set(wrong).size).toBeGreaterThan(5);
  });

  it('come as often as their weights say', () => {
    const random = new SeededRandom(SEED, 3);
    const total = Object.values(MISSPELLINGS).reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeCloseTo(1, 9);
    const longer = Array.from({ length: TRIES }, () => misspelt(random, 'Catherine')).filter(
      (wrong) => wrong.length === 10,
    ).length;
    // Inserted or doubled; of those heard a few (T for TH has it the other way), and of those substituted by themselves.
    expect(longer / TRIES).toBeGreaterThan(MISSPELLINGS.inserted + MISSPELLINGS.doubled);
    expect(longer / TRIES).toBeLessThan(MISSPELLINGS.inserted + MISSPELLINGS.doubled + 0.15);
  });
});

function differing(one: string, other: string): number {
  return Array.from(one.toLowerCase()).filter((letter, index) => letter !== other.toLowerCase().charAt(index)).length;
}

describe('names that one person goes by', () => {
  it('are known for common forenames and spellings, never the name itself', () => {
    expect(familiarNames('Elizabeth')).toContain('Liz');
    expect(otherSpellings('Mohammed')).toContain('Muhammad');
    expect(otherSpellings('Muhammad')).toContain('Mohammed');
    expect([...familiarNames('Zebedee'), ...otherSpellings('Zebedee')]).toEqual([]);
    expect(otherSpellings('Mohammed')).not.toContain('Mohammed');
  });
});

describe('each fault of an average agency comes at its rate', () => {
  const names =
    (persona: Persona, factor = 1) =>
    (random: SeededRandom) =>
      writtenNames(random, persona, AVERAGE_AGENCY, factor);
  const without = { ...ANN, alias: null, otherSurname: null, familiarName: null };

  it('an alias in the place of the name', () => {
    const hits = times((random) => plain(names({ ...without, alias: ANN.alias })(random).surname) === 'DRAKE');
    expect(isLikely(hits, TRIES, NAME_FAULTS.alias * (1 - 0.85 * NAME_FAULTS.surnameMisspelt))).toBe(true);
  });

  it('another surname, from before or after a marriage', () => {
    const hits = times((random) => plain(names({ ...without, otherSurname: 'Bell' })(random).surname) === 'BELL');
    expect(isLikely(hits, TRIES, NAME_FAULTS.otherSurname)).toBe(true);
  });

  it('a familiar name', () => {
    const hits = times((random) => plain(names({ ...without, familiarName: 'Kate' })(random).forename) === 'KATE');
    expect(isLikely(hits, TRIES, NAME_FAULTS.familiarName)).toBe(true);
  });

  it('typing errors, more in names from elsewhere', () => {
    const wrong = (surname: string): number =>
      times((random) => {
        const person = { ...ANN.person, surname };
        return plain(names({ ...without, person })(random).surname) !== plain(surname);
      });
    const expected = (unfamiliar: number): number =>
      1 - (1 - unfamiliar * NAME_FAULTS.surnameMisspelt) * (1 - unfamiliar ** 3 * NAME_FAULTS.reversed);
    expect(isLikely(wrong('Archer'), TRIES, expected(0.85))).toBe(true);
    // It has no other spelling here.
    expect(isLikely(wrong('Sandhu'), TRIES, expected(1.8))).toBe(true);
  });

  it('half of a hyphenated name', () => {
    const person = { ...ANN.person, surname: 'Archer-Bell' };
    const hits = times((random) => ['ARCHER', 'BELL'].includes(plain(names({ ...without, person })(random).surname)));
    expect(isLikely(hits, TRIES, NAME_FAULTS.halved)).toBe(true);
  });

  it('another spelling of a name from another script', () => {
    // No likely mistake makes one of the others.
    const person = { ...ANN.person, forename: 'Tariq' };
    const spellings = otherSpellings('Tariq').map(plain);
    const hits = times((random) => spellings.includes(plain(names({ ...without, person })(random).forename)));
    expect(isLikely(hits, TRIES, NAME_FAULTS.otherSpelling * (1 - 1.8 * NAME_FAULTS.forenameMisspelt))).toBe(true);
  });

  it('forename and surname in each other’s place', () => {
    const often = 40;
    const hits = times((random) => plain(names(without, often)(random).surname) === 'CATHERINE');
    const misspelt = Math.min(0.6, often * 0.85 * NAME_FAULTS.forenameMisspelt);
    expect(isLikely(hits, TRIES, often * 0.85 ** 3 * NAME_FAULTS.reversed * (1 - misspelt))).toBe(true);
  });

  it('birth dates: wrong, 1 January, in part, missing', () => {
    const born = '1980-05-06';
    const drawn = (random: SeededRandom): string | null => writtenBirthDate(random, born, { faults: 1, gaps: 1 });
    const { wrong, firstOfJanuary, partial, missing } = DATE_FAULTS;
    expect(
      isLikely(
        times((random) => drawn(random) === null),
        TRIES,
        missing,
      ),
    ).toBe(true);
    expect(
      isLikely(
        times((random) => drawn(random)?.endsWith('-00') === true),
        TRIES,
        partial * (1 - missing),
      ),
    ).toBe(true);
    expect(
      isLikely(
        times((random) => drawn(random) === '1980-01-01'),
        TRIES,
        firstOfJanuary,
      ),
    ).toBe(true);
    const isWrong = (date: string | null): boolean =>
      date !== null && date !== born && date !== '1980-01-01' && !date.endsWith('-00');
    expect(
      isLikely(
        times((random) => isWrong(drawn(random))),
        TRIES,
        wrong * (1 - missing - partial),
      ),
    ).toBe(true);
  });

  it('wrong dates: day and month swapped, or one part wrong, and always a day that exists', () => {
    const part = (test: (date: string) => boolean): number => times((random) => test(wrongDate(random, '1980-05-06')));
    const total = Object.values(WRONG_DATES).reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeCloseTo(1, 9);
    expect(
      isLikely(
        part((date) => date === '1980-06-05'),
        TRIES,
        WRONG_DATES.swapped,
      ),
    ).toBe(true);
    expect(
      isLikely(
        part((date) => date.startsWith('1980-05')),
        TRIES,
        WRONG_DATES.day,
      ),
    ).toBe(true);
    expect(
      isLikely(
        part((date) => date.startsWith('1980') && date.endsWith('-06')),
        TRIES,
        WRONG_DATES.month,
      ),
    ).toBe(true);
    expect(
      isLikely(
        part((date) => date.endsWith('-05-06')),
        TRIES,
        WRONG_DATES.year,
      ),
    ).toBe(true);
    const random = new SeededRandom(SEED, 4);
    for (const date of ['2000-02-29', '1999-12-31', '1999-01-01', '1980-10-10']) {
      for (let count = 0; count < 2_000; count += 1) {
        const wrong = wrongDate(random, date);
        expect(new Date(`${wrong}T00:00:00Z`).toISOString().slice(0, 10)).toBe(wrong);
        expect(wrong).not.toBe(date);
      }
    }
  });

  it('postcodes: of another address, mistyped, in part, of no fixed abode, missing', () => {
    const drawn = (random: SeededRandom, moves = 0): string | null =>
      writtenPostcodes(random, ANN, AVERAGE_AGENCY, { moves, faults: 1, gaps: 1 }).postcode;
    const { otherAddress, mistyped, outwardOnly, noFixedAbode, missing } = ADDRESS_FAULTS;
    const there = 1 - missing;
    expect(
      isLikely(
        times((random) => drawn(random) === null),
        TRIES,
        missing,
      ),
    ).toBe(true);
    expect(
      isLikely(
        times((random) => drawn(random) === 'NS1'),
        TRIES,
        outwardOnly * there,
      ),
    ).toBe(true);
    const isNowhere = (postcode: string | null): boolean => postcode !== null && !postcode.startsWith('NS');
    expect(
      isLikely(
        times((random) => isNowhere(drawn(random))),
        TRIES,
        noFixedAbode * there,
      ),
    ).toBe(true);
    const isTyped = (postcode: string | null): boolean => /^NS1 (?!1AA)\d[A-Z]{2}$/.test(postcode ?? '');
    expect(
      isLikely(
        times((random) => isTyped(drawn(random))),
        TRIES,
        mistyped * there,
      ),
    ).toBe(true);
    const elsewhere = times((random) => !/^NS1( |$)/.test(drawn(random, 1) ?? 'NS1'));
    // A stay may be in the same district; what isn't an address has been counted above.
    expect(elsewhere / TRIES).toBeGreaterThan(otherAddress * 0.95);
    expect(elsewhere / TRIES).toBeLessThan(otherAddress * 1.02 + noFixedAbode);
  });

  it('sexes: wrong or missing', () => {
    const drawn = (random: SeededRandom): string | null => faultyIdentity(ANN, AVERAGE_AGENCY, 'realistic', random).sex;
    expect(
      isLikely(
        times((random) => drawn(random) === null),
        TRIES,
        SEX_FAULTS.missing,
      ),
    ).toBe(true);
    expect(
      isLikely(
        times((random) => drawn(random) === 'M'),
        TRIES,
        SEX_FAULTS.wrong,
      ),
    ).toBe(true);
  });

  it('what else an agency knows of names and addresses', () => {
    const known = times((random) => names(ANN)(random).otherSurname !== null);
    expect(isLikely(known, TRIES, AVERAGE_AGENCY.knowsOther.surname)).toBe(true);
    const factors = { moves: 1, faults: 1, gaps: 1 };
    const other = times((random) => writtenPostcodes(random, ANN, AVERAGE_AGENCY, factors).otherPostcode !== null);
    expect(isLikely(other, TRIES, AVERAGE_AGENCY.knowsOther.postcode)).toBe(true);
  });
});
