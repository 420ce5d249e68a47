import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { PageCommands, withoutReport } from '../support/page-commands.js';
import { testSeed } from '../support/seeded-rng.js';

/* docs/agency/upgrade.md and leaving.md, with their own commands, at the courts. */

const TEMPLATE = 'access-to-support-after-conviction';
const AGENCY = 'courts';
const STOP_MS = 10_000;
/** On a computer that has much else to do. */

describe(`a node that is upgraded, and leaves in the end (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  let node: string;
  const at = (name: string): string => join(federation.directory, name);

  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 6_000,
      seed: testSeed,
      agencies: ['police', AGENCY, 'prison-probation'],
      templates: [TEMPLATE],
      // Questions that no release answers yet.
      copies: 3,
    });
    node = federation.running.folder.agencyFolder(AGENCY);
    expect((await federation.ask(TEMPLATE)).ending).toBeNull();
  });
  afterAll(() => federation.close());

  /** Runs a block of a page, which has to succeed, and gives what it said. */
  async function follow(page: string, heading: string, place = 0): Promise<string> {
    const commands = new PageCommands(`agency/${page}`, federation.directory);
    const folders = { NODE: node, BACKUP: at('backup'), ARCHIVE: at('archive') };
    const { status, stdout, stderr } = await commands.run(commands.block(heading, place), folders);
    expect([status, withoutReport(stderr)]).toEqual([0, '']);
    return stdout;
  }

  /** As if the version that wrote it had another format. */
  function makeOutdated(): void {
    for (const name of readdirSync(join(node, 'snapshots')).filter((file) => file.endsWith('.snapshot'))) {
      const snapshot = new Database(join(node, 'snapshots', name));
      const { changes } = snapshot.prepare(`UPDATE meta SET value = '1' WHERE name = 'format'`).run();
      expect(changes).toBe(1);
      snapshot.close();
    }
  }

  it('keeps its ledger over an upgrade, and makes a snapshot of the new format', async () => {
    const { running } = federation;
    await follow('upgrade.md', 'Before');
    const spent = (await follow('upgrade.md', 'The new version', 1)).split('\n').slice(-4);
    await running.program(AGENCY).stop(STOP_MS);
    makeOutdated();
    await expect(running.restartNode(AGENCY)).rejects.toThrow(/SNAPSHOT_OUTDATED/);

    expect(await follow('upgrade.md', 'The new version')).toContain('is whole');
    await running.restartNode(AGENCY);
    const after = await follow('upgrade.md', 'The new version', 1);
    expect(after).toContain('Connected to');
    expect(after.split('\n').slice(-4)).toEqual(spent);
    expect((await federation.ask(copyOf(TEMPLATE, 0))).ending).toBeNull();
  });

  it('goes back with the ledger as it is', async () => {
    const { running } = federation;
    await running.program(AGENCY).stop(STOP_MS);
    makeOutdated();
    expect(await follow('upgrade.md', 'Going back')).toContain('is whole');
    await running.restartNode(AGENCY);
  });

  it('leaves: answers nothing any more, keeps the proof, and nothing of anybody’s data', async () => {
    const { running } = federation;
    await follow('leaving.md', 'Pause');
    const { state } = await federation.ask(copyOf(TEMPLATE, 1));
    expect(state).toBe('refused');
    await running.program(AGENCY).stop(STOP_MS);

    expect(await follow('leaving.md', 'Keep what proves')).toContain(`The ledger ${at('archive')}`);
    expect(readFileSync(at('archive/ledger.txt'), 'utf8')).toContain(TEMPLATE);
    await follow('leaving.md', 'Delete the rest');
    expect(existsSync(node)).toBe(false);
    expect(readdirSync(at('archive')).toSorted()).toEqual([
      'datasets',
      'ledger.txt',
      'node.yaml',
      'policy.yaml',
      'register-statement.json',
      'register.jsonl',
      'snapshots.ledger',
    ]);
    const again = new PageCommands('agency/leaving.md', federation.directory);
    expect(
      await again.run('npx tally node ledger verify --config "$ARCHIVE/node.yaml"', { ARCHIVE: at('archive') }),
    ).toMatchObject({ status: 0 });

    // Until governance has written a roster without it, nobody gets an answer from the others either.
    await expect(federation.submit(copyOf(TEMPLATE, 2))).rejects.toThrow(
      expect.objectContaining({ code: 'AGENCIES_NOT_CONNECTED' }),
    );
  });
});
