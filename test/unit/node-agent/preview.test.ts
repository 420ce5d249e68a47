import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { formatRegisterFile } from '../../../core/governance/index.js';
import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import type { Preview } from '../../../node-agent/preview/preview.js';
import { GOVERNANCE } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { run } from './run-words.js';
import { alone, approvedRun, nodeIn } from './started-node.js';
import { textOf } from './test-board.js';

/** Crimes of persons of their own: so many of the first quarter, so many of the second. */
function crimesIn(
  first: number,
  second: number,
): { urn: string; last_name: string; dob: string; reported_on: string }[] {
  return Array.from({ length: first + second }, (_, crime) => ({
    urn: `U${crime}`,
    last_name: `Quill${'abcdefghijklmnopq'[crime % 17]}${'xyz'[Math.floor(crime / 17)]}`,
    dob: `${1950 + crime}-0${1 + (crime % 9)}-${10 + (crime % 17)}`,
    reported_on: crime < first ? '2025-02-01' : '2025-05-01',
  }));
}

/** Of the template that is live in the register. */
const NAME = 'support-by-offence';

interface World {
  readonly agency: AgencyFolder;
  /** The same as it was proposed, in a file. */
  readonly file: string;
  readonly preview: (...words: string[]) => ReturnType<typeof run>;
  readonly found: (...words: string[]) => Promise<Preview>;
}

async function world(files?: (files: AgencyFiles) => void): Promise<World> {
  const { agency } = await approvedRun({
    ...(files === undefined ? {} : { files }),
    policy: { allow: [{ template: NAME, mode: 'shadow' }], minimumThreshold: 15, maximumEpsilon: 1 },
    rows: crimesIn(34, 9),
  });
  const file = join(agency.folder, 'asked.yaml');
  writeFileSync(file, textOf(alone));
  const preview = (...words: string[]): ReturnType<typeof run> =>
    run('preview', '--config', agency.configFile, '--template', ...words);
  const found = async (...words: string[]): Promise<Preview> =>
    JSON.parse((await preview(...words, '--json')).stdout) as Preview;
  return { agency, file, preview, found };
}

