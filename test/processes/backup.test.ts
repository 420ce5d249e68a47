import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import type { RunDetailView } from '../../coordinator/index.js';
import { COORDINATOR } from '../../core/private-join/index.js';
import { Program } from '../../examples/bold/demo/program.js';
import { packagePath } from '../../runtime/index.js';
import { PageCommands, withoutReport } from '../support/page-commands.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * What docs/agency/backup.md says, with its own commands: the courts' computer burns down while their node runs, and
 * another takes its place. Then what an old ledger, and a lost storage key, come to.
 */

const TEMPLATE = 'access-to-support-after-conviction';
const AGENCY = 'courts';
const DEADLINE_MS = 60_000;
const STOP_MS = 10_000;
/** On a computer that has much else to do. */

interface Head {
  readonly entries: number;
  readonly hash: string;
}

interface Spending {
  readonly spent: number;
  readonly snapshots: readonly { readonly snapshot: string; readonly spent: number }[];
}

describe(`a node that is backed up and put back (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  let page: PageCommands;
  /** The node's folder, now. */
  let node: string;
  let restored: Program | undefined;
  const at = (name: string): string => join(federation.directory, name);

  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 6_000,
      seed: testSeed,
      agencies: ['police', AGENCY, 'prison-probation'],
      templates: [TEMPLATE],
      copies: 1,
    });
    page = new PageCommands('agency/backup.md', federation.directory);
    node = federation.running.folder.agencyFolder(AGENCY);
    // A date of its own: also past midnight the same rows make the same snapshot.
    const config = parse(readFileSync(join(node, 'node.yaml'), 'utf8')) as { sources: object[] };
    config.sources = config.sources.map((source) => ({ ...source, asAt: '2026-03-31' }));
    writeFileSync(join(node, 'node.yaml'), stringify(config));
    await federation.running.program(AGENCY).stop(STOP_MS);
    await tally('prepare');
    await federation.running.restartNode(AGENCY);
  });
  afterAll(async () => {
    await restored?.stop(STOP_MS);
    await federation.close();
  });

  /** A command about the node where it is now. */
  async function tally(...words: string[]): Promise<string> {
    const quoted = [...words, '--config', join(node, 'node.yaml')].map((word) => `'${word}'`).join(' ');
    const { status, stdout, stderr } = await page.run(`npx tally node ${quoted}`, {});
    expect([status, withoutReport(stderr)]).toEqual([0, '']);
    return stdout;
  }

  const head = async (): Promise<Head> => JSON.parse(await tally('ledger', 'verify', '--json')) as Head;
  const spending = async (): Promise<Spending> => {
    const [dataset] = (JSON.parse(await tally('budget', '--json')) as { datasets: Spending[] }).datasets;
    if (dataset === undefined) throw new RangeError('the courts offer a dataset');
    return dataset;
  };
  const kindsOfLast = async (entries: number): Promise<readonly string[]> =>
    (
      JSON.parse(await tally('ledger', 'show', '--json', '--last', String(entries))) as { entries: { kind: string }[] }
    ).entries.map(({ kind }) => kind);

  /** Runs a block of the page with the folders of one backup, and has to succeed. */
  async function follow(heading: string, place: number, backup: string, hash = ''): Promise<string> {
    const folders = { NODE: node, BACKUP: at(backup), KEYS: at('keys'), HASH: hash };
    const { status, stdout, stderr } = await page.run(page.block(heading, place), folders);
    expect([status, withoutReport(stderr)]).toEqual([0, '']);
    return stdout;
  }

  async function backUp(backup: string): Promise<Head> {
    await follow('Every day', 0, backup);
    return JSON.parse(readFileSync(join(at(backup), 'ledger-head.json'), 'utf8')) as Head;
  }

  /** Starts the node where it is now, outside of what the federation started itself. */
  async function start(): Promise<Program> {
    restored = new Program(
      AGENCY,
      [packagePath('dist', 'node-agent', 'main.js'), 'start', '--config', join(node, 'node.yaml')],
      at(`restored-${AGENCY}.log`),
    );
    await restored.waitFor(({ event }) => event === 'connected', DEADLINE_MS);
    return restored;
  }

  /** Noisy counts before anything is rounded: equal only where every agency's noise is the same. */
  async function counts({ id, ending }: RunDetailView): Promise<string[]> {
    expect(ending).toBeNull();
    const { cells } = await federation.client.unprotectedCounts(id);
    return cells.map(({ categories, count }) => `${categories.join()}: ${count}`).toSorted();
  }

  /** Takes away every release that the coordinator has stored, so that it has to ask the agencies again. */
  async function coordinatorForgets(): Promise<void> {
    const { running } = federation;
    const places = ['police', 'prison-probation'].map(
      (party) => [party, running.program(party).events.length] as const,
    );
    const own = restored?.events.length ?? 0;
    await running.program(COORDINATOR).stop(STOP_MS);
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(running.folder.agencyFolder(COORDINATOR), `coordinator.db${suffix}`), { force: true });
    }
    await running.startCoordinator();
    const connected = ({ event }: { readonly event: string }): boolean => event === 'connected';
    await Promise.all([
      ...places.map(([party, from]) => running.program(party).waitFor(connected, DEADLINE_MS, from)),
      restored?.waitFor(connected, DEADLINE_MS, own),
    ]);
  }

  let first: string[];
  let copied: Head;

  it('is copied while it runs, and goes on elsewhere: same snapshot, same budget, same noise', async () => {
    first = await counts(await federation.ask(TEMPLATE));
    const before = { head: await head(), spending: await spending() };
    expect(before.spending.spent).toBeGreaterThan(0);

    await follow('Every day', 1, 'backup-1');
    copied = await backUp('backup-1');
    expect(copied).toMatchObject(before.head);
    expect(statSync(at('backup-1/snapshots.ledger')).mode & 0o077).toBe(0);

    federation.running.program(AGENCY).kill('SIGKILL');
    await federation.running.program(AGENCY).exited();
    rmSync(node, { recursive: true });
    node = at('another-computer');
    const said = await follow('On another computer', 0, 'backup-1', copied.hash);
    expect(said).toContain(`is whole: ${copied.entries} entries`);
    expect(await spending()).toEqual(before.spending);

    await start();
    expect(await spending()).toEqual(before.spending);
    const status = JSON.parse(await tally('status', '--json')) as { status: { snapshots: { snapshot: string }[] } };
    expect(status.status.snapshots.map(({ snapshot }) => snapshot)).toEqual(
      before.spending.snapshots.slice(-1).map(({ snapshot }) => snapshot),
    );

    await coordinatorForgets();
    expect(await counts(await federation.ask(TEMPLATE))).toEqual(first);
    expect(await kindsOfLast(2)).toEqual(['spent', 'answered']);
    expect(await spending()).toEqual(before.spending);
  });

  it('can’t tell by itself that its ledger is an old copy; a hash that was kept can', async () => {
    const another = copyOf(TEMPLATE, 0);
    const before = await spending();
    const second = await counts(await federation.ask(another));
    const newest = await head();
    const spent = await spending();
    expect(spent.spent).toBeGreaterThan(before.spent);
    await restored?.stop(STOP_MS);

    await follow('A ledger that is old, or lost', 1, 'backup-1');
    // Nothing in the file says that it is old.
    expect(await head()).toMatchObject({ entries: copied.entries, hash: copied.hash });
    const asked = await page.run(page.block('A ledger that is old, or lost'), { NODE: node, HASH: newest.hash });
    expect([asked.status, asked.stderr.split(':')[0]]).toEqual([1, 'LEDGER_OLDER']);

    const program = await start();
    const logged = program.events.find(({ event }) => event === 'ledger');
    expect(logged).toMatchObject({ entries: copied.entries });
    // What was spent since the copy is forgotten, …
    expect(await spending()).toEqual(before);
    await coordinatorForgets();
    // … is asked anew and paid for a second time, and nobody learns more: it is answered with the same noise.
    expect(await counts(await federation.ask(another))).toEqual(second);
    expect(await spending()).toEqual(spent);
    expect((await head()).hash).not.toBe(newest.hash);
  });

  it('has a full budget when the ledger is lost, and doesn’t complain', async () => {
    await restored?.stop(STOP_MS);
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(node, `snapshots.ledger${suffix}`), { force: true });
    const program = await start();
    expect(program.events.find(({ event }) => event === 'ledger')).toMatchObject({ entries: 0 });
    const linkageOnly = await spending();
    await coordinatorForgets();
    expect(await counts(await federation.ask(TEMPLATE))).toEqual(first);
    expect((await spending()).spent).toBeGreaterThan(linkageOnly.spent);
  });

  it('needs new snapshots when the storage key is lost, and its noise is another', async () => {
    await restored?.stop(STOP_MS);
    const before = await spending();
    rmSync(join(node, 'storage.key'));
    const { status, stderr } = await page.run('npx tally node prepare --config "$NODE/node.yaml"', { NODE: node });
    expect([status, stderr.split(':')[0]]).toEqual([1, 'STORAGE_KEY_MISSING']);
    await follow('A lost storage key', 0, 'backup-1');
    await start();
    expect(await counts(await federation.ask(TEMPLATE))).not.toEqual(first);
    const after = await spending();
    expect(after.snapshots).toHaveLength(before.snapshots.length + 1);
    // The quarter remembers both.
    expect(after.spent).toBeGreaterThan(before.spent);
  });

  it('is still paused when it is put back', async () => {
    await tally('pause', '--reason', 'a fire');
    await follow('Every day', 1, 'backup-2');
    const { hash } = await backUp('backup-2');
    await restored?.stop(STOP_MS);
    rmSync(node, { recursive: true });
    node = at('third-computer');
    await follow('On another computer', 0, 'backup-2', hash);
    await start();
    const { state, refusals } = await federation.ask(copyOf(TEMPLATE, 0));
    expect([state, refusals.map(({ agency, code }) => `${agency} ${code}`)]).toEqual(['refused', [`${AGENCY} PAUSED`]]);
  });
});
