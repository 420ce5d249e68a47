import { z } from 'zod';
import { ApiError } from './errors.js';

/** A cursor longer than this is none of ours. */
export const MAX_CURSOR_CHARACTERS = 256;

export const cursorSchema = z
  .string()
  .min(1)
  .max(MAX_CURSOR_CHARACTERS)
  .optional()
  .describe('`next` of the page before; leave it out for the first page');

/** Which listing a cursor is of. */
export type CursorKind = 'runs' | 'templates' | 'entries';

/** Where a listing goes on: after this one. Whoever gets it hands it back as it is; what is in it may change. */
export function writeCursor(kind: CursorKind, last: string): string {
  return Buffer.from(`${kind}:${last}`, 'utf8').toString('base64url');
}

/** Undefined where there is none. Thrown when it isn't one of this listing: ApiError BAD_QUERY. */
export function readCursor(kind: CursorKind, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const last = text.slice(kind.length + 1);
  if (!text.startsWith(`${kind}:`) || last === '' || writeCursor(kind, last) !== cursor) throw badCursor();
  return last;
}

export function badCursor(): ApiError {
  return new ApiError('BAD_QUERY', 'The request is not as it should be.', {
    problems: [{ path: 'cursor', message: 'is not the `next` of a page of this listing' }],
  });
}

/** The same listing's next page, for the `Link` header (RFC 8288); no header on the last. */
export function linkToNext(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
  next: string | null,
): Readonly<Record<string, string>> {
  if (next === null) return {};
  const all: Readonly<Record<string, string | number | boolean | undefined>> = { ...query, cursor: next };
  const pairs = Object.entries(all).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return { Link: `<${path}?${new URLSearchParams(pairs).toString()}>; rel="next"` };
}
