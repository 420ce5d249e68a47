import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../../cli/index.js';
import { bindParameters } from '../../core/templates/index.js';
import { generateFederation, pooledTable } from '../../examples/bold/index.js';
import type { Source, TrueCell } from '../../examples/bold/index.js';
import { packagePath } from '../../runtime/index.js';
import { freePort, postgresBinaries, startPostgres } from '../support/database-server.js';
import { fillForceDatabase, forceAdministrator, writeCharityCsv } from '../support/guide-agencies.js';
import { Reader } from '../support/guide-reader.js';
import { isFor, readGuide } from '../support/guide.js';
import type { Block } from '../support/guide.js';
import { canHave } from '../support/needs.js';
import { templateNamed } from '../support/process-federation.js';

/**
 * A federation of a charity with a CSV file and a police force with a PostgreSQL, by nothing but what the two guides say:
 * real processes, real TLS, a real database server.
 */

const PEOPLE = 4_000;
const SEED = 20;
const AGENCIES = ['charity', 'force'];
const OFFICERS = ['officer-one', 'officer-two', 'officer-three'];
const READERS = [...AGENCIES, 'coordinator', ...OFFICERS, 'analyst'];

const guides = {
  agency: guide('agency'),
  coordinator: guide('coordinator'),
};

/** Who goes through which section, in which order: where one guide says to wait for the other. */
const STEPS: readonly (readonly [keyof typeof guides, string, readonly string[]])[] = [
  ['coordinator', 'Before you begin', ['coordinator']],
  ['coordinator', 'What is agreed', ['coordinator']],
  ['coordinator', 'Officers’ keys', OFFICERS],
  ['coordinator', 'Make the coordinator', ['coordinator']],
  ['coordinator', 'A token for each agency', ['coordinator']],
  ['agency', 'Get the program', AGENCIES],
  ['agency', 'Make the node’s folder', AGENCIES],
  ['agency', 'Enrol', AGENCIES],
  ['agency', 'A login that can only read', AGENCIES],
  ['agency', 'Say which column is which', AGENCIES],
  ['agency', 'Check', AGENCIES],
  ['coordinator', 'The first roster', ['coordinator', ...OFFICERS]],
  ['coordinator', 'The template', OFFICERS],
  ['coordinator', 'The register comes into force', ['coordinator']],
  ['agency', 'The register', AGENCIES],
  ['agency', 'Prepare', AGENCIES],
  ['agency', 'See what would leave', AGENCIES],
  ['agency', 'Your policy', AGENCIES],
  ['agency', 'Start', AGENCIES],
  ['agency', 'The console', AGENCIES],
  ['agency', 'Go live', AGENCIES],
  ['coordinator', 'The analyst asks', ['analyst']],
  ['agency', 'After the first answer', AGENCIES],
];

function guide(folder: string): readonly Block[] {
  return readGuide(readFileSync(packagePath('docs', folder, 'install.md'), 'utf8'), READERS);
}

const binaries = postgresBinaries();
const followed = new Set<Block>();
const readers = new Map<string, Reader>();
const handed = new Map<string, string>();
let folder = '';
let analystsUrl = '';
/** As the example's own tables have them, whose people the agencies' tables are of. */
let sources: readonly Source[] = [];
let failed: string | undefined;
let server: Awaited<ReturnType<typeof startPostgres>> | undefined;

function reader(
  name: string,
  own: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): void {
  const home = join(folder, name);
  const environment = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    LC_ALL: 'C.UTF-8',
    ...more,
  };
  readers.set(name, new Reader({ name, folder: home, state: join(folder, `${name}.state`), environment, own, handed }));
}

