import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import type { Preview } from '../../../node-agent/preview/preview.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { run } from './run-words.js';
import { approvedRun, nodeIn } from './started-node.js';

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

interface World {
  readonly agency: AgencyFolder;
  /** The signed template. */
  readonly file: string;
  readonly preview: (...words: string[]) => ReturnType<typeof run>;
  readonly found: (...words: string[]) => Promise<Preview>;
}

async function world(files?: (files: AgencyFiles) => void): Promise<World> {
  const { agency, asked } = await approvedRun({
    ...(files === undefined ? {} : { files }),
    policy: { allow: [{ template: 'support-by-offence', mode: 'shadow' }], minimumThreshold: 15, maximumEpsilon: 1 },
    rows: crimesIn(34, 9),
  });
  const file = join(agency.folder, 'asked.json');
  writeFileSync(file, asked.envelope);
  const preview = (...words: string[]): ReturnType<typeof run> =>
    run('preview', '--config', agency.configFile, '--template', ...words);
  const found = async (...words: string[]): Promise<Preview> =>
    JSON.parse((await preview(...words, '--json')).stdout) as Preview;
  return { agency, file, preview, found };
}

describe('tally node preview', () => {
  it('says what would leave, from which fields, how many records in tens, with which noise, for how much', async () => {
    const { file, found } = await world();
    const all = await found(file);
    expect(all).toMatchObject({
      template: 'support-by-offence',
      version: 3,
      isSigned: true,
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
    expect((await found(file, '--param', 'quarters=2025-Q1')).lists[0]?.records).toBe(30);
    expect((await found(file, '--param', 'quarters=2025-Q2')).lists[0]?.records).toBe(0);
    const both = await found(file, '--param', 'quarters=2025-Q2', '--param', 'quarters=2025-Q1');
    expect(both.parameters).toEqual(all.parameters);
  });

  it('says that nothing leaves where nobody’s consent to the purpose is recorded', async () => {
    const { file, found, preview } = await world(({ dataset, config }) => {
      Object.assign(dataset, { basis: 'opt-in', purposes: ['research-statistics', 'audit'] });
      const sources = config['sources'] as Record<string, unknown>[];
      for (const source of sources) source['consent'] = { audit: 'sex' };
    });
    expect((await found(file)).lists).toMatchObject([{ hasConsent: false, records: null }]);
    expect((await preview(file)).stdout).toContain('nobody’s consent to this purpose is recorded (NO_CONSENT)');
  });

  it('says it in words', async () => {
    const { file, preview } = await world();
    const { exit, stdout, stderr } = await preview(file, '--param', 'quarters=2025-Q2');
    expect([exit, stderr]).toEqual([EXIT_CODES.done, '']);
    for (const said of [
      'support-by-offence version 3: Who is supported?',
      'It has the signatures that your roster asks for. Under your policy: Gone through on your data, with nothing sent',
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
    const { agency, file, preview } = await world();
    const { node, sent } = nodeIn(agency);
    await node.start();
    const before = readdirSync(agency.folder).map((name) => [name, statSync(join(agency.folder, name)).size]);
    const ledger = readFileSync(join(agency.folder, 'snapshots.ledger'));
    expect((await preview(file)).exit).toBe(EXIT_CODES.done);
    expect(readFileSync(join(agency.folder, 'snapshots.ledger')).equals(ledger)).toBe(true);
    expect(readdirSync(agency.folder).map((name) => [name, statSync(join(agency.folder, name)).size])).toEqual(before);
    expect(sent).toEqual([]);
    await node.stop();
  });

  it('takes a template by its name from the folder of templates', async () => {
    const { agency, file, preview, found } = await world();
    expect((await preview('support-by-offence')).stderr).toMatch(/^TEMPLATE_MISSING: .*name a folder/);
    mkdirSync(join(agency.folder, 'templates'));
    writeFileSync(join(agency.folder, 'templates', 'support-by-offence.json'), readFileSync(file));
    const config = parse(readFileSync(agency.configFile, 'utf8')) as object;
    writeFileSync(agency.configFile, stringify({ ...config, templates: 'templates' }));
    expect((await found('support-by-offence')).template).toBe('support-by-offence');
    expect((await preview('other')).stderr).toMatch(/^TEMPLATE_MISSING: .*has no template of that name/);
    expect((await preview('../asked')).stderr).toMatch(/^TEMPLATE_MISSING/);
  });

  it('refuses what is no template, or is signed by somebody else', async () => {
    const { agency, preview } = await world();
    const wrong = join(agency.folder, 'wrong.yaml');
    writeFileSync(wrong, 'template: x\n');
    expect((await preview(wrong)).stderr).toMatch(/^TEMPLATE_INVALID: [^]*title/);
    const other = await approvedRun();
    const envelope = JSON.parse(Buffer.from(other.asked.envelope).toString()) as { signatures: { sig: string }[] };
    const altered = join(agency.folder, 'altered.json');
    const signatures = envelope.signatures.map((one) => ({ ...one, sig: Buffer.alloc(64).toString('base64') }));
    writeFileSync(altered, JSON.stringify({ ...envelope, signatures }));
    expect((await preview(altered)).stderr).toMatch(/^TEMPLATE_INVALID: .*signature/);
  });

  it.each([
    [['--param', 'quarters'], 'name=value'],
    [['--param', 'quarters=1999-Q1'], 'quarters'],
    [['--param', 'sex=F'], 'sex'],
  ])('refuses the parameters %j', async (words, said) => {
    const { file, preview } = await world();
    const { exit, stderr } = await preview(file, ...words);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(/^USAGE: /);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('1999-Q1');
  });
});
