import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { createConsoleSecret, SECRET_BYTES } from '../../../node-agent/console/console-secret.js';
import { finishSwap, swapCertificate } from '../../../node-agent/enrolment/certificate-files.js';
import { writeStateFile } from '../../../node-agent/status/state-file.js';
import { createSecretFile, writeWholeFile } from '../../../node-agent/whole-file.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf, testFolder } from './fixtures.js';
import { BLOCK_BYTES, writeWithin } from './full-disk.js';

const OLD = 'what was there';

describe.each([
  ['state file', 'STATE_FILE_UNUSABLE'],
  ['whole file', 'FILE_UNWRITABLE'],
] as const)('a %s', (what, code) => {
  const write = (file: string, text: string, mode = 0o600): void =>
    what === 'state file' ? writeStateFile(file, text, true, mode) : writeWholeFile(file, text, mode);

  it('takes the place of the old one when there is just room for it', () => {
    const file = join(testFolder(), 'file');
    writeFileSync(file, OLD);
    expect(writeWithin(1, what, file, BLOCK_BYTES)).toEqual({});
    expect(readFileSync(file, 'utf8')).toBe('x'.repeat(BLOCK_BYTES));
  });

  it('is as it was, with nothing beside it, when there is room for all but one byte', () => {
    const folder = testFolder();
    const file = join(folder, 'file');
    writeFileSync(file, OLD);
    expect(writeWithin(1, what, file, BLOCK_BYTES + 1).code).toBe(code);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('has the permissions that it is to have', () => {
    const file = join(testFolder(), 'file');
    writeFileSync(`${file}.half`, 'a stump that a crash left');
    chmodSync(`${file}.half`, 0o644);
    write(file, 'secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    write(file, 'public', 0o644);
    expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  it('is written where symbolic links lead to, and they stay', () => {
    const folder = testFolder();
    const [link, second, managed] = [join(folder, 'link'), join(folder, 'second'), join(folder, 'managed', 'file')];
    mkdirSync(join(folder, 'managed'));
    writeFileSync(managed, OLD);
    symlinkSync('second', link);
    symlinkSync('managed/file', second);
    write(link, 'new');
    expect(readFileSync(managed, 'utf8')).toBe('new');
    expect([readlinkSync(link), readlinkSync(second)]).toEqual(['second', 'managed/file']);
    expect([readdirSync(folder), readdirSync(join(folder, 'managed'))]).toEqual([
      ['link', 'managed', 'second'],
      ['file'],
    ]);
  });

  it('is made where symbolic links lead to and nothing is yet', () => {
    const folder = testFolder();
    const [link, second, managed] = [join(folder, 'link'), join(folder, 'second'), join(folder, 'managed', 'file')];
    mkdirSync(join(folder, 'managed'));
    symlinkSync('second', link);
    symlinkSync('managed/file', second);
    write(link, 'new');
    expect(lstatSync(managed).isFile()).toBe(true);
    expect(readFileSync(link, 'utf8')).toBe('new');
  });

  it('is not written where symbolic links go in a circle', () => {
    const folder = testFolder();
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(codeOf(() => write(join(folder, 'a'), 'new'))).toBe(code);
    expect(readdirSync(folder)).toEqual(['a', 'b']);
  });
});

describe('a file with a secret that is made once', () => {
  it('is there for its owner alone when there is just room for it, and not at all with a byte more', () => {
    const folder = testFolder();
    const file = join(folder, 'secret');
    expect(writeWithin(1, 'secret file', file, BLOCK_BYTES + 1)).toEqual({ code: 'FILE_UNWRITABLE' });
    expect(readdirSync(folder)).toEqual([]);
    expect(writeWithin(1, 'secret file', file, BLOCK_BYTES)).toEqual({ came: true });
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['x'.repeat(BLOCK_BYTES), 0o600]);
  });

  it('never takes the place of one that is there', () => {
    const folder = testFolder();
    const file = join(folder, 'secret');
    writeFileSync(file, OLD);
    expect(createSecretFile(file, 'new')).toBe(false);
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([OLD, ['secret']]);
  });

  it.each(['identity key', 'console secret'] as const)('is the %s', (what) => {
    const folder = testFolder();
    const file = join(folder, 'secret');
    expect(writeWithin(0, what, file, 0)).toEqual({ code: 'FILE_UNWRITABLE' });
    expect(readdirSync(folder)).toEqual([]);
    expect(writeWithin(1, what, file, 0).code).toBeUndefined();
    expect([statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([0o600, ['secret']]);
  });

  it('is one console secret where two make it at once', () => {
    const file = join(testFolder(), 'secret');
    const [own, other] = [seededRng('own'), seededRng('other')];
    let isQuicker = false;
    const bytes = (count: number): Uint8Array => {
      isQuicker ||= createConsoleSecret(file, other);
      return own.bytes(count);
    };
    expect(createConsoleSecret(file, { ...own, bytes })).toBe(false);
    expect(isQuicker).toBe(true);
    expect(readFileSync(file, 'utf8').trim()).toBe(
      Buffer.from(seededRng('other').bytes(SECRET_BYTES)).toString('base64url'),
    );
  });
});

describe('a certificate and its key behind symbolic links', () => {
  it('are swapped where they are, also when the swap was broken off', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'managed'));
    const real = { certificate: join(folder, 'managed', 'crt'), privateKey: join(folder, 'managed', 'key') };
    const paths = { certificate: join(folder, 'crt'), privateKey: join(folder, 'key') };
    for (const name of ['crt', 'key']) {
      writeFileSync(join(folder, 'managed', name), OLD);
      symlinkSync(join('managed', name), join(folder, name));
    }
    swapCertificate(paths, { certificate: 'new crt', privateKey: 'new key' });
    expect([readFileSync(real.certificate, 'utf8'), readFileSync(real.privateKey, 'utf8')]).toEqual([
      'new crt',
      'new key',
    ]);
    writeFileSync(`${real.certificate}.next`, 'newer crt');
    writeFileSync(`${real.privateKey}.next`, 'newer key');
    finishSwap(paths);
    expect([readFileSync(paths.certificate, 'utf8'), readFileSync(paths.privateKey, 'utf8')]).toEqual([
      'newer crt',
      'newer key',
    ]);
    expect([lstatSync(paths.certificate), lstatSync(paths.privateKey)].map((one) => one.isSymbolicLink())).toEqual([
      true,
      true,
    ]);
    expect(existsSync(`${real.certificate}.next`)).toBe(false);
  });
});
