import type { HeldIdentifiers, Scheme } from '../../core/linkage/index.js';
import type { Persona } from '../../examples/bold/faults/index.js';
import { NAMES } from '../../examples/bold/names.js';
import { advantage } from './attack-figures.js';
import type { Advantage } from './attack-figures.js';
import { somePersonas, writtenRecord } from './faulty-people.js';
import { prepareAgency } from './linked-agency.js';
import { seededDice } from './seeded-dice.js';
import type { SeededDice } from './seeded-dice.js';

/*
 * What somebody makes of pseudonyms who knows how common names are, and nothing else: in the clear the commonest key would
 * be the commonest name. The attacker has seen such a town before (the reference), learns from it what records of common
 * and of rare names look like, and says of a record of another town which it is: the best guess there is from that much.
 */

/** Names that women of a town have, the commonest first: `few` as in a valley of Joneses, `many` as in a city. */
const NAMES_OF_TOWN = {
  few: { forenames: NAMES.white.female.slice(0, 40), surnames: NAMES.white.surnames.slice(0, 40) },
  many: { forenames: NAMES.white.female, surnames: NAMES.white.surnames },
} as const;

/** Shares of people from which on a full name is common, and up to which it is rare. */
const COMMON = 0.002;
const RARE = 0.0002;

/** One record as the coordinator sees it: in each column how many records have its pseudonym, in which lists. */
export interface SeenRecord {
  readonly commonness: 'common' | 'rare' | 'neither';
  /** How many records of its own list have the same pseudonym, key by key. */
  readonly within: string;
  /** For each record of another list that shares any, which keys they share. */
  readonly across: string;
}

export interface Town {
  readonly scheme: Scheme;
  readonly held: HeldIdentifiers;
  readonly people: number;
  readonly seed: string;
  readonly names: keyof typeof NAMES_OF_TOWN;
  /** Whether some people have two records in the first list, as where records are counted. */
  readonly recordsTwice: boolean;
  /** Of the uniqueness rule nothing is left. */
  readonly noUniqueness: boolean;
}

/** Records that the coordinator sees of the first of two agencies that know most of a town. */
export function seenRecords({ scheme, held, people, seed, noUniqueness, ...town }: Town): SeenRecord[] {
  const dice = seededDice(seed);
  const names = NAMES_OF_TOWN[town.names];
  const personas = somePersonas(dice.below(2 ** 31), people).map((persona) => named(persona, names, dice));
  const [own, other] = [0, 1].map((agency) => {
    const known = personas.filter(() => dice.chance(SHARE_KNOWN));
    const records = known.flatMap((persona) =>
      Array.from({ length: town.recordsTwice && agency === 0 && dice.chance(SHARE_TWICE) ? 2 : 1 }, () => ({
        person: persona.person,
        written: writtenRecord(persona, 'realistic', dice.below(2 ** 31)),
      })),
    );
    const prepared = prepareAgency({
      scheme,
      held,
      records: records.map(({ written }) => written),
      dice,
      noUniqueness,
    });
    // Where people are counted a list has one record of each whom the agency tells apart.
    const { people: told } = prepared;
    const kept = records
      .map((_, record) => record)
      .filter((record) => town.recordsTwice || told.recordsOf(told.personOf(record))[0] === record);
    return {
      records: kept.flatMap((record) => records[record] ?? []),
      columns: prepared.columns,
      keys: kept.map((record) => prepared.keys[record] ?? []),
    };
  });
  if (own === undefined || other === undefined) throw new RangeError('two agencies');
  const inOwn = holders(own.columns, own.keys);
  const inOther = holders(other.columns, other.keys);
  return own.records.map(({ person }, record): SeenRecord => {
    const shown = namesAndKeys(own.columns, own.keys[record] ?? []);
    const within = shown
      .map(({ name, key }) => `${name} ${inOwn.get(key)?.length ?? 0}`)
      .filter((text) => !text.endsWith(' 1'));
    const partners = new Map<number, string[]>();
    for (const { name, key } of shown) {
      for (const partner of inOther.get(key) ?? []) partners.set(partner, [...(partners.get(partner) ?? []), name]);
    }
    return {
      commonness: commonnessOf(names, person),
      within: within.toSorted().join(),
      across: [...partners.values()]
        .map((names) => names.toSorted().join())
        .toSorted()
        .join(' + '),
    };
  });
}

