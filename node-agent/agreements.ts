import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { equalBytes } from '../core/base/index.js';
import { signingKeyFromPem } from '../core/private-join/index.js';
import type { SigningKey } from '../core/private-join/index.js';
import { rosterOf } from '../core/governance/index.js';
import type { Register } from '../core/governance/index.js';
import { createCatalogue, parseDataset, TemplateError } from '../core/templates/index.js';
import type { Catalogue, DatasetDefinition, Roster, RosterAgency } from '../core/templates/index.js';
import { loadRegister } from '../runtime/index.js';
import type { TlsMaterial } from '../transport/index.js';
import type { NodeConfig, SourceConfig } from './config.js';
import { finishSwap } from './enrolment/certificate-files.js';
import { NodeError } from './errors.js';
import type { NodeErrorCode } from './errors.js';
import { readFile, readSecretFile } from './key-files.js';
import { BLANK, blankProblems } from './source/blanks.js';
import { bindMapping } from './source/mapping.js';
import type { BoundMapping } from './source/mapping.js';
import { systemCode } from './system-codes.js';

/** Files in the folder of dataset definitions. */
export const MAX_DATASET_FILES = 200;

/** What the federation has agreed on and this agency's part in it, read from the node's own files. */
export interface Agreements {
  /** Of governance, as it was when these were read. */
  readonly register: Register;
  readonly roster: Roster;
  readonly agency: RosterAgency;
  /** Every definition in the node's folder: also of the datasets that only others offer, for templates join them. */
  readonly catalogue: Catalogue;
  readonly sources: readonly AgreedSource[];
}

/** The register, its roster, and what that says of this agency. */
export type LoadedRoster = Pick<Agreements, 'register' | 'roster' | 'agency'>;

export interface AgreedSource {
  readonly config: SourceConfig;
  readonly mapping: BoundMapping;
}

/**
 * Thrown when the files can't be read or don't fit each other: NodeError FILE_UNREADABLE, DATASET_INVALID,
 * AGENCY_NOT_IN_ROSTER, DATASET_NOT_OFFERED, DATASET_UNKNOWN, MAPPING_INCOMPLETE; else as `loadRegister` says.
 */
export function loadAgreements(config: NodeConfig): Agreements {
  const { register, roster, agency } = loadRoster(config);
  for (const source of config.sources) assertOffered(source, agency);
  const catalogue = loadCatalogue(config.datasets);
  return { register, roster, agency, catalogue, sources: bindSources(config, catalogue) };
}

/**
 * The sources alone: an agency may look at its data before governance has sent the register. Where there is one, it counts.
 * Thrown as by `loadAgreements`.
 */
export function loadSources(config: NodeConfig): readonly AgreedSource[] {
  if (existsSync(config.governance.register)) return loadAgreements(config).sources;
  return bindSources(config, loadCatalogue(config.datasets));
}

function bindSources({ sources }: NodeConfig, catalogue: Catalogue): readonly AgreedSource[] {
  return sources.map((source) => {
    const definition = definitionOf(source, catalogue);
    const problems = blankProblems(source);
    if (problems.length === 0) return { config: source, mapping: bindMapping(source, definition) };
    throw new NodeError(
      'MAPPING_INCOMPLETE',
      `The source of ${source.dataset} still says ${BLANK}: put your own there.`,
      { problems },
    );
  });
}

/** Thrown when this agency isn't in the roster: NodeError AGENCY_NOT_IN_ROSTER; else as `loadRegister` says. */
export function loadRoster(config: Pick<NodeConfig, 'governance' | 'agency'>): LoadedRoster {
  const { register } = loadRegister(config.governance).copy;
  const roster = rosterOf(register.current.roster);
  return { register, roster, agency: agencyIn(roster, config.agency) };
}

/** Thrown when the agency isn't in the roster: NodeError AGENCY_NOT_IN_ROSTER. */
export function agencyIn({ agencies }: Roster, id: string): RosterAgency {
  const agency = agencies.find((each) => each.id === id);
  if (agency !== undefined) return agency;
  throw new NodeError(
    'AGENCY_NOT_IN_ROSTER',
    `The roster has no agency ${id}: correct \`agency\`, or wait until governance has listed it.`,
  );
}

