import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES, exitCodeOf, RemoteError } from '../../../cli/index.js';
import { MAX_RUNS_LISTED, runDetailView } from '../../../coordinator/index.js';
import { rawPublicKey } from '../../../core/private-join/index.js';
import { toBase64 } from '../../../core/base/index.js';
import { Board } from '../../../examples/bold/demo/board.js';
import { approved, NOISY, PARAMETERS, REQUEST, TEMPLATE } from '../coordinator/fixtures.js';
import { statistics } from '../coordinator/linkage-fixtures.js';
import {
  BODY_LINE,
  CHARGES_YAML,
  CRIMES_YAML,
  FULL_BODY,
  HEARINGS_YAML,
  SUPPORT_YAML,
  templateYaml,
} from '../templates/fixtures.js';
import { NOW, serve, tally } from './fixtures.js';
import { writeRegister } from './register-file.js';

const ASK = ['run', TEMPLATE, '--param', `quarters=${PARAMETERS.quarters.join(',')}`];
/** Nothing to choose between, so nothing to subtract. */
const FIXED_BODY = FULL_BODY.replace('max: 2', 'min: 2, max: 2').replace(
  'take: earliest',
  'take: earliest, unlinked: none',
);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tally-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function datasets(): string {
  mkdirSync(join(folder, 'datasets'));
  [CRIMES_YAML, CHARGES_YAML, SUPPORT_YAML, HEARINGS_YAML].forEach((text, index) =>
    file(`datasets/${index}.yaml`, text),
  );
  return join(folder, 'datasets');
}

