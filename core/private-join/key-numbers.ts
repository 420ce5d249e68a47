import { inSteps } from '../base/index.js';
import type { Steps } from '../base/index.js';
import { JoinError } from './errors.js';
import { ElementIndex, MAX_INDEXED } from './element-index.js';
import type { ElementHash } from './element-index.js';
import type { BlindedList } from './blinded-list.js';
import { eachPseudonym } from './blinded-list.js';
import type { KeyHolders } from './key-holders.js';
import { COORDINATOR } from './plan.js';
import { NOWHERE } from './record-store.js';

/** The match keys of several lists as small numbers: equal numbers are equal pseudonyms of one key name. */
export interface KeyNumbers {
  /** For each list its records and their keys. A list without a key has NOWHERE there. */
  readonly records: readonly KeyHolders[];
  /** How many numbers there are: 0..count-1. */
  readonly count: number;
  /** By number the place of the key in the scheme. */
  readonly places: Uint8Array;
}

/** Bound of the pseudonyms of one key name in all lists that are joined on the person: they have to fit one index. */
export const MAX_PSEUDONYMS = MAX_INDEXED;

/**
 * Reads each pseudonym once. A number is given only to those that two records share, or one record twice, so what is
 * nobody else's takes no part from here on. Memory: 4 bytes for each record and column of a scheme key, and, while one
 * key name is worked on, at most 68 for each record and column of that name.
 * Thrown when there are more than MAX_PSEUDONYMS of one name: JoinError BAD_COUNT.
 */
export function* numberKeys(
  lists: readonly BlindedList[],
  scheme: readonly string[],
  hash: ElementHash,
): Steps<KeyNumbers> {
  const columns = lists.map((list) => scheme.map((name) => columnsOf(list, name)));
  const sizes = scheme.map((_, place) =>
    lists.reduce((sum, { count }, list) => sum + count * (columns[list]?.[place]?.length ?? 0), 0),
  );
  const most = Math.max(0, ...sizes);
  if (most > MAX_PSEUDONYMS) {
    const message = `the lists hold more than ${MAX_PSEUDONYMS} match keys of one kind together`;
    throw new JoinError('BAD_COUNT', COORDINATOR, message);
  }
  const widths = columns.map((own) => own.flat().length);
  const records: KeyHolders[] = [];
  for (const [number, { count }] of lists.entries()) records.push(yield* emptyRecords(count, widths[number] ?? 0));
  // One for all key names, one after the other: the memory of a second would be free only when it pleases the collector.
  const numbering: Numbering = { index: new ElementIndex(hash, most), numbers: new Uint32Array(most), next: 0 };
  yield;
  const firsts: number[] = [];
  try {
    for (const place of scheme.keys()) {
      firsts.push(numbering.next);
      const named = lists.map((list, number): NamedColumns => ({
        list,
        columns: columns[number]?.[place] ?? [],
        first: columns[number]?.slice(0, place).flat().length ?? 0,
        width: widths[number] ?? 0,
        keys: records[number]?.keys ?? new Uint32Array(0),
      }));
      yield* numberName(named, numbering);
      numbering.index.wipe();
    }
  } finally {
    numbering.index.wipe();
  }
  const places = new Uint8Array(numbering.next);
  firsts.forEach((first, place) => places.fill(place, first));
  return { records, count: numbering.next, places };
}

/** A list's columns of one key name, and where they go: to places first.. among the `width` keys of each record. */
interface NamedColumns {
  readonly list: BlindedList;
  readonly columns: readonly number[];
  readonly first: number;
  readonly width: number;
  readonly keys: Uint32Array;
}

function columnsOf({ plan }: BlindedList, name: string): number[] {
  return plan.keys.flatMap((key, column) => (key.on === 'person' && key.name === name ? [column] : []));
}

function* emptyRecords(count: number, columns: number): Steps<KeyHolders> {
  const starts = new Uint32Array(count + 1);
  yield* inSteps(count + 1, (record) => (starts[record] = record * columns));
  return { count, starts, keys: new Uint32Array(count * columns).fill(NOWHERE) };
}

/** What numbering one key name after the other needs, made once. */
interface Numbering {
  readonly index: ElementIndex;
  /** By number of the index the key's own; ONCE where it was seen only once so far. */
  readonly numbers: Uint32Array;
  /** The next number. */
  next: number;
}

/** Seen once so far: no key's number is as large (MAX_PSEUDONYMS, MAX_SCHEME_KEYS). */
const ONCE = NOWHERE - 1;

/** Numbers for the pseudonyms of one name that are there twice. */
function* numberName(lists: readonly NamedColumns[], numbering: Numbering): Steps<void> {
  const { index, numbers } = numbering;
  for (const { list, columns, first, width, keys } of lists) {
    for (const [copy, column] of columns.entries()) {
      yield* eachPseudonym(list, column, (row, elements, at) => {
        const known = index.size;
        const element = index.add(elements, at);
        keys[row * width + first + copy] = element;
        if (element === known) {
          numbers[element] = ONCE;
        } else if (numbers[element] === ONCE) {
          numbers[element] = numbering.next;
          numbering.next += 1;
        }
      });
    }
  }
  for (const { list, columns, first, width, keys } of lists) {
    for (const copy of columns.keys()) {
      yield* inSteps(list.count, (row) => {
        const place = row * width + first + copy;
        const number = numbers[keys[place] ?? 0] ?? ONCE;
        keys[place] = number === ONCE ? NOWHERE : number;
      });
    }
  }
}
