import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Rng } from '../../core/base/index.js';
import { selfLink } from '../../core/linkage/index.js';
import type { Identifiers, Profiles } from '../../core/linkage/index.js';
import { matchKeyDomain } from '../../core/private-join/index.js';
import { CaseGroups } from '../snapshot/case-groups.js';
import { NumberColumn } from '../snapshot/growing-column.js';
import { giveBackMemory } from '../snapshot/give-back-memory.js';
import { numberKeys } from '../snapshot/key-numbering.js';
import { KeySpool } from '../snapshot/key-spool.js';
import { KeyTags } from '../snapshot/key-tags.js';
import { layoutOf } from '../snapshot/layout.js';
import { ScratchFile } from '../snapshot/scratch-file.js';
import { SpooledRecords } from '../snapshot/spooled-records.js';
import { takeSteps } from '../snapshot/take-steps.js';
import type { BoundMapping } from '../source/mapping.js';
import type { SourceRow } from '../source/source.js';
import { OptOutKeys } from './opt-out-keys.js';
import { OptOutMatcher } from './opt-out-matcher.js';
import type { AppliedOptOuts } from './opt-out-matcher.js';

/** Stands in the place of a key's name where all that a row says of a person is meant. */
const WHOLE_RECORD = 'whole record';
/** Rows looked at between two looks at what else the process has to do, once all have been read. */
const ROWS_A_TURN = 8_192;
const LOW_BITS = 32n;
const LOW_MASK = 0xffff_ffffn;

export interface OptedOutSearchInput {
  readonly mapping: BoundMapping;
  readonly federation: string;
  readonly storageKey: Uint8Array;
  readonly optOuts: AppliedOptOuts;
  /** Where a scratch file has a name for a moment. */
  readonly scratch: string;
  readonly rng: Rng;
}

/**
 * Finds the rows of people who have opted out: those that share a match key with anybody on a list, all others of the same
 * person, and all others that say the same of a person, though it may be too little to tell that they are one.
 *
 * People are told apart as `prepare` does (SnapshotPeople), by all rows, and nothing is hashed: of a key no more than its
 * tag, an HMAC, waits on disk. Memory: five bytes for each match key of records that differ, some fifty for each row, and
 * in the end 16 for each row of these people.
 */
export class OptedOutSearch {
  readonly #matcher: OptOutMatcher;
  readonly #names: readonly string[];
  readonly #file: ScratchFile;
  readonly #tags: KeyTags;
  readonly #spool: KeySpool;
  readonly #records: SpooledRecords;
  /** What whole records of these people are known by. */
  readonly #whole: OptOutKeys;
  /** By row: 1 where it shares a key; both halves of what its whole record is known by. Rows are 0, 1, 2, … */
  readonly #matched = new NumberColumn(Uint8Array);
  readonly #lows = new NumberColumn();
  readonly #highs = new NumberColumn();
  #rows = 0;
  #found = false;

  /** The lists' keys stay the caller's. */
  constructor({ mapping, federation, storageKey, optOuts, scratch, rng }: OptedOutSearchInput) {
    const layout = layoutOf(mapping, federation);
    const keys = layout.personKeys.map(({ name }) => ({ domain: matchKeyDomain(federation, name), hashed: false }));
    this.#matcher = new OptOutMatcher(mapping, optOuts);
    this.#names = layout.personKeys.map(({ name }) => name);
    this.#file = new ScratchFile(scratch, rng);
    this.#tags = new KeyTags(storageKey, keys);
    this.#spool = new KeySpool(this.#file, keys);
    this.#records = new SpooledRecords(layout, this.#tags, this.#spool);
    this.#whole = new OptOutKeys(storageKey);
  }

  /** The next row; its identifiers are forgotten. */
  add(row: SourceRow): void {
    const person = this.#matcher.personOf(row);
    if (this.#matcher.sharesKey(person)) {
      this.#matched.set(this.#rows, 1);
      this.#found = true;
    }
    this.#records.add(person);
    const tag = this.#whole.tag(WHOLE_RECORD, textOf(person));
    this.#lows.set(this.#rows, Number(tag & LOW_MASK));
    this.#highs.set(this.#rows, Number(tag >> LOW_BITS));
    this.#rows += 1;
  }

  /** By row, counted from 1: 1 where it is of one of them. `stepped` is called every few milliseconds. */
  async finish(stepped: () => void): Promise<NumberColumn> {
    const optedOut = new NumberColumn(Uint8Array);
    if (!this.#found) return optedOut;
    await this.#rememberPeople(stepped);
    await this.#eachRow(stepped, (row) => {
      if (this.#whole.hasTag(this.#tagOf(row))) optedOut.set(row + 1, 1);
    });
    return optedOut;
  }

  /** Overwrites and forgets all there is. May be called twice. */
  end(): void {
    this.#tags.wipe();
    this.#spool.wipe();
    this.#whole.wipe();
    this.#lows.wipe();
    this.#highs.wipe();
    this.#file.close();
  }

  async #rememberPeople(stepped: () => void): Promise<void> {
    const profiles = await this.#profiles(stepped);
    giveBackMemory();
    const { personOf, people } = await takeSteps(selfLink(profiles, this.#names), stepped);
    const isOptedOut = new Uint8Array(people);
    await this.#eachRow(stepped, (row) => {
      if (this.#matched.get(row) === 1) isOptedOut[personOf[row] ?? 0] = 1;
    });
    await this.#eachRow(stepped, (row) => {
      if (isOptedOut[personOf[row] ?? 0] === 1) this.#whole.addTag(this.#tagOf(row));
    });
  }

  async #profiles(stepped: () => void): Promise<Profiles> {
    const profiles = this.#records.finish();
    const numbers = await numberKeys({
      ...{ spool: this.#spool, hashing: null, profiles, cases: new CaseGroups() },
      turned: stepped,
    });
    this.#spool.wipe();
    this.#file.close();
    numbers.settle(profiles.values);
    return profiles.numbered(numbers.shared);
  }

  async #eachRow(stepped: () => void, visit: (row: number) => void): Promise<void> {
    for (let row = 0; row < this.#rows; row += 1) {
      visit(row);
      if (row % ROWS_A_TURN !== 0) continue;
      stepped();
      await nextTurn();
    }
  }

  #tagOf(row: number): bigint {
    return (BigInt(this.#highs.get(row)) << LOW_BITS) | BigInt(this.#lows.get(row));
  }
}

function textOf(person: Identifiers): string {
  return JSON.stringify(Object.entries(person));
}
