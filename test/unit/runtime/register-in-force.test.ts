import { chmodSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { utf8Bytes } from '../../../core/base/index.js';
import { formatRegisterFile, REGISTER_FRESH_SECONDS } from '../../../core/governance/index.js';
import { RegisterInForce } from '../../../runtime/index.js';
import type { RegisterNews } from '../../../runtime/register-in-force.js';
import { Entries, following, ROSTER } from '../governance/fixtures.js';
import { AT_TEN, codesOf, Folder, fork, HOUR, statementOf } from './register-fixtures.js';
import { altered, expectSettled, known, news, strangers, unsigned, whole, world } from './register-world.js';

describe('the register in force', () => {
  it('is that of the files at the start', () => {
    const { registers } = world();
    expect(registers.copy).toMatchObject({ entries: known, head: { size: 2 } });
    expect(registers.register.current.roster).toEqual(ROSTER);
    expect(registers.roster).toMatchObject({ federation: 'demo', version: 1 });
    expect(registers.stated?.size).toBe(2);
    expect(registers.statement).toEqual(statementOf(known, HOUR(9)));
    expect(registers.isFileRefused).toBe(false);
  });

  it('is none where its roster is no use here', () => {
    const folder = new Folder();
    folder.write(known);
    const refuse = (): never => {
      throw new RangeError('not mine');
    };
    expect(() => folder.open(refuse)).toThrow('not mine');
  });

  it('is up to date for a day after a registrar’s word', () => {
    const { registers } = world();
    const after = (seconds: number): Date => new Date(HOUR(9).getTime() + seconds * 1_000);
    expect(codesOf(() => registers.assertUpToDate(after(REGISTER_FRESH_SECONDS)))).toEqual([]);
    expect(codesOf(() => registers.assertUpToDate(after(REGISTER_FRESH_SECONDS + 1)))).toEqual(['REGISTER_STALE']);
  });

  it.each([
    ['nobody has spoken', undefined, 'REGISTER_STALE'],
    ['an officer has spoken', statementOf(known, HOUR(9), { by: 'ada' }), 'UNKNOWN_SIGNER'],
  ])('is not up to date where %s', (_, statement, code) => {
    const folder = new Folder();
    folder.write(known, statement);
    const { registers } = folder.open();
    expect(registers.stated).toBeUndefined();
    expect(codesOf(() => registers.assertUpToDate(HOUR(10)))[0]).toBe(code);
  });
});

describe('a changed file of the register', () => {
  it('is taken when it has stood still from one look to the next', () => {
    const at = world();
    at.folder.write(whole, statementOf(whole, HOUR(10)));
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expect(at.registers.copy.head.size).toBe(whole.length);
    expect(at.registers.stated?.size).toBe(whole.length);
    expect(at.log.of('register')).toEqual([{ level: 'info', event: 'register', entries: whole.length, roster: 1 }]);
    expectSettled(at, whole);
  });

  it('may be its statement only, which is nothing new of the register', () => {
    const at = world();
    at.folder.put('statement', statementOf(known, HOUR(10)));
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expect(at.registers.stated?.issued).toBe('2026-11-23T10:00:00Z');
    expect(at.log.of('register')).toEqual([]);
    expectSettled(at, known);
  });

  it('has another roster where it says so', () => {
    const at = world();
    const entries = new Entries();
    entries.grant();
    entries.roster(following(ROSTER, { agencies: ROSTER.agencies.slice(0, 1) }), ['ada', 'ben', 'cyd']);
    at.folder.write(entries.list);
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expect(at.registers.roster).toMatchObject({ version: 2, agencies: { length: 1 } });
  });

  it.each<readonly [string, Uint8Array[], string]>([
    ['shorter', whole.slice(0, 4), 'REGISTER_STALE'],
    ['another', [...fork()], 'REGISTER_STALE'],
    ['another and longer', [...fork(), ...[1, 2, 3, 4, 5, 6, 7].map((each) => longer(each))], 'LOG_INCONSISTENT'],
  ])('never goes back: one that is %s is refused, and said once', (_, entries, code) => {
    const at = world(whole, statementOf(whole, HOUR(9)));
    at.folder.write(entries);
    expect([1, 2, 3, 4].map(() => at.registers.look())).toEqual([false, false, false, false]);
    expect(at.registers.isFileRefused).toBe(true);
    expect(at.registers.copy.entries).toEqual(whole);
    expect(at.log.of('register-refused')).toMatchObject([
      { level: 'error', entries: whole.length, err: { code: 'REGISTER_INVALID', cause: { code } } },
    ]);
    at.folder.write(whole);
    at.registers.look();
    at.registers.look();
    expectSettled(at, whole);
  });

  it('is refused where its roster is no use here', () => {
    const folder = new Folder();
    folder.write(known);
    const { registers, log } = folder.open(({ version }) => {
      if (version > 1) throw new RangeError('not mine');
    });
    const entries = new Entries();
    entries.grant();
    entries.roster(following(ROSTER), ['ada', 'ben', 'cyd']);
    folder.write(entries.list);
    expect([registers.look(), registers.look()]).toEqual([false, false]);
    expect(registers.roster.version).toBe(1);
    expect(log.of('register-refused')).toMatchObject([{ err: { message: 'not mine' } }]);
    expect(() => registers.take({ first: 2, entries: entries.list.slice(2), statement: undefined })).toThrow(
      'not mine',
    );
    expect(registers.roster.version).toBe(1);
  });
});

/** A grant that goes on from `fork`. */
function longer(day: number): Uint8Array {
  const entries = new Entries();
  for (let each = 0; each < day + 3; each += 1) entries.grant({ until: `2027-02-${String(day + 10)}` });
  return entries.list.at(-1) ?? new Uint8Array(0);
}

describe('news of the register', () => {
  it('go on from what is known, and are in the files whole', () => {
    const at = world();
    const statement = statementOf(whole, HOUR(10));
    expect(at.registers.take(news({ statement }))).toBe(true);
    expect(at.registers.copy.entries).toEqual(whole);
    expect(at.registers.register.proposals.map(({ state }) => state)).toEqual(['live']);
    expect(at.registers.statement).toEqual(statement);
    expect(at.registers.stated?.size).toBe(whole.length);
    expect(at.folder.read('statement')).toEqual(statement);
    expect(statSync(at.folder.files.register).mode & 0o777).toBe(0o644);
    expect(statSync(at.folder.files.statement).mode & 0o777).toBe(0o644);
    expect(at.log.of('register')).toEqual([{ level: 'info', event: 'register', entries: whole.length, roster: 1 }]);
    expectSettled(at, whole);
    const again = at.folder.open().registers;
    expect(again.copy.entries).toEqual(whole);
    expect(again.statement).toEqual(statement);
    expect(readdirSync(at.folder.path).toSorted()).toEqual(['register-statement.json', 'register.jsonl']);
  });

  it('may come again, and one after the other', () => {
    const at = world();
    expect(at.registers.take(news({ entries: whole.slice(2, 4) }))).toBe(true);
    expect(at.registers.take(news())).toBe(true);
    expect(at.registers.take(news())).toBe(false);
    expect(at.registers.take(news({ first: 0, entries: whole }))).toBe(false);
    expect(at.registers.take(news({ entries: [] }))).toBe(false);
    expectSettled(at, whole);
  });

  it('may bring a new roster, and who is in it', () => {
    const at = world();
    const entries = new Entries();
    entries.grant();
    entries.roster(following(ROSTER, { agencies: ROSTER.agencies.slice(0, 1) }), ['ada', 'ben', 'cyd']);
    const more = entries.list.slice(2);
    // The word of before is of the roster of before.
    expect(at.registers.take(news({ entries: more }))).toBe(true);
    expect(at.registers.roster).toMatchObject({ version: 2, agencies: { length: 1 } });
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))[0]).toBe('REGISTER_STALE');
    // A new one counts, though it is of the same second.
    expect(at.registers.take(news({ first: 3, entries: [], statement: statementOf(entries.list, HOUR(9)) }))).toBe(
      true,
    );
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))).toEqual([]);
    expectSettled(at, entries.list);
  });

  it('may bring a new roster and a registrar’s word of the same second as the last', () => {
    const at = world();
    const entries = new Entries();
    entries.grant();
    entries.roster(following(ROSTER), ['ada', 'ben', 'cyd']);
    const statement = statementOf(entries.list, HOUR(9));
    expect(at.registers.take(news({ entries: entries.list.slice(2), statement }))).toBe(true);
    expect(codesOf(() => at.registers.assertUpToDate(HOUR(10)))).toEqual([]);
  });

  it.each<readonly [string, RegisterNews, string | undefined]>([
    ['a gap', news({ first: 3, entries: whole.slice(3) }), undefined],
    ['nothing, but far on', news({ first: 3, entries: [] }), undefined],
    ['an entry of nobody’s', news({ entries: [unsigned()] }), 'TOO_FEW_SIGNERS'],
    ['an entry that a stranger signed', news({ entries: [strangers()] }), 'UNKNOWN_SIGNER'],
    ['an entry that was altered', news({ entries: [altered()] }), 'BAD_SIGNATURE'],
    ['no entry', news({ entries: [utf8Bytes('x')] }), 'BAD_ENTRY'],
    ['another beginning', news({ first: 1, entries: fork().slice(2) }), 'LOG_INCONSISTENT'],
    [
      'one good entry and one that doesn’t follow',
      news({ entries: whole.slice(2).toSpliced(1, 1) }),
      'REVIEW_TOO_EARLY',
    ],
  ])('change nothing with %s', (_, wrong, code) => {
    const at = world();
    const statement = at.folder.read('statement');
    expect(codesOf(() => at.registers.take(wrong))).toEqual(
      ['REGISTER_INVALID', code].filter((each) => each !== undefined),
    );
    expect(() => at.registers.take(wrong)).toThrow(at.folder.files.register);
    expect(at.folder.read('statement')).toEqual(statement);
    expectSettled(at, known);
  });

  it('of another register are refused, also where they are shorter', () => {
    const at = world(whole, statementOf(whole, HOUR(9)));
    const forked = { first: 2, entries: fork().slice(2), statement: statementOf(fork(), HOUR(10)) };
    expect(codesOf(() => at.registers.take(forked))).toEqual(['REGISTER_INVALID', 'LOG_INCONSISTENT']);
    expectSettled(at, whole);
  });
});

