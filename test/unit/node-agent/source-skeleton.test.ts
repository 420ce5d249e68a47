import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadSources } from '../../../node-agent/agreements.js';
import { loadConfig } from '../../../node-agent/config.js';
import { initNode } from '../../../node-agent/enrolment/init-node.js';
import type { NodePlan } from '../../../node-agent/enrolment/init-node.js';
import { SOURCE_KINDS } from '../../../node-agent/source/source-config.js';
import { NodeError } from '../../../node-agent/errors.js';
import { parseDataset } from '../../../core/templates/index.js';
import { datasetTexts } from '../../../examples/bold/library.js';
import { seededRng } from '../../support/seeded-rng.js';
import { codeOf, testFolder } from './fixtures.js';

const rng = seededRng('source-skeleton');
const CRIMES = 'police.victim-crimes';
const SUPPORT = 'third-sector.support';

function definitions(): string {
  const folder = join(testFolder(), 'definitions');
  mkdirSync(folder);
  for (const text of datasetTexts()) writeFileSync(join(folder, `${parseDataset(text).dataset}.yaml`), text);
  return folder;
}

function init(changes: Partial<NodePlan> = {}): string {
  const directory = join(testFolder(), 'node');
  const skeleton = { definitions: definitions(), source: 'csv' } as const;
  return initNode(
    { directory, agency: 'northshire', coordinator: 'a:1', datasets: [SUPPORT], skeleton, ...changes },
    rng,
  );
}

function problemsOf(configFile: string): readonly string[] {
  try {
    loadSources(loadConfig(configFile));
    return [];
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code !== 'MAPPING_INCOMPLETE') throw thrown;
    return thrown.problems.map(({ path }) => path);
  }
}

/** Does what the reader of the file does, with the dataset's own codes: `FILL IN n` by the code to its right. */
function fillIn(configFile: string): void {
  const text = readFileSync(configFile, 'utf8');
  writeFileSync(
    configFile,
    text.replaceAll(/'FILL IN \d+': (\S+)/g, "'$1': $1").replaceAll(/FILL IN(?! \d|;)/g, 'my_column'),
  );
}

describe('a new configuration with blanks', () => {
  it.each(SOURCE_KINDS)('can be read, and names every blank of a source: %s', (source) => {
    const configFile = init({ datasets: [SUPPORT, CRIMES], skeleton: { definitions: definitions(), source } });
    expect(loadConfig(configFile).sources.map(({ place }) => place.kind)).toEqual([source, source]);
    const problems = problemsOf(configFile);
    const place = source === 'csv' || source === 'parquet' ? `${source}.file` : 'table';
    expect(problems).toContain(place);
    expect(problems).toEqual(expect.arrayContaining(['identifiers.sex.codes, F', 'fields.crime-type.column']));
    // Every blank of the first source is named, and nothing else.
    const [, first = ''] = readFileSync(configFile, 'utf8').split(/^ {2}- dataset: /m);
    expect(problems).toHaveLength([...first.matchAll(/^[^#\n]*FILL IN/gm)].length);
  });

  it('has a line for every identifier, purpose, field and code of the definition, with what it means', () => {
    const configFile = init();
    fillIn(configFile);
    const [source] = loadSources(loadConfig(configFile));
    const definition = datasetTexts()
      .map(parseDataset)
      .find(({ dataset }) => dataset === SUPPORT);
    expect(source?.mapping.fields.map(({ name }) => name)).toEqual([...(definition?.fields.keys() ?? [])]);
    expect(source?.mapping.consents).toHaveLength(1);
    for (const { name, codes, definition: field } of source?.mapping.fields ?? []) {
      if (field.type !== 'code') continue;
      expect([name, [...(codes?.keys() ?? [])]]).toEqual([name, [...field.codes.keys(), '']]);
    }
    const text = readFileSync(configFile, 'utf8');
    for (const { meaning } of definition?.fields.values() ?? []) expect(text).toContain(meaning);
  });

  it('keeps the definitions, those of others too, and a list of nobody who has opted out', () => {
    const configFile = init();
    const folder = join(configFile, '..');
    expect(readdirSync(join(folder, 'datasets'))).toHaveLength(datasetTexts().length);
    const { optOuts } = loadConfig(configFile);
    const [list] = optOuts?.lists ?? [];
    expect(list?.place).toMatchObject({ kind: 'csv', file: join(folder, 'opt-outs.csv') });
    const columns = readFileSync(join(folder, 'opt-outs.csv'), 'utf8').trimEnd().split(',');
    expect([...(list?.identifiers.values() ?? [])].flat().toSorted()).toEqual(columns.toSorted());
    expect(statSync(join(folder, 'opt-outs.csv')).mode & 0o077).toBe(0);
  });

  it('writes nothing when a dataset has no definition, or the definitions can’t be read', () => {
    const directory = join(testFolder(), 'node');
    expect(codeOf(() => init({ directory, datasets: ['police.other'] }))).toBe('DATASET_UNKNOWN');
    const skeleton = { definitions: join(directory, 'nowhere'), source: 'csv' } as const;
    expect(codeOf(() => init({ directory, skeleton }))).toBe('FILE_UNREADABLE');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('sources before there is a register', () => {
  it('can be looked at; once there is one, it counts', () => {
    const configFile = init();
    fillIn(configFile);
    const { register } = loadConfig(configFile).governance;
    expect(existsSync(register)).toBe(false);
    expect(loadSources(loadConfig(configFile))).toHaveLength(1);
    writeFileSync(register, 'nonsense\n');
    expect(codeOf(() => loadSources(loadConfig(configFile)))).toBe('FINGERPRINT_MISSING');
    writeFileSync(
      configFile,
      readFileSync(configFile, 'utf8').replace(/# (fingerprint: )\S+.*$/m, `$1${'ab'.repeat(32)}`),
    );
    expect(codeOf(() => loadSources(loadConfig(configFile)))).toBe('REGISTER_INVALID');
    rmSync(register);
    expect(loadSources(loadConfig(configFile))).toHaveLength(1);
  });
});
