import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { toBase64 } from '../../../core/base/index.js';
import { canonicalTemplate, signTemplate } from '../../../core/templates/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { createCoordinator, tokenHash, type CoordinatorConfig } from '../../../coordinator/index.js';
import { systemClock, systemRng } from '../../../runtime/index.js';
import { createAuthority, identityUri, issueCertificate } from '../../../transport/index.js';
import { CRIMES_YAML, HEARINGS_YAML, SUPPORT_YAML } from '../templates/fixtures.js';
import { template, TestLog } from './fixtures.js';

const TOKEN = 'a-token';
const identity = generateKeyPairSync('ed25519').privateKey;
const officer = generateKeyPairSync('ed25519').privateKey;
const newKey = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
let made: string;
let folder: string;

const rosterText = (federation: string, key = toBase64(rawPublicKey(identity))): string => `federation: ${federation}
version: 1
agencies:
  - { id: police, name: The police, identityKey: ${newKey()}, datasets: [police.crimes] }
  - { id: charity, name: A charity, identityKey: ${newKey()}, datasets: [charities.support] }
coordinator: { identityKey: ${key} }
governance:
  threshold: 1
  officers: [{ id: officer-1, name: One, organisation: Board, publicKey: ${toBase64(rawPublicKey(officer))} }]
`;

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
  const secret = { mode: 0o600 };
  for (const place of ['templates', 'datasets']) mkdirSync(join(made, place));
  writeFileSync(join(made, 'authority.crt'), authority.certificate);
  writeFileSync(join(made, 'coordinator.crt'), issued.certificate);
  writeFileSync(join(made, 'coordinator.key'), issued.privateKey, secret);
  writeFileSync(join(made, 'identity.pem'), identity.export({ type: 'pkcs8', format: 'pem' }), secret);
  writeFileSync(join(made, 'roster.yaml'), rosterText('unit-test'));
  [CRIMES_YAML, SUPPORT_YAML, HEARINGS_YAML].forEach((text, index) => {
    writeFileSync(join(made, 'datasets', `${index}.yaml`), text);
  });
  writeFileSync(join(made, 'templates', 'one.json'), signTemplate(canonicalTemplate(template), 'officer-1', officer));
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
      tokens: [{ name: 'analyst', sha256: tokenHash(TOKEN) }],
      tlsTerminatedUpstream: false,
    },
    identityKey: at('identity.pem'),
    roster: at('roster.yaml'),
    templates: at('templates'),
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

function make(changes: Partial<CoordinatorConfig> = {}): {
  coordinator: ReturnType<typeof createCoordinator>;
  log: TestLog;
} {
  const log = new TestLog();
  return { log, coordinator: createCoordinator(config(changes), { clock: systemClock, rng: systemRng, log }) };
}

describe('a coordinator that starts', () => {
  it('says where it listens, answers, stops, and leaves its ports and its database to the next', async () => {
    for (const round of [1, 2]) {
      const { coordinator, log } = make();
      const { apiPort, federationPort } = await coordinator.start();
      expect(log.of('started')).toEqual([{ event: 'started', apiPort, federationPort }]);
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answer = await fetch(`http://127.0.0.1:${apiPort}/api/agencies`, { headers });
      expect(await answer.json()).toMatchObject({
        agencies: [{ id: 'police', state: 'never-seen' }, { id: 'charity' }],
      });
      await coordinator.stop();
      await expect(fetch(`http://127.0.0.1:${apiPort}/health`), `round ${round}`).rejects.toThrow();
    }
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
    writeFileSync(join(folder, 'roster.yaml'), rosterText('bold'));
    expect(await start({ revealUnprotectedCountsOfSyntheticData: true })).toBe('CONFIG_INVALID');
  });

  it('refuses a key that is not the one in the roster', async () => {
    writeFileSync(join(folder, 'roster.yaml'), rosterText('unit-test', newKey()));
    expect(await start()).toBe('CONFIG_INVALID');
  });

  it.each(['identity.pem', 'coordinator.key'])('refuses %s when others may read it', async (name) => {
    chmodSync(join(folder, name), 0o640);
    expect(await start()).toBe('KEY_FILE_EXPOSED');
  });

  it.each(['identity.pem', 'coordinator.key', 'coordinator.crt', 'roster.yaml', 'datasets', 'templates'])(
    'refuses to do without %s',
    async (name) => {
      rmSync(join(folder, name), { recursive: true });
      expect(await start()).toBe('CONFIG_INVALID');
    },
  );

  it('refuses a roster that is none, naming its file', async () => {
    writeFileSync(join(folder, 'roster.yaml'), 'federation: unit-test');
    const { coordinator } = make();
    await expect(coordinator.start()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(join(folder, 'roster.yaml')) as string,
    });
  });

  it('refuses an identity that is no key', async () => {
    writeFileSync(join(folder, 'identity.pem'), 'no key');
    expect(await start()).toBe('CONFIG_INVALID');
  });

  it('refuses a template that is not signed as the roster demands, naming its file', async () => {
    const bad = signTemplate(canonicalTemplate({ ...template, template: 'other' }), 'officer-1', identity);
    writeFileSync(join(folder, 'templates', 'bad.json'), bad);
    const { coordinator } = make();
    await expect(coordinator.start()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      problems: [{ path: join(folder, 'templates', 'bad.json') }],
    });
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
