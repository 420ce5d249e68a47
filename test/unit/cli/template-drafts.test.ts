import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES } from '../../../cli/index.js';
import { packagePath } from '../../../runtime/index.js';
import { edited, SOUND } from '../templates/lint-corpus/sound.js';
import { tally } from './fixtures.js';

const DATASETS = packagePath('examples', 'bold', 'datasets');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tally-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('tally template new', () => {
  const ASK = ['template', 'new', '--datasets', DATASETS];
  const TWO = [...ASK, '--dataset', 'police.victim-crimes', '--dataset', 'third-sector.support'];

  it('prints a template that check says is to be filled in, line by line', async () => {
    const { exitCode, out } = await tally(TWO);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toMatch(/^# yaml-language-server: \$schema=\S+docs\/schema\/template\.schema\.json\n/);
    expect(out).toContain('expires: 2027-11-02\n');
    const path = file('new.yaml', out);
    const checked = await tally(['template', 'check', path, '--datasets', DATASETS]);
    expect(checked.exitCode).toBe(EXIT_CODES.wrongUse);
    const places = [...checked.out.matchAll(/^error: ANSWER_MISSING at (\S+) \(line (\d+)\)$/gm)];
    expect(places).toHaveLength(9);
    const lines = out.split('\n');
    for (const [, , line] of places) expect(lines[Number(line) - 1]).toMatch(/todo/i);
    expect(checked.out).not.toMatch(/^warning/m);
  });

  it('writes it to a new file, and over none', async () => {
    const path = join(folder, 'mine.yaml');
    const named = [...TWO, '--name', 'support-and-age', '--out', path];
    expect((await tally(named)).exitCode).toBe(EXIT_CODES.done);
    expect(readFileSync(path, 'utf8')).toContain('template: support-and-age\n');
    expect((await tally(named)).err).toMatch(/^FILE_EXISTS: /);
  });

  it.each([
    ['one that is not defined', ['--dataset', 'police.dogs'], 'BAD_USAGE'],
    ['one twice', ['--dataset', 'courts.cases', '--dataset', 'courts.cases'], 'BAD_USAGE'],
    ['two that nothing joins', ['--dataset', 'courts.cases', '--dataset', 'third-sector.support'], 'NOT_BINDABLE'],
  ])('refuses %s', async (_, args, code) => {
    const { exitCode, out, err } = await tally([...ASK, ...args]);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUse, out: '' });
    expect(err).toContain(code);
  });

  it('needs a dataset', async () => {
    expect((await tally(ASK)).exitCode).toBe(EXIT_CODES.wrongUse);
  });
});

describe('tally template diff', () => {
  const before = (): string => file('before.yaml', SOUND);
  const after = (): string =>
    file(
      'after.yaml',
      edited(SOUND, [
        ['[18, 120]', '[16, 120]'],
        ['threshold: 10', 'threshold: 20'],
      ]),
    );

  it('says what each change does, and counts them', async () => {
    const { exitCode, out } = await tally(['template', 'diff', before(), after(), '--datasets', DATASETS]);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out.replaceAll(/\n +/g, ' ')).toBe(`\
[asks more] Counts records where "The victim's age in years on the day of the report" is 16 to 120 instead of 18 to 120: more records.
[shows less] Shows counts from 20 instead of 10.

asks more: 1, shows less: 1
`);
  });

  it('says it as JSON', async () => {
    const { out } = await tally(['template', 'diff', before(), after(), '--json']);
    expect(JSON.parse(out)).toEqual({
      before: { template: 'engagement-by-delay', version: 1 },
      after: { template: 'engagement-by-delay', version: 1 },
      changes: [
        {
          path: 'population.where[1]',
          effect: 'asks-more',
          says: 'Counts records where police.victim-crimes.victim-age is 16 to 120 instead of 18 to 120: more records.',
        },
        { path: 'disclosure.threshold', effect: 'shows-less', says: 'Shows counts from 20 instead of 10.' },
      ],
    });
  });

  it('says that nothing changed but the form', async () => {
    const relaid = file('relaid.yaml', `# A comment\n\n${SOUND}`);
    const { out } = await tally(['template', 'diff', before(), relaid]);
    expect(out).toMatch(/^Nothing changed: both say the same/);
  });

  it('names what is wrong with a file that is no template', async () => {
    const { exitCode, err } = await tally(['template', 'diff', before(), file('wrong.yaml', 'template: a\n')]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    expect(err).toContain('BAD_TEMPLATE');
  });
});

describe('tally template schema', () => {
  it.each(['template', 'dataset'])('prints what is published of a %s', async (kind) => {
    const { exitCode, out } = await tally(['template', 'schema', kind]);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toBe(readFileSync(packagePath('docs', 'schema', `${kind}.schema.json`), 'utf8'));
  });

  it('has none of anything else', async () => {
    const { exitCode, err } = await tally(['template', 'schema', 'roster']);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    expect(err).toContain('BAD_USAGE');
  });
});

describe('tally template check --population', () => {
  it('says where so few records leave most of the table empty', async () => {
    const path = file('sound.yaml', SOUND);
    const check = ['template', 'check', path, '--datasets', DATASETS];
    expect((await tally(check)).out).not.toMatch(/warning/);
    expect((await tally([...check, '--population', '500'])).out).toContain('warning: FEW_RECORDS at dimensions (line ');
    for (const wrong of ['0', 'many', '1e3', '-5']) {
      expect((await tally([...check, '--population', wrong])).exitCode).toBe(EXIT_CODES.wrongUse);
    }
  });
});
