import { describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { codesOf, Folder, fork, HOUR, statementOf } from './register-fixtures.js';
import { expectSettled, known, news, strangers, whole, world } from './register-world.js';

describe('a registrar’s word that comes with news', () => {
  it('is taken where it is later', () => {
    const at = world();
    const later = statementOf(known, HOUR(10));
    expect(at.registers.take(news({ entries: [], statement: later }))).toBe(true);
    expect(at.registers.stated?.issued).toBe('2026-11-23T10:00:00Z');
    expect(at.folder.read('statement')).toEqual(later);
    expect(at.log.of('register')).toEqual([]);
    expectSettled(at, known);
    expect(at.registers.take(news({ entries: [], statement: later }))).toBe(false);
  });

  it.each<readonly [string, Uint8Array, boolean]>([
    ['earlier', statementOf(known, HOUR(8)), false],
    ['of the same second', statementOf(known, HOUR(9)), false],
    ['of the same second and of less', statementOf(known.slice(0, 1), HOUR(9)), false],
    ['of a time to come', statementOf(known, new Date(HOUR(10).getTime() + 301_000)), true],
    ['an officer’s', statementOf(known, HOUR(10), { by: 'ada' }), true],
    ['rubbish', utf8Bytes('x'), true],
  ])('is not where it is %s', (_, statement, isSaid) => {
    const at = world();
    const before = at.folder.read('statement');
    expect(at.registers.take(news({ entries: [], statement }))).toBe(false);
    expect(at.registers.statement).toEqual(before);
    expect(at.folder.read('statement')).toEqual(before);
    expect(at.log.of('register-refused')).toHaveLength(isSaid ? 1 : 0);
    expectSettled(at, known);
  });

  it('is taken where it is of the same second and of more', () => {
    const at = world(known, statementOf(known.slice(0, 1), HOUR(9)));
    expect(at.registers.take(news({ entries: [], statement: statementOf(known, HOUR(9)) }))).toBe(true);
    expect(at.registers.stated?.size).toBe(2);
    expectSettled(at, known);
  });

  it('keeps no revocation away where it is forged', () => {
    const at = world();
    const before = at.folder.read('statement');
    expect(at.registers.take(news({ statement: statementOf(whole, HOUR(10), { by: 'ada' }) }))).toBe(true);
    expect(at.registers.copy.entries).toEqual(whole);
    expect(at.registers.stated?.issued).toBe('2026-11-23T09:00:00Z');
    expect(at.folder.read('statement')).toEqual(before);
    expectSettled(at, whole);
  });

  it('is the first where there was none', () => {
    const folder = new Folder();
    folder.write(known);
    const at = { folder, ...folder.open() };
    expect(at.registers.take(news({ entries: [], statement: statementOf(known, HOUR(9)) }))).toBe(true);
    expect(folder.read('statement')).toEqual(statementOf(known, HOUR(9)));
    expectSettled(at, known);
  });
});

describe('a registrar’s word of what is not here', () => {
  it.each<readonly [string, Uint8Array, string, string]>([
    ['of more than has come', statementOf(whole, HOUR(10)), 'REGISTER_STALE', 'register-behind'],
    [
      'of another register',
      statementOf(known, HOUR(10), { root: 'ab'.repeat(32) }),
      'LOG_INCONSISTENT',
      'register-contradicted',
    ],
    ['of a later roster', statementOf(known, HOUR(10), { roster: 2 }), 'ROSTER_STALE', 'register-behind'],
  ])('stops everything where it is %s, also after a restart, until the next word fits', (_, statement, code, event) => {
    const at = world();
    expect(at.registers.take(news({ entries: [], statement }))).toBe(true);
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))[0]).toBe(code);
    expect(at.registers.stated).toBeUndefined();
    // What was signed before is signed still.
    expect(at.registers.confirmed).toBe(2);
    expect(at.log.of(event)).toMatchObject([{ entries: 2, err: { code } }]);
    expectSettled(at, known);
    const again = at.folder.open();
    expect(codesOf(() => again.registers.assertUpToDate(HOUR(10)))[0]).toBe(code);
    expect(again.registers.confirmed).toBe(0);
    expect(again.log.of(event)).toHaveLength(1);
    expect(again.registers.take(news({ entries: [], statement: statementOf(known, HOUR(11)) }))).toBe(false);
    const later = at.folder.open(undefined, { clock: { now: () => HOUR(11) } }).registers;
    expect(later.take(news({ entries: [], statement: statementOf(known, HOUR(11)) }))).toBe(true);
    expect(codesOf(() => later.assertUpToDate(HOUR(11)))).toEqual([]);
  });

  it('counts though the entries with it are no use, or those between are missing', () => {
    for (const bad of [news({ entries: [strangers()] }), news({ first: 3, entries: [] })]) {
      const at = world();
      expect(codesOf(() => at.registers.take({ ...bad, statement: statementOf(whole, HOUR(10)) }))[0]).toBe(
        'REGISTER_INVALID',
      );
      expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))[0]).toBe('REGISTER_STALE');
      expectSettled(at, known);
      expect(at.registers.take(news({ statement: statementOf(whole, HOUR(10)) }))).toBe(true);
      expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))).toEqual([]);
    }
  });

  it('keeps out entries that it contradicts', () => {
    const at = world();
    const poison = {
      ...news({ entries: fork().slice(2, 4) }),
      statement: statementOf(whole, HOUR(10), { size: 4, root: 'ab'.repeat(32) }),
    };
    expect(codesOf(() => at.registers.take(poison))).toEqual(['REGISTER_INVALID', 'LOG_INCONSISTENT']);
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))[0]).toBe('REGISTER_STALE');
    expectSettled(at, known);
  });
});

describe('a statement’s file', () => {
  it.each<readonly [string, Uint8Array]>([
    ['an earlier one', statementOf(known, HOUR(8))],
    ['a stranger’s', statementOf(known, HOUR(10), { by: 'ada' })],
    ['one of a time to come', statementOf(known, HOUR(11))],
  ])('of before stays where %s is put in its place, and that is said once', (_, statement) => {
    const at = world();
    at.folder.put('statement', statement);
    [1, 2, 3].map(() => at.registers.look());
    expect(at.registers.stated?.issued).toBe('2026-11-23T09:00:00Z');
    expect(at.registers.isFileRefused).toBe(true);
    expect(at.log.of('register-refused')).toMatchObject([{ level: 'error', err: { code: 'REGISTER_INVALID' } }]);
    expect(String(at.log.of('register-refused')[0]?.['err'])).toContain(at.folder.files.statement);
    // Until there is a later one.
    at.folder.put('statement', statementOf(known, HOUR(10)));
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expect([at.registers.isFileRefused, at.registers.stated?.issued]).toEqual([false, '2026-11-23T10:00:00Z']);
  });

  it('that is an earlier one keeps no register away that is put there with it', () => {
    const at = world();
    at.folder.write(whole, statementOf(known, HOUR(8)));
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expect(at.registers.copy.entries).toEqual(whole);
    expect(at.registers.stated?.issued).toBe('2026-11-23T09:00:00Z');
  });
});
