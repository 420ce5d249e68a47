import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { formatRegisterFile } from '../../../core/governance/index.js';
import { loadAgreements, loadIdentity, loadTls, MAX_DATASET_FILES } from '../../../node-agent/agreements.js';
import type { Agreements } from '../../../node-agent/agreements.js';
import { loadConfig } from '../../../node-agent/config.js';
import { MAX_FILE_BYTES, readFile } from '../../../node-agent/key-files.js';
import { readOrCreateStorageKey, readStorageKey, STORAGE_KEY_BYTES } from '../../../node-agent/snapshot/storage-key.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder, GOVERNANCE } from './agency-folder.js';
import type { AgencyFiles } from './agency-folder.js';
import { writeWithin } from './full-disk.js';
import { codeOf, testFolder } from './fixtures.js';

function load(change?: (files: AgencyFiles) => void): Agreements {
  return loadAgreements(loadConfig(agencyFolder(change).configFile));
}

describe('loadAgreements', () => {
  it('reads register, definitions and mapping, which fit each other', () => {
    const { agency, catalogue, register, roster, sources } = load();
    expect(register.current.roster.version).toBe(1);
    expect(agency.id).toBe('police');
    expect(roster.federation).toBe('test-study');
    expect([...catalogue.keys()]).toEqual(['police.victim-crimes']);
    expect(sources.map(({ mapping }) => mapping.definition.dataset)).toEqual(['police.victim-crimes']);
  });

  it.each<[string, (files: AgencyFiles) => void]>([
    ['AGENCY_NOT_IN_ROSTER', ({ config }) => (config['agency'] = 'cps')],
    ['REGISTER_INVALID', ({ config }) => (config['governance'] = { ...GOVERNANCE, fingerprint: '0'.repeat(64) })],
    ['FINGERPRINT_MISSING', ({ config }) => (config['governance'] = { ...GOVERNANCE })],
    ['DATASET_INVALID', ({ dataset }) => (dataset['order'] = 'nothing')],
    ['DATASET_UNKNOWN', ({ dataset }) => (dataset['dataset'] = 'police.other')],
    ['DATASET_NOT_OFFERED', ({ roster }) => roster.agencies.forEach((agency) => (agency.datasets = []))],
    [
      'MAPPING_INCOMPLETE',
      ({ config }) => {
        const [source] = config['sources'] as { fields: Record<string, string> }[];
        if (source !== undefined) source.fields = { 'report-date': 'reported_on' };
      },
    ],
    ['FILE_UNREADABLE', ({ config }) => (config['datasets'] = 'nowhere')],
    ['FILE_UNREADABLE', ({ config }) => (config['datasets'] = 'node.yaml')],
  ])('refuses with %s', (code, change) => {
    expect(codeOf(() => load(change))).toBe(code);
  });

  it('refuses two definitions of one dataset, and names a folder with too many', () => {
    const { folder, configFile } = agencyFolder();
    const config = loadConfig(configFile);
    const definition = readFileSync(join(folder, 'datasets', 'crimes.yaml'), 'utf8');
    writeFileSync(join(folder, 'datasets', 'again.yaml'), definition);
    expect(codeOf(() => loadAgreements(config))).toBe('DATASET_INVALID');
    rmSync(join(folder, 'datasets', 'again.yaml'));

    const write = (index: number): void =>
      writeFileSync(
        join(folder, 'datasets', `${index}.yaml`),
        definition.replace('police.victim-crimes', `police.other${index}`),
      );
    for (let index = 1; index < MAX_DATASET_FILES; index += 1) write(index);
    expect(loadAgreements(config).catalogue.size).toBe(MAX_DATASET_FILES);
    write(MAX_DATASET_FILES);
    expect(() => loadAgreements(config)).toThrow(/more than/);
  });

  it('says that there is no register, which one is none, and which of its entries is wrong', () => {
    const { folder, configFile, board } = agencyFolder();
    const register = join(folder, GOVERNANCE.register);
    writeFileSync(register, 'nonsense\n');
    expect(() => loadAgreements(loadConfig(configFile))).toThrow(/register\.jsonl: BAD_REGISTER_FILE: .*line 1/i);
    writeFileSync(register, formatRegisterFile(board.entries.toReversed()));
    expect(() => loadAgreements(loadConfig(configFile))).toThrow(/register\.jsonl: NO_ROSTER: .*entry 0/i);
    rmSync(register);
    expect(codeOf(() => loadAgreements(loadConfig(configFile)))).toBe('REGISTER_UNREADABLE');
  });

  it('does not need a registrar’s word, which may be late: the register may bring a revocation', () => {
    const { folder, configFile } = agencyFolder();
    rmSync(join(folder, GOVERNANCE.statement));
    expect(loadAgreements(loadConfig(configFile)).agency.id).toBe('police');
  });
});