async function makeReaders(): Promise<void> {
  const [nodes, enrolment, analysts, ...consoles] = await Promise.all(Array.from({ length: 5 }, freePort));
  const here = (port: number | undefined): string => `127.0.0.1:${port ?? 0}`;
  const governance = join(folder, 'governance');
  const data = generateFederation({ people: PEOPLE, seed: SEED, directory: join(folder, 'data') });
  sources = data.sources.filter(({ agency }) => ['police', 'charity-a'].includes(agency));
  const sqlite = (agency: string): string => sources.find((one) => one.agency === agency)?.mapping.sqlite ?? '';
  const clients = join(folder, 'clients.csv');
  writeCharityCsv(sqlite('charity-a'), clients);
  server = await startPostgres(binaries ?? '');
  fillForceDatabase(sqlite('police'), server);
  const { PGHOST = '', PGPORT = '', PGDATABASE = '', PGUSER = '', ...login } = forceAdministrator(server.port);

  reader('coordinator', {
    ...{ PROGRAM: packagePath(), GOVERNANCE: governance },
    ...{ NODES_AT: here(nodes), ENROLMENT_AT: here(enrolment), ANALYSTS_AT: here(analysts) },
  });
  for (const officer of OFFICERS) {
    // Passphrases are typed at the terminal by anybody who follows the page.
    const own = (key: string): string => `${key} --passphrase-file ${key}.pass`;
    const registry = officer === 'officer-two' ? { REGISTRY: own('registry.key') } : {};
    reader(officer, { GOVERNANCE: governance, OFFICER: officer, KEY: own('my.key'), ...registry });
    for (const key of ['my.key', 'registry.key']) {
      writeFileSync(join(folder, officer, `${key}.pass`), `${officer} has three sticks`, { mode: 0o600 });
    }
  }
  analystsUrl = `http://${here(analysts)}`;
  reader('analyst', { TALLY_URL: analystsUrl });
  const federation = { COORDINATOR: here(nodes), ENROLMENT: here(enrolment), FROM_GOVERNANCE: governance };
  reader('charity', { ...federation, CLIENTS: clients, CONSOLE_PORT: String(consoles[0]) });
  reader(
    'force',
    {
      ...{ ...federation, PGHOST, PGPORT, PGDATABASE, PGUSER },
      ...{ DATABASE_AUTHORITY: server.authority, CONSOLE_PORT: String(consoles[1]) },
    },
    login,
  );
}

/** Null stands for all categories. */
function countOf(cells: readonly TrueCell[], group: readonly (number | null)[]): number {
  return cells
    .filter(({ categories }) => group.every((wanted, place) => wanted === null || categories[place] === wanted))
    .reduce((sum, { count }) => sum + count, 0);
}

describe.runIf(canHave(binaries !== undefined, 'a PostgreSQL server (apt-get install postgresql)'))(
  'the guides from an empty folder',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tallystick-guide-'));
      mkdirSync(join(folder, 'bin'));
      const tally = join(folder, 'bin', 'tally');
      // What `npm link` makes.
      writeFileSync(tally, `#!/bin/sh\nexec '${process.execPath}' '${packagePath('dist', 'cli', 'main.js')}' "$@"\n`);
      chmodSync(tally, 0o755);
      await makeReaders();
    });

    afterAll(async () => {
      for (const one of readers.values()) await one.stop();
      await server?.stop();
      if (process.env['KEEP'] === undefined) rmSync(folder, { recursive: true, force: true });
    });

    it.each(STEPS)('%s: %s', async (name, section, who) => {
      // What comes after a step that failed says nothing.
      expect(failed).toBeUndefined();
      failed = `${name}: ${section}`;
      const blocks = guides[name].filter((block) => block.section === section);
      expect(blocks.length).toBeGreaterThan(0);
      // Where officers take turns, one's next block is for after another's.
      for (const block of blocks) {
        for (const one of who) {
          if (!isFor(block, one, READERS) || block.values.has('not-run')) continue;
          await readers.get(one)?.follow(block);
          followed.add(block);
        }
      }
      failed = undefined;
    });

    it('the analyst’s table is of these very people', async () => {
      const client = new ApiClient({ url: analystsUrl, token: handed.get('analyst.token') ?? '' });
      const [asked] = await client.runs({ limit: 1 });
      const { state, release, template, parameters } = await client.run(asked?.id ?? '');
      expect(state).toBe('finished');
      const bound = templateNamed(template);
      const truth = pooledTable({ template: bound, parameters: bindParameters(bound, parameters), sources });
      const shown = [...(release?.table.cells ?? []), ...(release?.table.totals ?? [])].flatMap(
        ({ categories, interval }) =>
          interval === null ? [] : [{ interval, count: countOf(truth.cells, categories) }],
      );
      // By chance an interval is missed one time in twenty, and noise in what agencies say of their people costs a link or
      // two: by its own width none is missed. With two codes of a mapping in each other's place some are.
      const missed = shown.filter(
        ({ interval: { low, high }, count }) => count < 2 * low - high || count > 2 * high - low,
      );
      expect(shown.length).toBeGreaterThan(10);
      expect(missed).toEqual([]);
    });

    it('every command, file and output of both was followed, and nobody’s own setting was missing', () => {
      const left = Object.values(guides)
        .flat()
        .filter((block) => !followed.has(block) && !block.values.has('not-run'));
      expect(left).toEqual([]);
      expect([...readers.values()].flatMap((one) => one.unset.map((name) => `${one.name} ${name}`))).toEqual([]);
    });
  },
);