const SHARE_KNOWN = 0.7;
const SHARE_TWICE = 0.15;

interface Names {
  readonly forenames: readonly string[];
  readonly surnames: readonly string[];
}

/** Somebody of the same household, born on the same day, under another name. */
function named(persona: Persona, { forenames, surnames }: Names, dice: SeededDice): Persona {
  const person = {
    ...persona.person,
    forename: pick(forenames, dice),
    surname: pick(surnames, dice),
    sex: 'F' as const,
  };
  return { ...persona, person };
}

/** The n-th name is n times rarer than the first (Zipf's law). */
function pick(names: readonly string[], dice: SeededDice): string {
  for (;;) {
    const place = dice.below(names.length);
    if (dice.chance(1 / (place + 1))) return names[place] ?? '';
  }
}

function shareOf(names: readonly string[], name: string): number {
  const all = names.reduce((sum, _, place) => sum + 1 / (place + 1), 0);
  return 1 / (names.indexOf(name) + 1) / all;
}

function commonnessOf(
  { forenames, surnames }: Names,
  { forename, surname }: { readonly forename: string; readonly surname: string },
): SeenRecord['commonness'] {
  const share = shareOf(forenames, forename) * shareOf(surnames, surname);
  return share >= COMMON ? 'common' : share <= RARE ? 'rare' : 'neither';
}

type Columns = readonly { readonly name: string }[];
type Keys = readonly (string | null)[];

function namesAndKeys(columns: Columns, keys: Keys): { readonly name: string; readonly key: string }[] {
  return columns.flatMap(({ name }, column) => {
    const key = keys[column] ?? null;
    return key === null ? [] : [{ name, key: `${name} ${key}` }];
  });
}

function holders(columns: Columns, rows: readonly Keys[]): Map<string, number[]> {
  const byKey = new Map<string, number[]>();
  rows.forEach((keys, record) => {
    for (const { key } of namesAndKeys(columns, keys)) {
      const held = byKey.get(key);
      if (held === undefined) byKey.set(key, [record]);
      else held.push(record);
    }
  });
  return byKey;
}

/**
 * How much better than a coin the attacker tells records of common names from those of rare ones, by a feature of them:
 * whichever it was oftener of in the reference (Neyman and Pearson), a coin where that says nothing.
 */
export function frequencyAdvantage(
  reference: readonly SeenRecord[],
  town: readonly SeenRecord[],
  feature: (record: SeenRecord) => string,
  dice: SeededDice,
  runs: number,
): Advantage {
  const of = (records: readonly SeenRecord[], commonness: SeenRecord['commonness']): SeenRecord[] =>
    records.filter((record) => record.commonness === commonness);
  const [common, rare] = [likelihood(of(reference, 'common'), feature), likelihood(of(reference, 'rare'), feature)];
  const drawn = { true: of(town, 'common'), false: of(town, 'rare') };
  return advantage(
    runs,
    (isCommon) => {
      const records = drawn[`${isCommon}`];
      const record = records[dice.below(records.length)];
      if (record === undefined) throw new RangeError('no such records in the town');
      return feature(record);
    },
    (seen) => {
      const difference = common(seen) - rare(seen);
      return difference === 0 ? dice.chance(0.5) : difference > 0;
    },
  );
}

/** How often a feature is seen, of so many records. */
function likelihood(records: readonly SeenRecord[], feature: (record: SeenRecord) => string): (seen: string) => number {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(feature(record), (counts.get(feature(record)) ?? 0) + 1);
  return (seen) => (counts.get(seen) ?? 0) / records.length;
}
