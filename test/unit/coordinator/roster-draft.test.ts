import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { toBase64, type Clock } from '../../../core/base/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { parseRoster } from '../../../core/templates/index.js';
import {
  enrolments,
  initAuthority,
  initCoordinator,
  loadConfig,
  openEnrolmentStore,
  rosterDraft,
} from '../../../coordinator/index.js';
import { seededRng } from '../../support/seeded-rng.js';

const rng = seededRng('roster-draft');
const clock: Clock = { now: () => new Date('2026-11-23T09:00:00Z') };
const newKey = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));

let folder: string;
let configFile: string;
let coordinatorKey: string;
const keys = { police: newKey(), charity: newKey() };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-draft-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = initCoordinator(join(folder, 'coordinator'), rng);
  ({ configFile, identityKey: coordinatorKey } = made);
  await initAuthority(made, { federation: 'unit-test', clock });
});

function enrol(agency: keyof typeof keys): void {
  const store = openEnrolmentStore(loadConfig(configFile).enrolment?.database ?? '');
  store.putCertificate({
    serial: Buffer.from(agency).toString('hex'),
    agency,
    fingerprint: 'ab'.repeat(32),
    identityKey: keys[agency],
    cause: 'enrolled',
    issuedAt: '2026-11-23T08:00:00.000Z',
    expiresAt: '2027-02-21T08:00:00.000Z',
  });
  store.close();
}

function officer(name: string): { file: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const file = join(folder, `${name}.pub`);
  writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
  return { file, key: toBase64(rawPublicKey(privateKey)) };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

/** What governance does, the same everywhere. */
const filledIn = (draft: string): string =>
  draft
    .replaceAll(/(name|organisation): # FILL IN.*/g, '$1: Somebody')
    .replaceAll(/datasets: # FILL IN.*/g, 'datasets: [police.victim-crimes]')
    .replaceAll(/threshold: # FILL IN.*/g, 'threshold: 1')
    .replaceAll(/id: # FILL IN.*/g, 'id: officer-one')
    .replaceAll(/publicKey: # FILL IN.*/g, `publicKey: ${newKey()}`);

describe('a draft of the roster', () => {
  it('has every key that is known, and is a roster once it is filled in', () => {
    enrol('police');
    enrol('charity');
    const [one, two] = [officer('officer-one'), officer('officer-two')];
    const draft = rosterDraft(configFile, [one.file, two.file], clock);
    const roster = parseRoster(filledIn(draft));
    expect(roster).toMatchObject({ federation: 'unit-test', version: 1 });
    expect(roster.agencies.map(({ id, identityKey }) => [id, toBase64(identityKey)])).toEqual([
      ['charity', keys.charity],
      ['police', keys.police],
    ]);
    expect(toBase64(roster.coordinator.identityKey)).toBe(coordinatorKey);
    expect(roster.governance.officers.map(({ id, publicKey }) => [id, toBase64(publicKey)])).toEqual([
      ['officer-one', one.key],
      ['officer-two', two.key],
    ]);
  });

  it('is refused while anything in it is not filled in, with the line', () => {
    enrol('police');
    const draft = rosterDraft(configFile, [], clock);
    const blanks = draft.split('\n').flatMap((line, index) => (/: # FILL IN/.test(line) ? [index] : []));
    expect(blanks).toHaveLength(7);
    const whole = filledIn(draft).split('\n');
    expect(codeOf(() => parseRoster(whole.join('\n')))).toBe('none');
    for (const index of blanks) {
      const lines = whole.with(index, draft.split('\n')[index] ?? '');
      expect(() => parseRoster(lines.join('\n'))).toThrow(new RegExp(`line ${index + 1}: `));
    }
  });

  it('is the roster in place with whoever has enrolled since, as its next version', () => {
    enrol('police');
    const first = `# Ours.\n${filledIn(rosterDraft(configFile, [], clock))}`;
    writeFileSync(loadConfig(configFile).roster, first);
    expect(codeOf(() => rosterDraft(configFile, [], clock))).toBe('NOBODY_TO_LIST');
    enrol('charity');
    const next = rosterDraft(configFile, [], clock);
    expect(next).toContain('# Ours.');
    const roster = parseRoster(filledIn(next));
    expect(roster.version).toBe(2);
    expect(roster.agencies.map(({ id }) => id)).toEqual(['police', 'charity']);
    expect(roster.governance).toEqual(parseRoster(first).governance);
    writeFileSync(loadConfig(configFile).roster, filledIn(next));
    expect(enrolments(configFile, clock).map((one) => one.roster)).toEqual(['listed', 'listed']);
  });

  it('refuses a file that has no officer’s key', () => {
    enrol('police');
    const { file } = officer('officer-one');
    for (const wrong of [join(folder, 'nowhere.pub'), configFile]) {
      expect(codeOf(() => rosterDraft(configFile, [file, wrong], clock))).toBe('CONFIG_INVALID');
    }
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(codeOf(() => rosterDraft(configFile, [file], clock))).toBe('CONFIG_INVALID');
  });
});

describe('init with addresses', () => {
  it('writes them where they belong, and leaves the rest of the configuration as it is', async () => {
    const made = initCoordinator(join(folder, 'other'), rng, {
      federation: { host: '127.0.0.1', port: 17400 },
      enrolment: { host: '::1', port: 17402 },
      api: { host: 'localhost', port: 0 },
    });
    await initAuthority(made, { federation: 'unit-test', clock });
    expect(loadConfig(made.configFile)).toMatchObject({
      federation: { host: '127.0.0.1', port: 17400 },
      enrolment: { host: '::1', port: 17402 },
      api: { host: 'localhost', port: 0 },
    });
    const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n');
    const changed = lines(made.configFile).filter((line) => !lines(configFile).includes(line));
    expect(changed.filter((line) => !/host|port|sha256/.test(line))).toEqual([]);
  });
});
