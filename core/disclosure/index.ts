export { DOMINANCE_PERCENT, dominated, LARGEST_SHARE } from './dominance.js';
export { DISCLOSURE_ERROR_CODES, DisclosureError } from './errors.js';
export type { DisclosureErrorCode } from './errors.js';
export { countInterval } from './intervals.js';
export {
  assertPolicy,
  describeRounding,
  MAXIMUM_THRESHOLD,
  MIDPOINT_WIDTH,
  MINIMUM_ROUNDING,
  MINIMUM_THRESHOLD,
  roundCount,
  strictestPolicy,
} from './policy.js';
export type { DisclosurePolicy } from './policy.js';
export { MAX_AUDITED_CELLS, protectTable } from './protect.js';
export type { ProtectInput } from './protect.js';
export { LARGEST_RECALL_DEVIATION, LARGEST_RECALL_GUESS, MINIMUM_RECALL_GROUP, RECALL_GAP } from './recall.js';
export { CELL_STATUSES } from './released.js';
export type {
  CellStatus,
  Estimate,
  Group,
  Interval,
  Protected,
  ReleasedCell,
  ReleasedMeasure,
  ReleasedMeasureCell,
  ReleasedQuantile,
  ReleasedRate,
  ReleasedRecall,
  ReleasedTable,
} from './released.js';
export { CONFIDENTIAL, LOW, markNotes, markOf, NOT_APPLICABLE, NOT_AVAILABLE, roundingNote } from './shorthand.js';
export { differenceOf } from './shares.js';
export {
  ALL,
  differenceText,
  groupLabels,
  INTERVAL,
  isUnclear,
  labelOf,
  measureTitle,
  quantileName,
  rangeText,
} from './wording.js';
export { createSolver } from './highs-solver.js';
export type { LinearModel, LinearProgramme, LinearSolver } from './solver.js';
export type {
  CountedCell,
  CountTable,
  EarlierTable,
  MeasuredCell,
  MeasureTable,
  Presentation,
  QuantilesPresentation,
  RatePresentation,
  RecallGuess,
  RecallPresentation,
  TableCategory,
  TableDimension,
  TableNoise,
} from './table.js';
