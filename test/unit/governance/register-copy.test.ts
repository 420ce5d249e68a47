import { describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import {
  assertGoesOn,
  assertHolds,
  heardOf,
  registerAsOf,
  registerCopy,
  signPayload,
  STATEMENT_KIND,
  statementPayload,
  stateRegister,
} from '../../../core/governance/index.js';
import type { RegisterCopy } from '../../../core/governance/index.js';
import { naiveRoot } from '../../support/naive-log.js';
import { codeOf, Entries, fingerprintOf, following, keyOf, NOW, ROSTER } from './fixtures.js';

const PIN = fingerprintOf(ROSTER);

/** A roster, a grant, a live template, and the next roster. */
const made = new Entries();
made.grant();
made.live();
const SECOND = following(ROSTER);
made.roster(SECOND, ['ada', 'ben', 'cyd']);
const entries = made.list;
const whole = registerCopy(entries, PIN);
const cut = (size: number): RegisterCopy => registerCopy(entries.slice(0, size), PIN);

/** Another register of the same federation and roster. */
const others = new Entries();
others.grant({ organisation: 'charity' });
others.live();
others.roster(SECOND, ['ada', 'ben', 'cyd']);
const other = registerCopy(others.list, PIN);

describe('a copy of the register', () => {
  it('is its entries, what they amount to, and how far it is', () => {
    expect(whole.entries).toEqual(entries);
    expect(whole.head).toEqual({ size: entries.length, root: Buffer.from(naiveRoot(entries)).toString('hex') });
    expect(whole.register.current.roster.version).toBe(2);
    expect(whole.register.proposals.map(({ state }) => state)).toEqual(['live']);
  });

  it('is none where it can’t be believed, or is empty', () => {
    expect(codeOf(() => registerCopy([], PIN))).toBe('NO_ROSTER');
    expect(codeOf(() => registerCopy(entries, 'ab'.repeat(32)))).toBe('ROSTER_NOT_PINNED');
    expect(codeOf(() => registerCopy(entries.toSpliced(2, 1), PIN))).toBe('UNKNOWN_PROPOSAL');
  });
});

describe('a copy that is to take the place of another', () => {
  it('goes on where it has all of it, and maybe more', () => {
    for (let size = 1; size <= entries.length; size += 1) {
      expect(() => {
        assertGoesOn(whole, cut(size));
        assertGoesOn(cut(size), cut(size));
      }).not.toThrow();
    }
  });

  it('doesn’t where it is shorter', () => {
    expect(codeOf(() => assertGoesOn(cut(entries.length - 1), whole))).toBe('REGISTER_STALE');
    expect(codeOf(() => assertGoesOn(cut(1), cut(2)))).toBe('REGISTER_STALE');
  });

  it('doesn’t where it is another, as long or longer', () => {
    expect(other.head.size).toBe(whole.head.size);
    expect(codeOf(() => assertGoesOn(other, whole))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => assertGoesOn(other, cut(2)))).toBe('LOG_INCONSISTENT');
    expect(() => {
      assertGoesOn(other, cut(1));
    }).not.toThrow();
  });
});

describe('what somebody else had of the register', () => {
  it('is held where this copy has all of it', () => {
    for (let size = 1; size <= entries.length; size += 1) {
      expect(() => {
        assertHolds(whole, cut(size).head);
      }).not.toThrow();
    }
  });

  it('isn’t where they had more, something else, or nothing', () => {
    expect(codeOf(() => assertHolds(cut(2), cut(3).head))).toBe('REGISTER_STALE');
    expect(codeOf(() => assertHolds(whole, other.head))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => assertHolds(whole, { ...cut(3).head, size: 2 }))).toBe('LOG_INCONSISTENT');
    expect(codeOf(() => assertHolds(whole, { size: 0, root: cut(1).head.root }))).toBe('LOG_INCONSISTENT');
    const nothing = { size: 0, root: Buffer.from(naiveRoot([])).toString('hex') };
    expect(codeOf(() => assertHolds(whole, nothing))).toBe('LOG_INCONSISTENT');
  });
});

describe('the register as of its first entries', () => {
  it('is what it was then, under the roster of then', () => {
    expect(registerAsOf(whole, 1)).toMatchObject({ entries: 1, grants: [], proposals: [] });
    const before = registerAsOf(whole, entries.length - 1);
    expect(before.current.roster).toEqual(ROSTER);
    expect(before.proposals.map(({ state }) => state)).toEqual(['live']);
    expect(registerAsOf(whole, entries.length - 2).proposals.map(({ state }) => state)).toEqual(['approved']);
    expect(registerAsOf(whole, entries.length).current.roster).toEqual(SECOND);
  });

  it('is none of more than there is, nor of nothing', () => {
    expect(codeOf(() => registerAsOf(whole, entries.length + 1))).toBe('REGISTER_STALE');
    expect(codeOf(() => registerAsOf(whole, 0))).toBe('NO_ROSTER');
  });
});

describe('what a registrar has said of a copy', () => {
  const word = ({ register, entries: seen }: RegisterCopy, by = 'registry'): Uint8Array =>
    signPayload(STATEMENT_KIND, statementPayload(stateRegister(register, seen, NOW)), keyOf(by));

  it('is of it, or of its beginning', () => {
    expect(heardOf(whole, word(whole))).toEqual({
      said: { federation: 'demo', roster: 2, issued: '2026-11-23T12:00:00Z', ...whole.head },
      trouble: undefined,
    });
    expect(heardOf(cut(5), word(cut(3)))).toMatchObject({ said: { size: 3 }, trouble: undefined });
  });

  it.each<readonly [string, RegisterCopy, Uint8Array | undefined, string, number | undefined]>([
    ['nobody has spoken', whole, undefined, 'REGISTER_STALE', undefined],
    ['it is of more than there is', cut(3), word(cut(4)), 'REGISTER_STALE', 4],
    ['it is of the roster before', whole, word(cut(3)), 'REGISTER_STALE', undefined],
    ['it is of a later roster', cut(3), word(whole), 'ROSTER_STALE', whole.head.size],
    ['it is of another register', whole, word(other), 'LOG_INCONSISTENT', other.head.size],
    ['an officer has spoken', whole, word(whole, 'ada'), 'UNKNOWN_SIGNER', undefined],
    ['it is no statement', whole, utf8Bytes('x'), 'BAD_ENTRY', undefined],
  ])(
    'is borne out by nothing where %s; what a registrar has signed is heard all the same',
    (_, copy, statement, code, size) => {
      const { said, trouble } = heardOf(copy, statement);
      expect([trouble?.code, said?.size]).toEqual([code, size]);
    },
  );
});
