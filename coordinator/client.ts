/**
 * What a program needs that talks with a coordinator and is none: the shapes of its answers, and what they mean. It
 * stands apart from index.ts, because that loads all that a coordinator runs on: servers, databases, a solver.
 */
export {
  agenciesView,
  errorView,
  eventView,
  progressView,
  runDetailView,
  runsView,
  runView,
  templateDetailView,
  templatesView,
  unprotectedCountsView,
} from './api/schema.js';
export type {
  AgencyView,
  EventView,
  ProgressView,
  RunDetailView,
  RunView,
  SubmitBody,
  TemplateDetailView,
  TemplateView,
  UnprotectedCountsView,
} from './api/schema.js';
export { auditCheckpointView, auditEntriesView } from './api/audit-schema.js';
export type { AuditCheckpointView, AuditEntriesView } from './api/audit-schema.js';
export { EXPORT_FORMATS, EXPORT_KINDS, EXPORT_PARTS, isText } from './exports/formats.js';
export type { ExportFormat, ExportKind, ExportPart } from './exports/formats.js';
export { shownMarkOf } from './linkage/shown-number.js';
export { loadCatalogue } from './register/catalogue.js';
export { amountLeft } from './runs/amount.js';
export { MAX_RUNS_LISTED } from './runs/run.js';
export { isEnded } from './runs/run-states.js';
export { SUMS } from './runs/transfer-board.js';
