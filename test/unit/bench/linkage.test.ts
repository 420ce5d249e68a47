import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { LinkageFileError } from '../../../bench/linkage/errors.js';
import { mappingOf, parseFileMapping } from '../../../bench/linkage/file-mapping.js';
import { columnsOf, parsePersonFile } from '../../../bench/linkage/person-file.js';
import { EXIT_CODES, runLinkage } from '../../../bench/linkage/program.js';
import type { InventedCases } from '../../../bench/linkage/program.js';
import { commonPeople, scoreOf } from '../../../bench/linkage/score.js';
import { Printer } from '../../../cli/index.js';
import { MAX_IDENTIFIER_VALUES } from '../../../core/linkage/index.js';
import { linkagePair } from '../../../examples/bold/index.js';
import type { FaultLevel, LinkageRow } from '../../../examples/bold/index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkage-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function faultOf(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof LinkageFileError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return 'none';
}

describe('a mapping', () => {
  it('names a column or several for each identifier', () => {
    const { truth, identifiers } = parseFileMapping(
      'truth: who\nidentifiers:\n  forename: first\n  surname: [last, birth name]\n',
    );
    expect(truth).toBe('who');
    expect([...identifiers]).toEqual([
      ['forename', ['first']],
      ['surname', ['last', 'birth name']],
    ]);
  });

  const columns = (count: number): string => Array.from({ length: count }, (_, index) => `c${index}`).join(', ');
  it.each([
    ['truth: a\nidentifiers: { shoe: b }', /^BAD_MAPPING .*identifiers/s],
    ['truth: a\nidentifiers: {}', /must name a column/],
    ['identifiers: { surname: b }', /truth/],
    ['truth: a\nidentifiers: { surname: [] }', /identifiers\.surname/],
    [`truth: a\nidentifiers: { surname: [${columns(MAX_IDENTIFIER_VALUES + 1)}] }`, /identifiers\.surname/],
    ['truth: [', /not YAML/],
  ])('is refused: %s', (text, fault) => {
    expect(faultOf(() => parseFileMapping(text))).toMatch(fault);
  });

  it('has as many columns as an identifier may have values', () => {
    const text = `truth: a\nidentifiers: { surname: [${columns(MAX_IDENTIFIER_VALUES)}] }`;
    expect(parseFileMapping(text).identifiers.get('surname')).toHaveLength(MAX_IDENTIFIER_VALUES);
  });

  it('is not needed where columns are called like identifiers, however they are spelt', () => {
    expect([...mappingOf(['ID', 'Forename', 'SURNAME', 'date_of_birth', 'shoe size']).identifiers.keys()]).toEqual([
      'forename',
      'surname',
      'dateOfBirth',
    ]);
    expect(faultOf(() => mappingOf(['id', 'surname', 'shoe size']))).toMatch(/^BAD_COLUMNS .*shoe size/);
    expect(faultOf(() => mappingOf(['forename', 'surname']))).toMatch(/^BAD_COLUMNS/);
  });
});

describe('a file', () => {
  const febrl = `rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id
rec-7-org, ann, o'neil, 3, light street, , winde, 3212, vic, 19651013, 1
rec-7-dup-0, , oneil, 3, light setreet, , winde, 3212, vic, , 2
`;

  it('of FEBRL is understood, without its number', () => {
    const mapping = mappingOf(columnsOf(febrl));
    const { held, rows } = parsePersonFile(febrl, mapping);
    expect(rows.map(({ truth }) => truth)).toEqual(['7', '7']);
    expect(rows[0]?.identifiers).toEqual({
      forename: ['ann'],
      surname: ["o'neil"],
      dateOfBirth: ['19651013'],
      place: ['3212', 'light street', 'winde'],
    });
    expect(held.get('place')).toBe(3);
  });

  const mapping = parseFileMapping('truth: id\nidentifiers: { surname: name }');
  it.each([
    ['id,name\n1,A\n,B\n', /^NO_TRUTH Line 3 /],
    ['id,surname\n1,A\n', /^BAD_COLUMNS There is no column name\. There are: id, surname\.$/],
    ['id,name\n1,"A\n', /^BAD_CSV/],
    ['id,name\n1,A,B\n', /^BAD_CSV/],
  ])('is refused: %j', (text, fault) => {
    expect(faultOf(() => parsePersonFile(text, mapping))).toMatch(fault);
  });
});

