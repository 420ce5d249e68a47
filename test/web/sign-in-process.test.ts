import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';

import { AGENCIES } from '../../examples/bold/agencies.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { Program } from '../../examples/bold/demo/program.js';
import { startDemoProvider } from '../../examples/bold/demo/sign-in-provider.js';
import { templateText } from '../../examples/bold/library.js';
import { packagePath, systemClock } from '../../runtime/index.js';
import { wordsOf } from './console-site.js';
import { WebVisitor } from './web-visitor.js';

/* The coordinator's own process, with the demonstration's sign-in service and its people. */

const DEADLINE_MS = 60_000;

it('signs in the people of a demonstration, and knows them again after it was killed', async () => {
  const provider = await startDemoProvider({ port: 0, redirectUris: ['http://127.0.0.1/sign-in/callback'] });
  onTestFinished(() => provider.stop());
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-sign-in-process-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const folder = await makeFederationFolder({
    directory,
    federation: 'bold-test',
    agencies: AGENCIES,
    sources: [],
    templates: [templateText('support-reached-after-referral')],
    clock: systemClock,
    workers: 1,
  });
  const settings = parse(readFileSync(folder.coordinatorConfig, 'utf8')) as { readonly api: object };
  const start = async (port: number): Promise<[Program, number]> => {
    const config = { ...settings, api: { ...settings.api, port }, signIn: provider.signIn };
    writeFileSync(folder.coordinatorConfig, stringify(config));
    const command = [packagePath('dist', 'coordinator', 'main.js'), 'start', '--config', folder.coordinatorConfig];
    const program = new Program('coordinator', command, join(directory, 'coordinator.log'));
    onTestFinished(() => program.stop(DEADLINE_MS));
    const { apiPort } = await program.waitFor(({ event }) => event === 'started', DEADLINE_MS);
    return [program, Number(apiPort)];
  };

  const [first, port] = await start(0);
  const home = `http://127.0.0.1:${port}`;
  const said = async (person: string): Promise<[WebVisitor, string]> => {
    const visitor = new WebVisitor(() => home);
    return [visitor, wordsOf(await visitor.signIn(person))];
  };
  const [analyst, words] = await said('demo-amara');
  expect(words).toMatch(/Amara Invented Your roles analyst .* analyst@research-office /);
  expect((await said('demo-bryn'))[1]).toMatch(/Your roles analyst .* analyst@victims-council /);
  for (const [person, officer] of [
    ['demo-carys', 'research-officer'],
    ['demo-dev', 'data-officer'],
    ['demo-esther', 'victims-officer'],
    ['demo-farid', 'registry'],
  ] as const) {
    expect((await said(person))[1]).toMatch(new RegExp(`Your roles officer .* Your id as an officer ${officer} `));
  }
  expect((await said('demo-gwen'))[1]).toMatch(/Your roles operator /);
  expect((await said('demo-huw'))[1]).toContain('You have no role here');

  first.kill('SIGKILL');
  await first.exited();
  const [second] = await start(port);
  expect(wordsOf(await analyst.ask('/account'))).toContain('Amara Invented');
  await second.stop(DEADLINE_MS);
  const log = readFileSync(join(directory, 'coordinator.log'), 'utf8');
  expect(log).toContain('"code":"NO_ROLE"');
  expect(log).not.toMatch(/amara|invented|huw/i);
});
