import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';

import { toBase64, toHex, utf8Bytes } from '../../core/base/index.js';
import { caseKey, keyNames, personKeys, schemes } from '../../core/linkage/index.js';
import type { Identifiers } from '../../core/linkage/index.js';
import { matchKeyDomain } from '../../core/private-join/index.js';
import type { Group } from '../../core/private-join/index.js';
import type { Source } from '../../examples/bold/sources.js';
import type { Pattern } from './find-patterns.js';

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
      const columns = Object.entries(mapping.identifiers);
      const set = columns.map(([, column]) => `"${column}" = ?`).join(', ');
      const row = `SELECT rowid FROM "${mapping.table}" ORDER BY rowid LIMIT 1 OFFSET ${number}`;
      const { changes } = database
        .prepare(`UPDATE "${mapping.table}" SET ${set} WHERE rowid = (${row})`)
        .run(...columns.map(([name]) => canary[name] ?? null));
      if (changes !== 1) throw new RangeError(`${agency} has too few rows for its canaries`);
      const held = Object.fromEntries(columns.map(([name]) => [name, canary[name] ?? null]));
      raw.push(...['forename', 'surname', 'postcode', 'urn'].flatMap((name) => held[name] ?? []));
      keys.push(...keysOf(held));
    }
  } finally {
    database.close();
  }
  return { agency, raw, keys };
}

function keysOf(held: Identifiers & { readonly urn?: string | null }): { name: string; key: string }[] {
  const scheme = schemes.get('exact');
  if (scheme === undefined) throw new RangeError('no such scheme');
  const personal = personKeys(scheme, held).flatMap((key, column) => {
    const name = keyNames(scheme)[column];
    return key === null || name === undefined ? [] : [{ name, key }];
  });
  const urn = caseKey(held.urn);
  return urn === null ? personal : [...personal, { name: 'case', key: urn }];
}

function canaryOf(agency: number, number: number): Readonly<Record<string, string>> {
  const letter = (place: number): string =>
    String.fromCharCode(97 + (((agency * PER_AGENCY + number) * 7 + place) % 26));
  const mark = `${letter(1)}${letter(3)}${letter(5)}`;
  return {
    forename: `Qzxjv${mark}`,
    surname: `Wvkqx${mark}`,
    dateOfBirth: `19${40 + agency}-0${number + 1}-17`,
    postcode: `QY${agency + 1}${number} 9ZX`,
    sex: 'F',
    urn: `97QZ${1_000_000 + agency * 1_000 + number}24`,
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
