import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';

import { toBase64 } from '../../../core/base/index.js';
import type { Clock } from '../../../core/base/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { tokenHash } from '../../../coordinator/index.js';
import { COORDINATOR, rawPublicKey } from '../../../core/private-join/index.js';
import { parseDataset, parseTemplate } from '../../../core/templates/index.js';
import { createAuthority, identityUri, issueCertificate } from '../../../transport/index.js';
import type { Authority, PeerIdentity } from '../../../transport/index.js';
import type { Agency } from '../agencies.js';
import { datasetTexts } from '../library.js';
import type { Source } from '../sources.js';
import { ANALYSTS, Board } from './board.js';

/** What a federation is made of before it has a folder. */
export interface FederationPlan {
  /** Made where it is missing. */
  readonly directory: string;
  /** Its name, which ends in -demo or -test: there are no real people in it. */
  readonly federation: string;
  readonly agencies: readonly Agency[];
  readonly sources: readonly Source[];
  /** YAML texts; officers approve each. */
  readonly templates: readonly string[];
  /** YAML texts of all that agencies offer; the example's when it isn't given. */
  readonly datasets?: readonly string[];
  /** Of each agency; the system's default when it isn't given. */
  readonly budget?: { readonly perSnapshot: number; readonly perQuarter: number };
  readonly clock: Clock;
  /** Where the coordinator listens; on this computer, at any free ports, when it isn't given. */
  readonly coordinator?: CoordinatorAddress;
  /** Threads for the arithmetic in each process. */
  readonly workers: number;
  /** By which its API is asked; a new one when it isn't given. */
  readonly token?: string;
  /** Where people sign in to the coordinator's pages; nobody can where it is left out. */
  readonly pages?: PagesPlan;
}

/** Of the coordinator's pages. */
export interface PagesPlan {
  /** The part `signIn` of its configuration. */
  readonly signIn: object;
  /** As in `http://localhost:7401`: officers may sign with passkeys there. */
  readonly origin?: string;
  /** A federation to try questions in. */
  readonly trial?: TrialPlan;
}

export interface TrialPlan {
  readonly url: string;
  readonly token: string;
}

export interface CoordinatorAddress {
  /** Name by which nodes reach the coordinator; its certificate has it. */
  readonly host: string;
  /** 0: any free port, which the coordinator says when it starts. */
  readonly federationPort: number;
  readonly apiPort: number;
}

export const THIS_COMPUTER: CoordinatorAddress = { host: 'localhost', federationPort: 0, apiPort: 0 };

/** Where everything of a federation is. One folder for each party: nobody needs another's. */
export interface FederationFolder {
  readonly coordinatorConfig: string;
  readonly tokenFile: string;
  readonly token: string;
  /** Its officers, who can go on deciding. */
  readonly board: Board;
  /** Puts what they have decided by now into every party's folder; or into those of some. */
  writeRegister(parties?: readonly string[]): void;
  /** Folder of one agency's node. */
  agencyFolder(agency: string): string;
  /** Writes the coordinator's configuration with the ports that it is to have from now on. */
  writeCoordinatorConfig(federationPort: number, apiPort: number): void;
  /** Path of the configuration of an agency's node. */
  nodeConfig(agency: string): string;
  /** Writes the configuration of an agency's node, once the coordinator's address is known; returns its path. */
  writeNodeConfig(agency: string, coordinatorAddress: string): string;
}

/** Long enough for a demonstration, short enough that nobody keeps it. */
const VALID_DAYS = 30;
const ANALYST = 'demo-analyst';
const TRIAL_TOKEN = 'trial-token';
const TOKEN_BYTES = 32;
const DEFAULT_PURPOSE = 'research-statistics';
/** In each party's folder. */
const GOVERNANCE = { register: 'register.jsonl', statement: 'register-statement.json' } as const;
/** A demonstration's lists fit; what doesn't goes to the spool. */
const SPOOL_MEMORY_MIB = 256;

