import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { toBase64 } from '../../../core/base/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { identityOf } from './federation-fixtures.js';
import { crimesMapping, testFolder, writeCrimes } from './fixtures.js';
import { federation } from './snapshot-fixtures.js';
import { TestBoard } from './test-board.js';

/** Where an agency's folder has what governance signs. */
export const GOVERNANCE = { register: 'register.jsonl', statement: 'register-statement.json' } as const;

const datasetYaml = {
  dataset: 'police.victim-crimes',
  version: 1,
  title: 'Crimes with a victim',
  description: 'For tests.',
  unit: 'victim-case',
  keys: ['person', 'case'],
  linkage: { schemes: ['exact'], epsilon: 'none' },
  order: 'report-date',
  purposes: ['research-statistics'],
  fields: {
    'report-date': { type: 'date', meaning: 'When.', category: 'investigation' },
    'reported-quarter': {
      type: 'quarter',
      from: '2025-Q1',
      to: '2025-Q4',
      meaning: 'In which quarter.',
      category: 'investigation',
    },
    'offence-group': {
      type: 'code',
      codes: { rape: 'Rape', stalking: 'Stalking' },
      meaning: 'What.',
      category: 'investigation',
    },
    'days-to-charge': { type: 'integer', min: 0, max: 3650, meaning: 'How long.', category: 'investigation' },
  },
};

/** The parts of an agency's folder, each of which a test can change before it is written. */
export interface AgencyFiles {
  config: Record<string, unknown>;
  /** Undefined: there is no such file. */
  policy: Record<string, unknown> | undefined;
  /** What governance is founded with. */
  roster: { federation: string; agencies: RosterEntry[] };
  dataset: Record<string, unknown>;
  identity: string;
}

export interface RosterEntry {
  id: string;
  name: string;
  identityKey: string;
  datasets: string[];
}

export interface AgencyFolder {
  readonly folder: string;
  readonly configFile: string;
  /** Its officers, who can go on deciding. */
  readonly board: TestBoard;
  /** Puts what they have decided by now into the folder, with a registrar's word of now. */
  readonly writeRegister: () => void;
}

/** Writes everything that a node of the police needs, except what `prepare` makes. */
export function agencyFolder(change: (files: AgencyFiles) => void = () => undefined): AgencyFolder {
  const folder = testFolder();
  const { privateKey } = generateKeyPairSync('ed25519');
  const files: AgencyFiles = {
    config: {
      agency: 'police',
      coordinator: { address: 'localhost:7400' },
      tls: { authority: 'authority.crt', certificate: 'node.crt', privateKey: 'node.key' },
      identityKey: 'identity.pem',
      storageKey: 'storage.key',
      datasets: 'datasets',
      snapshots: 'snapshots',
      sources: [{ ...crimesMapping, sqlite: 'source.sqlite', table: 'victim crimes', asAt: '2026-03-31' }],
      policy: 'policy.yaml',
      spool: { directory: 'spool', memoryMiB: 16 },
      workers: 1,
      deadlines: { runProgressSeconds: 30, stopSeconds: 5, sourceLockedSeconds: 0.02 },
    },
    policy: { allow: [{ template: 'support-by-offence' }] },
    roster: {
      federation,
      agencies: [
        {
          id: 'police',
          name: 'Police',
          identityKey: toBase64(rawPublicKey(privateKey)),
          datasets: ['police.victim-crimes'],
        },
      ],
    },
    dataset: structuredClone(datasetYaml),
    identity: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  change(files);
  const board = new TestBoard({ ...files.roster, coordinator: toBase64(identityOf('coordinator').publicKey) });
  const governance = { ...GOVERNANCE, fingerprint: board.fingerprint };
  mkdirSync(join(folder, 'datasets'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('node.yaml', stringify({ governance, ...files.config }));
  if (files.policy !== undefined) write('policy.yaml', stringify(files.policy));
  write('datasets/crimes.yaml', stringify(files.dataset));
  write('identity.pem', files.identity);
  for (const name of ['authority.crt', 'node.crt', 'node.key']) write(name, `made-up ${name}`);
  writeCrimes(join(folder, 'source.sqlite'), [{}, { days: 12 }]);
  const writeRegister = (): void => {
    putInPlace(join(folder, GOVERNANCE.register), board.file);
    putInPlace(join(folder, GOVERNANCE.statement), board.statement());
  };
  writeRegister();
  return { folder, configFile: join(folder, 'node.yaml'), board, writeRegister };
}

/** Another inode each time, so that the file is another one however fast the test is. */
export function putInPlace(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.next`, content);
  renameSync(`${file}.next`, file);
}
