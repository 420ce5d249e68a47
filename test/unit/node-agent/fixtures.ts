import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

import { DEFAULT_LINKAGE, DEFAULT_QUALITY } from '../../../core/templates/index.js';
import type { DatasetDefinition, DatasetLinkage, FieldDefinition } from '../../../core/templates/index.js';
import { CodedError } from '../../../core/base/index.js';
import { NodeError } from '../../../node-agent/errors.js';
import type { Problem } from '../../../core/base/index.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';

/** A folder of its own for one test, gone when the test is. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-node-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const common = { meaning: 'for tests', category: 'investigation' } as const;

export const fieldsOf = {
  'report-date': { type: 'date', ...common },
  'reported-quarter': { type: 'quarter', from: '2025-Q1', to: '2025-Q4', ...common },
  'offence-group': {
    type: 'code',
    codes: new Map([
      ['rape', 'Rape'],
      ['stalking', 'Stalking'],
    ]),
    ...common,
  },
  'days-to-charge': { type: 'integer', min: 0, max: 3_650, ...common },
} as const satisfies Record<string, FieldDefinition>;

/** Whole identifiers, once each, and nothing to pay for. */
export const exactly: DatasetLinkage = { ...DEFAULT_LINKAGE, schemes: ['exact'], epsilon: 'none' };

/** A dataset that links on the person and on the case. */
export const crimes: DatasetDefinition = {
  dataset: 'police.victim-crimes',
  version: 1,
  title: 'Crimes with a victim',
  description: 'For tests.',
  unit: 'victim-case',
  keys: ['person', 'case'],
  linkage: exactly,
  // Many tests are about people without keys.
  quality: { ...DEFAULT_QUALITY, minimumKeyed: 0 },
  partial: false,
  order: 'report-date',
  purposes: ['research-statistics'],
  fields: new Map<string, FieldDefinition>(Object.entries(fieldsOf)),
};

export const crimesMapping: SourceMapping = {
  dataset: crimes.dataset,
  identifiers: {
    forename: 'first_name',
    surname: 'last_name',
    dateOfBirth: 'dob',
    postcode: 'postcode',
    sex: 'sex',
    urn: 'urn',
  },
  fields: {
    'report-date': 'reported_on',
    'reported-quarter': 'reported_on',
    'offence-group': 'offence group',
    'days-to-charge': 'days',
  },
};

export interface CrimeRow {
  readonly first_name: unknown;
  readonly last_name: unknown;
  readonly dob: unknown;
  readonly postcode: unknown;
  readonly sex: unknown;
  readonly urn: unknown;
  readonly reported_on: unknown;
  readonly 'offence group': unknown;
  readonly days: unknown;
}

/** A row in which every value is allowed. */
export const crimeRow: CrimeRow = {
  first_name: 'Philippa',
  last_name: 'Quillfeather',
  dob: '1987-11-23',
  postcode: 'LS6 3QT',
  sex: 'F',
  urn: '13QZ0440125',
  reported_on: '2025-02-17',
  'offence group': 'rape',
  days: 91,
};

/** Writes a source with these rows, each a variation of `crimeRow`. */
export function writeCrimes(file: string, rows: readonly Partial<CrimeRow>[], table = 'victim crimes'): void {
  const database = new Database(file);
  const columns = Object.keys(crimeRow).map((name) => `"${name}"`);
  database.exec(`DROP TABLE IF EXISTS "${table}"; CREATE TABLE "${table}" (${columns.join(', ')})`);
  const insert = database.prepare(`INSERT INTO "${table}" VALUES (${columns.map(() => '?').join(', ')})`);
  database.transaction(() => {
    for (const row of rows) insert.run(...Object.values({ ...crimeRow, ...row }));
  })();
  database.close();
}

/** The code of what was thrown; fails when nothing was, or something without a code. */
export function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (isCoded(thrown)) return thrown.code;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

function isCoded(thrown: unknown): thrown is CodedError {
  return thrown instanceof CodedError;
}

export async function codeOfAsync(work: () => Promise<unknown>): Promise<string> {
  return (await thrownBy(work)).code;
}

export async function thrownBy(work: () => Promise<unknown>): Promise<CodedError> {
  try {
    await work();
  } catch (thrown) {
    if (isCoded(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

export async function problemsOf(work: () => Promise<unknown>): Promise<readonly Problem[]> {
  const thrown = await thrownBy(work);
  if (!(thrown instanceof NodeError)) throw thrown;
  return thrown.problems;
}
