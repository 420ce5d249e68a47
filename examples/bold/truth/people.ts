import Database from 'better-sqlite3';

import { finish } from '../../../core/base/index.js';
import {
  agencyKeys,
  countStatistics,
  missingMask,
  noisyStatistics,
  NORMALISER_VERSION,
  peopleKeys,
  PeopleMaker,
  recordKeyMaker,
  schemes,
} from '../../../core/linkage/index.js';
import type { Identifiers, NonMatches, People, Raw, Scheme } from '../../../core/linkage/index.js';
import { needsConsent } from '../../../core/templates/index.js';
import type { DatasetDefinition, DatasetLinkage } from '../../../core/templates/index.js';
import type { Source } from '../sources.js';
import * as sql from './expressions.js';

/** Whose records one agency's are. */
export interface SourcePeople {
  /** The person's number within the source, by the row's number. */
  readonly personOf: ReadonlyMap<number, number>;
  /** By what they may be linked with other agencies' people: of each key all values that stand. */
  keysOf(person: number): ReadonlyMap<string, readonly string[]>;
  /** How often two of them share keys, exactly. */
  readonly nonMatches: NonMatches | null;
}

/** Keeps what has been worked out of databases that don't change, for several questions. */
export class PooledPeople {
  readonly #known = new Map<string, SourcePeople>();

  /** By rules; null where the dataset has nobody. */
  of(source: Source, dataset: DatasetDefinition, scheme: Scheme | null): SourcePeople | null {
    if (!dataset.keys.includes('person')) return null;
    const name = `${source.mapping.sqlite} ${dataset.dataset} ${scheme?.id ?? ''}`;
    const people = this.#known.get(name) ?? peopleByRules(source, dataset, scheme);
    this.#known.set(name, people);
    return people;
  }
}

/** By the rules that the agency's node goes by: match keys, and self-linking by them. `scheme`: that of the question. */
function peopleByRules(source: Source, dataset: DatasetDefinition, scheme: Scheme | null): SourcePeople {
  const { linkage } = dataset;
  if (linkage === null) return { personOf: new Map(), keysOf: () => new Map(), nonMatches: null };
  const held = linkage.identifiers;
  const keys = agencyKeys(
    linkage.schemes.flatMap((id) => schemes.get(id) ?? []),
    held,
  );
  const recordKeys = recordKeyMaker(keys, held);
  const maker = new PeopleMaker(peopleKeys(keys));
  const numbers = new Numbers(keys.length);
  const rows: number[] = [];
  for (const [row, identifiers] of identifiersOf(source, dataset)) {
    rows.push(row);
    const { keys: made, missing } = recordKeys(identifiers);
    const values = made.map((texts, key) => texts.map((text) => numbers.of(key, text)));
    maker.add(values, missingMask(missing));
  }
  const people = finish(maker.people());
  const places = (scheme?.keys ?? []).map(({ name }) => ({ name, key: keys.findIndex((each) => each.name === name) }));
  return {
    personOf: new Map(rows.map((row, record) => [row, people.personOf(record)])),
    keysOf: (person) =>
      new Map(
        places
          .filter(({ key }) => key !== -1)
          .map(({ name, key }) => [name, people.keysOf(person, key).map((number) => numbers.text(number))]),
      ),
    nonMatches: scheme === null ? null : nonMatchesIn(people, scheme, linkage),
  };
}

function nonMatchesIn(
  people: People,
  { id, version, keys }: Scheme,
  { identifiers }: DatasetLinkage,
): NonMatches | null {
  if (keys.length === 0) return null;
  const topic = { scheme: id, version, normaliser: NORMALISER_VERSION };
  const counted = finish(
    countStatistics(people, { ...topic, keys: keys.map(({ name }) => name), identifiers: [...identifiers.keys()] }),
  );
  return finish(noisyStatistics(counted, { epsilon: 'none', noise: { draw: () => 0 } })).nonMatches;
}

/** What each row says of the person, in the order of rows. Rows without consent to anything might as well not be there. */
function* identifiersOf(
  { mapping }: Source,
  dataset: DatasetDefinition,
): Generator<readonly [row: number, identifiers: Identifiers]> {
  const held = [...(dataset.linkage?.identifiers.keys() ?? [])];
  const named = Object.entries(mapping.identifiers)
    .filter(([name]) => held.some((identifier) => identifier === name))
    .map(([name, columns]) => ({ name, columns: typeof columns === 'string' ? [columns] : (columns ?? []) }));
  const columns = named.flatMap((identifier) => identifier.columns);
  const consents = Object.values(mapping.consent ?? {}).map((column) => sql.consent(sql.quoted(column)));
  const where = needsConsent(dataset) ? `WHERE ${['0', ...consents].join(' OR ')}` : '';
  const database = new Database(mapping.sqlite, { readonly: true });
  try {
    const select = ['rowid', ...columns.map(sql.quoted)].join(', ');
    const statement = database.prepare<[], unknown[]>(
      `SELECT ${select} FROM ${sql.quoted(mapping.table)} ${where} ORDER BY rowid`,
    );
    for (const [row, ...texts] of statement.raw().iterate()) {
      let place = 0;
      const entries = named.map(({ name, columns: own }): [string, Raw[]] => {
        place += own.length;
        return [name, texts.slice(place - own.length, place).map(textOf)];
      });
      yield [Number(row), Object.fromEntries(entries)];
    }
  } finally {
    database.close();
  }
}

function textOf(value: unknown): Raw {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** Numbers that stand for the values of keys: different for different keys. */
class Numbers {
  readonly #byKey: readonly Map<string, number>[];
  readonly #texts: string[] = [];

  constructor(keys: number) {
    this.#byKey = Array.from({ length: keys }, () => new Map<string, number>());
  }

  of(key: number, text: string): number {
    const known = this.#byKey[key]?.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text);
    this.#byKey[key]?.set(text, number);
    return number;
  }

  text(number: number): string {
    return this.#texts[number - 1] ?? '';
  }
}
