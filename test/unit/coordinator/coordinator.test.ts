import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../core/base/index.js';
import { formatRegisterFile } from '../../../core/governance/index.js';
import { NO_FLOORS } from '../../../core/templates/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import {
  auditEntriesView,
  createCoordinator,
  MAX_ENTRIES_SHOWN,
  tokenHash,
  type CoordinatorConfig,
} from '../../../coordinator/index.js';
import { systemClock, systemRng } from '../../../runtime/index.js';
import {
  createAuthority,
  createFederationClient,
  identityUri,
  issueCertificate,
  RegisterParts,
  type TlsMaterial,
} from '../../../transport/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { CRIMES_YAML, HEARINGS_YAML, SUPPORT_YAML } from '../templates/fixtures.js';
import { template, TestLog } from './fixtures.js';
import { boardOf, yamlOf } from './governance-fixtures.js';

const TOKEN = 'a-token';
const identity = generateKeyPairSync('ed25519').privateKey;
const newKey = (): Uint8Array => rawPublicKey(generateKeyPairSync('ed25519').privateKey);
let made: string;
let police: TlsMaterial;
let folder: string;

const boardAt = (federation: string, key = rawPublicKey(identity)): Board =>
  boardOf(
    {
      ...{ federation, version: 1 },
      agencies: [
        { id: 'police', name: 'The police', identityKey: newKey(), datasets: ['police.crimes'] },
        { id: 'charity', name: 'A charity', identityKey: newKey(), datasets: ['charities.support'] },
      ],
      coordinator: { identityKey: key },
    },
    systemClock,
  );
let board: Board;

/** Governance sends what it has signed so far. */
function send(directory: string, from: Board): void {
  writeFileSync(join(directory, 'register.jsonl'), from.file);
  writeFileSync(join(directory, 'register-statement.json'), from.statement());
}

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'coordinator-made-'));
  const clock = systemClock;
  const authority = await createAuthority({ commonName: 'Authority', clock, validDays: 1 });
  const issued = await issueCertificate(authority, {
    commonName: 'Coordinator',
    uris: [identityUri({ role: 'coordinator', federation: 'unit-test' })],
    ipAddresses: ['127.0.0.1'],
    clock,
    validDays: 1,
  });
  const node = await issueCertificate(authority, {
    commonName: 'Police',
    uris: [identityUri({ role: 'agency', federation: 'unit-test', agency: 'police' })],
    clock,
    validDays: 1,
  });
  police = { authority: authority.certificate, ...node };
  const secret = { mode: 0o600 };
  mkdirSync(join(made, 'datasets'));
  writeFileSync(join(made, 'authority.crt'), authority.certificate);
  writeFileSync(join(made, 'coordinator.crt'), issued.certificate);
  writeFileSync(join(made, 'coordinator.key'), issued.privateKey, secret);
  writeFileSync(join(made, 'identity.pem'), identity.export({ type: 'pkcs8', format: 'pem' }), secret);
  board = boardAt('unit-test');
  board.publish(yamlOf(template));
  send(made, board);
  [CRIMES_YAML, SUPPORT_YAML, HEARINGS_YAML].forEach((text, index) => {
    writeFileSync(join(made, 'datasets', `${index}.yaml`), text);
  });
});

