import { closeSync, fsyncSync, openSync } from 'node:fs';

import { lengthPrefixed, silentLog, utf8Bytes } from '../../core/base/index.js';
import type { Log, Rng } from '../../core/base/index.js';
import { MAX_KEY_COPIES } from '../../core/linkage/index.js';
import { matchKeyDomain, MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { softwareVersion } from '../software-version.js';
import type { CaseGroups } from './case-groups.js';
import { Elements } from './elements.js';
import { HashJournal } from './hash-journal.js';
import type { KeyBlockWriter } from './key-blocks.js';
import { ENTRY_BYTES, KeyHasher } from './key-hasher.js';
import { numberKeys } from './key-numbering.js';
import { KeyNumbers } from './key-numbers.js';
import { KeySpool, partOf } from './key-spool.js';
import { KeyTags } from './key-tags.js';
import { columnsOf } from './layout.js';
import type { SnapshotLayout } from './layout.js';
import type { NumberlessProfiles } from './record-profiles.js';
import { ScratchFile } from './scratch-file.js';
import { ScratchParts } from './scratch-parts.js';
import type { SnapshotFiles } from './snapshot-files.js';

export interface SnapshotKeysOptions {
  readonly files: SnapshotFiles;
  readonly directory: string;
  readonly layout: SnapshotLayout;
  readonly storageKey: Uint8Array;
  readonly engine: Engine;
  readonly rng: Rng;
  readonly log?: Log;
  /** Called now and then while what an interrupted prepare has left is read. */
  readonly turned: () => void;
}

/**
 * The match keys of a new snapshot, from when they are read until their elements are sealed. In the order of rows they go
 * to disk; there they are told apart and hashed, each different one once; the elements wait on disk for their slots.
 */
export class SnapshotKeys {
  readonly tags: KeyTags;
  readonly spool: KeySpool;
  readonly #journal: HashJournal;
  readonly #hasher: KeyHasher;
  readonly #elements: Elements;
  readonly #known: ScratchParts;
  readonly #keysFile: ScratchFile;
  readonly #elementsFile: ScratchFile;
  #numbers = new KeyNumbers();

  /** Takes over what an interrupted prepare has hashed, if this software did so for this dataset and study. */
  static async open(options: SnapshotKeysOptions): Promise<SnapshotKeys> {
    const { files, rng } = options;
    const keysFile = new ScratchFile(files.scratch, rng);
    let elementsFile: ScratchFile | undefined;
    try {
      elementsFile = new ScratchFile(files.scratch, rng);
      const known = new ScratchParts(keysFile);
      return new SnapshotKeys(options, keysFile, elementsFile, known, await openJournal(options, known));
    } catch (thrown) {
      keysFile.close();
      elementsFile?.close();
      throw thrown;
    }
  }

  private constructor(
    { layout, storageKey, engine }: SnapshotKeysOptions,
    keysFile: ScratchFile,
    elementsFile: ScratchFile,
    known: ScratchParts,
    journal: HashJournal,
  ) {
    const keys = layout.keys.map((key) => ({
      domain: matchKeyDomain(layout.federation, key.name),
      // The others are of no use outside, and much of the time goes into hashing.
      hashed: columnsOf(key) > 0,
    }));
    this.tags = new KeyTags(storageKey, keys);
    this.spool = new KeySpool(keysFile, keys);
    this.#journal = journal;
    this.#elements = new Elements(elementsFile);
    this.#hasher = new KeyHasher(engine, keys, journal, (number, element) => this.#elements.put(number, element));
    this.#known = known;
    this.#keysFile = keysFile;
    this.#elementsFile = elementsFile;
  }

  /** Keys hashed so far, without those that an interrupted prepare had hashed. */
  get hashed(): number {
    return this.#hasher.hashed;
  }

  /**
   * Numbers all keys that were read, and has them hashed: the numbers stand in `cases` and in the values of `profiles`
   * then, and those up to the one that is returned are of keys that several records may have.
   * @param turned is told now and then which share is done, 0..1
   */
  async number(profiles: NumberlessProfiles, cases: CaseGroups, turned: (share: number) => void): Promise<number> {
    const { spool, tags } = this;
    tags.wipe();
    this.#numbers = await numberKeys({
      ...{ spool, hashing: { known: this.#known, hasher: this.#hasher, elements: this.#elements } },
      ...{ profiles, cases, turned },
    });
    spool.wipe();
    this.#known.wipe();
    this.#keysFile.close();
    this.#numbers.settle(profiles.values);
    cases.renumber((provisional) => this.#numbers.number(provisional));
    return this.#numbers.shared;
  }

  /** Takes the next slot for the element of a hashed key, by its number. */
  seal(number: number): number {
    return this.#elements.seal(number, this.#numbers);
  }

  /** Seals every element in its slot, once all slots have been taken. */
  writeElements(blocks: KeyBlockWriter, turned: () => void): Promise<void> {
    return this.#elements.write(blocks, turned);
  }

  /** Overwrites and forgets all there is but the journal; what is under way comes to nothing. */
  end(): void {
    this.#hasher.end();
    this.#journal.close();
    this.tags.wipe();
    this.spool.wipe();
    this.#known.wipe();
    this.#elements.wipe();
    this.#keysFile.close();
    this.#elementsFile.close();
  }
}

async function openJournal(
  { files, directory, layout, storageKey, rng, log = silentLog, turned }: SnapshotKeysOptions,
  known: ScratchParts,
): Promise<HashJournal> {
  const { definition, facts, keys } = layout;
  const { dataset } = definition;
  const about = lengthPrefixed(utf8Bytes(JSON.stringify([...facts])), utf8Bytes(softwareVersion()));
  const entriesMax = MAX_LIST_RECORDS * keys.length * MAX_KEY_COPIES;
  const journal = await HashJournal.open(
    { file: files.journal, storageKey, about, rng, entryBytes: ENTRY_BYTES, entriesMax },
    (entries, count) => {
      for (let index = 0; index < count; index += 1) {
        const start = index * ENTRY_BYTES;
        known.add(partOf(entries, start), entries.subarray(start), ENTRY_BYTES);
      }
      turned();
    },
  );
  try {
    // Or the power takes the file's name, and what has been hashed with it.
    syncFile(directory);
  } catch (thrown) {
    journal.close();
    throw thrown;
  }
  const { entries: count, droppedBytes: bytes } = journal;
  if (count > 0)
    log.info({ event: 'prepare-resumed', dataset, count }, 'match keys that were hashed before are taken over');
  if (bytes > 0) {
    log.warn(
      { event: 'prepare-journal-dropped', dataset, bytes },
      'what an interrupted prepare left is cut off, damaged or of no use any more: those match keys are hashed again',
    );
  }
  return journal;
}

/** Bytes of a file, or names of a directory, are on the disk when this returns. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
