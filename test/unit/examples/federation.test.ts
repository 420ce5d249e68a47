import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  AGENCIES,
  boldCatalogue,
  boldTemplates,
  generateFederation,
  MAX_DUPLICATES,
  MAX_PEOPLE,
  MAX_SEED,
  pooledTable,
  trueTable,
} from '../../../examples/bold/index.js';
import { widestParameters } from '../../../examples/bold/demo/bold-federation.js';
import { linkageErrorOf } from '../../../examples/bold/demo/linkage-error.js';
import { bindParameters } from '../../../core/templates/index.js';
import type { ExampleErrorCode, Federation } from '../../../examples/bold/index.js';
import { regionOf } from '../../../examples/bold/region.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import { fieldCheck } from '../../../node-agent/source/field-value.js';

const root = mkdtempSync(join(tmpdir(), 'tallystick-federation-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const catalogue = boldCatalogue();
let federation: Federation;
beforeAll(() => {
  federation = generateFederation({ people: 3_000, seed: 42, directory: join(root, 'one') });
});

function digests({ sources, truth }: Federation): string[] {
  return [truth, ...sources.map(({ mapping }) => mapping.sqlite)].map((file) =>
    createHash('sha256').update(readFileSync(file)).digest('hex'),
  );
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

function rowsOf(file: string, table: string): Record<string, unknown>[] {
  const database = new Database(file, { readonly: true });
  try {
    return database.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all();
  } finally {
    database.close();
  }
}

describe('generateFederation', () => {
  it('writes the same databases for the same seed, also over earlier ones, and others for another seed', () => {
    const directory = join(root, 'two');
    const other = digests(generateFederation({ people: 3_000, seed: 43, directory }));
    const again = digests(generateFederation({ people: 3_000, seed: 42, directory }));
    expect(again).toEqual(digests(federation));
    expect(other.filter((digest) => again.includes(digest))).toEqual([]);
  });

  it('has a source for every agency and dataset of the roster, in its order', () => {
    expect(federation.sources.map(({ agency, mapping }) => [agency, [mapping.dataset]])).toEqual(
      AGENCIES.map(({ id, datasets }) => [id, datasets]),
    );
    expect([...federation.rows.keys()]).toEqual(AGENCIES.map(({ id }) => id));
  });

  it('counts the rows of each agency', () => {
    for (const { agency, mapping } of federation.sources) {
      expect(rowsOf(mapping.sqlite, mapping.table).length).toBe(federation.rows.get(agency));
      expect(federation.rows.get(agency)).toBeGreaterThan(10);
    }
  });

  it('works for one person', () => {
    const { sources } = generateFederation({ people: 1, seed: 1, directory: join(root, 'three') });
    expect(sources.every(({ mapping }) => existsSync(mapping.sqlite))).toBe(true);
  });

  it.each<[string, { people: number; seed: number; duplicates?: number }, ExampleErrorCode]>([
    ['nobody', { people: 0, seed: 1 }, 'PEOPLE_OUT_OF_RANGE'],
    ['half a person', { people: 1.5, seed: 1 }, 'PEOPLE_OUT_OF_RANGE'],
    ['more people than it is made for', { people: MAX_PEOPLE + 1, seed: 1 }, 'PEOPLE_OUT_OF_RANGE'],
    ['a negative seed', { people: 1, seed: -1 }, 'SEED_OUT_OF_RANGE'],
    ['a seed too large', { people: 1, seed: MAX_SEED + 1 }, 'SEED_OUT_OF_RANGE'],
    ['too many duplicates', { people: 1, seed: 1, duplicates: MAX_DUPLICATES + 0.01 }, 'SHARE_OUT_OF_RANGE'],
    ['fewer duplicates than none', { people: 1, seed: 1, duplicates: -0.01 }, 'SHARE_OUT_OF_RANGE'],
  ])('refuses %s and writes nothing', (_, options, code) => {
    const directory = join(root, 'refused');
    expect(thrownBy(() => generateFederation({ ...options, directory }))).toMatchObject({ code });
    expect(existsSync(directory)).toBe(false);
  });

  it('takes the largest seed, and as many duplicates as there may be', () => {
    const directory = join(root, 'four');
    const options = { people: 1, seed: MAX_SEED, duplicates: MAX_DUPLICATES };
    expect(generateFederation({ ...options, directory }).rows.size).toBe(AGENCIES.length);
  });
});

describe('the databases', () => {
  it('have a column for every field and identifier, and in it only what the dataset allows', () => {
    for (const { mapping } of federation.sources) {
      const definition = catalogue.get(mapping.dataset);
      if (definition === undefined) throw new Error(`${mapping.dataset} is not defined`);
      const identifiers = Object.fromEntries(Object.entries(mapping.identifiers).filter(([, column]) => column !== ''));
      const bound = bindMapping({ ...mapping, identifiers }, definition);
      const rows = rowsOf(mapping.sqlite, mapping.table);
      expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining([...bound.columns]));
      for (const { name, column, definition: field } of bound.fields) {
        const check = fieldCheck(field);
        const values = rows.map((row) => row[column] as string | number | null);
        expect(
          values.filter((value) => 'invalid' in check(value)),
          `${mapping.dataset} ${name}`,
        ).toEqual([]);
        expect(
          values.some((value) => value !== null),
          `${mapping.dataset} ${name} is never recorded`,
        ).toBe(true);
      }
    }
  });

  it('of the courts hold cases and nobody', () => {
    const courts = federation.sources.find(({ agency }) => agency === 'courts');
    expect(Object.keys(courts?.mapping.identifiers ?? {})).toEqual(['urn']);
    const columns = Object.keys(rowsOf(courts?.mapping.sqlite ?? '', 'case_summary')[0] ?? {});
    expect(columns.filter((column) => /name|birth|dob|post|sex|gender|ethnic|age/.test(column))).toEqual([]);
  });

  it('name no hidden person: their numbers are in the truth alone', () => {
    const columns = federation.sources.flatMap(({ mapping }) =>
      Object.keys(rowsOf(mapping.sqlite, mapping.table)[0] ?? {}),
    );
    expect(columns.filter((column) => /person|household/.test(column))).toEqual([]);
  });

  it('appear in the truth row by row, under the spelling of the person where nothing goes wrong', () => {
    const clean = generateFederation({ people: 3_000, seed: 42, directory: join(root, 'clean'), faults: 'none' });
    const appearances = rowsOf(clean.truth, 'appearances');
    for (const { agency, mapping } of clean.sources) {
      const rows = appearances.filter((row) => row['agency'] === agency);
      expect(rows.map((row) => row['source_row'])).toEqual(
        Array.from({ length: clean.rows.get(agency) ?? 0 }, (_, index) => index + 1),
      );
      const surname = [mapping.identifiers.surname ?? []].flat()[0];
      if (surname === undefined) continue;
      const own = rowsOf(mapping.sqlite, mapping.table);
      const people = new Map(rowsOf(clean.truth, 'people').map((row) => [row['person'], String(row['surname'])]));
      const spelt = rows.map(({ person }) => people.get(person)?.toUpperCase());
      expect(own.map((row) => String(row[surname]).toUpperCase())).toEqual(spelt);
    }
  });
});

describe('faults', () => {
  const made = (faults: 'none' | 'realistic' | 'hard', duplicates?: number): Federation =>
    generateFederation({
      people: 3_000,
      seed: 7,
      directory: join(root, `${faults} ${duplicates ?? ''}`),
      faults,
      ...(duplicates === undefined ? {} : { duplicates }),
    });
  const tableOf = ({ sources }: Federation, agency: string): Record<string, unknown>[] => {
    const mapping = sources.find((source) => source.agency === agency)?.mapping;
    return rowsOf(mapping?.sqlite ?? '', mapping?.table ?? '');
  };

  it('change how people are written down and nothing that happened to them', () => {
    const [clean, faulty] = [made('none'), made('hard', 0)];
    for (const [agency, name] of [
      ['police', 'vic_forename'],
      ['cps', 'witness_first_names'],
      ['charity-a', 'first_name'],
      ['charity-b', 'given_name'],
    ] as const) {
      const [before, after] = [tableOf(clean, agency), tableOf(faulty, agency)];
      expect(after.length).toBe(before.length);
      expect(after.filter((row, index) => row[name] !== before[index]?.[name]).length).toBeGreaterThan(0);
    }
    const [before, after] = [tableOf(clean, 'police'), tableOf(faulty, 'police')];
    const happened = ['reported_on', 'offence_group', 'outcome', 'vic_withdrew', 'cps_urn'];
    expect(after.map((row) => happened.map((column) => row[column]))).toEqual(
      before.map((row) => happened.map((column) => row[column])),
    );
    expect(tableOf(faulty, 'courts')).toEqual(tableOf(clean, 'courts'));
  });

  it('are the same in all of a person’s rows at an agency, but for people who are there twice', () => {
    const federations = [made('realistic', 0), made('realistic', MAX_DUPLICATES)];
    const [once, twice] = federations.map((generated) => {
      const records = new Map<unknown, Set<string>>();
      const people = rowsOf(generated.truth, 'appearances').filter((row) => row['agency'] === 'charity-a');
      const rows = tableOf(generated, 'charity-a');
      people.forEach(({ person }, index) => {
        const { first_name, last_name, date_of_birth, post_code, sex } = rows[index] ?? {};
        const written = [first_name, last_name, date_of_birth, post_code, sex].join('|');
        records.set(person, (records.get(person) ?? new Set()).add(written));
      });
      return [...records.values()].filter(({ size }) => size > 1).length;
    });
    expect(once).toBe(0);
    expect(twice).toBeGreaterThan(5);
  });

  it('leave the police with aliases and earlier postcodes, in columns of their own', () => {
    const rows = tableOf(made('realistic'), 'police');
    const has = (column: string): number => rows.filter((row) => row[column] !== null).length / rows.length;
    expect(has('vic_alias_surname')).toBeGreaterThan(0.05);
    expect(has('vic_previous_postcode')).toBeGreaterThan(0.2);
    expect(tableOf(made('none'), 'police').some((row) => row['vic_alias_surname'] !== null)).toBe(false);
  });

  it('leave the police with the region of the address that they have, not of the one where somebody lives', () => {
    const regions = (federation: Federation): { recorded: unknown; written: unknown; home: unknown }[] => {
      const homes = new Map(rowsOf(federation.truth, 'people').map((row) => [row['person'], String(row['postcode'])]));
      const people = rowsOf(federation.truth, 'appearances').filter((row) => row['agency'] === 'police');
      return tableOf(federation, 'police').map((row, index) => ({
        recorded: row['vic_home_area'],
        written: regionOf(row['vic_postcode'] as string | null),
        home: regionOf(homes.get(people[index]?.['person']) ?? null),
      }));
    };
    const [clean, faulty] = [regions(made('none')), regions(made('realistic'))];
    for (const rows of [clean, faulty]) {
      expect(rows.filter(({ recorded, written }) => recorded !== written)).toEqual([]);
      expect(rows.filter(({ home }) => home === null)).toEqual([]);
    }
    const share = (rows: typeof clean, of: (row: (typeof clean)[number]) => boolean): number =>
      rows.filter(of).length / rows.length;
    expect(share(clean, ({ recorded, home }) => recorded !== null && recorded !== home)).toBe(0);
    expect(share(faulty, ({ recorded, home }) => recorded !== null && recorded !== home)).toBeGreaterThan(0.03);
    expect(share(clean, ({ recorded }) => recorded === null)).toBeLessThan(0.05);
    expect(share(faulty, ({ recorded }) => recorded === null)).toBeLessThan(0.08);
  });

  it.each(['support-reached-after-referral', 'wellbeing-when-support-ends'])(
    'of %s: the rules find those they should without them, and nearly all with them',
    (name) => {
      const bound = boldTemplates(catalogue).get(name);
      if (bound === undefined) throw new Error('no such template');
      const [none, realistic, hard] = (['none', 'realistic', 'hard'] as const).map((level) => {
        const { sources, truth } = made(level);
        const question = { template: bound, parameters: bindParameters(bound, widestParameters(bound)), sources };
        const { counted, fewer, misplaced } = linkageErrorOf(
          pooledTable(question).cells,
          trueTable(question, truth).cells,
        );
        expect(counted).toBeGreaterThan(200);
        return (Math.abs(fewer) + misplaced) / counted;
      });
      expect(none).toBeLessThan(0.02);
      expect(realistic).toBeLessThan(0.08);
      expect(hard).toBeGreaterThan(realistic ?? 1);
      expect(hard).toBeLessThan(0.2);
    },
  );
});
