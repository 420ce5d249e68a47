import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { toBase64, type Clock } from '../../core/base/index.js';
import { loadConfig } from '../config.js';
import { readIdentity, readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { enrolments } from './enrolments.js';
import { federationOf } from './federation-name.js';

/** Stands beside what governance has to say; nothing stands in its place, so that a roster that still lacks it is refused. */
const BLANK = 'FILL IN';

interface Enrolled {
  readonly agency: string;
  readonly identityKey: string;
}

/**
 * A roster for governance to fill in: with the keys that agencies, coordinator and officers have, and blanks for what
 * nobody but governance can say. Where there is a roster, it is that one with whoever has enrolled since, and the next
 * version; its officers stay.
 * @param officers files with an officer's Ed25519 public key each, PEM, called as the officer is in the roster
 * @returns YAML; what an agency's name is, what it may offer and who the officers are, is left out, and said to be
 * Thrown when nobody has enrolled who isn't in the roster: CoordinatorError NOBODY_TO_LIST; when an officer's file has no
 * such key: CONFIG_INVALID; else as by `enrolments`.
 */
export function rosterDraft(configFile: string, officers: readonly string[], clock: Clock): string {
  const config = loadConfig(configFile);
  const pending = enrolments(configFile, clock).flatMap(({ agency, roster, identityKey }) =>
    roster === 'pending' && identityKey !== null ? [{ agency, identityKey }] : [],
  );
  if (pending.length === 0) {
    throw new CoordinatorError(
      'NOBODY_TO_LIST',
      'No agency has enrolled that the roster doesn’t list: make one a token with `tally coordinator enrol-token`.',
    );
  }
  if (existsSync(config.roster)) return withAgencies(readFileSync(config.roster, 'utf8'), pending);
  const coordinator = toBase64(readIdentity(config.identityKey).publicKey);
  return newRoster(federationOf(readTls(config.federation.tls)), coordinator, pending, officers);
}

function newRoster(
  federation: string,
  coordinator: string,
  agencies: readonly Enrolled[],
  officers: readonly string[],
): string {
  return [
    `# Who is in the federation. Draft: put what is meant in the place of each ${BLANK}. Compare every key by telephone first.`,
    `federation: ${federation}`,
    'version: 1',
    'agencies: # in order of preference: where two hold the same person, the earlier one’s record stands',
    agencies.map(agencyText).join('\n'),
    'coordinator:',
    `  identityKey: ${coordinator}`,
    'governance:',
    `  threshold: # ${BLANK}: how many officers have to sign a template`,
    '  officers: # one entry for each',
    ...(officers.length === 0 ? [officerText()] : officers.map(officerText)),
    '',
  ].join('\n');
}

function officerText(file?: string): string {
  const id = file === undefined ? `# ${BLANK}: as \`tally template sign --officer\` names them` : nameOf(file);
  const key = file === undefined ? `# ${BLANK}: raw Ed25519 public key, base64` : officerKey(file);
  return [
    `    - id: ${id}`,
    `      name: # ${BLANK}`,
    `      organisation: # ${BLANK}`,
    `      publicKey: ${key}`,
  ].join('\n');
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}

function officerKey(file: string): string {
  try {
    const { crv, x } = createPublicKey(readFileSync(file)).export({ format: 'jwk' });
    if (crv === 'Ed25519' && x !== undefined) return Buffer.from(x, 'base64url').toString('base64');
  } catch {
    // Whether it isn't there or isn't a key, the operator looks at the file.
  }
  throw new CoordinatorError('CONFIG_INVALID', `${file} is not a file with an Ed25519 public key in PEM form.`);
}

function agencyText({ agency, identityKey }: Enrolled): string {
  return [
    `  - id: ${agency}`,
    `    name: # ${BLANK}: as tables show it`,
    `    identityKey: ${identityKey}`,
    `    datasets: # ${BLANK}: what it may offer, as in [police.victim-crimes]`,
  ].join('\n');
}

/** The same roster with these at its end, its comments and order kept. */
function withAgencies(roster: string, added: readonly Enrolled[]): string {
  const document = parseDocument(roster);
  const agencies = document.get('agencies');
  const version = document.get('version');
  if (!isSeq(agencies) || typeof version !== 'number') throw notARoster();
  document.set('version', version + 1);
  const drafted = parseDocument(`agencies:\n${added.map(agencyText).join('\n')}\n`).get('agencies');
  if (!isSeq(drafted)) throw notARoster();
  for (const agency of drafted.items) if (isMap(agency)) agencies.add(agency);
  return document.toString({ lineWidth: 0 });
}

function notARoster(): CoordinatorError {
  return new CoordinatorError('CONFIG_INVALID', 'roster: is not a roster; `enrolments` says what is wrong with it.');
}
