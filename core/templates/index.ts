export { joinsPeople } from './bind-linkage.js';
export { bindTemplate } from './bind.js';
export type {
  Band,
  BandDimension,
  BetweenFilter,
  BoundDimension,
  BoundFilter,
  BoundLink,
  BoundList,
  BoundMeasure,
  BoundParameter,
  BoundPopulation,
  BoundTemplate,
  CodeDimension,
  FieldDimension,
  InFilter,
  LinkedDimension,
  MeasureColumn,
} from './bound.js';
export { canonicalJson } from './canonical-json.js';
export { canonicalTemplate, MAX_PAYLOAD_BYTES, templateDigest, templateFromPayload } from './canonical.js';
export { compileClipped, compileCount, compileList, compileMembership, compileOptOuts } from './compile-sqlite.js';
export type { CompiledList, CompiledQuery } from './compile-sqlite.js';
export {
  BASES,
  codesOf,
  createCatalogue,
  datasetDigest,
  DEFAULT_BASIS,
  DEFAULT_LINKAGE,
  DEFAULT_QUALITY,
  FIELD_CATEGORIES,
  needsConsent,
} from './dataset.js';
export type {
  Basis,
  Catalogue,
  CodeField,
  DatasetDefinition,
  DatasetLinkage,
  DatasetQuality,
  DateField,
  FieldCategory,
  FieldDefinition,
  FieldType,
  IntegerField,
  QuarterField,
} from './dataset.js';
export { diffTemplates } from './diff.js';
export { CHANGE_EFFECTS } from './diff-change.js';
export type { ChangeEffect, TemplateChange } from './diff-change.js';
export { checkValue, readDocument } from './document.js';
export { TEMPLATE_ERROR_CODES, TemplateError } from './errors.js';
export type { TemplateErrorCode } from './errors.js';
export { explainTemplate } from './explain.js';
export type { Explanation, ExplanationSection } from './explain.js';
export { NO_FLOORS } from './offer.js';
export type { Floors, OfferedSnapshot, ParameterValues, Participant, RegisterHead, RunOffer } from './offer.js';
export { bindParameters } from './parameters.js';
export type { BoundParameters } from './parameters.js';
export { LINT_CODES } from './lint-finding.js';
export type { LintCode, LintFinding, LintGrounds } from './lint-finding.js';
export { lintTemplate } from './lint.js';
export { documentJsonSchema, documentJsonSchemaText, SCHEMA_KINDS } from './json-schema.js';
export type { SchemaKind } from './json-schema.js';
export { OPT_OUTS, OPT_OUTS_DEFINITION } from './opt-outs.js';
export { MAX_DATASET_BYTES, parseDataset } from './parse-dataset.js';
export { MAX_TEMPLATE_BYTES, parseTemplate, parseTemplateSource } from './parse.js';
export type { TemplateSource } from './parse.js';
export { MINIMUM_PARTICIPANTS, participantsNeeded } from './participants.js';
export { MAX_REQUESTER_LENGTH, planRun } from './plan.js';
export type { PlanInput } from './plan.js';
export { MAX_PROBLEMS } from './problems.js';
export type { LineOf } from './problems.js';
export { isQuarter, quarterOf, quartersBetween } from './quarter.js';
export { requestDigest } from './request.js';
export type { RequestInput } from './request.js';
export { partyOut } from './roster-change.js';
export {
  identityKeys,
  MAX_AGENCIES,
  MAX_DATASETS_PER_AGENCY,
  MAX_OFFICERS,
  MAX_REVOKED,
  MAX_ROSTER_BYTES,
  revokedSchema,
  revokedSerials,
} from './roster.js';
export type { RevokedCertificate, Roster, RosterAgency } from './roster.js';
export {
  CASE_GROUP_COLUMN,
  consentColumn,
  fieldColumn,
  keyColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from './snapshot-schema.js';
export { templateSkeleton } from './skeleton.js';
export type { SkeletonInput } from './skeleton.js';
export { decodeTable, presentationOf, tableShape } from './table.js';
export type { CellNumbers, DecodedTable } from './table.js';
export { isExpired } from './template.js';
export type {
  BetweenClause,
  DimensionClause,
  DisclosureClause,
  FieldDimensionClause,
  FilterClause,
  InClause,
  LinkClause,
  LinkedDimensionClause,
  MeasureClause,
  MeasureKind,
  ParameterClause,
  PopulationClause,
  PresentClause,
  Principles,
  QuantilesClause,
  RateClause,
  Template,
} from './template.js';
export { noiseDeviation } from './run-noise.js';
export { DEFAULT_BUDGET, policyOf, runCost, runTerms } from './terms.js';
export type { RunCost, RunTerms, TermsParticipant } from './terms.js';
export {
  datasetNameSchema,
  isoDateSchema,
  lineSchema,
  MAX_NAME_LENGTH,
  nameSchema,
  textSchema,
  versionSchema,
} from './vocabulary.js';
