import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBase64, type Rng } from '../core/base/index.js';
import { rawPublicKey } from '../core/private-join/index.js';
import { packagePath, replaceFile } from '../runtime/index.js';
import { CoordinatorError } from './errors.js';
import { newTokenText, tokenHash } from './tokens/token-text.js';

/** Stands in the example where a token's hash goes; no token is known that has it. */
const HASH_IN_EXAMPLE = '0'.repeat(64);

/** A key that a power cut has cut off would be found too late: it is there whole or not at all. */
export const SECRET_FILE = { mode: 0o600, durably: true } as const;

/** Where one of the coordinator's servers listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** By section of the configuration; where one isn't given, it is as in the example. */
export type Listening = Readonly<Partial<Record<'federation' | 'enrolment' | 'api', ListenAddress | undefined>>>;

export interface Initialised {
  readonly configFile: string;
  /** In clear. It is kept nowhere: whoever makes it shows it once. */
  readonly token: string;
  /** For the roster: base64 of the coordinator's raw Ed25519 public key. */
  readonly identityKey: string;
}

/**
 * Makes a coordinator's folder: configuration, identity key, and places for what comes from governance.
 * Thrown when there is something in the folder already: CoordinatorError DIRECTORY_NOT_EMPTY.
 */
export function initCoordinator(directory: string, rng: Rng, listening: Listening = {}): Initialised {
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new CoordinatorError('DIRECTORY_NOT_EMPTY', `${directory} is not empty: name a new folder.`);
  }
  for (const folder of ['tls', 'datasets', 'spool']) {
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  replaceFile(join(directory, 'identity.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), SECRET_FILE);
  const token = newTokenText(rng);
  const configFile = join(directory, 'coordinator.yaml');
  replaceFile(configFile, listeningAt(configText(tokenHash(token)), listening), SECRET_FILE);
  return { configFile, token, identityKey: toBase64(rawPublicKey(privateKey)) };
}

/** The same configuration with these addresses in it. */
function listeningAt(config: string, listening: Listening): string {
  return Object.entries(listening).reduce((text, [section, address]) => {
    if (address === undefined) return text;
    // Enrolment is a comment until there is an authority.
    const place = new RegExp(`^((?:# )?${section}:.*\\n(?:# )? {2}host: )\\S+(\\n(?:# )? {2}port: )\\d+`, 'm');
    // YAML would take an IPv6 address for something else.
    const name = address.host.includes(':') ? `'${address.host}'` : address.host;
    return text.replace(place, (_, host: string, port: string) => `${host}${name}${port}${address.port}`);
  }, config);
}

/** The same with enrolment on. */
export function withEnrolment(config: string): string {
  return config.replace(/^# enrolment:[^]*?(?=\n\n)/m, (section) => section.replaceAll(/^# /gm, ''));
}

/** A configuration with every key there is, each explained, that knows one token. */
export function configText(hash: string): string {
  return readFileSync(packagePath('coordinator', 'coordinator.example.yaml'), 'utf8').replace(HASH_IN_EXAMPLE, hash);
}

/**
 * What the operator has to know of a folder that was made: the token is in it, and nowhere else.
 * @param missing what else is to be put into it by hand, with a comma after it
 */
export function describeInitialised(
  { configFile, token, identityKey }: Initialised,
  missing = 'certificates into tls/, ',
): string {
  return [
    `Made ${configFile}: read it, every key is explained there.`,
    '',
    'API token, shown this once (keep it in a file that only you can read, and give that to tally as --token-file):',
    `  ${token}`,
    '',
    "The coordinator's identity key, for the roster:",
    `  ${identityKey}`,
    '',
    `Next: put ${missing}the register of governance into register.jsonl, the fingerprint that an officer`,
    'reads out to you into governance.fingerprint, and dataset definitions into datasets/; then start it with',
    `  tally coordinator start --config ${configFile}`,
  ].join('\n');
}
