import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';

import { createGroup, inlineEngine } from '../../../core/private-join/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import { KEYS_PER_BLOCK } from '../../../node-agent/snapshot/key-blocks.js';
import { seededRng } from '../../support/seeded-rng.js';
import type { AgencyFolder } from './agency-folder.js';
import { agencyWithList, elementsIn, keyOf, listFile, quillfeather, refresh, writeList } from './opt-outs-fixtures.js';
import type { OptOutLine } from './opt-outs-fixtures.js';

/** Another version than there is, while a test wants one. */
const software = vi.hoisted((): { version?: string } => ({}));
vi.mock(import('../../../node-agent/software-version.js'), async (importOriginal) => {
  const { softwareVersion } = await importOriginal();
  return { softwareVersion: () => software.version ?? softwareVersion() };
});

const group = await createGroup();
const hashing = inlineEngine(group, seededRng('never drawn from'));

/** Nobody like another, with more keys together than one block holds. */
const many: readonly OptOutLine[] = Array.from({ length: 40 }, (_, index) => {
  const sound = `${'bdfgjklmnp'[index % 10] ?? ''}${'aeio'[Math.floor(index / 10)] ?? ''}`;
  const born = `19${40 + index}-0${1 + (index % 9)}-1${index % 9}`;
  return { first: `Q${sound}zo`, last: `${sound}lthrop`, born, home: `M${1 + index} 1AE`, sex: 'F' };
});
const one: OptOutLine = { ...quillfeather, sex: 'M' };

interface Refreshed {
  readonly snapshot: string;
  readonly hashed: number;
}

let refreshes = 0;

/** With a salt of its own. */
async function refreshed(agency: AgencyFolder): Promise<Refreshed> {
  let hashed = 0;
  const engine: Engine = {
    parallelism: 1,
    run: (job) => {
      if (job.kind === 'hash') hashed += job.inputs.length;
      return hashing.run(job);
    },
  };
  refreshes += 1;
  const { snapshot } = await refresh(agency, { engine, rng: seededRng(`salt ${refreshes}`) });
  return { snapshot, hashed };
}

function relist({ folder }: AgencyFolder, lines: readonly OptOutLine[]): void {
  writeList(join(folder, 'opt-outs.csv'), lines);
}

/** What is in the file when it is made of these lines where there was none. */
async function anew(agency: AgencyFolder, lines: readonly OptOutLine[]): Promise<ReadonlySet<string>> {
  const other = agencyWithList(lines, [{}]);
  writeFileSync(join(other.folder, 'storage.key'), keyOf(agency), { mode: 0o600 });
  await refresh(other);
  return elementsIn(other);
}

async function agencyOf(lines: readonly OptOutLine[]): Promise<AgencyFolder> {
  const agency = agencyWithList(lines, [{}]);
  await refresh(agency);
  return agency;
}

describe('keys of opt-out lists that are hashed', () => {
  it('are not hashed again where the lists are the same', async () => {
    const agency = await agencyOf(many);
    const before = elementsIn(agency);
    expect(before.size).toBeGreaterThan(KEYS_PER_BLOCK);
    const first = await refreshed(agency);
    expect(first.hashed).toBe(0);
    expect(elementsIn(agency)).toEqual(before);
    // Nor the third time, from what was taken over.
    expect(await refreshed(agency)).toEqual(first);
    expect(elementsIn(agency)).toEqual(before);
  });

  it('are taken over in whatever order, and only those of a new line are hashed', async () => {
    const agency = await agencyOf(many);
    const before = elementsIn(agency);
    relist(agency, [one, ...many.toReversed()]);
    const { hashed } = await refreshed(agency);
    const after = elementsIn(agency);
    expect(hashed).toBe(after.size - before.size);
    expect(hashed).toBeGreaterThan(10);
    expect(after).toEqual(await anew(agency, [...many, one]));
  });

  it('are gone with who is on no list any more', async () => {
    const agency = await agencyOf([...many, one]);
    relist(agency, many);
    expect((await refreshed(agency)).hashed).toBe(0);
    expect(elementsIn(agency)).toEqual(await anew(agency, many));
    // So that they are hashed when somebody comes back.
    relist(agency, [...many, one]);
    expect((await refreshed(agency)).hashed).toBeGreaterThan(10);
  });
});

describe('keys that can’t be taken over', () => {
  const run = (agency: AgencyFolder, sql: string): void => {
    const database = new Database(listFile(agency));
    database.exec(sql);
    database.close();
  };
  const swap = (table: string): string =>
    [
      [0, -1],
      [1, 0],
      [-1, 1],
    ]
      .map(([from, to]) => `UPDATE ${table} SET block = ${to} WHERE block = ${from}`)
      .join('; ');

  it.each<[string, (agency: AgencyFolder) => void]>([
    ['have no tags, as older versions left them', (agency) => run(agency, 'DROP TABLE sealed_tags')],
    ['have tags that were changed', (agency) => run(agency, 'UPDATE sealed_tags SET sealed = zeroblob(4112)')],
    ['have tags of other blocks', (agency) => run(agency, swap('sealed_tags'))],
    ['have lost their salt', (agency) => run(agency, "DELETE FROM meta WHERE name = 'salt'")],
    ['are in a file that is something else', (agency) => writeFileSync(listFile(agency), 'x'.repeat(9_000))],
  ])('are hashed again when they %s', async (_, damage) => {
    const agency = await agencyOf(many);
    const before = elementsIn(agency);
    damage(agency);
    expect((await refreshed(agency)).hashed).toBe(before.size);
    expect(elementsIn(agency)).toEqual(before);
  });

  it.each([
    ['one was changed', 'UPDATE sealed_keys SET sealed = zeroblob(8208) WHERE block = 0', 1],
    ['two stand in each other’s place', swap('sealed_keys'), 2],
  ])('are hashed again but those whose block opens: %s', async (_, damage, blocks) => {
    const agency = await agencyOf(many);
    const before = elementsIn(agency);
    run(agency, damage);
    expect((await refreshed(agency)).hashed).toBe(blocks * KEYS_PER_BLOCK);
    expect(elementsIn(agency)).toEqual(before);
  });

  it('are hashed again under another storage key', async () => {
    const [agency, other] = [await agencyOf(many), agencyWithList(many, [{}])];
    await refresh(other);
    writeFileSync(join(other.folder, 'storage.key'), Buffer.alloc(32, 7), { mode: 0o600 });
    copyFileSync(listFile(agency), listFile(other));
    expect((await refreshed(other)).hashed).toBe(elementsIn(agency).size);
  });

  it('are hashed again by another version of the software', async () => {
    const agency = await agencyOf(many);
    const before = elementsIn(agency);
    try {
      software.version = 'that';
      expect((await refreshed(agency)).hashed).toBe(before.size);
      expect((await refreshed(agency)).hashed).toBe(0);
    } finally {
      delete software.version;
    }
    expect((await refreshed(agency)).hashed).toBe(before.size);
  });
});
