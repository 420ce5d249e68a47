import { expect } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import { writeEnvelope } from '../../../core/signing/index.js';
import type { RegisterNews } from '../../../runtime/register-in-force.js';
import { Entries } from '../governance/fixtures.js';
import { Folder, history, HOUR, statementOf } from './register-fixtures.js';

/** All of it. */
export const whole = history();
/** What is known at the start: the first roster and a grant. */
export const known = whole.slice(0, 2);
export const news = (change: Partial<RegisterNews> = {}): RegisterNews => ({
  ...{ first: 2, entries: whole.slice(2), statement: undefined },
  ...change,
});

export interface World extends ReturnType<Folder['open']> {
  readonly folder: Folder;
}

export function world(
  entries: readonly Uint8Array[] = known,
  statement: Uint8Array | undefined = statementOf(entries, HOUR(9)),
): World {
  const folder = new Folder();
  folder.write(entries, statement);
  return { folder, ...folder.open() };
}

/** Nothing is taken again, and nothing refused, however often it is looked at. */
export function expectSettled({ registers, folder, log }: World, entries: readonly Uint8Array[]): void {
  const lines = log.lines.length;
  expect([1, 2, 3].map(() => registers.look())).toEqual([false, false, false]);
  expect(registers.isFileRefused).toBe(false);
  expect(log.lines).toHaveLength(lines);
  expect(registers.copy.entries).toEqual(entries);
  expect(folder.read('register')).toEqual(formatRegisterFile(entries));
}
const typeOf = (entry: Uint8Array): { payloadType: string; payload: string; signatures: object[] } =>
  JSON.parse(new TextDecoder().decode(entry)) as { payloadType: string; payload: string; signatures: object[] };

/** The next entry without its signatures. */
export function unsigned(): Uint8Array {
  const { payloadType, payload } = typeOf(whole[2] ?? new Uint8Array(0));
  return writeEnvelope(payloadType, { payload: new Uint8Array(Buffer.from(payload, 'base64')), signatures: [] });
}

/** What eve would like to be granted. */
export function strangers(): Uint8Array {
  const entries = new Entries();
  entries.grant({ organisation: 'charity' }, ['eve', 'mal']);
  return entries.list.at(-1) ?? new Uint8Array(0);
}

/** The next entry, with a word in it that nobody signed. */
export function altered(): Uint8Array {
  const { payload, ...rest } = typeOf(whole[2] ?? new Uint8Array(0));
  const text = Buffer.from(payload, 'base64')
    .toString()
    .replace(/"made":"2026-11-23/, '"made":"2026-11-22');
  return utf8Bytes(
    JSON.stringify({
      payloadType: rest.payloadType,
      payload: Buffer.from(text).toString('base64'),
      signatures: rest.signatures,
    }),
  );
}
