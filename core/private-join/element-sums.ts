import type { Group } from './group.js';
import { IDENTITY } from './group.js';
import { ELEMENT_BYTES } from './messages.js';

/** The sum of elements; of none the identity. Thrown when one isn't canonical: GroupError. */
export function elementSum(group: Group, elements: Uint8Array): Uint8Array {
  const count = elements.length / ELEMENT_BYTES;
  return count === 0 ? IDENTITY.slice() : segmentSums(group, elements, ELEMENT_BYTES, Uint32Array.of(count));
}

/**
 * Adds up rows of elements, segment by segment: pairs of neighbours at a time, so that all additions of a turn are one
 * batch, and as many turns as the longest segment halves.
 * Thrown when one isn't canonical: GroupError; when the segments don't make the rows: RangeError.
 * @param rows each of `width` bytes, a whole number of elements
 * @param lengths rows of each segment, 1 or more
 * @returns one row for each segment
 */
export function segmentSums(group: Group, rows: Uint8Array, width: number, lengths: Uint32Array): Uint8Array {
  if (lengths.reduce((sum, length) => sum + length, 0) * width !== rows.length || lengths.includes(0)) {
    throw new RangeError('segments that do not make the rows');
  }
  let left: Segments = { rows: rows.slice(), lengths };
  while (left.lengths.some((length) => length > 1)) left = addNeighbours(group, left, width);
  return left.rows;
}

interface Segments {
  readonly rows: Uint8Array;
  readonly lengths: Uint32Array;
}

/** Halves every segment; the last row of an odd one stays as it is. */
function addNeighbours(group: Group, { rows, lengths }: Segments, width: number): Segments {
  const pairs = lengths.reduce((sum, length) => sum + (length >>> 1), 0);
  const first = new Uint8Array(pairs * width);
  const second = new Uint8Array(pairs * width);
  const halved = lengths.map((length) => length - (length >>> 1));
  const row = (index: number): Uint8Array => rows.subarray(index * width, (index + 1) * width);
  forEachPair(lengths, (pair, at) => {
    first.set(row(at), pair * width);
    second.set(row(at + 1), pair * width);
  });
  const added = group.add(first, second);
  const result = new Uint8Array(halved.reduce((sum, length) => sum + length, 0) * width);
  let from = 0;
  let pair = 0;
  let to = 0;
  for (const length of lengths) {
    const own = length >>> 1;
    result.set(added.subarray(pair * width, (pair + own) * width), to * width);
    if (length % 2 === 1) result.set(row(from + length - 1), (to + own) * width);
    from += length;
    pair += own;
    to += length - own;
  }
  return { rows: result, lengths: halved };
}

/** `visit` hears each pair's number and where the first of the two lies. */
function forEachPair(lengths: Uint32Array, visit: (pair: number, at: number) => void): void {
  let pair = 0;
  let from = 0;
  for (const length of lengths) {
    for (let at = from; at + 1 < from + length; at += 2) {
      visit(pair, at);
      pair += 1;
    }
    from += length;
  }
}
