import { isUtf8 } from 'node:buffer';

import { NodeError } from '../../errors.js';

const LINE_FEED = 0x0a;
/** A character of UTF-8 has at most so many bytes. */
const CHARACTER_MAX_BYTES = 4;

/**
 * Passes a file's bytes on once they have been seen to be UTF-8; a byte order mark at the beginning is left out.
 * Thrown when they aren't: NodeError SOURCE_FILE_INVALID, with the line.
 */
export async function* utf8Chunks(chunks: AsyncIterable<Uint8Array>, file: string): AsyncIterable<Buffer> {
  let lines = 0;
  let begun: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([begun, chunk]);
    if (first && bytes.length < CHARACTER_MAX_BYTES) {
      begun = bytes;
      continue;
    }
    const from = first ? lengthOfMark(bytes, file) : 0;
    first = false;
    const whole = bytes.subarray(from, endOfWholeCharacters(bytes));
    begun = bytes.subarray(from + whole.length);
    lines = checkLines(whole, lines, file);
    yield whole;
  }
  const rest = begun.subarray(first ? lengthOfMark(begun, file) : 0);
  checkLines(rest, lines, file);
  if (rest.length > 0) yield rest;
}

function lengthOfMark(bytes: Buffer, file: string): number {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) throw encodingError(file, 1, 'it is UTF-16');
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

/** Where the last character begins that may go on in the next chunk. */
function endOfWholeCharacters(bytes: Buffer): number {
  for (let back = 1; back < CHARACTER_MAX_BYTES && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function checkLines(bytes: Buffer, before: number, file: string): number {
  const valid = isUtf8(bytes);
  let lines = before;
  let from = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end);
    if (!valid && !isUtf8(line)) throw encodingError(file, lines + 1, 'other bytes stand there');
    if (end < 0) return lines;
    lines += 1;
    from = end + 1;
  }
}

function encodingError(file: string, line: number, found: string): NodeError {
  return new NodeError(
    'SOURCE_FILE_INVALID',
    `${file}, line ${line}: this is not UTF-8 (${found}). Export it as UTF-8, or convert it with iconv.`,
  );
}
