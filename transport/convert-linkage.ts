import { IDENTIFIERS, keysIn, MAX_SCHEME_KEYS } from '../core/linkage/index.js';
import type { IdentifierName, KeySet, KeyStatistics, LinkageStatistics } from '../core/linkage/index.js';
import { badField, distinct, items, numberWithin, oneOf, wholeNumberWithin } from './check.js';
import { keyName, name } from './fields.js';
import type { KeyStatistics__Output } from './generated/tallystick/v1/KeyStatistics.js';
import type {
  LinkageStatistics as WireStatistics,
  LinkageStatistics__Output,
} from './generated/tallystick/v1/LinkageStatistics.js';
import { MAX_KEY_SETS, MAX_LINKAGE_VERSION, MAX_MISSING, MAX_STATISTIC } from './limits.js';

/** Wire ⇄ domain for what a node says of the people in a snapshot; rules as in convert.ts. */

export function fromStatistics({ nonMatches, missing, keys, ...rest }: LinkageStatistics): WireStatistics {
  return {
    scheme: rest.scheme,
    schemeVersion: rest.schemeVersion,
    normaliser: rest.normaliser,
    people: rest.people,
    duplicates: rest.duplicates,
    missing: Object.entries(missing).map(([identifier, people]) => ({ identifier, people })),
    keys: keys.map(({ name, keyed, withdrawn }) => ({ name, keyed, withdrawn })),
    alone: [...nonMatches.alone],
    sets: mostFrequent(nonMatches.sets).map(([set, pairs]) => ({ keys: set, pairs })),
    several: nonMatches.several,
    aloneDeviation: nonMatches.deviation.alone,
    setsDeviation: nonMatches.deviation.sets,
    severalDeviation: nonMatches.deviation.several,
  };
}

/** As many as may be sent; all others are in `several` still. */
function mostFrequent(sets: ReadonlyMap<KeySet, number>): readonly (readonly [KeySet, number])[] {
  if (sets.size <= MAX_KEY_SETS) return [...sets];
  return [...sets].sort(([, one], [, other]) => other - one).slice(0, MAX_KEY_SETS);
}

export function toStatistics(sent: LinkageStatistics__Output, field: string): LinkageStatistics {
  const people = statistic(sent.people, `${field}.people`);
  const keys = distinct(
    items(sent.keys, `${field}.keys`, { min: 1, max: MAX_SCHEME_KEYS }, toKey),
    `${field}.keys`,
    (key) => key.name,
  );
  return {
    scheme: name(sent.scheme, `${field}.scheme`),
    schemeVersion: wholeNumberWithin(sent.schemeVersion, `${field}.scheme_version`, 1, MAX_LINKAGE_VERSION),
    normaliser: wholeNumberWithin(sent.normaliser, `${field}.normaliser`, 1, MAX_LINKAGE_VERSION),
    people,
    duplicates: statistic(sent.duplicates, `${field}.duplicates`),
    missing: toMissing(sent, field),
    keys,
    nonMatches: {
      pairs: (people * Math.max(0, people - 1)) / 2,
      alone: items(sent.alone, `${field}.alone`, { min: keys.length, max: keys.length }, signedStatistic),
      sets: toSets(sent, field, keys.length),
      several: signedStatistic(sent.several, `${field}.several`),
      deviation: {
        alone: numberWithin(sent.aloneDeviation, `${field}.alone_deviation`, 0, MAX_STATISTIC),
        sets: numberWithin(sent.setsDeviation, `${field}.sets_deviation`, 0, MAX_STATISTIC),
        several: numberWithin(sent.severalDeviation, `${field}.several_deviation`, 0, MAX_STATISTIC),
      },
    },
  };
}

function toKey(key: KeyStatistics__Output, field: string): KeyStatistics {
  return {
    name: keyName(key.name, `${field}.name`),
    keyed: statistic(key.keyed, `${field}.keyed`),
    withdrawn: statistic(key.withdrawn, `${field}.withdrawn`),
  };
}

function toMissing({ missing }: LinkageStatistics__Output, parent: string): LinkageStatistics['missing'] {
  const found = items(missing, `${parent}.missing`, { max: MAX_MISSING }, (one, field) => ({
    identifier: oneOf(one.identifier, `${field}.identifier`, isIdentifier),
    people: statistic(one.people, `${field}.people`),
  }));
  distinct(found, `${parent}.missing`, ({ identifier }) => identifier);
  return Object.fromEntries(found.map(({ identifier, people }) => [identifier, people]));
}

function toSets({ sets }: LinkageStatistics__Output, parent: string, keys: number): ReadonlyMap<KeySet, number> {
  const found = items(sets, `${parent}.sets`, { max: MAX_KEY_SETS }, (one, field) => ({
    set: severalKeys(one.keys, `${field}.keys`, keys),
    pairs: statistic(one.pairs, `${field}.pairs`),
  }));
  distinct(found, `${parent}.sets`, ({ set }) => String(set));
  return new Map(found.map(({ set, pairs }) => [set, pairs]));
}

function severalKeys(value: number, field: string, keys: number): KeySet {
  const set = wholeNumberWithin(value, field, 1, 2 ** keys - 1);
  if (keysIn(set) < 2) throw badField(field, 'must be two keys or more');
  return set;
}

/** One that noise may bring below 0. */
function signedStatistic(value: number, field: string): number {
  return wholeNumberWithin(value, field, -MAX_STATISTIC, MAX_STATISTIC);
}

function statistic(value: number, field: string): number {
  return wholeNumberWithin(value, field, 0, MAX_STATISTIC);
}

function isIdentifier(text: string): text is IdentifierName {
  return (IDENTIFIERS as readonly string[]).includes(text);
}