describe('tally run', () => {
  it('follows the run and prints its table, the way on stderr', async () => {
    const { environment } = await serve();
    const { exitCode, out, err } = await tally(ASK, { environment });
    expect(exitCode).toBe(EXIT_CODES.done);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => line.trimEnd());
    expect(lines[0]).toBe('Do victims withdraw when the charge is slow?');
    expect(lines).toContain('quarters: January to March 2025, April to June 2025');
    expect(lines.filter((line) => /^(Yes|No|Not recorded) {2}/.test(line))).toEqual([
      'Yes                   15  [c]',
      'No                    15   25',
      'Not recorded         [c]  [c]',
    ]);
    for (const step of ['offering:', 'police accepts', 'ring:', 'tally: 1 of 4', 'finished:', 'tally runs ']) {
      expect(err).toContain(step);
    }
    expect(out).not.toContain('accepts');
  });

  it('shows one line that changes where somebody watches', async () => {
    const { environment } = await serve();
    const { err } = await tally(ASK, { environment, isTTY: true });
    expect(err).toMatch(/\r\u001b\[Klists go round the agencies: \d+ of \d+ steps/);
  });

  it('prints JSON and nothing else on stdout when asked', async () => {
    const { environment, rig } = await serve();
    const { exitCode, out } = await tally([...ASK, '--json'], { environment });
    expect(exitCode).toBe(EXIT_CODES.done);
    const run = runDetailView.parse(JSON.parse(out));
    expect(run).toMatchObject({ state: 'finished', id: rig.service.list(1)[0]?.id });
    expect(run.release?.table.cells).toHaveLength(6);
  });

  it('says that the same was asked before, and of whose release this is', async () => {
    const { environment, rig } = await serve();
    const first = await tally(ASK, { environment });
    const [original] = rig.service.list(1);
    const again = await tally(ASK, { environment });
    expect(again.exitCode).toBe(EXIT_CODES.done);
    expect(again.err).toContain('finished: the same was asked before');
    expect(again.out.replaceAll('\n', ' ')).toContain(
      `this is the release of run ${original?.id ?? ''}, and nothing was spent for it.`,
    );
    const afterFirstLines = (text: string): string => text.slice(text.indexOf('Do victims withdraw'));
    expect(afterFirstLines(again.out)).toBe(afterFirstLines(first.out));
    const shown = await tally(['runs', rig.service.list(1)[0]?.id ?? ''], { environment });
    expect(shown.out).toMatch(new RegExp(`^release of +${original?.id ?? ''}$`, 'm'));
  });

  it('says whose budget is spent, and what is left', async () => {
    const { environment } = await serve({ templates: [approved(NOISY)], epsilonLeft: { 'charity-a': 0.5 } });
    const { exitCode, out, err } = await tally(ASK, { environment });
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.declined, out: '' });
    expect(err).toMatch(/^BUDGET_SPENT: .*0\.5 for charities\.support at charity-a/m);
  });

  it.each(['BUDGET_SPENT', 'DIFFERENCING'] as const)('says what to do about a refusal: %s', async (code) => {
    const { environment } = await serve({ behaviours: { police: { refuse: code } } });
    const { exitCode, out } = await tally(ASK, { environment });
    expect(exitCode).toBe(EXIT_CODES.refused);
    expect(out).toContain(`police refused: ${code}: police says no`);
    expect(out).toMatch(code === 'DIFFERENCING' ? /Choose other\s+parameters/ : /answered again for nothing/);
  });

  it('says who refused, why, and what can be done', async () => {
    const { environment } = await serve({ behaviours: { police: { refuse: 'NOT_ALLOWED_HERE' } } });
    const { exitCode, out, err } = await tally(ASK, { environment });
    expect(exitCode).toBe(EXIT_CODES.refused);
    expect(out).toContain('police refused: NOT_ALLOWED_HERE: police says no');
    expect(out).toContain('What to do:');
    expect(err).toContain('police refuses: NOT_ALLOWED_HERE');
  });

  it('says why a run failed, at whom, and what can be done', async () => {
    const { environment } = await serve({ behaviours: { 'charity-a': 'vanish' } });
    const { exitCode, out } = await tally(ASK, { environment });
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(out).toContain('PARTY_LOST at charity-a:');
    expect(out).toContain('What to do:');
  });

  it('ends as cancelled when somebody calls the run off', async () => {
    const { environment, rig } = await serve({ behaviours: { police: 'silent' } });
    const running = tally(ASK, { environment });
    while (rig.service.list(1)[0]?.state !== 'offering') await new Promise((resolve) => setTimeout(resolve, 5));
    const id = rig.service.list(1)[0]?.id ?? '';
    expect(await tally(['cancel', id], { environment })).toMatchObject({ exitCode: EXIT_CODES.done });
    expect((await running).exitCode).toBe(EXIT_CODES.cancelled);
  });

  it.each([
    ['an unknown template', ['run', 'none'], 'UNKNOWN_TEMPLATE'],
    ['an unknown parameter', [...ASK, '--param', 'x=1'], 'BAD_PARAMETERS'],
    ['a value out of bounds', ['run', TEMPLATE, '-p', 'quarters=2030-Q1'], 'BAD_PARAMETERS'],
  ])('passes on that the coordinator declined %s', async (_, args, code) => {
    const { environment } = await serve();
    const { exitCode, err } = await tally(args, { environment });
    expect(exitCode).toBe(EXIT_CODES.declined);
    expect(err).toContain(`${code}: `);
  });

  it('names the agencies that are not connected', async () => {
    const { environment } = await serve({ online: ['police'] });
    const { exitCode, err } = await tally(ASK, { environment });
    expect(exitCode).toBe(EXIT_CODES.declined);
    expect(err).toContain('AGENCIES_NOT_CONNECTED');
    expect(err).toContain('The charity-a (charity-a), The charity-b (charity-b)');
  });

  it.each([
    ['no template', ['run']],
    ['a parameter without values', ['run', TEMPLATE, '--param', 'quarters']],
    ['a parameter chosen twice', [...ASK, '--param', 'quarters=2025-Q1']],
    ['an option there is not', [...ASK, '--force']],
    ['a command there is not', ['count']],
    ['too many arguments', [...ASK, 'more']],
  ])('refuses %s', async (_, args) => {
    const { exitCode, err, out } = await tally(args, { environment: { TALLY_TOKEN: 'x' } });
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUse, out: '' });
    expect(err).not.toBe('');
  });
});

describe('the connection', () => {
  it('needs a token', async () => {
    const { exitCode, err } = await tally(['runs']);
    expect(exitCode).toBe(EXIT_CODES.unreachable);
    expect(err).toContain('NO_TOKEN');
  });

  it('takes the token from a file, by option before environment', async () => {
    const { environment } = await serve();
    const good = file('good', 'a-token\n');
    const bad = file('bad', 'other');
    const { TALLY_URL } = environment;
    const none = { TALLY_URL };
    expect((await tally(['runs', '--token-file', good], { environment: none })).exitCode).toBe(EXIT_CODES.done);
    expect((await tally(['runs', '--token-file', bad], { environment })).exitCode).toBe(EXIT_CODES.unreachable);
    expect((await tally(['runs'], { environment: { ...none, TALLY_TOKEN_FILE: good } })).exitCode).toBe(
      EXIT_CODES.done,
    );
    expect((await tally(['runs', '--token-file', join(folder, 'none')], { environment })).err).toContain('NO_TOKEN');
  });

  it('says that the coordinator cannot be reached', async () => {
    const unused = createServer();
    await new Promise<void>((resolve) => unused.listen(0, '127.0.0.1', resolve));
    const address = unused.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => unused.close(resolve));
    const args = ['runs', '--url', `http://127.0.0.1:${port}`];
    const { exitCode, err } = await tally(args, { environment: { TALLY_TOKEN: 'x' } });
    expect(exitCode).toBe(EXIT_CODES.unreachable);
    expect(err).toContain('COORDINATOR_UNREACHABLE');
  });

  it('refuses an address that is none', async () => {
    for (const url of ['localhost:7401', 'ftp://x', 'nonsense']) {
      const { exitCode } = await tally(['runs', '--url', url], { environment: { TALLY_TOKEN: 'x' } });
      expect(exitCode).toBe(EXIT_CODES.wrongUse);
    }
  });
});

