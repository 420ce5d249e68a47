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
