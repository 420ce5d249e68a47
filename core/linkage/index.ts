export { FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR } from './dates.js';
export { isRealDay, MAX_IDENTIFIER_LENGTH, normaliseDate, normaliseSex, normaliseUrn } from './normalise.js';
export {
  allKeys,
  CASE_KEY,
  caseKey,
  keyCopies,
  keyNames,
  keysOf,
  MAX_KEY_COPIES,
  MAX_PERSON_COLUMNS,
  NORMALISER_VERSION,
  schemes,
} from './scheme.js';
export type { KeyDefinition, Scheme } from './scheme.js';
export { agencyKeys, peopleKeys } from './agency-keys.js';
export type { AgencyKey } from './agency-keys.js';
export { keyMaker, personKeys, recordKeyMaker } from './key-maker.js';
export type { KeyMaker, KeyValues, RecordKeys } from './key-maker.js';
export type { Atom } from './atoms.js';
export { admission, ALIKE_PAIRS_PER_PERSON, chancePairs, linkingOrder } from './admission.js';
export type { Admission, ChancePairs, Sides } from './admission.js';
export { estimateRecall, linksAt, linksByKey } from './estimates.js';
export type { Linked, Recall } from './estimates.js';
export { AGREEMENTS, agreementOf, SEVERAL_PER_INDEPENDENT } from './agreement.js';
export type { Agreement, CaptureKeys } from './agreement.js';
export { birthDateFault, identifierFault } from './identifier-faults.js';
export type { IdentifierFault } from './identifier-faults.js';
export { IDENTIFIERS, MAX_IDENTIFIER_VALUES } from './identifiers.js';
export type { HeldIdentifiers, IdentifierName, Identifiers, Raw } from './identifiers.js';
export { keysIn, MAX_SCHEME_KEYS, strictestOf } from './key-set.js';
export type { KeySet } from './key-set.js';
export { DEFAULT_LINK_THRESHOLD, REPORTED_THRESHOLDS } from './report.js';
export type { LinkageReport, LinksAt } from './report.js';
export type { KeyStatistics, LinkageStatistics, NonMatches } from './statistics.js';
export {
  countStatistics,
  COUNTED_DUPLICATES,
  linkageRequest,
  MAX_TOLD_SETS,
  MINIMUM_LINKAGE_EPSILON,
  noisyStatistics,
  TOLD_ABOVE_DEVIATIONS,
} from './make-statistics.js';
export type { CountedStatistics, LinkageRequest, StatisticsNoise, StatisticsTopic } from './make-statistics.js';
export { makePeople, missingMask, People, PeopleMaker } from './people.js';
export type { PeopleKey, RecordsOfPeople } from './people.js';
export type { Profiles } from './profiles.js';
export { KeyLists } from './record-keys.js';
export type { KeyColumns } from './record-keys.js';
export { selfLink } from './self-link.js';
export type { SelfLink } from './self-link.js';
