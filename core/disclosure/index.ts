export { DISCLOSURE_ERROR_CODES, DisclosureError } from './errors.js';
export type { DisclosureErrorCode } from './errors.js';
export { assertPolicy, MAXIMUM_THRESHOLD, MINIMUM_ROUNDING, MINIMUM_THRESHOLD, strictestPolicy } from './policy.js';
export type { DisclosurePolicy } from './policy.js';
export { protectTable } from './protect.js';
export type { CellStatus, ReleasedCell, ReleasedTable } from './protect.js';
export type { CountedCell, CountTable, TableCategory, TableDimension } from './table.js';