describe('news and files at once', () => {
  it('a file that was put there just before is read all the same', () => {
    const at = world();
    at.folder.write(whole);
    // A word of what was known brings nothing of the file.
    expect(at.registers.take(news({ entries: [], statement: statementOf(known, HOUR(10)) }))).toBe(true);
    expect(at.registers.copy.entries).toEqual(known);
    expect([at.registers.look(), at.registers.look()]).toEqual([false, true]);
    expectSettled(at, whole);
  });

  it('a file that is refused stays refused', () => {
    const at = world();
    at.folder.put('register', utf8Bytes('x\n'));
    at.registers.look();
    at.registers.look();
    expect(at.registers.take(news({ entries: [], statement: statementOf(known, HOUR(10)) }))).toBe(true);
    expect(at.registers.isFileRefused).toBe(true);
    at.registers.look();
    at.registers.look();
    expect(at.registers.isFileRefused).toBe(true);
    // Until there is more of it, and the file is written.
    expect(at.registers.take(news())).toBe(true);
    at.registers.look();
    at.registers.look();
    expectSettled(at, whole);
  });

  it('change nothing where they can’t be written, and are not said to be in force', () => {
    const folder = new Folder();
    folder.write(known);
    const gone = { ...folder.files, register: join(folder.path, 'gone', 'register.jsonl') };
    symlinkSync(folder.path, join(folder.path, 'gone'));
    const { log } = folder.open();
    const registers = new RegisterInForce({
      ...{ files: gone, clock: AT_TEN, putsRight: true, log },
      check: () => undefined,
    });
    rmSync(join(folder.path, 'gone'));
    expect(() => registers.take(news())).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(registers.copy.entries).toEqual(known);
    expect(log.of('register')).toEqual([]);
  });

  it('are not gone through again when the files that they were written to are looked at', () => {
    const folder = new Folder();
    folder.write(known, statementOf(known, HOUR(9)));
    let checks = 0;
    const { registers } = folder.open(() => (checks += 1));
    expect(registers.take(news({ statement: statementOf(whole, HOUR(10)) }))).toBe(true);
    expect([registers.look(), registers.look(), registers.look()]).toEqual([false, false, false]);
    // At the start, and with the news.
    expect(checks).toBe(2);
  });

  it('are written to the file behind a link', () => {
    const folder = new Folder();
    folder.write(known);
    const link = join(folder.path, 'link.jsonl');
    symlinkSync('register.jsonl', link);
    chmodSync(folder.files.register, 0o600);
    const { log } = folder.open();
    const registers = new RegisterInForce({
      ...{ files: { ...folder.files, register: link }, clock: AT_TEN, putsRight: true, log },
      check: () => undefined,
    });
    expect(registers.take(news())).toBe(true);
    expect(folder.read('register')).toEqual(formatRegisterFile(whole));
    expect([registers.look(), registers.look()]).toEqual([false, false]);
  });
});
