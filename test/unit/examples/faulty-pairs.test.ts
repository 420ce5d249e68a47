import { describe, expect, it } from 'vitest';

import { AVERAGE_AGENCY, faultyIdentity, personasOf } from '../../../examples/bold/faults/index.js';
import type { AgencyTraits, FaultLevel, Persona, WrittenIdentity } from '../../../examples/bold/faults/index.js';
import { PRONENESS } from '../../../examples/bold/faults/persona.js';
import type { Group } from '../../../examples/bold/names.js';
import { households } from '../../../examples/bold/population.js';
import { SeededRandom } from '../../../examples/bold/random.js';
import { AGENCY_TABLES } from '../../../examples/bold/tables/index.js';
import { isLarger, isLikely } from './binomial.js';

/** Seeds are fixed: what is checked here is always the same draw. */
const SEED = 5;
const PAIRS = 60_000;

function plain(name: string): string {
  return name.normalize('NFD').replace(/\P{L}/gu, '').toUpperCase();
}

interface Pair {
  readonly persona: Persona;
  readonly one: WrittenIdentity;
  readonly other: WrittenIdentity;
}

/** Each person as two agencies have written them down. */
function pairs(level: FaultLevel, traits: AgencyTraits = AVERAGE_AGENCY, people = PAIRS): Pair[] {
  const made: Pair[] = [];
  for (const { number, people: members } of households({ people, seed: SEED })) {
    const [one, other] = [new SeededRandom(SEED, number, 100), new SeededRandom(SEED, number, 101)];
    for (const persona of personasOf(SEED, number, members)) {
      const written = (random: SeededRandom): WrittenIdentity => faultyIdentity(persona, traits, level, random);
      made.push({ persona, one: written(one), other: written(other) });
    }
  }
  return made;
}

const isFullDate = (date: string | null): date is string => date !== null && !date.endsWith('-00');
const postcodesOf = ({ postcode, otherPostcode }: WrittenIdentity): string[] =>
  [postcode, otherPostcode].filter((known): known is string => /^NS\d+ \d[A-Z]{2}$/.test(known ?? ''));
const nameOf = ({ forename, surname }: WrittenIdentity): string => `${plain(forename)} ${plain(surname)}`;

/** Of the pairs of which it can be told, those that are so: null where it can't. */
function share(of: readonly Pair[], test: (pair: Pair) => boolean | null): readonly [hits: number, among: number] {
  const told = of.map(test).filter((result) => result !== null);
  return [told.filter(Boolean).length, told.length];
}

const sameName = ({ one, other }: Pair): boolean => nameOf(one) === nameOf(other);
const sameDate = ({ one, other }: Pair): boolean | null =>
  isFullDate(one.dateOfBirth) && isFullDate(other.dateOfBirth) ? one.dateOfBirth === other.dateOfBirth : null;
const sharesPostcode = ({ one, other }: Pair): boolean | null => {
  const [here, there] = [postcodesOf(one), postcodesOf(other)];
  return here.length > 0 && there.length > 0 ? here.some((postcode) => there.includes(postcode)) : null;
};
const isReversed = ({ one, other }: Pair): boolean =>
  nameOf(one) !== nameOf(other) &&
  nameOf(one) === nameOf({ ...other, forename: other.surname, surname: other.forename });
const isAlias = ({ alias }: Persona, identity: WrittenIdentity): boolean =>
  alias !== null && nameOf(identity) === `${plain(alias.forename)} ${plain(alias.surname)}`;
const byAlias = ({ persona, one, other }: Pair): boolean => isAlias(persona, one) !== isAlias(persona, other);

