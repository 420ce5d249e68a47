import { beforeAll, describe, expect, it } from 'vitest';

import { population } from '../../../examples/bold/population.js';
import type { HouseholdHistory } from '../../../examples/bold/population.js';

const PEOPLE = 100_000;
const SEED = 20_230_331;

/** Sampling errors that a figure may be off by: more happens once in two thousand seeds. */
const ERRORS_ALLOWED = 3.5;

interface Row {
  readonly offence: string;
  readonly outcome: string;
  readonly days: number | null;
  readonly withdrew: string | null;
  readonly decision: string | null;
}

/** Every record of a victim in a crime, as the police hold them. */
function victimCrimes({ crimes }: HouseholdHistory): Row[] {
  return crimes.flatMap(({ crime }) =>
    crime.victims.map(() => ({
      offence: crime.offence,
      outcome: crime.outcome,
      days: crime.daysToOutcome,
      withdrew: crime.withdrew,
      decision: crime.cps?.decision ?? null,
    })),
  );
}

/**
 * The share of `of` among `among`, with its sampling error. Households are what is drawn at random: within one of
 * them crimes resemble each other, so the error is that of a ratio of sums over households.
 */
class Share {
  #of = 0;
  #among = 0;
  #ofSquared = 0;
  #both = 0;
  #amongSquared = 0;

  add(of: number, among: number): void {
    this.#of += of;
    this.#among += among;
    this.#ofSquared += of * of;
    this.#both += of * among;
    this.#amongSquared += among * among;
  }

  get among(): number {
    return this.#among;
  }

  get share(): number {
    return this.#of / this.#among;
  }

  /** Of a sample whose true share is `share`. */
  errorAt(share: number): number {
    const squares = this.#ofSquared - 2 * share * this.#both + share * share * this.#amongSquared;
    return Math.sqrt(squares) / this.#among;
  }
}

interface Figure {
  readonly name: string;
  readonly published: number;
  readonly among: (row: Row) => boolean;
  readonly of: (row: Row) => boolean;
}

const closed = ({ outcome }: Row): boolean => outcome !== 'not-yet-assigned';
const POLICE_FIGURES: readonly Figure[] = [
  { name: 'charged', published: 0.057, among: () => true, of: ({ outcome }) => outcome === 'charged' },
  { name: 'no suspect', published: 0.393, among: () => true, of: ({ outcome }) => outcome === 'no-suspect' },
  { name: 'not yet assigned', published: 0.08, among: () => true, of: (row) => !closed(row) },
  {
    name: 'investigations closed because the victim withdrew',
    published: 0.29,
    among: closed,
    of: ({ withdrew }) => withdrew === 'investigation',
  },
  {
    name: 'the same for rape',
    published: 0.61,
    among: (row) => closed(row) && row.offence === 'rape',
    of: ({ withdrew }) => withdrew === 'investigation',
  },
  {
    name: 'withdrew between referral and charge',
    published: 0.16,
    among: ({ decision }) => decision !== null,
    of: ({ withdrew }) => withdrew === 'before-charge',
  },
  {
    name: 'withdrew after charge',
    published: 0.012,
    among: ({ outcome }) => outcome === 'charged',
    of: ({ withdrew }) => withdrew === 'after-charge',
  },
  {
    name: 'cases dropped as the victim disengaged, at any stage',
    published: 0.32,
    among: closed,
    of: ({ withdrew }) => withdrew !== null,
  },
];

const CHARITY_FIGURES = [
  { name: 'referred by the police', published: 0.93, of: { source: 'police' } },
  { name: 'enhanced service', published: 0.22, of: { response: 'enhanced' } },
  { name: 'basic service', published: 0.73, of: { response: 'basic' } },
  { name: 'no response', published: 0.04, of: { response: 'no-response' } },
  { name: 'could not be contacted', published: 0.01, of: { response: 'uncontactable' } },
] as const;

const police = POLICE_FIGURES.map((figure) => ({ figure, share: new Share() }));
const charity = CHARITY_FIGURES.map((figure) => ({ figure, share: new Share() }));
const under14 = new Share();
const upTo14 = new Share();

function addHousehold(history: HouseholdHistory): void {
  const rows = victimCrimes(history);
  const count = (test: (row: Row) => boolean): number => rows.filter(test).length;
  for (const { figure, share } of police) {
    share.add(
      count((row) => figure.among(row) && figure.of(row)),
      count(figure.among),
    );
  }
  const withOutcome = count(({ days }) => days !== null);
  under14.add(
    count(({ days }) => days !== null && days < 14),
    withOutcome,
  );
  upTo14.add(
    count(({ days }) => days !== null && days <= 14),
    withOutcome,
  );
  const episodes = history.clients
    .filter((client) => client.charity === 'charity-a')
    .flatMap((client) => client.episodes);
  for (const { figure, share } of charity) {
    const hits = episodes.filter((episode) =>
      Object.entries(figure.of).every(([key, value]) =>
        Object.entries(episode).some((e) => e[0] === key && e[1] === value),
      ),
    );
    share.add(hits.length, episodes.length);
  }
}

describe(`calibration at ${PEOPLE} people, seed ${SEED}`, () => {
  beforeAll(() => {
    for (const history of population({ people: PEOPLE, seed: SEED })) addHousehold(history);
  });

  it.each(
    [...police, ...charity].map(({ figure, share }) => ({ name: figure.name, published: figure.published, share })),
  )('$name: $published', ({ published, share }) => {
    const error = share.errorAt(published);
    // Narrow enough to see a mistake: a twentieth of the figure, or a fifth of a rare one.
    expect(error).toBeLessThan(published * (published > 0.03 ? 0.05 : 0.2));
    expect(Math.abs(share.share - published)).toBeLessThan(ERRORS_ALLOWED * error);
  });

  it('median days from report to outcome: 14', () => {
    expect(under14.share).toBeLessThan(0.5 + ERRORS_ALLOWED * under14.errorAt(0.5));
    expect(upTo14.share).toBeGreaterThan(0.5 - ERRORS_ALLOWED * upTo14.errorAt(0.5));
    // A median of 12 or 16 would show.
    expect(upTo14.share - under14.share).toBeLessThan(0.03);
    expect(ERRORS_ALLOWED * upTo14.errorAt(0.5)).toBeLessThan(0.01);
  });
});
