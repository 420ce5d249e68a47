import { mkdirSync, truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { concatBytes, utf8Bytes } from '../../../core/base/index.js';
import { MAX_REGISTER_FILE_BYTES, STATEMENT_KIND } from '../../../core/governance/index.js';
import { RuntimeError } from '../../../runtime/index.js';
import { loadRegister } from '../../../runtime/register-files.js';
import { codesOf, Folder, fork, history, HOUR, statementOf } from './register-fixtures.js';

describe('the files of the register', () => {
  const entries = history();

  it('are read together, every signature checked', () => {
    const folder = new Folder();
    const statement = statementOf(entries, HOUR(11));
    folder.write(entries, statement);
    const loaded = loadRegister(folder.files);
    expect(loaded.copy.entries).toEqual(entries);
    expect(loaded).toMatchObject({
      statement,
      trouble: undefined,
      said: { size: entries.length, issued: '2026-11-23T11:00:00Z' },
    });
  });

  it('are as they were signed where an editor has put white space around the statement, and nowhere else', () => {
    const folder = new Folder();
    const statement = statementOf(entries, HOUR(11));
    folder.write(entries, statement);
    const { digest } = loadRegister(folder.files);
    folder.write(entries, concatBytes(utf8Bytes(' '), statement, utf8Bytes('\r\n\t\n')));
    expect(loadRegister(folder.files)).toMatchObject({ statement, digest, trouble: undefined });
    folder.write(entries, utf8Bytes(Buffer.from(statement).toString().replace('{', '{ ')));
    expect(loadRegister(folder.files).trouble?.code).toBe('BAD_ENTRY');
    folder.write(entries, utf8Bytes('\n'));
    expect(loadRegister(folder.files).trouble?.code).toBe('BAD_ENTRY');
  });

  it('have another digest where either is another', () => {
    const folder = new Folder();
    const digests = [
      [entries, statementOf(entries, HOUR(11))],
      [entries, statementOf(entries, HOUR(12))],
      [entries.slice(0, -1), statementOf(entries, HOUR(12))],
    ] as const;
    const seen = digests.map(([list, statement]) => {
      folder.write(list, statement);
      return loadRegister(folder.files).digest;
    });
    expect(new Set(seen).size).toBe(digests.length);
  });

  it('are nothing without the fingerprint of a roster', () => {
    const folder = new Folder();
    folder.write(entries);
    const { register, statement } = folder.files;
    const load = (): unknown => loadRegister({ register, statement, fingerprint: undefined });
    expect(codesOf(load)).toEqual(['FINGERPRINT_MISSING']);
    expect(load).toThrow(/^governance\.fingerprint: put the fingerprint/);
  });

  it('are nothing without a register', () => {
    const { files } = new Folder();
    expect(codesOf(() => loadRegister(files))).toEqual(['REGISTER_UNREADABLE']);
    expect(() => loadRegister(files)).toThrow(`There is no ${files.register}: put the register there`);
  });

  it.each(['register', 'statement'] as const)('can’t be read where the %s is a folder', (what) => {
    const folder = new Folder();
    if (what === 'statement') folder.write(entries);
    mkdirSync(folder.files[what]);
    expect(codesOf(() => loadRegister(folder.files))).toEqual(['REGISTER_UNREADABLE']);
    expect(() => loadRegister(folder.files)).toThrow(RuntimeError);
    expect(() => loadRegister(folder.files)).toThrow(folder.files[what]);
  });

  it.each([
    ['register', MAX_REGISTER_FILE_BYTES, ['REGISTER_INVALID', 'BAD_REGISTER_FILE']],
    ['statement', STATEMENT_KIND.maxBytes, []],
  ] as const)('are read where the %s has %d bytes, and not where it has one more', (what, limit, codes) => {
    const folder = new Folder();
    folder.write(entries, statementOf(entries, HOUR(11)));
    truncateSync(folder.files[what], limit);
    expect(codesOf(() => loadRegister(folder.files))).toEqual(codes);
    truncateSync(folder.files[what], limit + 1);
    expect(codesOf(() => loadRegister(folder.files))).toEqual(['REGISTER_UNREADABLE']);
    expect(() => loadRegister(folder.files)).toThrow(`it has ${limit + 1} bytes, at most ${limit} are read`);
  });

  it.each<readonly [string, readonly Uint8Array[], string]>([
    ['another first roster', history().slice(1), 'NO_ROSTER'],
    ['an entry left out', entries.toSpliced(2, 1), 'UNKNOWN_PROPOSAL'],
    ['an entry twice', [...entries, ...entries.slice(1, 2)], 'DUPLICATE_ENTRY'],
  ])('can’t be believed with %s', (_, wrong, code) => {
    const folder = new Folder();
    folder.write(wrong);
    expect(codesOf(() => loadRegister(folder.files))).toEqual(['REGISTER_INVALID', code]);
    expect(() => loadRegister(folder.files)).toThrow(`${folder.files.register}: ${code}: `);
  });

  it('can’t be believed with another roster than the one that was read out', () => {
    const folder = new Folder();
    folder.write(entries);
    const other = { ...folder.files, fingerprint: 'ab'.repeat(32) };
    expect(codesOf(() => loadRegister(other))).toEqual(['REGISTER_INVALID', 'ROSTER_NOT_PINNED']);
  });

  it.each<readonly [string, Uint8Array | undefined, string]>([
    ['is missing', undefined, 'REGISTER_STALE'],
    ['is none', utf8Bytes('x'), 'BAD_ENTRY'],
    ['is an officer’s', statementOf(entries, HOUR(11), { by: 'ada' }), 'UNKNOWN_SIGNER'],
    ['is of more than there is', statementOf(entries, HOUR(11), { size: entries.length + 1 }), 'REGISTER_STALE'],
    ['is of another register', statementOf(fork(), HOUR(11)), 'LOG_INCONSISTENT'],
  ])('are taken all the same where the statement %s: it may bring a revocation', (_, statement, code) => {
    const folder = new Folder();
    folder.write(entries, statement);
    const loaded = loadRegister(folder.files);
    expect(loaded.copy.head.size).toBe(entries.length);
    expect(loaded.statement).toEqual(statement);
    expect(loaded.trouble?.code).toBe(code);
  });
});
