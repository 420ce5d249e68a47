import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toBase64 } from '../../core/base/index.js';
import {
  ACT_KIND,
  actPayload,
  addSignature,
  completeAct,
  instantOf,
  parseRegisterFile,
  registerOf,
  ROSTER_KIND,
  rosterFingerprint,
  rosterPayload,
  signPayload,
} from '../../core/governance/index.js';
import type { Register, SignedRoster, UnmadeAct } from '../../core/governance/index.js';
import {
  createKeyFile,
  openKeyFile,
  payloadTypeOf,
  rawPublicKey,
  readEnvelope,
  readKeyFile,
} from '../../core/signing/index.js';
import { packagePath } from '../../runtime/index.js';
import { Reader } from '../support/guide-reader.js';
import { isFor, readGuide } from '../support/guide.js';
import type { Block } from '../support/guide.js';
import { seededRng } from '../support/seeded-rng.js';
import { edited, SOUND } from '../unit/templates/lint-corpus/sound.js';

/*
 * docs/governance/key-ceremonies.md, typed by three officers of three organisations. After each ceremony they take a
 * template from its proposal to being live, by the blocks of docs/governance/workflow.md, with the keys they then have.
 */

const ORGANISATIONS = { ada: 'justice', ben: 'police', cyd: 'charity' } as const;
const OFFICERS = ['ada', 'ben', 'cyd'] as const;
type Officer = (typeof OFFICERS)[number];
/** Some two hundred commands, a third of which stretch a passphrase. */
const TIMEOUT_MS = 1_800_000;
const DAY_MS = 86_400_000;
const NOW = new Date();
const day = (days: number): string => new Date(NOW.getTime() + days * DAY_MS).toISOString().slice(0, 10);

const blocksOf = (page: string): readonly Block[] =>
  readGuide(readFileSync(packagePath('docs', 'governance', page), 'utf8'), [...OFFICERS]);
const CEREMONIES = blocksOf('key-ceremonies.md');
const WAY_TO_LIVE = blocksOf('workflow.md').filter(
  ({ section, language, marks }) =>
    marks.has('settings') || (['Propose', 'Review', 'Approve', 'Publish'].includes(section) && language !== 'text'),
);
const machineKey = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));

