import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Steps } from '../../core/base/index.js';
import {
  countStatistics,
  linkageRequest,
  missingMask,
  noisyStatistics,
  NORMALISER_VERSION,
  peopleKeys,
  PeopleMaker,
  recordKeyMaker,
} from '../../core/linkage/index.js';
import type {
  CountedStatistics,
  HeldIdentifiers,
  Identifiers,
  LinkageStatistics,
  People,
  Scheme,
} from '../../core/linkage/index.js';
import { keyedNoise } from '../../core/noise/index.js';
import type { KeyHasher } from './key-hasher.js';
import type { SnapshotLayout } from './layout.js';

const NO_IDENTIFIERS: HeldIdentifiers = new Map();

/** Tells whose the records of a new snapshot are, and counts what may be known of its people outside. */
export class SnapshotPeople {
  readonly #layout: SnapshotLayout;
  readonly #held: HeldIdentifiers;
  readonly #hasher: KeyHasher;
  readonly #maker: PeopleMaker;
  readonly #recordKeys: ReturnType<typeof recordKeyMaker>;
  readonly #counted: CountedStatistics[] = [];

  constructor(layout: SnapshotLayout, hasher: KeyHasher) {
    this.#layout = layout;
    this.#held = layout.definition.linkage?.identifiers ?? NO_IDENTIFIERS;
    this.#hasher = hasher;
    this.#maker = new PeopleMaker(peopleKeys(layout.personKeys));
    this.#recordKeys = recordKeyMaker(layout.personKeys, this.#held);
  }

  /** Makes the match keys of the next record. Identifiers are forgotten; keys are hashed meanwhile. */
  add(person: Identifiers): void {
    const { keys, missing } = this.#recordKeys(person);
    const numbers = keys.map((values, key) => values.map((value) => this.#hasher.number(key, value)));
    this.#maker.add(numbers, missingMask(missing));
  }

  /** Self-links the records, once all have been added, and counts. `stepped` is called every few milliseconds. */
  async link(stepped: () => void): Promise<People> {
    const people = await taken(this.#maker.people(), stepped);
    for (const { id, version, keys } of this.#toldSchemes()) {
      const topic = { scheme: id, version, normaliser: NORMALISER_VERSION, keys: keys.map(({ name }) => name) };
      const counting = countStatistics(people, { ...topic, identifiers: [...this.#held.keys()] });
      this.#counted.push(await taken(counting, stepped));
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
      statistics.push(await taken(noisyStatistics(counted, { epsilon, noise }), () => undefined));
    }
    return statistics;
  }

  /** That for cases has no keys of people. */
  #toldSchemes(): readonly Scheme[] {
    return this.#layout.schemes.filter(({ keys }) => keys.length > 0);
  }
}

/** Takes all steps, with a look at what else the process has to do after each. */
async function taken<Result>(steps: Steps<Result>, stepped: () => void): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    stepped();
    await nextTurn();
  }
}
