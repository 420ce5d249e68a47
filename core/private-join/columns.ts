/** A column of an array of records: `bytes` bytes from `start` on in every record of `width` bytes. */
export interface Column {
  readonly records: Uint8Array;
  readonly width: number;
  readonly start: number;
}

/** Copies a column into another, record by record. */
export function copyColumn(from: Column, to: Column, bytes: number, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const start = index * from.width + from.start;
    to.records.set(from.records.subarray(start, start + bytes), index * to.width + to.start);
  }
}

/**
 * The first `left` bytes of every record and the `right` that follow, each in an array of its own; the records themselves
 * where nothing follows.
 */
export function splitColumns(records: Uint8Array, left: number, right: number): [Uint8Array, Uint8Array] {
  if (right === 0) return [records, new Uint8Array(0)];
  const width = left + right;
  const count = records.length / width;
  const [first, second] = [new Uint8Array(count * left), new Uint8Array(count * right)];
  copyColumn({ records, width, start: 0 }, { records: first, width: left, start: 0 }, left, count);
  copyColumn({ records, width, start: left }, { records: second, width: right, start: 0 }, right, count);
  return [first, second];
}

/** The opposite of `splitColumns`. */
export function joinColumns(first: Uint8Array, left: number, second: Uint8Array, right: number): Uint8Array {
  if (right === 0) return first;
  const width = left + right;
  const count = second.length / right;
  const records = new Uint8Array(count * width);
  copyColumn({ records: first, width: left, start: 0 }, { records, width, start: 0 }, left, count);
  copyColumn({ records: second, width: right, start: 0 }, { records, width, start: left }, right, count);
  return records;
}