describe('tally runs, templates and agencies', () => {
  it('lists runs, and shows one with its table', async () => {
    const { environment, rig } = await serve();
    expect((await tally(['runs'], { environment })).out).toContain('No runs yet');
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const listed = await tally(['runs'], { environment });
    expect(listed.out.split('\n')[1]).toMatch(
      new RegExp(`^${id}  2026-11-22 10:00:00  ${TEMPLATE} +analyst@research-office +finished$`),
    );
    expect(JSON.parse((await tally(['runs', '--json'], { environment })).out)).toMatchObject([{ id }]);
    const shown = await tally(['runs', id], { environment });
    expect(shown.out).toContain('requester   analyst');
    expect(shown.out).toContain('Supported by a charity');
    expect(JSON.parse((await tally(['runs', id, '--json'], { environment })).out)).toMatchObject({
      id,
      state: 'finished',
    });
  });

  it('says how people were linked below a table, and all of it where that is wanted', async () => {
    const { environment, rig } = await serve();
    rig.linkage['police'] = [statistics()];
    rig.says('police');
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const brief = (await tally(['runs', id], { environment })).out;
    expect(brief).toContain('How people were linked\nScheme exact, version 1');
    expect(brief).toContain('`tally runs <id> --linkage`');
    expect(brief).not.toContain('What agencies say');
    const whole = (await tally(['runs', id, '--linkage'], { environment })).out;
    expect(whole).toMatch(
      /What agencies say of the people they hold\n\n.*\n.*\n-+\nThe police, police.crimes +1,000 +35\n/,
    );
    expect(whole).not.toContain('`tally runs <id> --linkage`');
    expect(await tally(['runs', '--linkage'], { environment })).toMatchObject({
      exitCode: EXIT_CODES.wrongUse,
      out: '',
    });

    const csv = await tally(['export', id, '--part', 'linkage'], { environment });
    expect(csv.out.split('\r\n')[1]).toBe('scheme-version,,,,,,,1,ok,exact,');
    const json = await tally(['export', id, '--part', 'linkage', '--format', 'json'], { environment });
    expect(JSON.parse(json.out)).toEqual(rig.service.get(id).release?.linkage);
    expect((await tally(['export', id, '--part', 'notes'], { environment })).exitCode).toBe(EXIT_CODES.wrongUse);
  });

  it('lists so many and no more', async () => {
    const { environment } = await serve();
    expect((await tally(['runs', '--limit', String(MAX_RUNS_LISTED)], { environment })).exitCode).toBe(EXIT_CODES.done);
    for (const limit of [String(MAX_RUNS_LISTED + 1), '0', 'x']) {
      expect((await tally(['runs', '--limit', limit], { environment })).exitCode).toBe(EXIT_CODES.wrongUse);
    }
  });

  it('cannot cancel what has ended', async () => {
    const { environment, rig } = await serve();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { exitCode, err } = await tally(['cancel', id], { environment });
    expect(exitCode).toBe(EXIT_CODES.declined);
    expect(err).toContain('RUN_ENDED');
  });

  it('lists templates and explains one with its choices', async () => {
    const { environment } = await serve();
    expect((await tally(['templates'], { environment })).out).toContain(TEMPLATE);
    const { out } = await tally(['templates', TEMPLATE], { environment });
    expect(out).toContain('What is asked');
    expect(out).toContain('--param quarters=… (1 to 2 of): 2025-Q1 (January to March 2025)');
    expect(JSON.parse((await tally(['templates', TEMPLATE, '--json'], { environment })).out)).toMatchObject({
      template: TEMPLATE,
    });
  });

  it('lists agencies with their states and snapshots', async () => {
    const { environment } = await serve();
    const { out } = await tally(['agencies'], { environment });
    expect(out).toMatch(/^police +online .*police\.crimes as at 2026-10-31, epsilon 10 left +The police$/m);
    expect(out).toMatch(/^courts +never-seen +never +courts\.hearings: none/m);
    expect(JSON.parse((await tally(['agencies', '--json'], { environment })).out)).toHaveLength(4);
  });
});

