import { dayOf } from './day.js';
import type { Day } from './day.js';

/** Crimes of the example were reported from this day … */
export const FIRST_REPORT_DAY: Day = dayOf('2023-01-01');
/** … to this one. */
export const LAST_REPORT_DAY: Day = dayOf('2025-12-31');
/** Every agency's database is as on this day: nothing in it is later. */
export const EXTRACT_DAY: Day = dayOf('2026-03-31');
