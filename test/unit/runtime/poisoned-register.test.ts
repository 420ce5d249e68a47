import { describe, expect, it } from 'vitest';

import { Entries } from '../governance/fixtures.js';
import { codesOf, Folder, fork, history, HOUR, statementOf } from './register-fixtures.js';

/** What everybody has, and what a registrar has signed of it. */
const whole = history();
const signed = statementOf(whole, HOUR(10));
/** Two entries that everybody has, and two grants that officers have signed and nobody has put into the register. */
const poisoned = fork();
const at9 = statementOf(whole.slice(0, 2), HOUR(9));

/** A node that was poisoned before a registrar spoke of more than it has in common with others. */
function victim(options: Parameters<Folder['open']>[1] = {}): { folder: Folder } & ReturnType<Folder['open']> {
  const folder = new Folder();
  folder.write(poisoned, at9);
  return { folder, ...folder.open(undefined, options) };
}

/** The same with a withdrawal that officers have signed. */
function withWithdrawal(): { readonly poison: readonly Uint8Array[]; readonly honest: readonly Uint8Array[] } {
  const [poison, honest] = [new Entries(), new Entries()];
  for (const entries of [poison, honest]) entries.grant();
  const grant = poison.grant({ organisation: 'charity' });
  poison.act({ act: 'withdraw-grant', grant, reason: 'For a test.' }, 'ada');
  honest.grant({ organisation: 'charity', until: '2027-01-30' });
  return { poison: poison.list, honest: honest.list };
}

describe('a poisoned register', () => {
  it('says how much of it a registrar has signed, so that the rest is sent again', () => {
    expect(victim().registers.confirmed).toBe(2);
  });

  it('is not answered by as soon as a registrar’s word contradicts it', () => {
    const at = victim();
    const short = statementOf(whole.slice(0, 4), HOUR(10));
    expect(at.registers.take({ first: 4, entries: [], statement: short })).toBe(true);
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))[0]).toBe('LOG_INCONSISTENT');
    expect(at.log.of('register-contradicted')).toMatchObject([{ level: 'error', signed: 4 }]);
  });

  it('is put right by news that a registrar has signed, and stays so', () => {
    const at = victim();
    expect(at.registers.take({ first: 2, entries: whole.slice(2), statement: signed })).toBe(true);
    expect(at.registers.copy.entries).toEqual(whole);
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))).toEqual([]);
    expect(at.registers.confirmed).toBe(whole.length);
    expect(at.log.of('register-put-right')).toMatchObject([{ level: 'warn', from: 2, entries: whole.length }]);
    expect(at.folder.open().registers.copy.entries).toEqual(whole);
    expect([at.registers.look(), at.registers.look()]).toEqual([false, false]);
    // The poison again is no news.
    expect(codesOf(() => at.registers.take({ first: 2, entries: poisoned.slice(2), statement: at9 }))).toEqual([
      'REGISTER_INVALID',
      'LOG_INCONSISTENT',
    ]);
  });

  it('is put right by files, whichever of them comes first, also where they are shorter', () => {
    const shorter = whole.slice(0, 3);
    for (const [entries, statement] of [
      [whole, signed],
      [shorter, statementOf(shorter, HOUR(10))],
    ] as const) {
      const at = victim();
      at.folder.put('statement', statement);
      expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
      expect(() => at.registers.assertUpToDate(HOUR(10))).toThrow();
      at.folder.write(entries);
      expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
      expect(at.registers.copy.entries).toEqual(entries);
      expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))).toEqual([]);
    }
  });

  it.each<readonly [string, Uint8Array | undefined, Parameters<Folder['open']>[1]]>([
    ['nobody has signed', undefined, {}],
    ['a registrar has signed as far as both are one', statementOf(whole.slice(0, 2), HOUR(10)), {}],
    ['an officer has signed', statementOf(whole, HOUR(10), { by: 'ada' }), {}],
    ['a registrar has signed with another root', statementOf(whole, HOUR(10), { root: 'ab'.repeat(32) }), {}],
    ['was signed more than a day ago', signed, { clock: { now: () => new Date(HOUR(10).getTime() + 86_401_000) } }],
    ['was signed before the last word', statementOf(whole, HOUR(8)), {}],
    ['comes to a coordinator, whose log has told of its own', signed, { putsRight: false }],
  ])('gives no place to another that %s', (_, statement, options) => {
    const at = victim(options);
    expect(codesOf(() => at.registers.take({ first: 2, entries: whole.slice(2), statement }))).toEqual([
      'REGISTER_INVALID',
      'LOG_INCONSISTENT',
    ]);
    expect(at.registers.copy.entries).toEqual(poisoned);
  });

  it('gives no place to one that would forget what took something away', () => {
    const { poison, honest } = withWithdrawal();
    const folder = new Folder();
    folder.write(poison, at9);
    const { registers } = folder.open();
    const news = { first: 2, entries: honest.slice(2), statement: statementOf(honest, HOUR(10)) };
    expect(codesOf(() => registers.take(news))).toEqual(['REGISTER_INVALID', 'LOG_INCONSISTENT']);
    expect(() => registers.take(news)).toThrow('It lacks what entry 3 says here');
    // And nothing is answered meanwhile.
    expect(codesOf(() => registers.assertUpToDate(HOUR(10)))[0]).toBe('LOG_INCONSISTENT');
    // Until governance has taken it in, too, in whatever place.
    const both = [...honest, ...poison.slice(2)];
    expect(registers.take({ first: 2, entries: both.slice(2), statement: statementOf(both, HOUR(10)) })).toBe(true);
    expect(registers.copy.entries).toEqual(both);
  });
});
