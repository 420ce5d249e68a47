import { setImmediate as nextTurn } from 'node:timers/promises';

import { NodeError } from '../errors.js';
import { openSource } from '../source/open-source.js';
import type { OptOutKeys } from './opt-out-keys.js';
import { heldBy } from './opt-outs-config.js';
import type { OptOutListConfig } from './opt-outs-config.js';
import { EveryKey, personOfRow, saysSex } from './person-keys.js';
import type { IdentifierPlaces } from './person-keys.js';

/** Lines of all lists of one agency together. */
export const MAX_OPT_OUT_LINES = 100_000;
/** Lines named of each kind of trouble: more than anybody corrects at once. */
export const LINES_NAMED_MAX = 20;
/** Lines made into keys between two looks at what else the process has to do. */
const LINES_A_TURN = 128;

/** A line of a list: both counted from 1, the line in the order in which the list is read, without a line of names. */
export interface ListLine {
  readonly list: number;
  readonly line: number;
}

/** Lines with some trouble: how many, and the first of them. */
export interface ListLines {
  readonly count: number;
  readonly first: readonly ListLine[];
}

export interface OptOutLines {
  readonly lines: number;
  /** Of each list. */
  readonly linesOfLists: readonly number[];
  /** Nobody in any dataset of the agency can be known by them, so that whoever is meant is not left out. */
  readonly withoutKeys: ListLines;
  /** Something in them is no text, so that fewer keys are made of them than might be. */
  readonly unreadable: ListLines;
}

/** Is given those keys of a line that no line before it has, by name; each line once, where it has any. */
export type TakeKeys = (keys: ReadonlyMap<string, readonly string[]>) => Promise<void>;

export interface ReadOptOutsOptions {
  readonly lists: readonly OptOutListConfig[];
  readonly lockTimeoutMs: number;
  /** Names of the keys by which anybody in the agency's datasets can be known; null where they hold nobody. */
  readonly keysInUse: ReadonlySet<string> | null;
  /** All match keys go in here: also those without sex, for datasets and records that don't say it. */
  readonly keys: OptOutKeys;
  readonly take: TakeKeys;
  /** Is told now and then how many lines are read; what it throws ends the work. */
  readonly progress: (lines: number) => void;
}

/**
 * Reads all lists, one after the other. A line's identifiers are made into keys and forgotten.
 * Thrown when a list can't be read: NodeError, as openSource says; when they are too long: SOURCE_TOO_LARGE.
 */
export async function readOptOuts({
  lists,
  lockTimeoutMs,
  keysInUse,
  keys,
  take,
  progress,
}: ReadOptOutsOptions): Promise<OptOutLines> {
  const [withoutKeys, unreadable] = [new LineTally(), new LineTally()];
  const linesOfLists: number[] = [];
  let lines = 0;
  for (const [index, list] of lists.entries()) {
    const reader = new ListReader(list, keys, keysInUse);
    const source = await openSource(list.place, { columns: reader.columns, lockTimeoutMs });
    try {
      let line = 0;
      for await (const batch of source.batches()) {
        for (const row of batch) {
          [lines, line] = [lines + 1, line + 1];
          requireLines(lines);
          const found = reader.read(row);
          if (!found.isOfUse) withoutKeys.add({ list: index + 1, line });
          if (found.unreadable) unreadable.add({ list: index + 1, line });
          if (found.added.size > 0) await take(found.added);
          if (lines % LINES_A_TURN === 0) await nextTurn();
        }
        progress(lines);
      }
      linesOfLists.push(line);
    } finally {
      await source.close();
    }
  }
  return { lines, linesOfLists, withoutKeys: withoutKeys.lines, unreadable: unreadable.lines };
}

/** Names of the keys that can be made of the people on a list. */
export function keyNamesOf({ identifiers }: OptOutListConfig): readonly string[] {
  return new EveryKey(heldBy(identifiers)).names;
}

interface LineRead {
  /** Somebody in some dataset can be known by it. */
  readonly isOfUse: boolean;
  readonly unreadable: boolean;
  /** Keys that no line before had. */
  readonly added: ReadonlyMap<string, readonly string[]>;
}

class ListReader {
  readonly columns: readonly string[];
  readonly #places: readonly IdentifierPlaces[];
  readonly #keys: OptOutKeys;
  readonly #keysInUse: ReadonlySet<string> | null;
  readonly #everyKey: EveryKey;

  constructor({ identifiers }: OptOutListConfig, keys: OptOutKeys, keysInUse: ReadonlySet<string> | null) {
    this.columns = [...identifiers.values()].flat();
    this.#places = placesOf(identifiers);
    this.#keys = keys;
    this.#keysInUse = keysInUse;
    this.#everyKey = new EveryKey(heldBy(identifiers));
  }

  read(row: Parameters<typeof personOfRow>[0]): LineRead {
    const { person, unreadable } = personOfRow(row, this.#places);
    const added = new Map<string, string[]>();
    let isOfUse = false;
    const add = (name: string, value: string): void => {
      isOfUse ||= this.#keysInUse?.has(name) ?? true;
      if (!this.#keys.add(name, value)) return;
      const values = added.get(name);
      if (values === undefined) added.set(name, [value]);
      else values.push(value);
    };
    const isSexSaid = saysSex(person);
    this.#everyKey.each(person, add);
    // Another agency's dataset, or a record, may not say the sex that this line does.
    this.#everyKey.eachWithoutSex(person, (name, value) => {
      add(name, value);
      if (!isSexSaid) this.#keys.addOfNoSex(name, value);
    });
    return { isOfUse, unreadable, added };
  }
}

class LineTally {
  readonly #first: ListLine[] = [];
  #count = 0;

  get lines(): ListLines {
    return { count: this.#count, first: this.#first };
  }

  add(line: ListLine): void {
    this.#count += 1;
    if (this.#first.length < LINES_NAMED_MAX) this.#first.push(line);
  }
}

function placesOf(identifiers: OptOutListConfig['identifiers']): readonly IdentifierPlaces[] {
  let place = 0;
  return [...identifiers].map(([name, columns]) => {
    const first = place;
    place += columns.length;
    return { name, place: first, count: columns.length };
  });
}

/** Thrown when the lists of one agency have more lines than may be: NodeError SOURCE_TOO_LARGE. */
export function requireLines(lines: number): void {
  if (lines <= MAX_OPT_OUT_LINES) return;
  throw new NodeError(
    'SOURCE_TOO_LARGE',
    `The opt-out lists have more than ${MAX_OPT_OUT_LINES} lines together: list each person once, on one line.`,
  );
}