describe('the ceremonies of the page for lost and stolen keys', { timeout: TIMEOUT_MS }, () => {
  let folder = '';
  const pins = { old: '', anew: '' };
  const own = new Map<Officer, Record<string, string>>();
  const readers = new Map<Officer, Reader>();
  const shared = (...names: readonly string[]): string => join(folder, 'shared', ...names);
  const at = (officer: Officer, file: string): string => join(folder, officer, file);
  const passphrase = (officer: Officer): string => `${officer} has three sticks`;
  /** As it stands on a command line; a passphrase is typed at the terminal by anybody who follows the page. */
  const keyOption = (officer: Officer, file: string): string =>
    `${file} --passphrase-file ${at(officer, 'passphrase')}`;
  const publicKey = (officer: Officer, file: string): string =>
    toBase64(readKeyFile(new Uint8Array(readFileSync(at(officer, file)))).publicKey);
  const entries = (...file: readonly string[]): readonly Uint8Array[] =>
    parseRegisterFile(new Uint8Array(readFileSync(shared(...file))));
  const register = (pin = pins.old, ...file: readonly string[]): Register =>
    registerOf(entries(...(file.length === 0 ? ['register.jsonl'] : file)), pin);
  const environment = (home: string): Record<string, string> => ({
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    LC_ALL: 'C.UTF-8',
  });

  /** What an officer changes in a draft: by the file's name, each text and what comes in its place. */
  const EDITS: Readonly<Record<string, () => readonly (readonly [string | RegExp, string])[]>> = {
    'roster-2.yaml': () => [[publicKey('ada', 'ada.key'), publicKey('ada', 'ada-2.key')]],
    'roster-3.yaml': () => [[publicKey('ben', 'ben.key'), publicKey('ben', 'ben-2.key')]],
    'roster-4.yaml': () => [[publicKey('cyd', 'registry.key'), publicKey('cyd', 'registry-2.key')]],
    'anew/roster-1.yaml': () => [
      [/^version: 5$/m, 'version: 1'],
      [/^previous: .*\n/m, ''],
      [publicKey('ada', 'ada-2.key'), publicKey('ada', 'ada-3.key')],
      [publicKey('ben', 'ben-2.key'), publicKey('ben', 'ben-3.key')],
      [publicKey('cyd', 'cyd.key'), publicKey('cyd', 'cyd-3.key')],
    ],
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tally-ceremonies-'));
    for (const name of ['bin', 'shared']) mkdirSync(join(folder, name));
    const program = packagePath('dist', 'cli', 'main.js');
    writeFileSync(join(folder, 'bin', 'tally'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
      mode: 0o755,
    });
    for (const officer of OFFICERS) {
      mkdirSync(join(folder, officer));
      writeFileSync(at(officer, 'passphrase'), passphrase(officer));
      const bytes = createKeyFile(passphrase(officer), seededRng(`key of ${officer}`));
      writeFileSync(at(officer, `${officer}.key`), bytes, { mode: 0o600 });
    }
    const registry = createKeyFile(passphrase('cyd'), seededRng('key of the registrar'));
    writeFileSync(at('cyd', 'registry.key'), registry, { mode: 0o600 });
    const payload = rosterPayload(firstRoster());
    pins.old = rosterFingerprint(payload);
    const [ada, ben] = (['ada', 'ben'] as const).map((officer) => signingKeyOf(officer, `${officer}.key`));
    if (ada === undefined || ben === undefined) throw new Error('no keys');
    writeFileSync(shared('roster-1.json'), addSignature(ROSTER_KIND, signPayload(ROSTER_KIND, payload, ada), ben));
    copyFileSync(shared('roster-1.json'), shared('register.jsonl'));
    writeFileSync(shared('register.jsonl'), '\n', { flag: 'a' });
    for (const officer of OFFICERS) {
      const values: Record<string, string> = {
        SHARED: shared(),
        KEY: keyOption(officer, at(officer, `${officer}.key`)),
        NEW_KEY: keyOption(officer, at(officer, `${officer}-2.key`)),
        REGISTRY: keyOption('cyd', at('cyd', 'registry.key')),
        NEW_REGISTRY: keyOption('cyd', at('cyd', 'registry-2.key')),
        // What is edited, the test does.
        EDITOR: 'true',
        TALLY_PIN: pins.old,
        FOUNDING_KEY: keyOption(officer, at(officer, `${officer}-3.key`)),
      };
      own.set(officer, values);
      const home = join(folder, officer);
      const state = join(folder, `${officer}.state`);
      readers.set(
        officer,
        new Reader({
          name: officer,
          folder: home,
          state,
          environment: environment(home),
          own: values,
          handed: new Map(),
        }),
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function firstRoster(): SignedRoster {
    return {
      federation: 'demo',
      version: 1,
      expires: day(300),
      organisations: Object.values(ORGANISATIONS).map((id) => ({ id, name: id })),
      officers: OFFICERS.map((id) => ({
        id,
        name: id,
        organisation: ORGANISATIONS[id],
        keys: [{ kind: 'ed25519', publicKey: publicKey(id, `${id}.key`) }],
      })),
      roles: {
        templates: { officers: 2, organisations: 2 },
        roster: { officers: 2, organisations: 2 },
        grants: { grantors: [...OFFICERS], officers: 2 },
        registrars: [{ id: 'registry', publicKey: publicKey('cyd', 'registry.key') }],
      },
      purposes: [{ code: 'research-statistics', title: 'Research', organisations: ['justice'] }],
      agencies: ['police', 'charity'].map((id) => ({
        ...{ id, name: id, organisation: id, identityKey: machineKey(), datasets: ['police.crimes'] },
      })),
      coordinator: { identityKey: machineKey() },
      witnesses: 1,
    };
  }

  function signingKeyOf(officer: Officer, file: string): ReturnType<typeof openKeyFile> {
    return openKeyFile(new Uint8Array(readFileSync(at(officer, file))), passphrase(officer));
  }

  /** Types, writes and sees what the page has under these headings; `before` is what happens meanwhile. */
  async function hold(sections: readonly string[], before: (block: Block) => void = () => undefined): Promise<void> {
    const blocks = CEREMONIES.filter(({ section }) => sections.includes(section));
    expect(new Set(blocks.map(({ section }) => section))).toEqual(new Set(sections));
    for (const block of blocks) {
      before(block);
      for (const officer of OFFICERS) {
        if (!isFor(block, officer, OFFICERS)) continue;
        for (const part of partsOf(block)) {
          await readers.get(officer)?.follow(part);
          edit(part);
        }
      }
    }
  }

  /** A block up to each `$EDITOR`, which is the end of a part. */
  function partsOf(block: Block): readonly Block[] {
    if (block.language !== 'sh' || block.marks.has('settings')) return [block];
    const texts = block.text.split(/(?<=^\$EDITOR .*\n)/m).filter((text) => text !== '');
    return texts.map((text) => ({ ...block, text }));
  }

  function edit({ text }: Block): void {
    const file = /^\$EDITOR \$SHARED\/(\S+)$/m.exec(text)?.[1];
    if (file === undefined) return;
    const after = (EDITS[file]?.() ?? []).reduce(
      (before, [from, to]) => {
        const changed = before.replace(from, to);
        expect(changed, `${file} has ${String(from)}`).not.toBe(before);
        return changed;
      },
      readFileSync(shared(file), 'utf8'),
    );
    writeFileSync(shared(file), after);
  }

  /** A version of the template, from its proposal to being live, by the page for that and with these keys. */
  async function goOn(
    version: number,
    keys: Readonly<Record<Officer, string>>,
    pin: string,
    ...file: string[]
  ): Promise<void> {
    const round = join(folder, `round-${file.join('-')}-${version}`);
    mkdirSync(join(round, 'shared'), { recursive: true });
    const registerFile = shared(...file, 'register.jsonl');
    copyFileSync(registerFile, join(round, 'shared', 'register.jsonl'));
    const those = new Map(
      OFFICERS.map((officer) => {
        const home = join(round, officer);
        const values = {
          SHARED: join(round, 'shared'),
          KEY: keyOption(officer, at(officer, keys[officer])),
          OFFICER: officer,
          DATASETS: packagePath('examples', 'bold', 'datasets'),
          TALLY_PIN: pin,
        };
        const state = join(round, `${officer}.state`);
        return [
          officer,
          new Reader({
            name: officer,
            folder: home,
            state,
            environment: environment(home),
            own: values,
            handed: new Map(),
          }),
        ] as const;
      }),
    );
    const template = edited(SOUND, [
      ['version: 1', `version: ${version}`],
      ['expires: 2027-06-30', `expires: ${day(200)}`],
    ]);
    writeFileSync(join(round, 'ada', 'my-template.yaml'), template);
    for (const block of WAY_TO_LIVE) {
      const said = { ...block, text: block.text.replaceAll('--version 1', `--version ${version}`) };
      for (const [officer, reader] of those) if (isFor(block, officer, OFFICERS)) await reader.follow(said);
    }
    copyFileSync(join(round, 'shared', 'register.jsonl'), registerFile);
    expect(live(pin, ...file)).toEqual([version]);
  }

  function live(pin: string, ...file: readonly string[]): number[] {
    return register(pin, ...file, 'register.jsonl')
      .live(NOW)
      .map(({ template }) => template.version);
  }

  /** An act that these sign now, as whoever has their key files can. */
  function signedBy(unmade: UnmadeAct, ...signers: readonly (readonly [Officer, string])[]): Uint8Array {
    const { roster, fingerprint } = register().current;
    const origin = { federation: roster.federation, roster: fingerprint, made: instantOf(NOW) };
    const payload = actPayload(completeAct(unmade, origin));
    const [first, ...others] = signers.map(([officer, file]) => signingKeyOf(officer, file));
    if (first === undefined) throw new Error('nobody signs');
    return others.reduce(
      (envelope, key) => addSignature(ACT_KIND, envelope, key),
      signPayload(ACT_KIND, payload, first),
    );
  }

  it('lost: the old key ends, and the register goes on with the new one', async () => {
    await goOn(1, { ada: 'ada.key', ben: 'ben.key', cyd: 'cyd.key' }, pins.old);
    await hold(['Before you begin', "An officer's key is lost"]);
    expect(register().current.roster.version).toBe(2);
    await goOn(2, { ada: 'ada-2.key', ben: 'ben.key', cyd: 'cyd.key' }, pins.old);
  });

  it('stolen: what it has signed is stopped, what it signed and kept back is refused', async () => {
    const grant = signedBy(
      { act: 'grant', organisation: 'justice', purpose: 'research-statistics', until: day(100) },
      ['ben', 'ben.key'],
      ['cyd', 'cyd.key'],
    );
    writeFileSync(shared('register.jsonl'), Buffer.concat([grant, Buffer.from('\n')]), { flag: 'a' });
    const [given] = register().grantsInForce(NOW);
    for (const values of own.values()) values['GRANT'] = given?.digest ?? '';
    const proposal = register().proposals.at(-1)?.digest ?? '';
    writeFileSync(shared('found.json'), signedBy({ act: 'revoke', proposal, reason: 'Ha.' }, ['ben', 'ben.key']));
    const waiting = signedBy(
      { act: 'grant', organisation: 'justice', purpose: 'research-statistics', until: day(99) },
      ['ada', 'ada-2.key'],
      ['cyd', 'cyd.key'],
    );
    const add = (entry: Uint8Array): unknown => registerOf([...entries('register.jsonl'), entry], pins.old);
    expect(() => add(waiting)).not.toThrow();
    await hold(["An officer's key is stolen"]);
    expect(register().current.roster.version).toBe(3);
    // Also by those whose keys nobody has stolen: it was on its way when the roster changed.
    expect(() => add(waiting)).toThrow(expect.objectContaining({ code: 'ROSTER_NOT_IN_FORCE' }));
    expect(register().grantsInForce(NOW)).toEqual([]);
    expect(live(pins.old)).toEqual([]);
    await goOn(3, { ada: 'ada-2.key', ben: 'ben-2.key', cyd: 'cyd.key' }, pins.old);
  });

  it('a registrar’s: its words end with the roster, and the new key goes on', async () => {
    await hold(["A registrar's key is lost or stolen"]);
    expect(register().current.roster.version).toBe(4);
    await goOn(4, { ada: 'ada-2.key', ben: 'ben-2.key', cyd: 'cyd.key' }, pins.old);
  });

  it('too many: the federation is founded anew, and nothing of the old register counts', async () => {
    await hold(['Too many keys are lost'], (block) => {
      // The fingerprint is read out between the ceremony and its last settings.
      if (!block.marks.has('settings') || !block.text.includes('TALLY_PIN')) return;
      const { payload } = readEnvelope(new Uint8Array(readFileSync(shared('anew', 'roster-1.json'))), ROSTER_KIND);
      pins.anew = rosterFingerprint(payload);
      for (const values of own.values()) {
        values['TALLY_PIN'] = pins.anew;
        values['KEY'] = values['FOUNDING_KEY'] ?? '';
      }
    });
    expect(pins.anew).not.toBe(pins.old);
    const first = entries('anew', 'register.jsonl');
    for (const entry of entries('register.jsonl')) {
      const code = payloadTypeOf(entry) === ROSTER_KIND.payloadType ? /^ROSTER_/ : /^UNKNOWN_SIGNER$/;
      expect(() => registerOf([...first, entry], pins.anew)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(code) as string }),
      );
    }
    await goOn(1, { ada: 'ada-3.key', ben: 'ben-3.key', cyd: 'cyd-3.key' }, pins.anew, 'anew');
  });

  it('has every heading with commands held, and every setting used', () => {
    const held = [
      'Before you begin',
      "An officer's key is lost",
      "An officer's key is stolen",
      "A registrar's key is lost or stolen",
      'Too many keys are lost',
    ];
    expect([...new Set(CEREMONIES.map(({ section }) => section))]).toEqual(held);
    for (const reader of readers.values()) expect(reader.unset).toEqual([]);
  });
});
