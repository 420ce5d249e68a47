import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';

import { toBase64, toHex, utf8Bytes } from '../../core/base/index.js';
import { allKeys, caseKey, keyMaker, keysOf, schemes } from '../../core/linkage/index.js';
import type { HeldIdentifiers, IdentifierName } from '../../core/linkage/index.js';
import { matchKeyDomain } from '../../core/private-join/index.js';
import type { Group } from '../../core/private-join/index.js';
import type { Source } from '../../examples/bold/sources.js';
import type { Pattern } from './find-patterns.js';
import { identifierColumns } from './identifier-columns.js';

/**
 * People and cases that one agency alone holds, with names and numbers that stand nowhere else in the world: wherever
 * one of them, or a hash of it, turns up, it has come from that agency.
 */
export interface Canaries {
  readonly agency: string;
  readonly raw: readonly string[];
  /** Match keys, by the name of their column. */
  readonly keys: readonly { readonly name: string; readonly key: string }[];
}

const PER_AGENCY = 3;
const DIGESTS = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** Puts canaries into an agency's database in place of some of its identifiers. */
export function plantCanaries({ agency, mapping }: Source, index: number): Canaries {
  const database = new Database(mapping.sqlite);
  const raw: string[] = [];
  const keys: { name: string; key: string }[] = [];
  try {
    for (let number = 0; number < PER_AGENCY; number += 1) {
      const canary = canaryOf(index, number);
      const columns = identifierColumns(mapping);
      const set = columns.map(({ column }) => `"${column}" = ?`).join(', ');
      const row = `SELECT rowid FROM "${mapping.table}" ORDER BY rowid LIMIT 1 OFFSET ${number}`;
      const { changes } = database
        .prepare(`UPDATE "${mapping.table}" SET ${set} WHERE rowid = (${row})`)
        .run(...columns.map(({ name, place }) => canary[name]?.[place] ?? null));
      if (changes !== 1) throw new RangeError(`${agency} has too few rows for its canaries`);
      const held = Object.fromEntries(
        columns.map(({ name }) => [
          name,
          canary[name]?.slice(0, columns.filter((one) => one.name === name).length) ?? [],
        ]),
      );
      raw.push(...['forename', 'surname', 'postcode', 'urn'].flatMap((name) => held[name] ?? []));
      keys.push(...keysIn(held));
    }
  } finally {
    database.close();
  }
  return { agency, raw, keys };
}

/** Every key that a scheme of the example makes of a canary, of all the values it has. */
function keysIn({ urn, ...person }: Readonly<Record<string, readonly string[]>>): Canaries['keys'] {
  const held: HeldIdentifiers = new Map(
    Object.entries(person).map(([name, values]) => [name as IdentifierName, values.length]),
  );
  const all = allKeys([...schemes.values()]);
  const definitions = keysOf({ keys: all }, held);
  const personal = keyMaker(
    definitions,
    held,
  )(person).flatMap((keys, column) => keys.map((key) => ({ name: definitions[column]?.name ?? '', key })));
  const key = caseKey(urn?.[0]);
  return key === null ? personal : [...personal, { name: 'case', key }];
}

/** Of each identifier as many values as any agency has columns for. */
function canaryOf(agency: number, number: number): Readonly<Record<string, readonly string[]>> {
  const letter = (place: number): string =>
    String.fromCharCode(97 + (((agency * PER_AGENCY + number) * 7 + place) % 26));
  const mark = `${letter(1)}${letter(3)}${letter(5)}`;
  return {
    forename: [`Qzxjv${mark}`],
    surname: [`Wvkqx${mark}`, `Xkqvw${mark}`],
    dateOfBirth: [`19${40 + agency}-0${number + 1}-17`],
    postcode: [`QY${agency + 1}${number} 9ZX`, `QY${agency + 1}${number} 8XZ`],
    sex: ['F'],
    urn: [`97QZ${1_000_000 + agency * 1_000 + number}24`],
  };
}

/** Everything that would give a canary away: it, as people and programs write it, its keys, and hashes of all of them. */
export function giveaways({ agency, raw, keys }: Canaries, group: Group, federation: string): Pattern[] {
  const texts = [...raw.flatMap(spellings), ...keys.map(({ key }) => key)];
  const patterns: Pattern[] = [];
  const add = (what: string, bytes: Uint8Array): void => void patterns.push({ name: `${agency}: ${what}`, bytes });
  for (const text of new Set(texts)) {
    add(`"${text}"`, utf8Bytes(text));
    add(`"${text}" in UTF-16`, new Uint8Array(Buffer.from(text, 'utf16le')));
    for (const digest of DIGESTS) {
      addHash(add, `${digest} of "${text}"`, new Uint8Array(createHash(digest).update(text).digest()));
    }
  }
  for (const { name, key } of keys) {
    addHash(
      add,
      `the point of ${name} "${key}"`,
      group.hashToGroup(matchKeyDomain(federation, name), [utf8Bytes(key)]),
    );
  }
  return patterns;
}

function addHash(add: (what: string, bytes: Uint8Array) => void, what: string, bytes: Uint8Array): void {
  add(what, bytes);
  add(`${what} in hexadecimal`, utf8Bytes(toHex(bytes)));
  // Without the end, which depends on what follows.
  add(`${what} in base64`, utf8Bytes(toBase64(bytes).slice(0, 20)));
}

function spellings(text: string): string[] {
  const plain = text.replaceAll(' ', '');
  return [text, text.toUpperCase(), text.toLowerCase(), plain, plain.toUpperCase()];
}
