import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { toBase64, type Clock } from '../../../core/base/index.js';
import { parseRosterDraft } from '../../../core/governance/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import {
  enrolments,
  initAuthority,
  initCoordinator,
  loadConfig,
  openEnrolmentStore,
  rosterDraft,
} from '../../../coordinator/index.js';
import { Board } from '../../../examples/bold/demo/board.js';
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

/** The federation is founded, of one agency: its register in its place, and pinned. */
function found(agency: keyof typeof keys): Board {
  const board = new Board({
    federation: 'unit-test',
    agencies: [{ id: agency, name: 'One', identityKey: keys[agency], datasets: ['police.victim-crimes'] }],
    coordinator: coordinatorKey,
    purposes: ['research-statistics'],
    clock,
  });
  const text = readFileSync(configFile, 'utf8');
  writeFileSync(configFile, text.replace(/# fingerprint: .*/, `fingerprint: ${board.fingerprint}`));
  writeFileSync(loadConfig(configFile).governance.register, board.file);
  return board;
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

/** What is left to people, outside of comments. */
const BLANK = /\b(?:DATE|NAME|KEY|DATASET|REGISTRAR|(?:ORGANISATION|OFFICER)(?:-[ABC])?)\b/;
const isBlank = (line: string): boolean => BLANK.test(line.replace(/#.*/, ''));

/** What governance does, the same everywhere. */
const filledIn = (draft: string): string =>
  draft
    .split('\n')
    .map((line) => (isBlank(line) ? filled(line) : line))
    .join('\n');

const filled = (line: string): string =>
  line
    .replaceAll(/\b(?:ORGANISATION|OFFICER)-[ABC]\b/g, (id) => id.toLowerCase())
    .replaceAll(/\bORGANISATION\b/g, 'data-board')
    .replaceAll(/\bDATE\b/g, '2027-03-31')
    .replaceAll(/\bNAME\b/g, 'Somebody')
    .replaceAll(/\bREGISTRAR\b/g, 'registrar')
    .replaceAll(/\bDATASET\b/g, 'police.victim-crimes')
    .replaceAll(/\bKEY\b/g, () => newKey());

describe('a draft of the roster', () => {
  it('has every key that is known, and is a roster once it is filled in', () => {
    enrol('police');
    enrol('charity');
    const roster = parseRosterDraft(filledIn(rosterDraft(configFile, clock)));
    expect(roster).toMatchObject({
      ...{ federation: 'unit-test', version: 1 },
      coordinator: { identityKey: coordinatorKey },
    });
    expect(roster.agencies.map(({ id, identityKey }) => [id, identityKey])).toEqual([
      ['charity', keys.charity],
      ['police', keys.police],
    ]);
  });

  it('is refused while anything in it but a name is not filled in, with the line', () => {
    enrol('police');
    const draft = rosterDraft(configFile, clock).split('\n');
    const blanks = draft.flatMap((line, index) => (isBlank(line) ? [index] : []));
    // An officer may have any name: these are left to whoever looks it over.
    const names = blanks.filter((index) => draft[index]?.trim() === 'name: NAME');
    expect([blanks.length, names.length]).toEqual([22, 4]);
    const whole = filledIn(draft.join('\n')).split('\n');
    expect(codeOf(() => parseRosterDraft(whole.join('\n')))).toBe('none');
    for (const index of blanks.filter((one) => !names.includes(one))) {
      const lines = whole.with(index, draft[index] ?? '');
      expect(() => parseRosterDraft(lines.join('\n')), draft[index]).toThrow(new RegExp(`line ${index + 1}: `));
    }
  });

  it('is the roster in force with whoever has enrolled since, as its next version', () => {
    enrol('police');
    const board = found('police');
    expect(codeOf(() => rosterDraft(configFile, clock))).toBe('NOBODY_TO_LIST');
    enrol('charity');
    const roster = parseRosterDraft(filledIn(rosterDraft(configFile, clock)));
    const { agencies, ...rest } = board.roster;
    expect(roster).toEqual({
      ...rest,
      version: 2,
      previous: board.fingerprint,
      agencies: [
        ...agencies,
        {
          ...{ id: 'charity', name: 'Somebody', organisation: 'data-board', identityKey: keys.charity },
          datasets: ['police.victim-crimes'],
        },
      ],
    });
    board.amend(() => ({ agencies: roster.agencies }));
    writeFileSync(loadConfig(configFile).governance.register, board.file);
    expect(enrolments(configFile, clock).map((one) => one.roster)).toEqual(['listed', 'listed']);
    expect(codeOf(() => rosterDraft(configFile, clock))).toBe('NOBODY_TO_LIST');
  });

  it('is not made of a register that nobody has pinned, or that can’t be read', () => {
    enrol('police');
    found('police');
    enrol('charity');
    const { register } = loadConfig(configFile).governance;
    const text = readFileSync(configFile, 'utf8');
    writeFileSync(configFile, text.replace(/^ {2}fingerprint: .*$/m, ''));
    expect(codeOf(() => rosterDraft(configFile, clock))).toBe('FINGERPRINT_MISSING');
    writeFileSync(configFile, text);
    writeFileSync(register, 'no register');
    expect(codeOf(() => rosterDraft(configFile, clock))).toBe('REGISTER_INVALID');
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
