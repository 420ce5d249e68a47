import { finish } from '../../../core/base/index.js';
import type { Rng } from '../../../core/base/index.js';
import {
  agencyKeys,
  keyMaker,
  MAX_IDENTIFIER_VALUES,
  missingMask,
  normaliseSex,
  peopleKeys,
  PeopleMaker,
  recordKeyMaker,
  schemes,
} from '../../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName, Identifiers } from '../../../core/linkage/index.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import type { BoundMapping } from '../../../node-agent/source/mapping.js';
import type { Source, SourceRow } from '../../../node-agent/source/source.js';
import { somePersonas, writtenRecord } from '../../support/faulty-people.js';
import { optOutColumns } from './opt-outs-fixtures.js';
import type { OptOutLine } from './opt-outs-fixtures.js';

/** Where a record of the source stands beside what isn't about the person. */
export interface WorldRow {
  readonly person: Identifiers;
  /** Something in it can't be used, so that it never gets into a snapshot. */
  readonly isBad: boolean;
}

export interface World {
  readonly rows: readonly WorldRow[];
  readonly list: readonly OptOutLine[];
}

/**
 * An agency's rows about people who are there up to three times, with faults, some of them word for word the same, some with
 * hardly anything; and a list of some of them and of others, each written once more with faults of its own.
 */
export function optedOutWorld(seed: number, rng: Rng): World {
  const below = (limit: number): number => new DataView(rng.bytes(4).buffer).getUint32(0) % limit;
  const rows: WorldRow[] = [];
  const list: OptOutLine[] = [];
  for (const [index, persona] of somePersonas(seed, 160).entries()) {
    const written = (): Identifiers => writtenRecord(persona, below(2) === 0 ? 'hard' : 'realistic', below(2 ** 31));
    for (let copies = below(4); copies > 0; copies -= 1) {
      const person = { ...written(), ...(index % 11 === 0 ? { nhsNumber: '9434765919' } : {}) };
      rows.push({ person, isBad: below(6) === 0 });
      if (below(5) === 0) rows.push({ person: { ...person }, isBad: below(6) === 0 });
    }
    if (below(25) === 0) rows.push({ person: {}, isBad: false }, { person: { sex: 'F' }, isBad: false });
    // Records that are the same and say too little to be one person.
    const vague = { forename: 'Ada', surname: `Vague${'abcde'[index % 5]}`, dateOfBirth: '1980-05-00' };
    if (index < 10) rows.push({ person: vague, isBad: false });
    if (below(12) === 0) list.push(lineOf(written()));
  }
  if (below(2) === 0) list.push({ first: 'Ada', last: 'Vaguea', born: '1980-05-00' });
  return { rows: rows.toSorted(() => below(3) - 1), list };
}

