import { createHash } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { EXTRACT_DAY } from '../../../examples/bold/period.js';
import { population } from '../../../examples/bold/population.js';
import type { HouseholdHistory } from '../../../examples/bold/population.js';

const PEOPLE = 4_000;

function digest(people: number, seed: number): string {
  const hash = createHash('sha256');
  for (const history of population({ people, seed })) hash.update(JSON.stringify(history));
  return hash.digest('hex');
}

function countBy<T>(items: readonly T[], key: (item: T) => string | number): ReadonlyMap<string | number, number> {
  const counts = new Map<string | number, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

describe('population', () => {
  it('is the same for the same seed and another for another', () => {
    expect(digest(500, 1)).toBe(digest(500, 1));
    expect(digest(500, 1)).not.toBe(digest(500, 2));
  });

  it('begins the same however many people are asked for', () => {
    const [small, large] = [200, 400].map((people) => [...population({ people, seed: 3 })].slice(0, 100));
    expect(small).toEqual(large);
  });

  it.each([1, 2, 777])('has exactly %i people, numbered from 1', (people) => {
    const ids = [...population({ people, seed: 4 })].flatMap((history) => history.people.map(({ id }) => id));
    expect(ids).toEqual(Array.from({ length: people }, (_, index) => index + 1));
  });
});

describe('what happens in a population', () => {
  let households: HouseholdHistory[] = [];
  beforeAll(() => {
    households = [...population({ people: PEOPLE, seed: 5 })];
  });

  const people = (): HouseholdHistory['people'] => households.flatMap((history) => history.people);
  const crimes = (): HouseholdHistory['crimes'] => households.flatMap((history) => history.crimes);
  const clients = (): HouseholdHistory['clients'] => households.flatMap((history) => history.clients);

  it('several crimes happen to one person, and one crime to several people', () => {
    const victims = crimes().flatMap(({ crime }) => crime.victims.map(({ person }) => person.id));
    expect(Math.max(...countBy(victims, (id) => id).values())).toBeGreaterThanOrEqual(3);
    expect(Math.max(...crimes().map(({ crime }) => crime.victims.length))).toBeGreaterThanOrEqual(3);
  });

  it('only those who report are victims in the eyes of the police', () => {
    expect(crimes().every(({ crime }) => crime.victims.every(({ person }) => person.reports))).toBe(true);
    expect(people().some(({ reports }) => !reports)).toBe(true);
  });

  it('a case has a unique reference number exactly when it was sent to the CPS', () => {
    const sent = crimes().filter(({ crime }) => crime.cps !== null);
    expect(crimes().filter(({ urn }) => urn !== null)).toEqual(sent);
    expect(new Set(sent.map(({ urn }) => urn?.serial)).size).toBe(sent.length);
  });

  it('some find a charity without reporting, some both charities, some come back', () => {
    expect(clients().some(({ person }) => !person.reports)).toBe(true);
    const charities = countBy(clients(), ({ person }) => person.id);
    expect([...charities.values()].filter((count) => count === 2).length).toBeGreaterThan(50);
    expect(clients().some(({ episodes }) => episodes.length > 1)).toBe(true);
  });

  it('charities lack postcodes often and birth dates sometimes', () => {
    const without = (gap: 'postcode' | 'dateOfBirth'): number =>
      clients().filter((client) => client[gap] === null).length / clients().length;
    expect(without('postcode')).toBeGreaterThan(0.2);
    expect(without('dateOfBirth')).toBeGreaterThan(0.03);
    expect(without('dateOfBirth')).toBeLessThan(0.15);
  });

  it('a few people share name, birth date and sex with somebody at another address', () => {
    const identity = (person: HouseholdHistory['people'][number]): string =>
      [person.forename, person.surname, person.dateOfBirth, person.sex].join('|');
    const shared = [...countBy(people(), identity)].filter(([, count]) => count > 1).map(([key]) => key);
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.length).toBeLessThan(PEOPLE / 100);
    const addresses = people().filter((person) => identity(person) === shared[0]);
    expect(new Set(addresses.map(({ household }) => household)).size).toBeGreaterThan(1);
  });

  it('longer cases lose more victims, and supported victims leave less', () => {
    const decided = crimes().filter(({ crime }) => typeof crime.cps?.daysToDecision === 'number');
    const left = (of: HouseholdHistory['crimes']): number =>
      of.filter(({ crime }) => crime.withdrew !== null).length / of.length;
    const isLong = ({ crime }: HouseholdHistory['crimes'][number]): boolean => (crime.cps?.daysToDecision ?? 0) >= 183;
    expect(left(decided.filter(isLong))).toBeGreaterThan(1.3 * left(decided.filter((crime) => !isLong(crime))));

    const isSupported = ({ crime }: HouseholdHistory['crimes'][number]): boolean =>
      crime.victims[0]?.referral.supported === true;
    const personal = crimes().filter(({ crime }) => crime.offence === 'violence');
    expect(left(personal.filter(isSupported))).toBeLessThan(
      0.85 * left(personal.filter((crime) => !isSupported(crime))),
    );
  });

  it('nothing happens after the extract, and nothing ends before it began', () => {
    const days = crimes().flatMap(({ crime }) => [
      crime.reportDay + (crime.daysToOutcome ?? 0),
      crime.cps?.referralDay ?? 0,
      ...(crime.cps?.court?.stages ?? []).flatMap((stage) => [stage.firstHearingDay, stage.endDay ?? 0]),
    ]);
    expect(Math.max(...days)).toBeLessThanOrEqual(EXTRACT_DAY);
    expect(Math.max(...clients().flatMap(({ episodes }) => episodes.map((e) => e.referralDay)))).toBeLessThanOrEqual(
      EXTRACT_DAY,
    );
    const cases = crimes().flatMap(({ crime }) => (crime.cps === null ? [] : [{ ...crime.cps, crime }]));
    expect(
      cases.every(
        ({ referralDay, daysToDecision, crime }) =>
          referralDay >= crime.reportDay &&
          (daysToDecision === null || referralDay <= crime.reportDay + daysToDecision),
      ),
    ).toBe(true);
    const stages = cases.flatMap(({ court }) => court?.stages ?? []);
    expect(stages.every(({ firstHearingDay, endDay }) => endDay === null || endDay >= firstHearingDay)).toBe(true);
    expect(stages.every(({ hearings }) => hearings >= 1)).toBe(true);
  });
});
