import { existsSync } from 'node:fs';

import Database from 'better-sqlite3';

import { NodeError } from '../errors.js';
import { readMeta } from '../snapshot/snapshot-reader.js';
import { listsReadFromText } from './left-out.js';
import type { ListsRead } from './left-out.js';

/** A list that has fewer lines than one in so many of those it had is taken for half a list. */
export const SHORTER_LIST_DIVISOR = 2;

/** How many lines lists have: all together and, in the order of the configuration, each. */
export type LinesOfLists = Pick<ListsRead, 'lines' | 'linesOfLists'>;

/**
 * What the snapshot of lists in that file says of how long they were; undefined where none can be read. Nothing is checked, for it
 * only serves to find out whether something is amiss: a snapshot that is no use any more is replaced.
 */
export function linesInForce(file: string): LinesOfLists | undefined {
  if (!existsSync(file)) return undefined;
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true });
    return listsReadFromText(readMeta(database).get('consent') ?? '');
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

/**
 * A file that its exporter has emptied and not yet filled again is a whole list to look at, and lets everybody through who was on
 * it. Where other lists are configured than before, only all lines together can be compared.
 * Thrown when a list is empty that wasn't, or has lost most of its lines: NodeError OPT_OUTS_SHORTER.
 */
export function assertNotShorter(now: Required<LinesOfLists>, before: LinesOfLists | undefined): void {
  if (before === undefined) return;
  const were = before.linesOfLists;
  const compared =
    were?.length === now.linesOfLists.length
      ? now.linesOfLists.map((lines, index) => ({ of: `Opt-out list ${index + 1} has`, lines, were: were[index] ?? 0 }))
      : [{ of: 'The opt-out lists together have', lines: now.lines, were: before.lines }];
  for (const list of compared) {
    if (list.lines * SHORTER_LIST_DIVISOR >= list.were) continue;
    throw new NodeError(
      'OPT_OUTS_SHORTER',
      `${list.of} ${list.lines} lines and had ${list.were} when last read, so it may be half a list. The lists read before stay in force. If it is still being written, try again when it is whole; if so many people were taken off it, say so once with \`--accept-shorter-lists\`.`,
    );
  }
}