/**
 * Makes keys, certificates, a register with everything approved, and configurations: what in a real federation the parties make
 * for themselves, each on its own machine, at enrolment.
 */
export async function makeFederationFolder(plan: FederationPlan): Promise<FederationFolder> {
  const { directory, federation, agencies, clock, coordinator = THIS_COMPUTER, datasets = datasetTexts() } = plan;
  const authority = await createAuthority({ commonName: `${federation} authority`, clock, validDays: VALID_DAYS });
  const identities = new Map([COORDINATOR, ...agencies.map(({ id }) => id)].map((id) => [id, newIdentity()]));

  const board = boardOf(plan, identities);
  for (const text of plan.templates) board.publish(text);
  for (const [party, identity] of identities) {
    const folder = join(directory, party);
    writeSecret(join(folder, 'identity.pem'), pemOf(identity));
    await writeCertificate(plan, authority, party);
    for (const text of datasets) {
      writeText(join(folder, 'datasets', `${parseDataset(text).dataset}.yaml`), text);
    }
    mkdirSync(join(folder, 'spool'), { recursive: true, mode: 0o700 });
    if (party !== COORDINATOR) writeText(join(folder, 'policy.yaml'), stringify(policyOf(plan)));
  }
  const writeRegister = (parties: readonly string[] = [...identities.keys()]): void => {
    const [register, statement] = [board.file, board.statement()];
    for (const party of parties) {
      writeText(join(directory, party, GOVERNANCE.register), register);
      writeText(join(directory, party, GOVERNANCE.statement), statement);
    }
  };
  writeRegister();

  const trial = plan.pages?.trial;
  if (trial !== undefined) writeSecret(join(directory, COORDINATOR, TRIAL_TOKEN), `${trial.token}\n`);
  const token = plan.token ?? newToken();
  const tokenFile = join(directory, COORDINATOR, 'token');
  writeSecret(tokenFile, `${token}\n`);
  const coordinatorConfig = join(directory, COORDINATOR, 'coordinator.yaml');
  const writeCoordinatorConfig = (federationPort: number, apiPort: number): void => {
    const address = { ...coordinator, federationPort, apiPort };
    writeText(coordinatorConfig, stringify(coordinatorConfigOf(plan, board, token, address)));
  };
  writeCoordinatorConfig(coordinator.federationPort, coordinator.apiPort);

  const agencyFolder = (agency: string): string => join(directory, agency);
  const nodeConfig = (agency: string): string => join(agencyFolder(agency), 'node.yaml');
  return {
    coordinatorConfig,
    tokenFile,
    token,
    board,
    writeRegister,
    agencyFolder,
    nodeConfig,
    writeCoordinatorConfig,
    writeNodeConfig: (agency, coordinatorAddress) => {
      const file = nodeConfig(agency);
      writeText(file, stringify(nodeConfigOf(plan, board, agency, coordinatorAddress)));
      return file;
    },
  };
}