describe('key files', () => {
  function identity(
    change: (files: AgencyFiles, folder: string) => void,
    after: (folder: string) => void = () => undefined,
  ): string {
    const { folder, configFile } = agencyFolder((files) => change(files, ''));
    after(folder);
    const config = loadConfig(configFile);
    const { agency } = loadAgreements(config);
    return codeOf(() => loadIdentity(config.identityKey, agency));
  }

  it('must be there, be a key, be the roster’s, and be for this user’s eyes only', () => {
    const pem = (type: 'ed25519' | 'x25519'): string => {
      const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
      return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    };
    expect(identity((files) => (files.identity = pem('ed25519')))).toBe('IDENTITY_MISMATCH');
    expect(identity((files) => (files.identity = pem('x25519')))).toBe('KEY_FILE_INVALID');
    expect(identity((files) => (files.identity = 'no key'))).toBe('KEY_FILE_INVALID');
    expect(
      identity(
        () => undefined,
        (folder) => rmSync(join(folder, 'identity.pem')),
      ),
    ).toBe('KEY_FILE_MISSING');
    for (const mode of [0o640, 0o604, 0o660, 0o601]) {
      const exposed = identity(
        () => undefined,
        (folder) => chmodSync(join(folder, 'identity.pem'), mode),
      );
      expect(exposed, mode.toString(8)).toBe('KEY_FILE_EXPOSED');
    }
  });

  it('of TLS are read with the same care', () => {
    const { folder, configFile } = agencyFolder();
    const { tls } = loadConfig(configFile);
    expect(loadTls(tls)).toEqual({
      authority: 'made-up authority.crt',
      certificate: 'made-up node.crt',
      privateKey: 'made-up node.key',
    });
    chmodSync(join(folder, 'node.key'), 0o644);
    expect(codeOf(() => loadTls(tls))).toBe('KEY_FILE_EXPOSED');
    rmSync(join(folder, 'node.key'));
    expect(codeOf(() => loadTls(tls))).toBe('KEY_FILE_MISSING');
  });

  it('are small', () => {
    const file = join(testFolder(), 'large');
    writeFileSync(file, '');
    truncateSync(file, MAX_FILE_BYTES);
    expect(readFile(file)).toHaveLength(MAX_FILE_BYTES);
    truncateSync(file, MAX_FILE_BYTES + 1);
    expect(codeOf(() => readFile(file))).toBe('FILE_UNREADABLE');
  });
});

describe('the storage key', () => {
  it('is made once, for its owner only, and read from then on', () => {
    const folder = testFolder();
    const file = join(folder, 'storage.key');
    const made = readOrCreateStorageKey(file, join(folder, 'snapshots'), seededRng(1));
    expect(made).toHaveLength(STORAGE_KEY_BYTES);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readOrCreateStorageKey(file, join(folder, 'snapshots'), seededRng(2))).toEqual(made);
    expect(readStorageKey(file)).toEqual(made);
  });

  it('is never made anew where there are snapshots that were sealed under it', () => {
    const folder = testFolder();
    const [file, snapshots] = [join(folder, 'storage.key'), join(folder, 'snapshots')];
    mkdirSync(snapshots);
    writeFileSync(join(snapshots, 'police.victim-crimes.snapshot'), '');
    expect(codeOf(() => readOrCreateStorageKey(file, snapshots, seededRng(1)))).toBe('STORAGE_KEY_MISSING');
  });

  it('must be there to start, and have its length', () => {
    const file = join(testFolder(), 'storage.key');
    expect(codeOf(() => readStorageKey(file))).toBe('STORAGE_KEY_MISSING');
    for (const length of [STORAGE_KEY_BYTES - 1, STORAGE_KEY_BYTES + 1]) {
      writeFileSync(file, new Uint8Array(length), { mode: 0o600 });
      expect(codeOf(() => readStorageKey(file))).toBe('KEY_FILE_INVALID');
    }
    writeFileSync(file, new Uint8Array(STORAGE_KEY_BYTES));
    chmodSync(file, 0o644);
    expect(codeOf(() => readStorageKey(file))).toBe('KEY_FILE_EXPOSED');
  });

  it('is one, though two make it at the same time', () => {
    const folder = testFolder();
    const [file, snapshots] = [join(folder, 'storage.key'), join(folder, 'snapshots')];
    const own = seededRng(1);
    let quicker: Uint8Array | undefined;
    // The other one begins and ends while this one is at it: as soon as it draws a byte.
    const bytes = (length: number): Uint8Array => {
      quicker ??= readOrCreateStorageKey(file, snapshots, seededRng(2));
      return own.bytes(length);
    };
    expect(readOrCreateStorageKey(file, snapshots, { ...own, bytes })).toEqual(quicker);
    expect(readStorageKey(file)).toEqual(quicker);
    expect(readdirSync(folder)).toEqual(['storage.key']);
  });

  it('is not there by halves where the disk took not a byte of it', () => {
    const folder = testFolder();
    const file = join(folder, 'storage.key');
    expect(writeWithin(0, 'storage key', file, 0)).toEqual({ code: 'SNAPSHOT_WRITE_FAILED' });
    expect(readdirSync(folder)).toEqual([]);
    expect(readOrCreateStorageKey(file, join(folder, 'snapshots'), seededRng(1))).toHaveLength(STORAGE_KEY_BYTES);
  });

  it('says what to do where it is empty, as an earlier version left it when it was killed', () => {
    const file = join(testFolder(), 'storage.key');
    writeFileSync(file, '', { mode: 0o600 });
    const what = /has 0 bytes instead of 32[.] Put the key back .* delete the file and run `prepare`/;
    expect(() => readOrCreateStorageKey(file, testFolder(), seededRng(1))).toThrow(what);
  });

  it('says when it can’t be written', () => {
    const file = join(testFolder(), 'nowhere', 'storage.key');
    expect(codeOf(() => readOrCreateStorageKey(file, testFolder(), seededRng(1)))).toBe('SNAPSHOT_WRITE_FAILED');
  });
});