afterAll(() => rmSync(made, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coordinator-'));
  cpSync(made, folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function config(changes: Partial<CoordinatorConfig> = {}): CoordinatorConfig {
  const at = (name: string): string => join(folder, name);
  return {
    federation: {
      host: '127.0.0.1',
      port: 0,
      tls: { authority: at('authority.crt'), certificate: at('coordinator.crt'), privateKey: at('coordinator.key') },
    },
    api: {
      host: '127.0.0.1',
      port: 0,
      tokens: [{ name: 'analyst', organisation: 'research-office', sha256: tokenHash(TOKEN) }],
      tlsTerminatedUpstream: false,
    },
    identityKey: at('identity.pem'),
    governance: {
      register: at('register.jsonl'),
      statement: at('register-statement.json'),
      fingerprint: board.fingerprint,
    },
    datasets: at('datasets'),
    database: at('coordinator.db'),
    spool: { directory: at('spool'), memoryMiB: 16 },
    workers: 1,
    deadlines: { offerAnswerSeconds: 5, roundProgressSeconds: 5, stopSeconds: 5 },
    logLevel: 'info',
    revealUnprotectedCountsOfSyntheticData: false,
    ...changes,
  };
}

/** Puts the register of these officers in the place of the one that there is, and pins it. */
function governedBy(other: Board): Pick<CoordinatorConfig, 'governance'> {
  send(folder, other);
  return { governance: { ...config().governance, fingerprint: other.fingerprint } };
}

function make(changes: Partial<CoordinatorConfig> = {}): {
  coordinator: ReturnType<typeof createCoordinator>;
  log: TestLog;
} {
  const log = new TestLog();
  return { log, coordinator: createCoordinator(config(changes), { clock: systemClock, rng: systemRng, log }) };
}

/** Connects as the police's node, which has nothing of the register yet: where each update begins, and its entries. */
function policeAt(port: number): () => (readonly [number, number])[] {
  const whole = new RegisterParts();
  const updates: (readonly [number, number])[] = [];
  const client = createFederationClient(
    {
      ...{ federation: 'unit-test', agency: 'police', address: `127.0.0.1:${port}`, tls: police },
      ...{ softwareVersion: '1', log: silentLog, clock: systemClock, rng: systemRng },
    },
    {
      connected: () => undefined,
      disconnected: () => undefined,
      received: (message) => {
        const update = message.kind === 'register' ? whole.take(message.part) : undefined;
        if (update !== undefined) updates.push([update.first, update.entries.length]);
      },
      hello: () => ({ softwareVersion: '1', snapshots: [], floors: NO_FLOORS, logSize: 0, registerSize: 0 }),
    },
  );
  client.start();
  onTestFinished(() => client.stop());
  return () => updates;
}

describe('a coordinator that starts', () => {
  it('says where it listens, answers, stops, and leaves its ports and its database to the next', async () => {
    for (const round of [1, 2]) {
      const { coordinator, log } = make();
      const { apiPort, federationPort } = await coordinator.start();
      expect(log.of('started')).toEqual([{ event: 'started', apiPort, federationPort }]);
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answer = await fetch(`http://127.0.0.1:${apiPort}/api/v1/agencies`, { headers });
      expect(await answer.json()).toMatchObject({
        agencies: [{ id: 'police', state: 'never-seen' }, { id: 'charity' }],
      });
      await coordinator.stop();
      await expect(fetch(`http://127.0.0.1:${apiPort}/health`), `round ${round}`).rejects.toThrow();
    }
  });

  it('asks what its register says is live, and says of what it can’t ask why not', async () => {
    rmSync(join(folder, 'datasets', '1.yaml'));
    const { coordinator, log } = make();
    const { apiPort } = await coordinator.start();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const templates = async (): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${apiPort}/api/v1/templates`, { headers })).json();
    expect(await templates()).toEqual({ templates: [], next: null });
    expect(log.of('template-unusable')).toMatchObject([{ template: template.template }]);
    await coordinator.stop();
  });

  it('takes up a register that governance sends it, with everything that follows', async () => {
    const officers = boardAt('unit-test');
    officers.publish(yamlOf(template));
    const { coordinator, log } = make(governedBy(officers));
    const { apiPort, federationPort } = await coordinator.start();
    const sent = policeAt(federationPort);
    const ask = async (path: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${apiPort}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })).json();
    const until = async (path: string, wanted: unknown): Promise<void> => {
      await expect.poll(() => ask(path), { timeout: 10_000 }).toMatchObject(wanted as object);
    };
    const { length } = officers.entries;
    await until('/health', { status: 'ok', register: { entries: length, roster: 1, isFileRefused: false } });
    await until('/api/v1/templates', { templates: [{ template: template.template }] });
    const logged = async (): Promise<number> =>
      auditEntriesView.parse(await ask(`/api/v1/audit/entries?from=0&limit=${MAX_ENTRIES_SHOWN}`)).entries.length;
    expect(await logged()).toBe(1 + length);
    await expect.poll(sent, { timeout: 10_000 }).toEqual([[0, length]]);
    officers.revoke(template.template, 'Its question misleads.');
    officers.amend(({ agencies }) => ({ agencies: agencies.slice(0, 1) }));
    send(folder, officers);
    await until('/health', { register: { entries: length + 2, roster: 2, isFileRefused: false } });
    await until('/api/v1/templates', { templates: [] });
    await until('/api/v1/agencies', { agencies: [{ id: 'police' }] });
    expect(await logged()).toBe(1 + length + 2);
    await expect.poll(sent, { timeout: 10_000 }).toEqual([
      [0, length],
      [length, 2],
    ]);
    expect(log.of('register-not-applied')).toEqual([]);
    await coordinator.stop();
  });

  it('says loudly that it shows unprotected counts', async () => {
    const { coordinator, log } = make({ revealUnprotectedCountsOfSyntheticData: true });
    await coordinator.start();
    await coordinator.stop();
    expect(log.of('counts-unprotected')).toHaveLength(1);
  });
});

describe('a coordinator that must not start', () => {
  const start = async (changes: Partial<CoordinatorConfig> = {}): Promise<unknown> => {
    const { coordinator } = make(changes);
    try {
      await coordinator.start();
    } catch (thrown) {
      return (thrown as { code?: unknown }).code;
    } finally {
      await coordinator.stop();
    }
    return 'started';
  };

  it('refuses to show unprotected counts of a federation that may have real people in it', async () => {
    expect(await start({ ...governedBy(boardAt('bold')), revealUnprotectedCountsOfSyntheticData: true })).toBe(
      'CONFIG_INVALID',
    );
  });

  it('refuses a key that is not the one in the roster', async () => {
    expect(await start(governedBy(boardAt('unit-test', newKey())))).toBe('CONFIG_INVALID');
  });

  it.each(['identity.pem', 'coordinator.key'])('refuses %s when others may read it', async (name) => {
    chmodSync(join(folder, name), 0o640);
    expect(await start()).toBe('KEY_FILE_EXPOSED');
  });

  it.each(['identity.pem', 'coordinator.key', 'coordinator.crt', 'datasets'])(
    'refuses to do without %s',
    async (name) => {
      rmSync(join(folder, name), { recursive: true });
      expect(await start()).toBe('CONFIG_INVALID');
    },
  );

  it('refuses to do without a register, or without the fingerprint of a roster of it', async () => {
    const { governance } = config();
    expect(await start({ governance: { ...governance, fingerprint: undefined } })).toBe('FINGERPRINT_MISSING');
    rmSync(governance.register);
    expect(await start()).toBe('REGISTER_UNREADABLE');
  });

  it('refuses a register that is none, naming its file', async () => {
    writeFileSync(join(folder, 'register.jsonl'), 'federation: unit-test');
    const { coordinator } = make();
    await expect(coordinator.start()).rejects.toMatchObject({
      code: 'REGISTER_INVALID',
      message: expect.stringContaining(join(folder, 'register.jsonl')) as string,
    });
  });

  it('refuses a register of officers whom the fingerprint is not of', async () => {
    const { governance } = config();
    const another = boardAt('unit-test');
    expect(await start({ governance: { ...governance, fingerprint: another.fingerprint } })).toBe('REGISTER_INVALID');
    send(folder, another);
    expect(await start()).toBe('REGISTER_INVALID');
  });

  it('refuses a register that is older than the one that its audit log tells of, and starts with the newest', async () => {
    expect(await start()).toBe('started');
    const { file, entries } = board;
    writeFileSync(join(folder, 'register.jsonl'), formatRegisterFile(entries.slice(0, -1)));
    expect(await start()).toBe('REGISTER_NOT_LOGGED');
    writeFileSync(join(folder, 'register.jsonl'), file);
    expect(await start()).toBe('started');
  });

  it('refuses an identity that is no key', async () => {
    writeFileSync(join(folder, 'identity.pem'), 'no key');
    expect(await start()).toBe('CONFIG_INVALID');
  });

  it('refuses a database that another coordinator has open', async () => {
    const { coordinator } = make();
    await coordinator.start();
    expect(await start()).toBe('DATABASE_LOCKED');
    await coordinator.stop();
  });

  it('refuses a certificate that names somebody else, and leaves nothing open behind it', async () => {
    cpSync(join(folder, 'coordinator.crt'), join(folder, 'kept.crt'));
    cpSync(join(folder, 'authority.crt'), join(folder, 'coordinator.crt'));
    const { coordinator } = make();
    await expect(coordinator.start()).rejects.toMatchObject({ name: 'TransportError' });
    cpSync(join(folder, 'kept.crt'), join(folder, 'coordinator.crt'));
    expect(await start()).toBe('started');
  });

  it.each(['api', 'federation'] as const)('refuses a port that is in use: %s', async (which) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      taken.close();
    });
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const plain = config();
    expect(await start({ [which]: { ...plain[which], port } })).toBe('PORT_IN_USE');
    // Nothing of it is left: the next start finds its database free.
    expect(await start()).toBe('started');
  });
});
