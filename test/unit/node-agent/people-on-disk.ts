import { createHash } from 'node:crypto';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { countStatistics, NORMALISER_VERSION } from '../../../core/linkage/index.js';
import type { CountedStatistics, Identifiers, People, Scheme } from '../../../core/linkage/index.js';
import { finish } from '../../../core/base/index.js';
import { ELEMENT_BYTES } from '../../../core/private-join/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import { CaseGroups } from '../../../node-agent/snapshot/case-groups.js';
import { KeyBlockReader, KeyBlockWriter } from '../../../node-agent/snapshot/key-blocks.js';
import { createTables, snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { Sealing } from '../../../node-agent/snapshot/sealing.js';
import { snapshotFiles } from '../../../node-agent/snapshot/snapshot-files.js';
import { SnapshotKeys } from '../../../node-agent/snapshot/snapshot-keys.js';
import { SnapshotPeople } from '../../../node-agent/snapshot/snapshot-people.js';
import type { DatasetDefinition } from '../../../core/templates/index.js';
import type { Rng } from '../../../core/base/index.js';

export const FEDERATION = 'test-study';

export interface PeopleOnDisk {
  readonly people: People;
  /** By person and key that is held: the elements of the values that stand, preferred first. */
  readonly elements: readonly (readonly (readonly string[])[])[];
  readonly counted: readonly CountedStatistics[];
  /** Keys that were hashed. */
  readonly hashed: number;
}

/** What is in the place of hashing a key of a domain to the group. */
export function elementOf(domain: string, normalisedKey: string | Uint8Array): string {
  return createHash('sha256').update(domain).update('\n').update(normalisedKey).digest('hex');
}

const hashing: Engine = {
  parallelism: 2,
  run: (job) => {
    if (job.kind !== 'hash') throw new RangeError('hashes only');
    return Promise.resolve(Buffer.concat(job.inputs.map((input) => Buffer.from(elementOf(job.domain, input), 'hex'))));
  },
};

/** Makes people of records as `prepare` does, without a source and a snapshot. */
export async function peopleOnDisk(
  folder: string,
  definition: DatasetDefinition,
  records: readonly Identifiers[],
  rng: Rng,
): Promise<PeopleOnDisk> {
  const layout = snapshotLayout(definition, FEDERATION);
  const storageKey = rng.bytes(32);
  const keys = await SnapshotKeys.open({
    ...{ files: snapshotFiles(folder, definition.dataset), directory: folder, layout, storageKey },
    ...{ engine: hashing, rng, turned: () => undefined },
  });
  const database = new Database(join(folder, 'blocks'));
  const sealing = new Sealing(storageKey, rng.bytes(16), 'sealing');
  try {
    const maker = new SnapshotPeople(layout, keys.tags, keys.spool);
    for (const record of records) maker.add(record);
    const profiles = maker.finish();
    const shared = await keys.number(profiles, new CaseGroups(), () => undefined);
    const people = await maker.link(profiles.numbered(shared), profiles.missing, () => undefined);
    const held = layout.personKeys.flatMap(({ copies }, key) => (copies.length > 0 ? [key] : []));
    const slots = Array.from({ length: people.count }, (_, person) =>
      held.map((key) => people.keysOf(person, key).map((number) => keys.seal(number))),
    );
    database.exec(createTables(layout));
    const writer = new KeyBlockWriter(database, sealing);
    await keys.writeElements(writer, () => undefined);
    writer.finish();
    const reader = new KeyBlockReader(database, sealing);
    const read = (slot: number): string => Buffer.from(reader.element(slot).subarray(0, ELEMENT_BYTES)).toString('hex');
    return {
      people,
      elements: slots.map((byKey) => byKey.map((own) => own.map(read))),
      counted: layout.schemes.map((scheme) => countedFor(people, scheme, definition)),
      hashed: keys.hashed,
    };
  } finally {
    database.close();
    keys.end();
  }
}

export function countedFor(
  people: People,
  { id, version, keys }: Scheme,
  definition: DatasetDefinition,
): CountedStatistics {
  const identifiers = [...(definition.linkage?.identifiers.keys() ?? [])];
  const topic = {
    scheme: id,
    version,
    normaliser: NORMALISER_VERSION,
    keys: keys.map(({ name }) => name),
    identifiers,
  };
  return finish(countStatistics(people, topic));
}
