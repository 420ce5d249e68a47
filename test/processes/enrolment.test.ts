import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMap, parseDocument } from 'yaml';

import type { AgencyEnrolment } from '../../coordinator/index.js';
import { createLog, packagePath, systemClock, systemRng } from '../../runtime/index.js';
import { toBase64 } from '../../core/base/index.js';
import { rawPublicKey } from '../../core/private-join/index.js';
import { parseDataset } from '../../core/templates/index.js';
import { Board } from '../../examples/bold/demo/board.js';
import { Program } from '../../examples/bold/demo/program.js';
import { datasetTexts } from '../../examples/bold/library.js';
import { createNode, loadConfig } from '../../node-agent/index.js';
import { certificateFacts, spelledOut } from '../../transport/index.js';
import { PageCommands } from '../support/page-commands.js';

/**
 * A federation of one agency from empty folders, by the commands that people type: real processes, real TLS. Each test
 * goes on where the one before it stopped.
 */

const FEDERATION = 'enrolment-test';
const DATASET = 'police.victim-crimes';
const DEADLINE_MS = 60_000;

let folder: string;
let coordinator: Program | undefined;
let node: Program | undefined;
let enrolmentPort = 0;
let usedToken = '';
let board: Board | undefined;

const at = (...names: string[]): string => join(folder, ...names);
const coordinatorConfig = (): string => at('coordinator', 'coordinator.yaml');
const nodeConfig = (): string => at('node', 'node.yaml');

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `tally` with these words to its end. */
function tally(words: readonly string[], input = ''): Promise<Answer> {
  const child = spawn(process.execPath, [packagePath('dist', 'cli', 'main.js'), ...words]);
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

async function startCoordinator(): Promise<Readonly<Record<string, unknown>>> {
  const command = [packagePath('dist', 'coordinator', 'main.js'), 'start', '--config', coordinatorConfig()];
  coordinator = new Program('coordinator', command, at('coordinator.log'));
  const started = await coordinator.waitFor(({ event }) => event === 'started', DEADLINE_MS);
  enrolmentPort = Number(started['enrolmentPort']);
  return started;
}

async function startNode(): Promise<Program> {
  const command = [packagePath('dist', 'node-agent', 'main.js'), 'start', '--config', nodeConfig()];
  node = new Program('node', command, at('node.log'));
  await node.waitFor(({ event }) => event === 'started', DEADLINE_MS);
  return node;
}

async function stop(program: Program | undefined): Promise<void> {
  await program?.stop(DEADLINE_MS);
}

async function newToken(): Promise<string> {
  const { out } = await tally(['coordinator', 'enrol-token', '--config', coordinatorConfig(), '--agency', 'police']);
  return /tally-enrol-1\S+/.exec(out)?.[0] ?? '';
}

const enrolWith = (token: string): Promise<Answer> =>
  tally(
    ['node', 'enrol', '--config', nodeConfig(), '--token-file', '-', '--address', `127.0.0.1:${enrolmentPort}`],
    token,
  );

async function enrolled(): Promise<AgencyEnrolment | undefined> {
  const { out } = await tally(['coordinator', 'enrolments', '--config', coordinatorConfig(), '--json']);
  const { agencies } = JSON.parse(out) as { agencies: AgencyEnrolment[] };
  return agencies[0];
}

/** With those fields that the example configuration has columns for. */
function datasetText(): string {
  const text = datasetTexts().find((one) => parseDataset(one).dataset === DATASET) ?? '';
  const document = parseDocument(text);
  const mapped = new Set(loadConfig(nodeConfig()).sources.flatMap(({ fields }) => Object.keys(fields)));
  const fields = document.get('fields');
  if (!isMap(fields)) throw new TypeError('the dataset has no fields');
  for (const name of Object.keys(fields.toJSON() as object)) if (!mapped.has(name)) fields.delete(name);
  return document.toString();
}

/** Officers who have listed the agency with that key, from what `enrolments` says. */
function found(identityKey: string, federation = FEDERATION): Board {
  const coordinatorKey = readFileSync(at('coordinator', 'identity.pem'), 'utf8');
  return new Board({
    federation,
    agencies: [{ id: 'police', name: 'The police', identityKey, datasets: [DATASET] }],
    coordinator: toBase64(rawPublicKey(createPrivateKey(coordinatorKey))),
    purposes: ['research-statistics'],
    clock: systemClock,
  });
}

/** As whoever has got the two files from governance puts them into their folder. */
function putRegister(party: string, board: Board): void {
  writeFileSync(at(party, 'register-statement.json'), board.statement());
  writeFileSync(at(party, 'register.jsonl'), board.file);
}

/** As whoever has heard it from an officer writes it into their configuration; the line is a comment before. */
function pin(configFile: string, fingerprint: string): void {
  replaceIn(configFile, /(?:# )?fingerprint: [0-9a-f]{64}/, `fingerprint: ${fingerprint}`);
}

function replaceIn(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
  chmodSync(file, 0o600);
}

async function saidBy(name: string, pattern: RegExp): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!pattern.test(readFileSync(at(`${name}.log`), 'utf8'))) {
    if (Date.now() > deadline) throw new Error(`${name} never said ${String(pattern)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-enrolment-'));
});

afterAll(async () => {
  await stop(node);
  await stop(coordinator);
  rmSync(folder, { recursive: true, force: true });
});

describe('a federation made by its commands', () => {
  it('begins with an authority, and lets agencies enrol before there is a register', async () => {
    const { code, out } = await tally([
      'coordinator',
      'init',
      '--directory',
      at('coordinator'),
      '--federation',
      FEDERATION,
    ]);
    expect(code).toBe(0);
    const authority = certificateFacts(readFileSync(at('coordinator', 'tls', 'authority.crt'), 'utf8')).fingerprint;
    expect(out).toContain(spelledOut(authority));
    for (const port of [7400, 7401, 7402]) replaceIn(coordinatorConfig(), new RegExp(`port: ${port}`), 'port: 0');
    replaceIn(coordinatorConfig(), /host: 0\.0\.0\.0/, 'host: 127.0.0.1');
    const started = await startCoordinator();
    expect(Object.keys(started)).not.toContain('federationPort');

    const coordinatorAt = ['--coordinator', '127.0.0.1:7400'];
    const made = await tally(['node', 'init', '--directory', at('node'), '--agency', 'police', ...coordinatorAt]);
    expect(made).toMatchObject({ code: 0, err: '' });
    usedToken = await newToken();
    const answer = await enrolWith(usedToken);
    expect(answer).toMatchObject({ code: 0, err: '' });
    // What two people compare is the same at both ends.
    expect(answer.out).toContain(spelledOut(authority));
    const one = await enrolled();
    expect(one).toMatchObject({ agency: 'police', roster: 'pending', token: { state: 'used' } });
    expect(answer.out).toContain(spelledOut(one?.identityFingerprint ?? ''));
    expect(answer.out).toContain(one?.identityKey);
  });

  it('takes a token once', async () => {
    const before = readFileSync(at('node', 'tls', 'node.crt'), 'utf8');
    const { code, err } = await enrolWith(usedToken);
    expect(code).not.toBe(0);
    expect(err).toMatch(/^TOKEN_USED: /);
    expect(readFileSync(at('node', 'tls', 'node.crt'), 'utf8')).toBe(before);
    expect((await enrolled())?.certificates).toHaveLength(1);
  });

  it('lets the agency in when governance has listed its key', async () => {
    for (const party of ['coordinator', 'node']) writeFileSync(at(party, 'datasets', 'crimes.yaml'), datasetText());
    const identityKey = (await enrolled())?.identityKey ?? '';
    const another = found(identityKey, 'another-federation');
    putRegister('coordinator', another);
    // Nobody has said yet whom to believe.
    await saidBy('coordinator', /FINGERPRINT_MISSING/);
    pin(coordinatorConfig(), another.fingerprint);
    await saidBy('coordinator', /is the register of another-federation/);
    board = found(identityKey);
    putRegister('coordinator', board);
    await saidBy('coordinator', /ROSTER_NOT_PINNED/);
    pin(coordinatorConfig(), board.fingerprint);
    // The coordinator that only enrolled is a whole one from the moment that there is a register that it may believe.
    const whole = await coordinator?.waitFor(
      ({ event, federationPort }) => event === 'started' && federationPort !== undefined,
      DEADLINE_MS,
    );
    const federationPort = whole?.['federationPort'];
    enrolmentPort = Number(whole?.['enrolmentPort']);
    // Restarted, it is found at the same place.
    replaceIn(coordinatorConfig(), /port: 0 # 0/, `port: ${String(federationPort)} # 0`);
    replaceIn(nodeConfig(), /127\.0\.0\.1:7400/, `127.0.0.1:${String(federationPort)}`);

    // What enrolling again brings is a certificate: the register comes from governance, its fingerprint from an officer.
    const answer = await enrolWith(await newToken());
    expect(answer).toMatchObject({ code: 0, err: '' });
    expect(existsSync(at('node', 'register.jsonl'))).toBe(false);
    expect(await enrolled()).toMatchObject({ roster: 'listed' });
    const check = (): Promise<Answer> => tally(['node', 'start', '--config', nodeConfig()]);
    putRegister('node', board);
    expect(await check()).toMatchObject({ code: 1, err: expect.stringMatching(/^FINGERPRINT_MISSING: /) as string });
    pin(nodeConfig(), 'ab'.repeat(32));
    expect(await check()).toMatchObject({ code: 1, err: expect.stringContaining('ROSTER_NOT_PINNED') as string });
    pin(nodeConfig(), board.fingerprint);
    const running = await startNode();
    await running.waitFor(({ event }) => event === 'connected', DEADLINE_MS);
  });

  it('renews a certificate by itself, over its own connection', async () => {
    await stop(node);
    const before = certificateFacts(readFileSync(at('node', 'tls', 'node.crt'), 'utf8'));
    // Two thirds of the lifetime are over, says the node's own clock; TLS itself goes by the computer's.
    const clock = { ...systemClock, now: () => new Date(Date.now() + 61 * 86_400_000) };
    const lines: string[] = [];
    const log = createLog({
      name: 'node',
      level: 'info',
      destination: { write: (line: string) => void lines.push(line) },
      fields: ['event', 'serial', 'expiresAt'],
    });
    const inside = createNode(loadConfig(nodeConfig()), { clock, rng: systemRng, log });
    await inside.start();
    try {
      const renewed = (): string | undefined => lines.find((line) => line.includes('certificate-renewed'));
      for (const deadline = Date.now() + DEADLINE_MS; renewed() === undefined && Date.now() < deadline;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { serial } = JSON.parse(renewed() ?? '{}') as { serial?: string };
      expect(serial).toBe(certificateFacts(readFileSync(at('node', 'tls', 'node.crt'), 'utf8')).serial);
      expect(serial).not.toBe(before.serial);
      expect((await enrolled())?.certificates.at(-1)).toMatchObject({ serial, cause: 'renewed' });
      // The connection went on with what it had.
      expect(lines.filter((line) => line.includes('disconnected'))).toEqual([]);
    } finally {
      await inside.stop();
    }
    const running = await startNode();
    await running.waitFor(({ event }) => event === 'connected', DEADLINE_MS);
  });

  it('keeps out a certificate that the roster revokes, until the agency enrols again', async () => {
    const { serial } = certificateFacts(readFileSync(at('node', 'tls', 'node.crt'), 'utf8'));
    board?.amend(() => ({ revoked: [{ serial, reason: 'A laptop was stolen.' }] }));
    if (board !== undefined) putRegister('coordinator', board);
    // The running coordinator takes the register up by itself, and ends the connection.
    await saidBy('node', /CERTIFICATE_REVOKED/);
    await node?.waitFor(({ event }) => event === 'disconnected', DEADLINE_MS);
    expect(coordinator?.events.filter(({ event }) => event === 'register').at(-1)).toMatchObject({ roster: 2 });
    await stop(node);
    expect((await enrolled())?.certificates.at(-1)).toMatchObject({ serial, revoked: true });

    const answer = await enrolWith(await newToken());
    expect(answer).toMatchObject({ code: 0 });
    const running = await startNode();
    await running.waitFor(({ event }) => event === 'connected', DEADLINE_MS);
    // Nobody has put the new roster into its folder: it has it from the coordinator, and has gone through it by itself.
    await running.waitFor(({ event, roster }) => event === 'register' && roster === 2, DEADLINE_MS);
    expect(readFileSync(at('node', 'register.jsonl')).equals(board?.file ?? Buffer.alloc(0))).toBe(true);
  });

  it('makes another identity key when the one of before is lost, and stays out until governance lists it', async () => {
    await stop(node);
    const before = (await enrolled())?.identityKey;
    writeFileSync(at('token'), await newToken(), { mode: 0o600 });
    const page = new PageCommands('agency/backup.md', folder);
    // The test's coordinator listens for those who enrol at another port than coordinators do.
    const commands = page
      .block('A lost identity key')
      .replace(' --token-file', ` --address 127.0.0.1:${enrolmentPort} --token-file`);
    const { status, stderr } = await page.run(commands, { NODE: at('node'), TOKEN_FILE: at('token') });
    expect([status, stderr]).toEqual([0, '']);
    const after = await enrolled();
    expect(after?.identityKey).not.toBe(before);
    expect(after?.roster).toBe('other-key');
    const command = [packagePath('dist', 'node-agent', 'main.js'), 'start', '--config', nodeConfig()];
    const refused = new Program('node', command, at('node.log'));
    expect(await refused.exited()).toBe(1);
    await saidBy('node', /IDENTITY_MISMATCH/);
  });

  it('says nothing of secrets in any log', () => {
    const secret = usedToken.split('.').at(-1) ?? 'none';
    for (const name of ['node', 'coordinator']) {
      expect(readFileSync(at(`${name}.log`), 'utf8')).not.toContain(secret);
    }
    expect(secret).toHaveLength(43);
  });
});
