import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isMap, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import type { Rng } from '../../core/base/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';
import { packagePath } from '../../runtime/index.js';
import { readDefinitions } from '../agreements.js';
import type { DefinitionFile } from '../agreements.js';
import { loadConfig } from '../config.js';
import { createConsoleSecret } from '../console/console-secret.js';
import { NodeError } from '../errors.js';
import { PRIVATE_DIRECTORY_MODE, PRIVATE_FILE_MODE } from '../key-files.js';
import { readOrCreateStorageKey } from '../snapshot/storage-key.js';
import type { SourceKind } from '../source/source-config.js';
import { writeWholeFile, writing } from '../whole-file.js';
import { sourcesSkeleton } from './source-skeleton.js';

export interface NodePlan {
  /** Made where it is missing. */
  readonly directory: string;
  readonly agency: string;
  /** `host:port` of the coordinator's federation. */
  readonly coordinator: string;
  /** That the agency is to offer; the example's when there are none. */
  readonly datasets: readonly string[];
  /** With what is to be written for each of those datasets, instead of the example's columns. */
  readonly skeleton?: SkeletonPlan | undefined;
}

export interface SkeletonPlan {
  /** Folder of dataset definitions, as governance sent it: those that only others offer too. */
  readonly definitions: string;
  readonly source: SourceKind;
}

/** What a new node's opt-out list is called, and its columns: as its configuration names them. */
const OPT_OUT_LIST = 'opt-outs.csv';
const OPT_OUT_COLUMNS = 'forename,surname,former_surname,date_of_birth,postcode,former_postcode,sex';

/**
 * Makes a node's folder: a configuration and a policy with every key explained, the policy allowing nothing yet, the
 * folders they name, the storage key, and the console's secret. With a skeleton also the dataset definitions, blanks for
 * every field of those that the agency offers, and an opt-out list with nobody on it.
 * @returns path of the configuration
 * Thrown when there is something in the folder already: NodeError DIRECTORY_NOT_EMPTY; when agency, address or a dataset
 * is none: RuntimeError CONFIG_INVALID; when it can't be written: FILE_UNWRITABLE; when the definitions can't be read:
 * FILE_UNREADABLE, DATASET_INVALID; when one that is offered isn't among them: DATASET_UNKNOWN. Then nothing is written.
 */
export function initNode(plan: NodePlan, rng: Rng): string {
  const { directory } = plan;
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new NodeError('DIRECTORY_NOT_EMPTY', `${directory} is not empty: name a new folder. Nothing was written.`);
  }
  const configFile = join(directory, 'node.yaml');
  const skeleton = plan.skeleton && { ...plan.skeleton, agreed: agreedOn(plan.skeleton, plan.datasets) };
  writing(directory, () => {
    for (const folder of ['tls', 'datasets', 'snapshots', 'spool']) {
      mkdirSync(join(directory, folder), { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
    }
  });
  if (skeleton !== undefined) {
    for (const { name, text } of skeleton.agreed.files) {
      writeWholeFile(join(directory, 'datasets', name), text, PRIVATE_FILE_MODE);
    }
    writeWholeFile(join(directory, OPT_OUT_LIST), `${OPT_OUT_COLUMNS}\n`, PRIVATE_FILE_MODE);
  }
  const text = configText(plan);
  const filled = skeleton === undefined ? text : withSkeleton(text, skeleton.agreed.offered, skeleton.source);
  writeWholeFile(configFile, filled, PRIVATE_FILE_MODE);
  const { policy, storageKey, snapshots, console } = loadConfig(configFile);
  writeWholeFile(policy, policyText(), PRIVATE_FILE_MODE);
  readOrCreateStorageKey(storageKey, snapshots, rng);
  createConsoleSecret(console.secret, rng);
  return configFile;
}

/** The example with this agency's own in it. */
function configText({ agency, coordinator, datasets }: NodePlan): string {
  const document = parseDocument(readFileSync(packagePath('node-agent', 'node.example.yaml'), 'utf8'));
  document.set('agency', agency);
  document.setIn(['coordinator', 'address'], coordinator);
  nameSources(document, datasets);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

interface Agreed {
  readonly files: readonly DefinitionFile[];
  /** In the order in which the agency named them. */
  readonly offered: readonly DatasetDefinition[];
}

function agreedOn({ definitions }: SkeletonPlan, datasets: readonly string[]): Agreed {
  const files = readDefinitions(definitions);
  const offered = datasets.map((dataset) => {
    const found = files.find(({ definition }) => definition.dataset === dataset);
    if (found !== undefined) return found.definition;
    throw new NodeError(
      'DATASET_UNKNOWN',
      `There is no definition of ${dataset} in ${definitions}. Nothing was written.`,
    );
  });
  return { files, offered };
}

/** The same configuration with blanks in the place of the example's columns and lists. */
function withSkeleton(text: string, offered: readonly DatasetDefinition[], kind: SourceKind): string {
  return text
    .replace(/^sources:[^]*?(?=^optOuts:)/m, () => `${sourcesSkeleton(offered, kind)}\n`)
    .replace(/^( +)- csv: .*opt-outs\.csv.*\n[^]*?(?=\n\n)/m, (_, indent: string) => {
      const identifiers = [
        'forename: forename',
        'surname: [surname, former_surname]',
        'dateOfBirth: date_of_birth',
        'postcode: [postcode, former_postcode]',
        'sex: sex',
      ];
      return [
        `- csv: { file: ${OPT_OUT_LIST} } # with nobody on it yet: a line for each person`,
        '  identifiers: # whatever is known of them; whoever shares any match key with anybody listed is left out',
        ...identifiers.map((line) => `    ${line}`),
      ]
        .map((line) => `${indent}${line}`)
        .join('\n');
    });
}

/** The example without what it allows and refuses, which stays as an explanation. */
function policyText(): string {
  const document = parseDocument(readFileSync(packagePath('node-agent', 'policy.example.yaml'), 'utf8'));
  for (const list of ['allow', 'refuse']) emptied(document, list);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function emptied(document: Document, list: string): void {
  const entries = document.get(list, true);
  if (!isSeq(entries)) return;
  const nothing = document.createNode([], { flow: true });
  const examples = entries.items.map((item) =>
    [String(item), isMap(item) ? (item.comment ?? '') : ''].join(' #').trim(),
  );
  nothing.comment = `${entries.commentBefore ?? ''}; nothing yet, else as in [${examples.join(', ')}]`;
  document.set(list, nothing);
}

/** One source for each dataset, each as the example has its own: columns and place are for the agency to say. */
function nameSources(document: Document, datasets: readonly string[]): void {
  const sources = document.get('sources');
  const first = isSeq(sources) ? sources.items[0] : undefined;
  if (!isSeq(sources) || !isMap(first)) throw new TypeError('the example configuration has no source');
  const [dataset, ...others] = datasets;
  if (dataset === undefined) return;
  first.set('dataset', dataset);
  for (const other of others) {
    const source = first.clone();
    if (isMap(source)) source.set('dataset', other);
    sources.add(source);
  }
}