describe('tally node preview', () => {
  it('says what would leave, from which fields, how many records in tens, with which noise, for how much', async () => {
    const { found } = await world();
    const all = await found(NAME);
    expect(all).toMatchObject({
      template: 'support-by-offence',
      version: 3,
      state: 'live',
      decision: { kind: 'allowed', mode: 'shadow' },
      parameters: { quarters: ['2025-Q1', '2025-Q2'] },
      lists: [
        {
          dataset: 'police.victim-crimes',
          asAt: '2026-03-31',
          fields: [
            { field: 'reported-quarter', use: 'filter' },
            { field: 'offence-group', use: 'category' },
          ],
          records: 40,
        },
      ],
      // The agency's own floors are in it.
      terms: { threshold: 15, epsilon: 1, overlapEpsilon: 0.5 },
      cost: { total: 1.5 },
    });
    expect((await found(NAME, '--param', 'quarters=2025-Q1')).lists[0]?.records).toBe(30);
    expect((await found(NAME, '--param', 'quarters=2025-Q2')).lists[0]?.records).toBe(0);
    const both = await found(NAME, '--param', 'quarters=2025-Q2', '--param', 'quarters=2025-Q1');
    expect(both.parameters).toEqual(all.parameters);
  });

  it('says that nothing leaves where nobody’s consent to the purpose is recorded', async () => {
    const { found, preview } = await world(({ dataset, config }) => {
      Object.assign(dataset, { basis: 'opt-in', purposes: ['research-statistics', 'audit'] });
      const sources = config['sources'] as Record<string, unknown>[];
      for (const source of sources) source['consent'] = { audit: 'sex' };
    });
    expect((await found(NAME)).lists).toMatchObject([{ hasConsent: false, records: null }]);
    expect((await preview(NAME)).stdout).toContain('nobody’s consent to this purpose is recorded (NO_CONSENT)');
  });

  it('says it in words', async () => {
    const { preview } = await world();
    const { exit, stdout, stderr } = await preview(NAME, '--param', 'quarters=2025-Q2');
    expect([exit, stderr]).toEqual([EXIT_CODES.done, '']);
    for (const said of [
      'support-by-offence version 3: Who is supported?',
      'Governance has approved it, and it is live. Under your policy: Gone through on your data, with nothing sent',
      '  quarters: 2025-Q2',
      '  police.victim-crimes: fewer than 10 records, as at 2026-03-31',
      '    reported-quarter: says which records are in the list; stays here',
      '    offence-group: leaves as part of one encrypted number',
      '  Counts below 15 are not shown',
      '  Counts: noise for a privacy loss (epsilon) of 1.',
      '  A privacy loss of 1.5 from the budget of each snapshot above',
      'What leaves each agency\n  No record leaves an agency.',
      'Nothing has left this computer.\n',
    ]) {
      expect(stdout).toContain(said);
    }
  });

  it('changes nothing, and runs beside a running node', async () => {
    const { agency, preview } = await world();
    const { node, sent } = nodeIn(agency);
    await node.start();
    const before = readdirSync(agency.folder).map((name) => [name, statSync(join(agency.folder, name)).size]);
    const ledger = readFileSync(join(agency.folder, 'snapshots.ledger'));
    expect((await preview(NAME)).exit).toBe(EXIT_CODES.done);
    expect(readFileSync(join(agency.folder, 'snapshots.ledger')).equals(ledger)).toBe(true);
    expect(readdirSync(agency.folder).map((name) => [name, statSync(join(agency.folder, name)).size])).toEqual(before);
    expect(sent).toEqual([]);
    await node.stop();
  });

  it('takes a template by its name in the register, or from a file, of which it says that no node answers it', async () => {
    const { file, preview, found } = await world();
    expect(await found(file)).toMatchObject({ template: NAME, state: null, lists: [{ records: 40 }] });
    expect((await preview(file)).stdout).toContain('It is a file: a node answers a template only when it is live');
    expect((await preview('other')).stderr).toMatch(/^TEMPLATE_MISSING: .*name of a template in your register/);
    expect((await preview('../asked.yaml')).stderr).toMatch(/^TEMPLATE_MISSING/);
  });

  it('says where one stands that is not live, and prefers the live version to a newer one', async () => {
    const { agency, preview, found } = await world();
    const { board, writeRegister } = agency;
    board.propose(textOf({ ...alone, version: 4, title: 'Once more?' }));
    board.propose(textOf({ ...alone, template: 'another', version: 1 }));
    board.propose(textOf({ ...alone, template: 'another', version: 2 }));
    writeRegister();
    expect(await found(NAME)).toMatchObject({ version: 3, state: 'live' });
    expect(await found('another')).toMatchObject({ version: 2, state: 'proposed' });
    expect((await preview('another')).stdout).toContain('It is proposed in your register: a node answers only what is');
    board.revoke(NAME, 'The figures were misread.');
    writeRegister();
    expect(await found(NAME)).toMatchObject({ version: 4, state: 'proposed' });
  });

  it('says of one whose last day has passed that it has expired', async () => {
    const { agency, found, preview } = await world();
    agency.board.publishTemplate({ ...alone, template: 'over', expires: '2026-04-01' });
    agency.board.publishTemplate({ ...alone, template: 'still', expires: '2026-04-02' });
    agency.writeRegister();
    expect([(await found('over')).state, (await found('still')).state]).toEqual(['expired', 'live']);
    expect((await preview('over')).stdout).toContain('It is expired in your register');
  });

  it('refuses what is no template, and a register that it can’t believe', async () => {
    const { agency, preview } = await world();
    const wrong = join(agency.folder, 'wrong.yaml');
    writeFileSync(wrong, 'template: x\n');
    expect((await preview(wrong)).stderr).toMatch(/^TEMPLATE_INVALID: [^]*title/);
    const { folder } = agency;
    const forged = [...agency.board.entries, ...(await approvedRun()).agency.board.entries.slice(1)];
    writeFileSync(join(folder, GOVERNANCE.register), formatRegisterFile(forged));
    expect((await preview(NAME)).stderr).toMatch(/^REGISTER_INVALID: .*UNKNOWN_SIGNER/);
  });

  it.each([
    [['--param', 'quarters'], 'name=value'],
    [['--param', 'quarters=1999-Q1'], 'quarters'],
    [['--param', 'sex=F'], 'sex'],
  ])('refuses the parameters %j', async (words, said) => {
    const { preview } = await world();
    const { exit, stderr } = await preview(NAME, ...words);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(/^USAGE: /);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('1999-Q1');
  });
});
