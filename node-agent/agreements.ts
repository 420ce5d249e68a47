import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { equalBytes } from '../core/base/index.js';
import { signingKeyFromPem } from '../core/private-join/index.js';
import type { SigningKey } from '../core/private-join/index.js';
import { createCatalogue, parseDataset, parseRoster, TemplateError } from '../core/templates/index.js';
import type { Catalogue, DatasetDefinition, Roster, RosterAgency } from '../core/templates/index.js';
import type { TlsMaterial } from '../transport/index.js';
import type { NodeConfig, SourceConfig } from './config.js';
import { NodeError } from './errors.js';
import type { NodeErrorCode } from './errors.js';
import { readFile, readSecretFile } from './key-files.js';
import { bindMapping } from './source/mapping.js';
import type { BoundMapping } from './source/mapping.js';
import { systemCode } from './system-codes.js';

/** Files in the folder of dataset definitions. */
export const MAX_DATASET_FILES = 200;

/** What the federation has agreed on and this agency's part in it, read from the node's own files. */
export interface Agreements {
  readonly roster: Roster;
  readonly agency: RosterAgency;
  /** Every definition in the node's folder: also of the datasets that only others offer, for templates join them. */
  readonly catalogue: Catalogue;
  readonly sources: readonly AgreedSource[];
}

export interface AgreedSource {
  readonly config: SourceConfig;
  readonly mapping: BoundMapping;
}

/**
 * Thrown when the files can't be read or don't fit each other: NodeError FILE_UNREADABLE, ROSTER_INVALID,
 * DATASET_INVALID, AGENCY_NOT_IN_ROSTER, DATASET_NOT_OFFERED, DATASET_UNKNOWN, MAPPING_INCOMPLETE.
 */
export function loadAgreements(config: NodeConfig): Agreements {
  const roster = parsed('ROSTER_INVALID', config.roster, parseRoster);
  const agency = roster.agencies.find(({ id }) => id === config.agency);
  if (agency === undefined) {
    throw new NodeError(
      'AGENCY_NOT_IN_ROSTER',
      `The roster has no agency ${config.agency}: correct \`agency\`, or get the roster that has it.`,
    );
  }
  const catalogue = loadCatalogue(config.datasets);
  const sources = config.sources.map((source) => ({
    config: source,
    mapping: bindMapping(source, definitionOf(source, agency, catalogue)),
  }));
  return { roster, agency, catalogue, sources };
}

/**
 * Thrown when the key can't be read, isn't one, or isn't the one whose public half is in the roster: NodeError
 * KEY_FILE_MISSING, KEY_FILE_EXPOSED, KEY_FILE_INVALID, IDENTITY_MISMATCH.
 */
export function loadIdentity(file: string, agency: RosterAgency): SigningKey {
  const pem = readSecretFile(file);
  let key: SigningKey;
  try {
    key = signingKeyFromPem(textOf(pem));
  } catch (thrown) {
    throw new NodeError('KEY_FILE_INVALID', `${file} is not an Ed25519 private key in PKCS #8 PEM form.`, {
      cause: thrown,
    });
  } finally {
    pem.fill(0);
  }
  if (!equalBytes(key.publicKey, agency.identityKey)) {
    throw new NodeError(
      'IDENTITY_MISMATCH',
      `${file} is not the key that the roster has for ${agency.id}: put the right key there, or ask governance for a new roster.`,
    );
  }
  return key;
}

/** Thrown when a file can't be read: NodeError FILE_UNREADABLE, KEY_FILE_MISSING, KEY_FILE_EXPOSED. */
export function loadTls({ authority, certificate, privateKey }: NodeConfig['tls']): TlsMaterial {
  return {
    authority: textOf(readFile(authority)),
    certificate: textOf(readFile(certificate)),
    privateKey: textOf(readSecretFile(privateKey)),
  };
}

function definitionOf({ dataset }: SourceConfig, agency: RosterAgency, catalogue: Catalogue): DatasetDefinition {
  if (!agency.datasets.includes(dataset)) {
    throw new NodeError(
      'DATASET_NOT_OFFERED',
      `The roster doesn't let ${agency.id} offer ${dataset}: remove the source.`,
    );
  }
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
  const definitions = names.map((name) => parsed('DATASET_INVALID', join(directory, name), parseDataset));
  return templateErrorAs('DATASET_INVALID', directory, () => createCatalogue(definitions));
}

function parsed<T>(code: NodeErrorCode, file: string, parse: (text: string) => T): T {
  const bytes = readFile(file);
  return templateErrorAs(code, file, () => parse(textOf(bytes)));
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
