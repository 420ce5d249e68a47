import {
  countStatistics,
  linkageRequest,
  makePeople,
  noisyStatistics,
  NORMALISER_VERSION,
  peopleKeys,
} from '../../core/linkage/index.js';
import type {
  CountedStatistics,
  Identifiers,
  LinkageStatistics,
  People,
  Profiles,
  RecordKeys,
  Scheme,
} from '../../core/linkage/index.js';
import { keyedNoise } from '../../core/noise/index.js';
import { giveBackMemory } from './give-back-memory.js';
import type { KeySpool } from './key-spool.js';
import type { KeyTags } from './key-tags.js';
import type { SnapshotLayout } from './layout.js';
import type { NumberlessProfiles } from './record-profiles.js';
import { SpooledRecords } from './spooled-records.js';
import { takeSteps } from './take-steps.js';

/** Tells whose the records of a new snapshot are, and counts what may be known of its people outside. */
export class SnapshotPeople {
  readonly #layout: SnapshotLayout;
  readonly #records: SpooledRecords;
  readonly #counted: CountedStatistics[] = [];

  /** Keys are told apart by `keyTags` and wait in `spool` for their numbers. */
  constructor(layout: SnapshotLayout, keyTags: KeyTags, spool: KeySpool) {
    this.#layout = layout;
    this.#records = new SpooledRecords(layout, keyTags, spool);
  }

  /** Makes the match keys of the next record, and says which; its identifiers are forgotten. */
  add(person: Identifiers): RecordKeys {
    return this.#records.add(person);
  }

  /** What has been read, once all records have been added. */
  finish(): NumberlessProfiles {
    return this.#records.finish();
  }

  /** Self-links the records, and counts. `stepped` is called every few milliseconds. */
  async link(profiles: Profiles, missing: Uint16Array, stepped: () => void): Promise<People> {
    const people = await takeSteps(
      makePeople({ keys: peopleKeys(this.#layout.personKeys), profiles, missing }),
      stepped,
    );
    giveBackMemory();
    for (const { id, version, keys } of this.#toldSchemes()) {
      const topic = { scheme: id, version, normaliser: NORMALISER_VERSION, keys: keys.map(({ name }) => name) };
      const counting = countStatistics(people, {
        ...topic,
        identifiers: [...(this.#layout.definition.linkage?.identifiers.keys() ?? [])],
      });
      this.#counted.push(await takeSteps(counting, stepped));
      giveBackMemory();
    }
    return people;
  }

  /** What was counted, with the agency's noise for this snapshot in it. `noiseKey` stays the caller's. */
  async statistics(noiseKey: Uint8Array, snapshot: string): Promise<readonly LinkageStatistics[]> {
    const epsilon = this.#layout.definition.linkage?.epsilon ?? 'none';
    const statistics: LinkageStatistics[] = [];
    for (const counted of this.#counted) {
      const { scheme, version, normaliser } = counted.topic;
      const about = { snapshot, scheme, version, normaliser, epsilon: epsilon === 'none' ? 0 : epsilon };
      const noise = keyedNoise(noiseKey, linkageRequest(about));
      statistics.push(await takeSteps(noisyStatistics(counted, { epsilon, noise }), () => undefined));
    }
    return statistics;
  }

  /** That for cases has no keys of people. */
  #toldSchemes(): readonly Scheme[] {
    return this.#layout.schemes.filter(({ keys }) => keys.length > 0);
  }
}