/** Nobody guesses it. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function boardOf(plan: FederationPlan, identities: ReadonlyMap<string, KeyObject>): Board {
  const keyOf = (party: string): string => {
    const identity = identities.get(party);
    if (identity === undefined) throw new RangeError(`no key was made for ${party}`);
    return toBase64(rawPublicKey(identity));
  };
  return new Board({
    federation: plan.federation,
    agencies: plan.agencies.map(({ id, name, datasets }) => ({ id, name, identityKey: keyOf(id), datasets })),
    coordinator: keyOf(COORDINATOR),
    purposes: [...new Set([DEFAULT_PURPOSE, ...plan.templates.map((text) => parseTemplate(text).purpose)])],
    clock: plan.clock,
    ...(plan.pages?.origin === undefined ? {} : { passkeys: passkeysOn(plan.pages.origin) }),
  });
}

function passkeysOn(origin: string): NonNullable<SignedRoster['passkeys']> {
  return { rpId: new URL(origin).hostname, origins: [origin] };
}

async function writeCertificate(plan: FederationPlan, authority: Authority, party: string): Promise<void> {
  const { certificate, privateKey } = await issueCertificate(authority, {
    commonName: party,
    uris: [identityUri(identityOf(plan.federation, party))],
    ...(party === COORDINATOR
      ? { dnsNames: [THIS_COMPUTER.host, (plan.coordinator ?? THIS_COMPUTER).host], ipAddresses: ['127.0.0.1'] }
      : {}),
    clock: plan.clock,
    validDays: VALID_DAYS,
  });
  const folder = join(plan.directory, party, 'tls');
  writeText(join(folder, 'authority.crt'), authority.certificate);
  writeText(join(folder, 'party.crt'), certificate);
  writeSecret(join(folder, 'party.key'), privateKey);
}

function coordinatorConfigOf(plan: FederationPlan, board: Board, token: string, address: CoordinatorAddress): object {
  // In a container loopback reaches nobody; docker-compose.yml publishes the port on the host's loopback only.
  const isLocal = address.host === THIS_COMPUTER.host;
  const host = isLocal ? '127.0.0.1' : '0.0.0.0';
  return {
    federation: {
      host,
      port: address.federationPort,
      tls: tlsPaths(),
    },
    api: {
      host,
      port: address.apiPort,
      tlsTerminatedUpstream: !isLocal,
      tokens: [{ name: ANALYST, organisation: ANALYSTS, sha256: tokenHash(token) }],
    },
    ...pagesConfigOf(plan.pages),
    identityKey: 'identity.pem',
    governance: { ...GOVERNANCE, fingerprint: board.fingerprint },
    datasets: 'datasets',
    database: 'coordinator.db',
    spool: spool(),
    workers: plan.workers,
    deadlines: { offerAnswerSeconds: 20, roundProgressSeconds: 120, stopSeconds: 5 },
    revealUnprotectedCountsOfSyntheticData: true,
  };
}

function pagesConfigOf(pages: PagesPlan | undefined): object {
  if (pages === undefined) return {};
  const { signIn, origin, trial } = pages;
  return {
    signIn: { ...signIn, ...(origin === undefined ? {} : { redirectBase: origin }) },
    ...(trial === undefined ? {} : { trial: { url: trial.url, token: TRIAL_TOKEN } }),
  };
}

function nodeConfigOf(plan: FederationPlan, board: Board, agency: string, coordinatorAddress: string): object {
  return {
    agency,
    coordinator: { address: coordinatorAddress },
    tls: tlsPaths(),
    identityKey: 'identity.pem',
    storageKey: 'storage.key',
    governance: { ...GOVERNANCE, fingerprint: board.fingerprint },
    datasets: 'datasets',
    snapshots: 'snapshots',
    sources: plan.sources.filter((source) => source.agency === agency).map(({ mapping }) => mapping),
    policy: 'policy.yaml',
    spool: spool(),
    workers: plan.workers,
    deadlines: { runProgressSeconds: 120, stopSeconds: 5, sourceLockedSeconds: 5 },
  };
}

function policyOf({ templates, budget }: FederationPlan): object {
  return {
    allow: templates.map((text) => ({ template: parseTemplate(text).template })),
    ...(budget === undefined ? {} : { budget }),
  };
}

function identityOf(federation: string, party: string): PeerIdentity {
  return party === COORDINATOR ? { role: 'coordinator', federation } : { role: 'agency', federation, agency: party };
}

function tlsPaths(): object {
  return { authority: 'tls/authority.crt', certificate: 'tls/party.crt', privateKey: 'tls/party.key' };
}

function spool(): object {
  return { directory: 'spool', memoryMiB: SPOOL_MEMORY_MIB };
}

function newIdentity(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function writeText(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function writeSecret(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o600 });
}
