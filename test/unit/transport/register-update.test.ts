import { describe, expect, it } from 'vitest';

import { joinBytes, utf8Bytes } from '../../../core/base/index.js';
import { formatRegisterFile, GovernanceError, MAX_REGISTER_FILE_BYTES } from '../../../core/governance/index.js';
import { MAX_REGISTER_PART_BYTES } from '../../../transport/limits.js';
import { partsOf, RegisterParts } from '../../../transport/register-update.js';
import type { RegisterPart, RegisterUpdate } from '../../../transport/register-update.js';
import { Entries } from '../governance/fixtures.js';
import { errorOf } from './thrown.js';

const entries = new Entries();
entries.grant();
const [, ENTRY = new Uint8Array(0)] = entries.list;
const STATEMENT = utf8Bytes('a registrar’s word');

/** An entry of so many bytes: what comes after an envelope's last bracket means nothing. */
function entryOf(bytes: number): Uint8Array {
  return joinBytes([ENTRY, new Uint8Array(bytes - ENTRY.length).fill(0x20)]);
}

/** Of so many bytes with its line's end. */
const lineOf = (bytes: number): Uint8Array => formatRegisterFile([entryOf(bytes - 1)]);

function putTogether(parts: readonly RegisterPart[], into = new RegisterParts()): RegisterUpdate | undefined {
  expect(parts.slice(0, -1).map((part) => into.take(part))).toEqual(parts.slice(0, -1).map(() => undefined));
  const last = parts.at(-1);
  return last === undefined ? undefined : into.take(last);
}

const partOf = (change: Partial<RegisterPart>): RegisterPart => ({
  ...{ first: 0, lines: lineOf(2_000), isLast: true, statement: undefined },
  ...change,
});
const full = (change: Partial<RegisterPart> = {}): RegisterPart =>
  partOf({ lines: lineOf(MAX_REGISTER_PART_BYTES), isLast: false, ...change });

describe('what a node lacks of the register', () => {
  it.each([
    ['nothing but a statement', [], 1],
    ['a part to the last byte', [MAX_REGISTER_PART_BYTES - 1], 1],
    ['one byte more than a part', [MAX_REGISTER_PART_BYTES], 2],
    ['entries that begin in one part and end in another', [200_000, 2_000, 200_000, 200_000, 2_000], 3],
  ])('goes in parts and is put together again: %s', (_, sizes, count) => {
    const update = { first: 7, entries: sizes.map(entryOf), statement: STATEMENT };
    const parts = partsOf(update);
    expect(parts).toHaveLength(count);
    expect(parts.every(({ first, lines }) => first === 7 && lines.length <= MAX_REGISTER_PART_BYTES)).toBe(true);
    expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((part) => part === parts.at(-1)));
    expect(parts.map(({ statement }) => statement)).toEqual(
      parts.map((part) => (part === parts.at(-1) ? STATEMENT : undefined)),
    );
    expect(putTogether(parts)).toEqual(update);
  });

  it('may come without a statement', () => {
    const update = { first: 0, entries: [ENTRY], statement: undefined };
    expect(putTogether(partsOf(update))).toEqual(update);
  });

  it('is whole with its last part, and what comes next begins anew', () => {
    const parts = new RegisterParts();
    expect(putTogether([full(), partOf({})], parts)?.entries).toHaveLength(2);
    expect(parts.take(partOf({}))?.entries).toHaveLength(1);
  });

  it('is forgotten where a part begins at another entry', () => {
    const parts = new RegisterParts();
    expect(parts.take(full({ first: 3 }))).toBeUndefined();
    expect(parts.take(partOf({ first: 4 }))).toMatchObject({ first: 4, entries: { length: 1 } });
  });

  it('is forgotten with its connection', () => {
    const parts = new RegisterParts();
    expect(parts.take(full())).toBeUndefined();
    parts.forget();
    expect(parts.take(partOf({}))?.entries).toHaveLength(1);
  });

  it('is taken up to its limit, and not with a byte more', () => {
    const count = MAX_REGISTER_FILE_BYTES / MAX_REGISTER_PART_BYTES;
    const parts = new RegisterParts();
    const fill = (many: number): void => {
      for (let each = 0; each < many; each += 1) expect(parts.take(full())).toBeUndefined();
    };
    fill(count - 1);
    expect(parts.take(full({ isLast: true }))?.entries).toHaveLength(count);
    fill(count);
    expect(errorOf(() => parts.take(partOf({ lines: new Uint8Array(1) })))).toEqual({
      code: 'BAD_MESSAGE',
      field: 'register.lines',
    });
    expect(parts.take(partOf({}))?.entries).toHaveLength(1);
  });

  it.each([
    ['nothing', 0],
    ['a byte less than a part', MAX_REGISTER_PART_BYTES - 1],
  ])('is refused in parts that are not full, which could be without number: %s', (_, bytes) => {
    const parts = new RegisterParts();
    expect(parts.take(full())).toBeUndefined();
    expect(errorOf(() => parts.take(full({ lines: new Uint8Array(bytes) })))).toEqual({
      code: 'BAD_MESSAGE',
      field: 'register.lines',
    });
    expect(parts.take(partOf({}))?.entries).toHaveLength(1);
  });

  it.each([
    ['rubbish', utf8Bytes('no entry\n')],
    ['a line that was cut off', lineOf(2_000).slice(0, -1)],
    ['a statement among the entries', utf8Bytes('{"payloadType":"other","payload":"","signatures":[]}\n')],
  ])('is refused where it has %s, and forgotten', (_, lines) => {
    const parts = new RegisterParts();
    const take = (): unknown => parts.take(partOf({ lines }));
    expect(take).toThrow(expect.objectContaining({ code: 'BAD_REGISTER_FILE' }));
    expect(take).toThrow(GovernanceError);
    expect(parts.take(partOf({}))?.entries).toHaveLength(1);
  });
});