/** Officers of a federation with the agencies that the templates here ask. */
function governing(): Board {
  const key = (): string => toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
  const agency = (
    id: string,
    name: string,
    dataset: string,
  ): ConstructorParameters<typeof Board>[0]['agencies'][number] => ({
    ...{ id, name, identityKey: key(), datasets: [dataset] },
  });
  return new Board({
    federation: 'unit-test',
    agencies: [
      agency('north', 'The northern police', 'police.crimes'),
      agency('cps', 'The prosecutors', 'cps.charges'),
      agency('haven', 'The haven', 'charities.support'),
    ],
    coordinator: key(),
    purposes: ['research-statistics'],
    clock: { now: () => new Date(NOW) },
  });
}

describe('tally template check', () => {
  it('says that a template is in order, with its digest', async () => {
    const path = file('template.yaml', templateYaml(FIXED_BODY));
    const checked = await tally(['template', 'check', path, '--datasets', datasets()]);
    expect(checked).toMatchObject({ exitCode: EXIT_CODES.done, err: '' });
    expect(checked.out).toMatch(/version 2 is in order[\s\S]*digest [0-9a-f]{64}/);
    expect(checked.out).not.toMatch(/^(error|warning): /m);
    expect((await tally(['template', 'check', path])).out).toContain('--datasets');
  });

  it('says what it would give away, worst first, with its line and what to do', async () => {
    const path = file('template.yaml', templateYaml(FULL_BODY));
    const { exitCode, out } = await tally(['template', 'check', path, '--datasets', datasets()]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    const line = BODY_LINE + FULL_BODY.split('\n').findIndex((each) => each.startsWith('  quarters:'));
    expect(out).toContain(`error: CHOICES_NEST at parameters.quarters (line ${line})`);
    expect(out).toContain('What to do: ');
    const noisy = file('noisy.yaml', templateYaml(FULL_BODY).replace('epsilon: none', 'epsilon: 1'));
    const again = await tally(['template', 'check', noisy, '--datasets', join(folder, 'datasets')]);
    expect(again.exitCode).toBe(EXIT_CODES.done);
    expect(again.out).toContain('warning: CHOICES_NEST');
  });

  it('compares it with templates that are live', async () => {
    const path = file('template.yaml', templateYaml(FIXED_BODY));
    const narrower = file(
      'narrower.yaml',
      templateYaml(FIXED_BODY).replace('[18, 59]', '[19, 59]').replace('withdrawal-by', 'other-by'),
    );
    const board = governing();
    const text = readFileSync(narrower, 'utf8');
    const check = ['template', 'check', path, '--datasets', datasets(), ...writeRegister(folder, board)];
    expect((await tally(check)).out).not.toContain('POPULATIONS_NEST');
    board.propose(text.replace('version: 2', 'version: 1'));
    writeRegister(folder, board);
    expect((await tally(check)).out).not.toContain('POPULATIONS_NEST');
    board.publish(text);
    writeRegister(folder, board);
    const { exitCode, out } = await tally(check);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    expect(out).toContain('POPULATIONS_NEST');
    expect(out).toContain('other-by-delay');
    expect((await tally(check.toSpliced(3, 2))).err).toMatch(/^BAD_USAGE: /);
  });

  it('names the line of everything that is wrong with its form', async () => {
    const body = FULL_BODY.replace('unit: person', 'unit: Person!').replace('keep: all, where', 'keep: some, where');
    const { exitCode, err } = await tally(['template', 'check', file('template.yaml', templateYaml(body))]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    const line = (text: string): number => BODY_LINE + body.split('\n').findIndex((each) => each.includes(text));
    expect(err).toMatch(/^BAD_TEMPLATE: /);
    expect(err).toContain(`line ${line('unit:')}: unit: `);
    expect(err).toContain(`line ${line('keep: some')}: links[0].keep: `);
    expect(err.match(/^line /gm)).toHaveLength(2);
  });

  it('names the line of everything that the datasets do not have', async () => {
    const body = FULL_BODY.replace('police.crimes.withdrew', 'police.crimes.mood').replace(
      '[rape, stalking]',
      '[rape, rudeness]',
    );
    const path = file('template.yaml', templateYaml(body));
    const { exitCode, err } = await tally(['template', 'check', path, '--datasets', datasets()]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    const line = (text: string): number => BODY_LINE + body.split('\n').findIndex((each) => each.includes(text));
    expect(err).toContain(`line ${line('mood')}: dimensions[2].field`);
    expect(err).toContain(`line ${line('rudeness')}: population.where[1].in`);
    expect((await tally(['template', 'check', path])).exitCode).toBe(EXIT_CODES.done);
  });

  it('names the line at which a file is no YAML', async () => {
    const { err } = await tally(['template', 'check', file('template.yaml', 'template: a\ntemplate: b\n')]);
    expect(err).toMatch(/^BAD_YAML: [\s\S]*line 2/);
  });

  it('says so when there is no such file, or no such folder', async () => {
    expect((await tally(['template', 'check', join(folder, 'none.yaml')])).err).toMatch(/^FILE_UNREADABLE: /);
    const path = file('template.yaml', templateYaml(FULL_BODY));
    const { exitCode, err } = await tally(['template', 'check', path, '--datasets', join(folder, 'none')]);
    expect({ exitCode, code: err.split(':')[0] }).toEqual({ exitCode: EXIT_CODES.wrongUse, code: 'CONFIG_INVALID' });
  });
});

describe('tally template explain', () => {
  it('says it in plain English, and of whom, where it is told of a register', async () => {
    const path = file('template.yaml', templateYaml(FULL_BODY));
    const explain = ['template', 'explain', path, '--datasets', datasets()];
    const { out } = await tally(explain);
    expect(out).toContain('Do victims withdraw when the charge is slow?');
    for (const heading of ['What is asked', 'Why', 'What leaves each agency']) expect(out).toContain(heading);
    expect(out).not.toContain('The northern police');
    const named = await tally([...explain, ...writeRegister(folder, governing())]);
    expect(named.out).toContain('The northern police');
    expect(named.out).toContain('Do victims withdraw when the charge is slow?');
  });

  it('refuses what is no template', async () => {
    const { exitCode, err } = await tally(['template', 'explain', file('a.json', '[]'), '--datasets', datasets()]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    expect(err).toContain('BAD_TEMPLATE');
  });
});

describe('tally coordinator and node', () => {
  it('makes a folder for a coordinator, and shows its token once', async () => {
    const directory = join(folder, 'new');
    const { exitCode, out } = await tally(['coordinator', 'init', '--directory', directory]);
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(out).toMatch(/\n {2}tally_[0-9a-f]{56}\n/);
    expect((await tally(['coordinator', 'init', '--directory', directory])).err).toMatch(/^DIRECTORY_NOT_EMPTY: /);
  });

  it.each(['coordinator', 'node'])('says what is wrong with the configuration of a %s', async (program) => {
    const { exitCode, err } = await tally([program, 'start', '--config', file('config.yaml', 'nonsense: true\n')]);
    expect(exitCode).toBe(EXIT_CODES.wrongUse);
    expect(err).toMatch(/^CONFIG_INVALID: /);
    expect(err).toContain('line 1: nonsense');
  });

  it('needs a configuration', async () => {
    for (const args of [
      ['coordinator', 'start'],
      ['node', 'start'],
      ['node', 'prepare'],
      ['node', 'budget'],
      ['node', 'ledger', 'verify'],
    ]) {
      expect((await tally(args)).exitCode).toBe(EXIT_CODES.wrongUse);
    }
  });
});

describe('help and exit codes', () => {
  it('says what there is, how to connect and what the exit codes mean', async () => {
    const { exitCode, out } = await tally(['--help']);
    expect(exitCode).toBe(EXIT_CODES.done);
    for (const word of [
      'run',
      'runs',
      'export',
      'cancel',
      'templates',
      'agencies',
      'template',
      'coordinator',
      'node',
      'TALLY_TOKEN_FILE',
    ]) {
      expect(out).toContain(word);
    }
    for (const code of Object.values(EXIT_CODES)) expect(out).toMatch(new RegExp(`^  ${code}  `, 'm'));
  });

  it('tells our own fault from a request that was declined', () => {
    expect(exitCodeOf(new RemoteError(500, 'INTERNAL', '', []))).toBe(EXIT_CODES.unforeseen);
    expect(exitCodeOf(new RemoteError(503, 'QUEUE_FULL', '', []))).toBe(EXIT_CODES.declined);
    expect(exitCodeOf(new RemoteError(401, 'UNAUTHORISED', '', []))).toBe(EXIT_CODES.unreachable);
    expect(exitCodeOf(new TypeError('oops'))).toBe(EXIT_CODES.unforeseen);
  });
});
