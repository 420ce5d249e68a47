import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import Database from 'better-sqlite3';

import { silentLog } from '../../../core/base/index.js';
import { CASE_KEY } from '../../../core/linkage/index.js';
import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
import { OPT_OUTS } from '../../../core/templates/index.js';
import { createLog } from '../../../runtime/index.js';
import { loadConfig } from '../../../node-agent/config.js';
import { OptOutKeys } from '../../../node-agent/consent/opt-out-keys.js';
import type { AppliedOptOuts } from '../../../node-agent/consent/opt-out-matcher.js';
import { EveryKey } from '../../../node-agent/consent/person-keys.js';
import type { PreparedOptOuts } from '../../../node-agent/consent/prepare-opt-outs.js';
import { refreshOptOuts } from '../../../node-agent/consent/refresh-opt-outs.js';
import type { RefreshDependencies } from '../../../node-agent/consent/refresh-opt-outs.js';
import { NODE_LOG_FIELDS } from '../../../node-agent/log-fields.js';
import { prepareAll } from '../../../node-agent/prepare-all.js';
import { KeyBlockReader } from '../../../node-agent/snapshot/key-blocks.js';
import type { PreparedSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { Sealing } from '../../../node-agent/snapshot/sealing.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { crimeRow, writeCrimes } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { now, storageKey } from './snapshot-fixtures.js';

/** Somebody on a list, by the columns of `optOutColumns`. */
export type OptOutLine = Readonly<Record<string, string>>;

export const optOutColumns = {
  forename: 'first',
  surname: ['last', 'former'],
  dateOfBirth: 'born',
  postcode: ['home', 'before'],
  sex: 'sex',
} as const;

/** She whom every row of the test source is about. */
export const quillfeather: OptOutLine = {
  first: 'Philippa',
  last: 'Quillfeather',
  born: '1987-11-23',
  home: 'LS6 3QT',
  sex: 'F',
};

const NAMES = ['first', 'last', 'former', 'born', 'home', 'before', 'sex', 'nhs'];

export function writeList(file: string, lines: readonly OptOutLine[]): void {
  const rows = lines.map((line) => NAMES.map((name) => line[name] ?? '').join(','));
  writeFileSync(file, `${[NAMES.join(','), ...rows].join('\n')}\n`);
}

/** All of it but one. */
export function without<Value extends object, Key extends keyof Value>(value: Value, key: Key): Omit<Value, Key> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<Value, Key>;
}

/** An agency whose list is `opt-outs.csv`, with one source of these rows. */
export function agencyWithList(
  lines: readonly OptOutLine[],
  rows: readonly Partial<CrimeRow>[],
  change: (files: AgencyFiles) => void = () => undefined,
): AgencyFolder {
  const agency = agencyFolder((files) => {
    files.config['optOuts'] = { lists: [{ csv: { file: 'opt-outs.csv' }, identifiers: optOutColumns }] };
    change(files);
  });
  writeList(join(agency.folder, 'opt-outs.csv'), lines);
  writeCrimes(join(agency.folder, 'source.sqlite'), rows);
  return agency;
}

async function means(changed: Partial<RefreshDependencies>): Promise<RefreshDependencies> {
  const rng = seededRng('opt-outs');
  return {
    clock: { now: () => now },
    rng,
    log: silentLog,
    engine: inlineEngine(await createGroup(), rng),
    ...changed,
  };
}

export async function refresh(
  { configFile }: Pick<AgencyFolder, 'configFile'>,
  changed: Partial<RefreshDependencies> = {},
): Promise<PreparedOptOuts> {
  return refreshOptOuts(loadConfig(configFile), await means(changed));
}

/** The snapshot of the agency's only source. */
export async function prepare(
  { configFile }: AgencyFolder,
  changed: Partial<Omit<RefreshDependencies, 'progress'>> = {},
): Promise<PreparedSnapshot> {
  const { clock, rng, log, engine } = await means(changed);
  const [prepared] = await prepareAll(loadConfig(configFile), { clock, rng, log, engine });
  if (prepared === undefined) throw new Error('nothing was prepared');
  return prepared;
}

/** What a log with the node's own fields says, at its most talkative. */
export function recordingLog(): { readonly log: RefreshDependencies['log']; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const log = createLog({ name: 'node', level: 'debug', destination, fields: NODE_LOG_FIELDS });
  return { log, text: () => Buffer.concat(chunks).toString() };
}

/** A list of people of the test source, by all that it has of them. */
export function listOf(rows: readonly Partial<CrimeRow>[]): AppliedOptOuts {
  const held = new Map((['forename', 'surname', 'dateOfBirth', 'postcode', 'sex'] as const).map((name) => [name, 1]));
  const [keys, everyKey] = [new OptOutKeys(storageKey), new EveryKey(held)];
  const text = (value: unknown): string => String(value);
  for (const row of rows) {
    const { first_name: forename, last_name: surname, dob: dateOfBirth, postcode, sex } = { ...crimeRow, ...row };
    everyKey.each(
      {
        ...{ forename: text(forename), surname: text(surname), dateOfBirth: text(dateOfBirth) },
        ...{ postcode: text(postcode), sex: text(sex) },
      },
      (name, value) => keys.add(name, value),
    );
  }
  return { keys, digest: keys.digest() };
}

/** The snapshot of an agency's lists. */
export function listFile({ folder }: AgencyFolder): string {
  return join(folder, 'snapshots', `${OPT_OUTS}.snapshot`);
}

export function keyOf({ folder }: AgencyFolder): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, 'storage.key')));
}

/** Every key on the person in a snapshot of an agency, unsealed, with its name; in that of its lists unless another is named. */
export function elementsIn(agency: AgencyFolder, dataset: string = OPT_OUTS): ReadonlySet<string> {
  const database = new Database(join(agency.folder, 'snapshots', `${dataset}.snapshot`), { readonly: true });
  const salt = database.prepare<[], string>("SELECT value FROM meta WHERE name = 'salt'").pluck().get() ?? '';
  const sealing = new Sealing(keyOf(agency), Buffer.from(salt, 'hex'), 'sealing');
  const reader = new KeyBlockReader(database, sealing);
  const found = new Set<string>();
  for (const row of database.prepare<[], Record<string, number | null>>('SELECT * FROM records').all()) {
    for (const [column, slot] of Object.entries(row)) {
      const name = /^k:(.+?)(?:#\d+)?$/.exec(column)?.[1];
      if (name === undefined || name === CASE_KEY || slot === null) continue;
      found.add(`${name} ${Buffer.from(reader.element(slot)).toString('hex')}`);
    }
  }
  database.close();
  return found;
}