describe(`two agencies’ records of ${PAIRS} people`, () => {
  const realistic = pairs('realistic');

  it.each([
    ['full name exact', sameName, 0.881],
    ['birth date exact', sameDate, 0.948],
    ['any postcode in common', sharesPostcode, 0.8],
    ['names reversed', isReversed, 0.002],
    ['an alias in one', byAlias, 0.021],
  ] as const)('%s as often as published', (_, test, published) => {
    const [hits, among] = share(realistic, test);
    expect([hits / among, isLikely(hits, among, published)]).toEqual([hits / among, true]);
  });

  it('hard: one and a half to two and a half times the errors', () => {
    const hard = pairs('hard');
    for (const test of [sameName, sameDate, sharesPostcode]) {
      const [wrong, harder] = [realistic, hard].map((level) => {
        const [hits, among] = share(level, test);
        return 1 - hits / among;
      });
      expect((harder ?? 0) / (wrong ?? 1)).toBeGreaterThan(1.5);
      expect((harder ?? 0) / (wrong ?? 1)).toBeLessThan(2.5);
    }
  });

  it('none: everybody as they are, and nothing else known', () => {
    for (const { persona, one, other } of pairs('none', AVERAGE_AGENCY, 2_000)) {
      const { forename, surname, dateOfBirth, postcode, sex } = persona.person;
      const identity = { forename, surname, otherSurname: null, dateOfBirth, postcode, otherPostcode: null, sex };
      expect(one).toEqual(identity);
      expect(other).toEqual(identity);
    }
  });

  it('mistakes come to the same people, and together in a record', () => {
    const isMisdated = ({ persona, one }: Pair): boolean =>
      isFullDate(one.dateOfBirth) && one.dateOfBirth !== persona.person.dateOfBirth;
    const isMisnamed = ({ persona, one }: Pair): boolean => plain(one.forename) !== plain(persona.person.forename);
    const of = (proneness: 'little' | 'much'): readonly [number, number] =>
      share(
        realistic.filter(({ persona }) => persona.proneness === PRONENESS[proneness]),
        isMisdated,
      );
    expect(isLarger(of('much'), of('little'))).toBe(true);

    const hard = pairs('hard');
    expect(isLarger(share(hard.filter(isMisnamed), isMisdated), share(hard, isMisdated))).toBe(true);
  });

  it('different agencies know the same other surname and address of a person', () => {
    const other = realistic.filter(({ persona, one }) => plain(one.surname) === plain(persona.otherSurname ?? '-'));
    expect(other.length).toBeGreaterThan(200);
    const known = new Set(realistic.flatMap(({ persona }) => persona.otherPostcodes));
    const former = realistic.filter(({ one }) => one.postcode !== null && known.has(one.postcode));
    expect(former.length).toBeGreaterThan(PAIRS / 20);
  });

  it('married names: women’s far more often', () => {
    const isOther = ({ persona, one }: Pair): boolean => plain(one.surname) === plain(persona.otherSurname ?? '-');
    const of = (sex: string): readonly [number, number] =>
      share(
        realistic.filter(({ persona }) => persona.person.sex === sex),
        isOther,
      );
    expect(isLarger(of('F'), of('M'))).toBe(true);
  });

  it('names from elsewhere are written in more ways: White, South Asian, East Asian', () => {
    const of = (group: Group): readonly [number, number] =>
      share(
        realistic.filter(({ persona }) => persona.person.group === group),
        sameName,
      );
    expect(isLarger(of('white'), of('south-asian'))).toBe(true);
    expect(isLarger(of('white'), of('east-asian'))).toBe(true);
    const [south, east] = [of('south-asian'), of('east-asian')];
    expect(east[0] / east[1]).toBeLessThan(south[0] / south[1]);
    expect(east[0] / east[1]).toBeGreaterThan(0.7);
  });
});

describe('agencies', () => {
  const traitsOf = (agency: string): AgencyTraits => {
    const traits = AGENCY_TABLES.find((table) => table.agency === agency)?.traits;
    if (traits == null) throw new RangeError(`${agency} writes nobody down`);
    return traits;
  };
  const [police, charity] = ['police', 'charity-b'].map((agency) => pairs('realistic', traitsOf(agency), 30_000));

  it('the police are better at birth dates', () => {
    expect(isLarger(share(police ?? [], sameDate), share(charity ?? [], sameDate))).toBe(true);
  });

  it('charities are worse at postcodes, and know the district or nothing more often', () => {
    expect(isLarger(share(police ?? [], sharesPostcode), share(charity ?? [], sharesPostcode))).toBe(true);
    const vague = ({ one }: Pair): boolean => !/^NS\d+ \d[A-Z]{2}$/.test(one.postcode ?? '');
    expect(isLarger(share(charity ?? [], vague), share(police ?? [], vague))).toBe(true);
  });

  it('the police know aliases and earlier addresses, charities don’t', () => {
    const knows = ({ one }: Pair): boolean => one.otherSurname !== null || one.otherPostcode !== null;
    expect(share(charity ?? [], knows)[0]).toBe(0);
    expect(share(police ?? [], knows)[0]).toBeGreaterThan(3_000);
  });
});
