import { normaliseDate } from '../linkage/index.js';

/** `2025-Q1`; as text they sort by time. */
export function isQuarter(text: string): boolean {
  return /^[12][0-9]{3}-Q[1-4]$/.test(text);
}

/** The quarter of an ISO date. Thrown when it isn't one: RangeError. */
export function quarterOf(isoDate: string): string {
  if (normaliseDate(isoDate) !== isoDate) throw new RangeError('not an ISO date');
  return `${isoDate.slice(0, 4)}-Q${Math.ceil(Number(isoDate.slice(5, 7)) / 3)}`;
}

/** All quarters from the first to the last, both included; none when the first is later. */
export function quartersBetween(first: string, last: string): string[] {
  const start = indexOf(first);
  return Array.from({ length: Math.max(0, indexOf(last) - start + 1) }, (_, offset) => fromIndex(start + offset));
}

/** For people. */
export function describeQuarter(quarter: string): string {
  const months = ['January to March', 'April to June', 'July to September', 'October to December'];
  return `${months[Number(quarter.slice(6)) - 1] ?? quarter} ${quarter.slice(0, 4)}`;
}

function indexOf(quarter: string): number {
  return Number(quarter.slice(0, 4)) * 4 + Number(quarter.slice(6)) - 1;
}

function fromIndex(index: number): string {
  return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`;
}