/**
 * Thrown when the key can't be read, isn't one, or isn't the one whose public half is in the roster: NodeError
 * KEY_FILE_MISSING, KEY_FILE_EXPOSED, KEY_FILE_INVALID, IDENTITY_MISMATCH.
 */
export function loadIdentity(file: string, agency: RosterAgency): SigningKey {
  const key = readIdentity(file);
  assertOwnKey(file, key.publicKey, agency);
  return key;
}

/** Thrown when the roster has another public key for this agency: NodeError IDENTITY_MISMATCH. */
export function assertOwnKey(file: string, publicKey: Uint8Array, agency: RosterAgency): void {
  if (equalBytes(publicKey, agency.identityKey)) return;
  throw new NodeError(
    'IDENTITY_MISMATCH',
    `${file} is not the key that the roster has for ${agency.id}: put the right key there, or ask governance for a new roster.`,
  );
}

/**
 * Whatever the roster says.
 * Thrown when the key can't be read or isn't one: NodeError KEY_FILE_MISSING, KEY_FILE_EXPOSED, KEY_FILE_INVALID.
 */
export function readIdentity(file: string): SigningKey {
  const pem = readSecretFile(file);
  try {
    return signingKeyFromPem(textOf(pem));
  } catch (thrown) {
    throw new NodeError('KEY_FILE_INVALID', `${file} is not an Ed25519 private key in PKCS #8 PEM form.`, {
      cause: thrown,
    });
  } finally {
    pem.fill(0);
  }
}

/** Thrown when a file can't be read: NodeError FILE_UNREADABLE, FILE_UNWRITABLE, KEY_FILE_MISSING, KEY_FILE_EXPOSED. */
export function loadTls({ authority, certificate, privateKey }: NodeConfig['tls']): TlsMaterial {
  // A renewal may have been broken off half-way.
  finishSwap({ certificate, privateKey });
  return {
    authority: textOf(readFile(authority)),
    certificate: textOf(readFile(certificate)),
    privateKey: textOf(readSecretFile(privateKey)),
  };
}

/** Thrown when the roster doesn't let this agency offer the source's dataset: NodeError DATASET_NOT_OFFERED. */
export function assertOffered({ dataset }: Pick<SourceConfig, 'dataset'>, agency: RosterAgency): void {
  if (agency.datasets.includes(dataset)) return;
  throw new NodeError(
    'DATASET_NOT_OFFERED',
    `The roster doesn't let ${agency.id} offer ${dataset}: remove the source.`,
  );
}

function definitionOf({ dataset }: SourceConfig, catalogue: Catalogue): DatasetDefinition {
  const definition = catalogue.get(dataset);
  if (definition === undefined) {
    throw new NodeError(
      'DATASET_UNKNOWN',
      `There is no definition of ${dataset} in the folder of datasets: put it there.`,
    );
  }
  return definition;
}

function loadCatalogue(directory: string): Catalogue {
  const definitions = readDefinitions(directory).map(({ definition }) => definition);
  return templateErrorAs('DATASET_INVALID', directory, () => createCatalogue(definitions));
}

/** A file of the folder of dataset definitions. */
export interface DefinitionFile {
  /** Within the folder. */
  readonly name: string;
  readonly text: string;
  readonly definition: DatasetDefinition;
}

/** In the order of their names. Thrown: NodeError FILE_UNREADABLE, DATASET_INVALID. */
export function readDefinitions(directory: string): readonly DefinitionFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory)
      .filter((name) => name.endsWith('.yaml'))
      .sort();
  } catch (thrown) {
    throw new NodeError(
      'FILE_UNREADABLE',
      `${directory} can't be read (${systemCode(thrown) ?? 'unexpected error'}): \`datasets\` must be a folder of dataset definitions.`,
      { cause: thrown },
    );
  }
  if (names.length > MAX_DATASET_FILES) {
    throw new NodeError('DATASET_INVALID', `${directory} has more than ${MAX_DATASET_FILES} dataset definitions.`);
  }
  return names.map((name) => {
    const file = join(directory, name);
    const text = textOf(readFile(file));
    return { name, text, definition: templateErrorAs('DATASET_INVALID', file, () => parseDataset(text)) };
  });
}

function templateErrorAs<T>(code: NodeErrorCode, file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown;
    throw new NodeError(code, `${file}: ${thrown.message}`, { cause: thrown });
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