function lineOf({ forename, surname, dateOfBirth, postcode, sex }: Identifiers): OptOutLine {
  const [first, last, former, born, home, before] = [
    ...valuesOf(forename, 1),
    ...valuesOf(surname, 2),
    ...valuesOf(dateOfBirth, 1),
    ...valuesOf(postcode, 2),
  ];
  const [written] = valuesOf(sex, 1);
  // A comma would be the next column's.
  const plain = (value: string | null | undefined): string => (value ?? '').replaceAll(/[,"\r\n]/g, ' ');
  const line = { first, last, former, born, home, before, sex: written };
  return Object.fromEntries(Object.entries(line).map(([name, value]) => [name, plain(value)]));
}

/** What a world's source has of each identifier. */
export function heldIn(withSex: boolean): HeldIdentifiers {
  const once = (['forename', 'dateOfBirth', 'nhsNumber', ...(withSex ? (['sex'] as const) : [])] as const).map(
    (name) => [name, 1] as const,
  );
  return new Map<IdentifierName, number>([...once, ['surname', 2], ['postcode', 2]]);
}

/** The rows that are of people on the list, by their places, as docs/agency/consent.md says it, all in memory. */
export function optedOutNaively({ rows, list }: World, definition: DatasetDefinition): ReadonlySet<number> {
  const held: HeldIdentifiers = definition.linkage?.identifiers ?? new Map();
  const listed = new Set<string>();
  const ofNoSex = new Set<string>();
  for (const line of list) {
    const person = Object.fromEntries(
      Object.entries(optOutColumns).map(([name, columns]) => [
        name,
        (typeof columns === 'string' ? [columns] : columns).map((column) => line[column]),
      ]),
    );
    const onList = new Map(Object.keys(optOutColumns).map((name) => [name as IdentifierName, 1]));
    const blank = everyKeyOf(person, withoutSex(onList));
    for (const key of [...everyKeyOf(person, onList), ...blank]) listed.add(key);
    if (!saysSex(person)) for (const key of blank) ofNoSex.add(key);
  }
  const matched = rows.flatMap(({ person }, row) => {
    const known = onlyHeld(person, held);
    const blank = everyKeyOf(known, withoutSex(held));
    const shares =
      everyKeyOf(known, held).some((key) => listed.has(key)) ||
      blank.some((key) => (saysSex(known) ? ofNoSex : listed).has(key));
    return shares ? [row] : [];
  });
  const people = peopleOf(rows, definition, held);
  const persons = new Set(matched.map((row) => people[row]));
  const theirs = rows.flatMap((_, row) => (persons.has(people[row]) ? [row] : []));
  const words = new Set(theirs.map((row) => JSON.stringify(cellsOf(rows[row]?.person ?? {}, held))));
  return new Set(rows.flatMap(({ person }, row) => (words.has(JSON.stringify(cellsOf(person, held))) ? [row] : [])));
}

function withoutSex(held: HeldIdentifiers): HeldIdentifiers {
  return new Map([...held].filter(([name]) => name !== 'sex'));
}

function saysSex({ sex }: Identifiers): boolean {
  return [sex].flat().some((value) => normaliseSex(value) !== null);
}

function everyKeyOf(person: Identifiers, held: HeldIdentifiers): string[] {
  const keys = agencyKeys([...schemes.values()], held);
  const most = new Map([...held.keys()].map((name) => [name, MAX_IDENTIFIER_VALUES]));
  const made = keyMaker(keys, most, Number.POSITIVE_INFINITY)(person);
  return made.flatMap((values, place) => values.map((value) => `${keys[place]?.name ?? ''} ${value}`));
}

/** By row, a number of its person. */
function peopleOf(rows: readonly WorldRow[], definition: DatasetDefinition, held: HeldIdentifiers): readonly number[] {
  const { personKeys } = snapshotLayout(definition, '');
  const [maker, recordKeys] = [new PeopleMaker(peopleKeys(personKeys)), recordKeyMaker(personKeys, held)];
  const numbers = new Map<string, number>();
  for (const { person } of rows) {
    const { keys, missing } = recordKeys(onlyHeld(person, held));
    const numbered = keys.map((values, key) =>
      values.map((value) => {
        const name = `${key} ${value}`;
        if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
        return numbers.get(name) ?? 0;
      }),
    );
    maker.add(numbered, missingMask(missing));
  }
  const people = finish(maker.people());
  return rows.map((_, row) => people.personOf(row));
}

function onlyHeld(person: Identifiers, held: HeldIdentifiers): Identifiers {
  return Object.fromEntries(Object.entries(person).filter(([name]) => held.has(name as IdentifierName)));
}

/** Of one identifier: so many values, null where there is none. */
function valuesOf(raw: Identifiers[IdentifierName], count: number): (string | null)[] {
  const values = typeof raw === 'string' ? [raw] : (raw ?? []);
  return Array.from({ length: count }, (_, place) => values[place] ?? null);
}

function cellsOf(person: Identifiers, held: HeldIdentifiers): (string | null)[] {
  return [...held].flatMap(([name, count]) => valuesOf(person[name], count));
}

/** The world's rows as the mapping reads them, in batches of some; it counts how often they are read. */
export class WorldSource implements Source {
  readonly rows: readonly SourceRow[];
  reads = 0;
  readonly #batchRows: number;

  constructor(rows: readonly WorldRow[], { identifiers, columns }: BoundMapping, batchRows = 7) {
    const fields: SourceRow = ['2025-02-17', '2025-02-17', 'rape'];
    this.rows = rows.map(({ person, isBad }) => [
      ...identifiers.flatMap(({ name, columns: named }) =>
        name === 'urn' ? [null] : valuesOf(person[name], named.length),
      ),
      ...[...fields, isBad ? 'none' : 5].slice(0, columns.length),
    ]);
    this.#batchRows = batchRows;
  }

  async *batches(): AsyncGenerator<readonly SourceRow[]> {
    this.reads += 1;
    for (let from = 0; from < this.rows.length; from += this.#batchRows) {
      yield await Promise.resolve(this.rows.slice(from, from + this.#batchRows));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
