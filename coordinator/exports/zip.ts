import { zipSync, type Zippable } from 'fflate';

export interface ZippedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** As it is: whoever looks at the first bytes of the file reads it there. */
  readonly isStored?: boolean;
}

const NOON = 12;
/** ZIP knows no earlier one. */
const FIRST_YEAR = 1980;

/**
 * Files in this order, dated on that day: the same bytes for the same files, wherever it is made.
 * @param day ISO date
 */
export function zipOf(files: readonly ZippedFile[], day: string): Uint8Array {
  const [year = 0, month = 0, date = 0] = day.slice(0, 10).split('-').map(Number);
  // The library writes what a clock on the wall here would show. Of noon every day has one, in every place.
  const mtime = new Date(Math.max(FIRST_YEAR, year), month - 1, date, NOON);
  const zipped: Zippable = Object.fromEntries(
    files.map(({ name, bytes, isStored }) => [name, [bytes, { level: isStored === true ? 0 : 9, mtime }]]),
  );
  return zipSync(zipped);
}
