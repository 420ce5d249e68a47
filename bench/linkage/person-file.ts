import { parse } from 'csv-parse/sync';

import type { HeldIdentifiers, IdentifierName, Identifiers } from '../../core/linkage/index.js';
import { LinkageFileError } from './errors.js';
import type { FileMapping } from './file-mapping.js';

/** One row of a file of people. */
export interface PersonRow {
  /** Who it really is. */
  readonly truth: string;
  readonly identifiers: Identifiers;
}

export interface PersonFile {
  readonly held: HeldIdentifiers;
  readonly rows: readonly PersonRow[];
}

/** Column names of a CSV file, in order. Thrown when it isn't one: LinkageFileError BAD_CSV. */
export function columnsOf(text: string): readonly string[] {
  return recordsOf(text, 1)[0] ?? [];
}

/**
 * Reads people from a CSV file with a header.
 * Thrown when it can't be read: LinkageFileError BAD_CSV; when a column of the mapping isn't there: BAD_COLUMNS; when a
 * row doesn't say who it is: NO_TRUTH.
 */
export function parsePersonFile(text: string, { truth, identifiers }: FileMapping): PersonFile {
  const [columns = [], ...records] = recordsOf(text);
  const wanted = [truth, ...[...identifiers.values()].flat()];
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    throw new LinkageFileError(
      'BAD_COLUMNS',
      `There is no column ${missing.join(', ')}. There are: ${columns.join(', ')}.`,
    );
  }
  const places = [...identifiers].map(([name, named]): [IdentifierName, readonly number[]] => [
    name,
    named.map((column) => columns.indexOf(column)),
  ]);
  const truthPlace = columns.indexOf(truth);
  const rows = records.map((record, index): PersonRow => {
    const person = truthOf(record[truthPlace] ?? '');
    // The header is line 1.
    if (person === '') throw new LinkageFileError('NO_TRUTH', `Line ${index + 2} says nothing in ${truth}.`);
    return {
      truth: person,
      identifiers: Object.fromEntries(places.map(([name, from]) => [name, from.map((place) => record[place] ?? null)])),
    };
  });
  return { held: new Map(places.map(([name, from]) => [name, from.length])), rows };
}

/** FEBRL names a person's original `rec-7-org` and duplicates of it `rec-7-dup-0`. */
function truthOf(text: string): string {
  return /^rec-(\d+)-(?:org|dup-\d+)$/.exec(text)?.[1] ?? text;
}

function recordsOf(text: string, toLine?: number): string[][] {
  try {
    return parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      ...(toLine === undefined ? {} : { to_line: toLine }),
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'it can not be read';
    throw new LinkageFileError('BAD_CSV', `This is no CSV file: ${reason}`, { cause: thrown });
  }
}
