import { charityA, charityB } from './charities.js';
import { courts } from './courts.js';
import { cps } from './cps.js';
import { police } from './police.js';
import { prisonProbation } from './prison-probation.js';
import type { AgencyTable } from './table.js';

/** In roster order. */
export const AGENCY_TABLES: readonly AgencyTable[] = [police, cps, courts, prisonProbation, charityA, charityB];
export type { AgencyRow, AgencyTable, ColumnType, Value } from './table.js';
