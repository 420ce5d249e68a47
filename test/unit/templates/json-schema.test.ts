import { readdirSync, readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import {
  documentJsonSchema,
  documentJsonSchemaText,
  parseDataset,
  parseTemplate,
  SCHEMA_KINDS,
  TemplateError,
} from '../../../core/templates/index.js';
import type { SchemaKind } from '../../../core/templates/index.js';
import { packagePath } from '../../../runtime/index.js';
import { edited, SOUND } from './lint-corpus/sound.js';
import type { Edit } from './lint-corpus/sound.js';
import { CRIMES_YAML } from './fixtures.js';

/* The published schemas, beside an implementation of JSON Schema that knows nothing of ours. */

// Strict but for what JSON Schema allows: `required` in a branch without the properties, and text with no type beside it.
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
const validators = Object.fromEntries(SCHEMA_KINDS.map((kind) => [kind, ajv.compile(documentJsonSchema(kind))]));

function isValid(kind: SchemaKind, text: string): boolean {
  return validators[kind]?.(parse(text)) === true;
}

/** Whether our own reader takes it. */
function isRead(kind: SchemaKind, text: string): boolean {
  try {
    if (kind === 'template') parseTemplate(text);
    else parseDataset(text);
    return true;
  } catch (error) {
    if (error instanceof TemplateError) return false;
    throw error;
  }
}

function textsOf(kind: SchemaKind): [string, string][] {
  const folder = packagePath('examples', 'bold', `${kind}s`);
  return readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')]);
}

describe.each(SCHEMA_KINDS)('the JSON Schema of a %s', (kind) => {
  it('is published as it is', () => {
    const published = readFileSync(packagePath('docs', 'schema', `${kind}.schema.json`), 'utf8');
    expect(published, `npx tally template schema ${kind} > docs/schema/${kind}.schema.json`).toBe(
      documentJsonSchemaText(kind),
    );
  });

  it.each(textsOf(kind))('accepts %s, which names it for editors', (_, text) => {
    expect({ valid: isValid(kind, text), read: isRead(kind, text) }).toEqual({ valid: true, read: true });
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=../../../docs/schema/${kind}.schema.json`);
  });

  it('says of every entry what it is, for editors to show', () => {
    const { properties } = documentJsonSchema(kind) as { properties: Record<string, { description?: string }> };
    for (const [name, { description }] of Object.entries(properties)) {
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/^[a-z1A-Z].*\.$/) as string });
    }
  });
});

/** Refused by both: the name says why. */
const WRONG_TEMPLATES: Readonly<Record<string, readonly Edit[]>> = {
  'no title': [[/^title.*\n/m.exec(SOUND)?.[0] ?? '', '']],
  'no principles': [['  relevant:', '  relevance:']],
  'an empty principle': [
    ['Delay is known to the prosecutors, support to charities; age only keeps children out of it.', "''"],
  ],
  'a principle of spaces': [
    ['Delay is known to the prosecutors, support to charities; age only keeps children out of it.', "'   '"],
  ],
  'an unknown entry': [['unit:', 'units: 1\nunit:']],
  'an unknown entry of a block': [['epsilon: 1 }', 'epsilon: 1, noise: 2 }']],
  'a name with capitals': [['engagement-by-delay', 'EngagementByDelay']],
  'a version of 0': [['version: 1', 'version: 0']],
  'a version in words': [['version: 1', 'version: first']],
  'a title of two lines': [['title: Do', 'title: "Two\\nlines" # Do']],
  'an expiry in words': [['2027-06-30', 'next year']],
  'a contribution limit of 101': [['contributionLimit: 1', 'contributionLimit: 101']],
  'one participant': [['unit: victim-case', 'unit: victim-case\nminimumParticipants: 1']],
  'a link threshold of a guess': [['scheme: light', 'scheme: light\nlinkage: { threshold: 0.4 }']],
  'a dataset without an organisation': [['dataset: police.victim-crimes', 'dataset: victim-crimes']],
  'a filter of nothing': [['{ field: victim-age, between: [18, 120] }', '{ field: victim-age }']],
  'a filter of both': [['between: [18, 120]', 'between: [18, 120], in: [a]']],
  'a range of three': [['[18, 120]', '[18, 50, 120]']],
  'a range of halves': [['[18, 120]', '[18.5, 120]']],
  'a filter by an unknown choice': [['{ parameter: quarters }', '{ parameters: quarters }']],
  'a link on a name': [['on: case', 'on: name']],
  'a link that keeps some': [['on: case, keep: all', 'on: case, keep: some']],
  'a link that is unsure of itself': [['unlinked: unknown', 'unlinked: maybe']],
  'a dimension of nothing': [['{ linked: third-sector.support }', '{ label: Supported }']],
  'a dimension of two': [
    ['{ linked: third-sector.support }', '{ linked: third-sector.support, agreement: third-sector.support }'],
  ],
  'bands of what has none': [['{ linked: third-sector.support }', '{ linked: third-sector.support, bands: [1] }']],
  'no dimension': [[SOUND.slice(SOUND.indexOf('dimensions:'), SOUND.indexOf('parameters:')), 'dimensions: []\n']],
  'a choice from nothing': [['from: [2025-Q1, 2025-Q2, 2025-Q3, 2025-Q4]', 'from: []']],
  'a choice of none': [['min: 4, max: 4', 'min: 0']],
  'a threshold of 9': [['threshold: 10', 'threshold: 9']],
  'rounding to 4': [['roundTo: 5', 'roundTo: 4']],
  'no epsilon': [[', epsilon: 1 }', ' }']],
  'an epsilon of 0': [['epsilon: 1 }', 'epsilon: 0 }']],
  'an epsilon in words': [['epsilon: 1 }', 'epsilon: little }']],
  'midpoints of another width': [['epsilon: 1 }', 'epsilon: 1, rounding: midpoint-6 }']],
  'no measures in a list of them': [['disclosure:', 'measures: []\ndisclosure:']],
  'a measure of two': [['disclosure:', 'measures: [{ sum: a.b.c, mean: a.b.c, range: [0, 1] }]\ndisclosure:']],
  'a measure without a range': [['disclosure:', 'measures: [{ sum: a.b.c }]\ndisclosure:']],
  'a measure without noise of its own': [
    ['disclosure:', 'measures: [{ sum: a.b.c, range: [0, 1], epsilon: none }]\ndisclosure:'],
  ],
  'nothing to present': [['disclosure:', 'present: {}\ndisclosure:']],
  'a quantile of everybody': [['disclosure:', 'present: { quantiles: { of: a.b.c, at: [1], by: [] } }\ndisclosure:']],
};

/** Refused by ours alone, for JSON Schema can't say it. */
const BEYOND_JSON_SCHEMA: Readonly<Record<string, readonly Edit[]>> = {
  'a day that no calendar has': [['2027-06-30', '2027-06-31']],
  'rounding beyond the threshold': [['roundTo: 5', 'roundTo: 20']],
  'quantiles that do not ascend': [
    ['disclosure:', 'present: { quantiles: { of: a.b.c, at: [0.5, 0.2], by: [] } }\ndisclosure:'],
  ],
  'text that reads from right to left': [['title: Do', 'title: "\\u202eDo" # Do']],
  'an anchor': [['unit: victim-case', 'unit: &it victim-case']],
};

describe('wrong templates', () => {
  it.each(Object.entries(WRONG_TEMPLATES))('are refused by both: %s', (_, edits) => {
    const text = edited(SOUND, edits);
    expect({ valid: isValid('template', text), read: isRead('template', text) }).toEqual({ valid: false, read: false });
  });

  it.each(Object.entries(BEYOND_JSON_SCHEMA))('are refused by ours alone: %s', (_, edits) => {
    const text = edited(SOUND, edits);
    expect({ valid: isValid('template', text), read: isRead('template', text) }).toEqual({ valid: true, read: false });
  });
});

const WRONG_DATASETS: Readonly<Record<string, readonly Edit[]>> = {
  'no unit': [['unit: victim-case\n', '']],
  'an unknown entry': [['version: 1', 'version: 1\nowner: police']],
  'a key of another kind': [['[person, case]', '[person, name]']],
  'a key twice': [['[person, case]', '[person, person]']],
  'no purpose': [['[research-statistics, service-planning]', '[]']],
  'a scheme that is not': [['schemes: [exact, standard]', 'schemes: [guess]']],
  'a basis that is not': [['basis: public-task', 'basis: habit']],
  'no records': [['version: 1', 'version: 1\nrecords: 0']],
  'a field of no type': [['{ type: date,', '{ kind: date,']],
  'a field of another category': [['category: demographics', 'category: secrets']],
  'a quarter with a month': [['from: 2025-Q1', 'from: 2025-01']],
  'a number without an end': [['min: 0, max: 120,', 'min: 0,']],
  'codes of none': [['codes: { yes: Yes, no: No }', 'codes: {}']],
  'a code with capitals': [['codes: { yes: Yes, no: No }', 'codes: { Yes: Yes }']],
};

const DATASETS_BEYOND_JSON_SCHEMA: Readonly<Record<string, readonly Edit[]>> = {
  'an order that is no field': [['order: reported', 'order: received']],
  'a range that ends before it begins': [['min: 0, max: 120', 'min: 120, max: 0']],
  'a purpose of a field that its dataset does not have': [
    ['category: demographics }', 'category: demographics, purposes: [other] }'],
  ],
  'a code that tables have already': [['yes: Yes, no: No', 'not-recorded: Yes, no: No']],
};

describe('wrong dataset definitions', () => {
  it('begin with one that is right', () => {
    expect({ valid: isValid('dataset', CRIMES_YAML), read: isRead('dataset', CRIMES_YAML) }).toEqual({
      valid: true,
      read: true,
    });
  });

  it.each(Object.entries(WRONG_DATASETS))('are refused by both: %s', (_, edits) => {
    const text = edited(CRIMES_YAML, edits);
    expect({ valid: isValid('dataset', text), read: isRead('dataset', text) }).toEqual({ valid: false, read: false });
  });

  it.each(Object.entries(DATASETS_BEYOND_JSON_SCHEMA))('are refused by ours alone: %s', (_, edits) => {
    const text = edited(CRIMES_YAML, edits);
    expect({ valid: isValid('dataset', text), read: isRead('dataset', text) }).toEqual({ valid: true, read: false });
  });
});
