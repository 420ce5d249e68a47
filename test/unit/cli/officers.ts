import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { EXIT_CODES } from '../../../cli/index.js';
import { packagePath } from '../../../runtime/index.js';
import { fingerprintOf, keyOf, ROSTER, signedRoster } from '../governance/fixtures.js';
import { SOUND } from '../templates/lint-corpus/sound.js';
import { tally } from './fixtures.js';
import type { Said } from './fixtures.js';

export const DATASETS = packagePath('examples', 'bold', 'datasets');
export const PIN = fingerprintOf(ROSTER);
/** Of the template that officers propose here. */
export const NAMED = ['--template', 'engagement-by-delay', '--version', '1'] as const;

/** What a command says that refuses with this code, and prints nothing else. */
export function refused({ exitCode, out, err }: Said, code: string): string {
  expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUse, out: '' });
  expect(err).toContain(`${code}: `);
  return err;
}

/** The officers of the fixtures' roster, each with a key in a folder, and a register there. */
export class Officers {
  readonly folder = mkdtempSync(join(tmpdir(), 'tally-officers-'));
  readonly register = this.path('register.jsonl');
  #acts = 0;

  constructor() {
    for (const name of ['ada', 'ada-home', 'abe', 'ben', 'cyd', 'dan', 'eve', 'registry', 'log']) {
      this.write(`${name}.pem`, keyOf(name).export({ type: 'pkcs8', format: 'pem' }).toString());
    }
    this.write('roster-1.json', signedRoster(ROSTER, ['ada', 'ben', 'cyd']));
    this.write('template.yaml', SOUND);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** A command that works on the register. */
  on(command: readonly string[], ...more: readonly string[]): Promise<Said> {
    return tally([...command, '--register', this.register, '--pin', PIN, ...more]);
  }

  add(...acts: readonly string[]): Promise<Said> {
    return tally(['register', 'add', this.register, ...acts.map((act) => this.path(act)), '--pin', PIN]);
  }

  /** Signs with an officer's key; the file of the act. Thrown when it is refused: Error with what was said. */
  async sign(officer: string, command: readonly string[], ...more: readonly string[]): Promise<string> {
    this.#acts += 1;
    const act = `act-${this.#acts}.json`;
    const said = await this.on(command, ...more, '--key', this.path(`${officer}.pem`), '--out', this.path(act));
    if (said.exitCode !== 0) throw new Error(said.err);
    return act;
  }

  /** The same, and it is in the register then. */
  async signed(officer: string, command: readonly string[], ...more: readonly string[]): Promise<string> {
    const act = await this.sign(officer, command, ...more);
    const said = await this.add(act);
    if (said.exitCode !== 0) throw new Error(said.err);
    return act;
  }

  async begin(): Promise<void> {
    await this.add('roster-1.json');
  }

  propose(officer = 'ada', ...more: readonly string[]): Promise<string> {
    return this.signed(officer, ['template', 'propose', this.path('template.yaml')], '--datasets', DATASETS, ...more);
  }

  /** A form of this officer's, filled in. */
  async form(officer: string, mark = 'met'): Promise<string> {
    const form = this.path(`${officer}.form.yaml`);
    rmSync(form, { force: true });
    await this.on(['template', 'review-form'], ...NAMED, '--datasets', DATASETS, '--out', form);
    const filled = readFileSync(form, 'utf8')
      .replace('mark: FILL IN', `mark: ${mark}`)
      .replaceAll('mark: FILL IN', 'mark: met')
      .replaceAll('reason: FILL IN', `reason: What ${officer} thinks of it.`);
    writeFileSync(form, filled);
    return form;
  }

  /** Commits to a review, which is kept in `OFFICER.kept.json`. */
  async commit(officer: string, mark = 'met'): Promise<string> {
    const form = await this.form(officer, mark);
    return this.signed(officer, ['template', 'commit-review', form], '--keep', this.path(`${officer}.kept.json`));
  }

  show(officer: string): Promise<Said> {
    const out = this.path(`${officer}.review.json`);
    return this.on(['template', 'review', this.path(`${officer}.kept.json`)], '--out', out);
  }

  /** Both reviews, shown. */
  async reviewed(reviewers: readonly string[] = ['ben', 'cyd'], mark = 'met'): Promise<void> {
    for (const officer of reviewers) await this.commit(officer, mark);
    for (const officer of reviewers) {
      const said = await this.show(officer);
      if (said.exitCode !== 0) throw new Error(said.err);
      await this.add(`${officer}.review.json`);
    }
  }

  async shown(): Promise<{
    readonly templates: readonly Record<string, unknown>[];
    readonly grants: readonly Record<string, unknown>[];
    readonly entries: number;
  }> {
    const { out } = await tally(['register', 'show', this.register, '--pin', PIN, '--json']);
    return JSON.parse(out) as Awaited<ReturnType<Officers['shown']>>;
  }

  async state(): Promise<unknown> {
    return (await this.shown()).templates[0]?.['state'];
  }
}