describe('a score', () => {
  it('is of links that are right, and of people in both', () => {
    const links = [true, true, true, false].map((right) => ({ right }));
    expect(scoreOf(links, 6)).toMatchObject({ links: 4, right: 3, matches: 6, precision: 0.75, recall: 0.5, f1: 0.6 });
    expect(scoreOf([], 6)).toMatchObject({ precision: 1, recall: 0, f1: 0 });
    expect(commonPeople(['a', 'b', 'b'], ['b', 'c', 'b'])).toBe(1);
  });
});

describe('npm run linkage', () => {
  const few = { first: 100, second: 100, overlap: 50, level: 'realistic', duplicates: 0 } as const;
  const invented: InventedCases = {
    all: [],
    quick: [
      { ...few, name: 'a quick one' },
      { ...few, name: 'another' },
    ],
    large: { ...few, name: 'the large one' },
  };

  function run(...args: readonly string[]): { exitCode: number; out: string; err: string } {
    let [out, err] = ['', ''];
    const printer = new Printer(
      { write: (text: string) => ((out += text), true) },
      { write: (text: string) => ((err += text), true) },
    );
    const exitCode = runLinkage(args, printer, () => 0, invented);
    return { exitCode, out, err };
  }

  function files(level: FaultLevel): [string, string] {
    const pair = linkagePair({ people: { a: 1_500, b: 1_500 }, overlap: 0.5, level, duplicates: 0.05, seed: 4 });
    const write = (name: string, rows: Iterable<LinkageRow>): string => {
      const lines = [...rows].map(({ id, forename, surname, dateOfBirth, postcode, sex }) =>
        [id, forename, surname, dateOfBirth, postcode, sex].map((cell) => cell ?? '').join(','),
      );
      const file = join(folder, `${level}-${name}.csv`);
      writeFileSync(file, ['id,forename,surname,dateOfBirth,postcode,sex', ...lines].join('\n'));
      return file;
    };
    return [write('a', pair.a), write('b', pair.b)];
  }

  it('finds everybody where nobody makes mistakes, and most where they do', () => {
    const clean = run(...files('none'), '--epsilon', 'none');
    expect(clean).toMatchObject({ exitCode: EXIT_CODES.done, err: 'Linking none-a.csv with none-b.csv by standard\n' });
    expect(Number(/^F1 (\d\.\d{4})$/m.exec(clean.out)?.[1])).toBeGreaterThan(0.995);
    const json = join(folder, 'linked.json');
    const faulty = run(...files('realistic'), '--scheme', 'thorough', '--json', json);
    const f1 = Number(/^F1 (\d\.\d{4})$/m.exec(faulty.out)?.[1]);
    expect(f1).toBeGreaterThan(0.95);
    expect(f1).toBeLessThan(0.9999);
    const figures = JSON.parse(readFileSync(json, 'utf8')) as { score: { matches: number; f1: number } };
    expect(figures.score.matches).toBe(750);
    expect(figures.score.f1).toBeCloseTo(f1, 4);
    // The strict key loses most of those who are written down differently.
    const strict = run(...files('realistic'), '--scheme', 'strict');
    expect(Number(/^F1 (\d\.\d{4})$/m.exec(strict.out)?.[1])).toBeLessThan(f1 - 0.1);
  });

  it('says on the way what it is linking, and nothing but results on stdout', () => {
    const { exitCode, out, err } = run('--quick', '--large', '--scheme', 'light');
    expect(exitCode).toBe(EXIT_CODES.done);
    // A copy of FEBRL's files may lie beside this checkout.
    expect(err.split('\n').filter((line) => line !== '' && !line.includes('FEBRL'))).toEqual([
      'Linking case 1 of 3 by light: a quick one',
      'Linking case 2 of 3 by light: another',
      'Linking case 3 of 3 by light: the large one',
    ]);
    expect(out).not.toContain('Linking');
    expect(out).toContain('the large one');
  });

  it.each([
    ['one file', () => ['a.csv'], EXIT_CODES.wrong, /two files/],
    ['a file that is not there', () => ['no.csv', 'no.csv'], EXIT_CODES.wrong, /no\.csv/],
    ['a scheme that is none', () => [...files('none'), '--scheme', 'case'], EXIT_CODES.wrong, /no scheme case/],
    ['a threshold of 1', () => ['--threshold', '1'], EXIT_CODES.usage, /0\.5 to below 1/],
    ['an epsilon of 0', () => ['--epsilon', '0'], EXIT_CODES.usage, /epsilon/],
    ['a seed below 0', () => ['--seed=-1'], EXIT_CODES.usage, /whole number/],
  ] as const)('refuses %s', (_, args, exitCode, fault) => {
    const result = run(...args());
    expect(result.exitCode).toBe(exitCode);
    expect(result.err).toMatch(fault);
  });
});
