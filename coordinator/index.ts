export { DENIED_CODES } from './access/denied.js';
export { assertMaySee, assertOwn, maySee, sightOf } from './access/visible-runs.js';
export type { RunSight, RunViewer } from './access/visible-runs.js';
export { createApi, MAX_DEVICE_LOGINS_PER_MINUTE, MAX_REQUESTS_PER_MINUTE } from './api/api.js';
export type { ApiOptions } from './api/api.js';
export { MAX_CURSOR_CHARACTERS } from './api/cursor.js';
export { apiDocument } from './api/document.js';
export { API_ERROR_CODES, ApiError } from './api/errors.js';
export type { ApiErrorCode } from './api/errors.js';
export { httpStatus, MAX_PROBLEMS_NAMED, PROBLEM_KINDS, problemType } from './api/problems.js';
export type { ProblemCode } from './api/problems.js';
export { problemsOf } from './api/route.js';
export type { RouteAccess, RouteSpec } from './api/route.js';
export { MAX_ENTRIES_SHOWN } from './api/audit-views.js';
export { API_ROUTES } from './api/routes/index.js';
export { MAX_TEMPLATES_LISTED } from './api/routes/question-routes.js';
export { MAX_IDEMPOTENCY_KEY_CHARACTERS } from './api/routes/run-routes.js';
export type { ApiServices, RegisterHealth } from './api/services.js';
export { MAX_TOKEN_CHARACTERS } from './api/auth.js';
export { EventStreams, MAX_EVENT_STREAMS } from './api/event-stream.js';
export {
  agenciesView,
  agencyView,
  eventView,
  MAX_BODY_BYTES,
  problemView,
  progressView,
  runDetailView,
  runsView,
  runView,
  templateDetailView,
  templatesView,
  templateView,
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
export { createCoordinator } from './app.js';
export type { Coordinator, CoordinatorEnvironment } from './app.js';
export { auditCheckpointView, auditEntriesView, auditProofView } from './api/audit-schema.js';
export type { AuditCheckpointView, AuditEntriesView, AuditProofView } from './api/audit-schema.js';
export { AuditLog, TAIL_ENTRIES } from './audit/audit-log.js';
export { MAX_BATCH_ENTRIES } from './audit/entry-batch.js';
export type { AppendedEntries, AuditLogOptions } from './audit/audit-log.js';
export { AuditTrail } from './audit/audit-trail.js';
export type { AuditTrailOptions, LoggedOffer } from './audit/audit-trail.js';
export { auditFile } from './audit/open-audit.js';
export { SeenSizes } from './audit/seen-sizes.js';
export { EXIT_CODES as COORDINATOR_EXIT_CODES, runCommand as runCoordinatorCommand } from './commands/index.js';
export { configSchema, isSynthetic, loadConfig, MAX_API_TOKENS } from './config.js';
export type { CoordinatorConfig } from './config.js';
export { createEnrolmentOnly } from './enrolment/enrolment-only.js';
export { openEnrolmentStore } from './enrolment/enrolment-store.js';
export type { EnrolmentStore, GivenCertificate, KeptToken } from './enrolment/enrolment-store.js';
export { checkToken, makeToken, MAX_TOKEN_HOURS, MAX_WRONG_SECRETS } from './enrolment/enrolment-token.js';
export { describeEnrolments, enrolments } from './enrolment/enrolments.js';
export type { AgencyEnrolment } from './enrolment/enrolments.js';
export { COORDINATOR_VALID_DAYS, initAuthority, renewCoordinator } from './enrolment/init-authority.js';
export { rosterDraft } from './enrolment/roster-draft.js';
export { tokenForAgency } from './enrolment/token-for-agency.js';
export {
  MAX_REMEMBERED_ADDRESSES,
  MAX_WRONG_ATTEMPTS_AN_ADDRESS,
  WRONG_ATTEMPTS_WINDOW_MS,
  WrongAttempts,
} from './enrolment/wrong-attempts.js';
export { COORDINATOR_ERROR_CODES, CoordinatorError } from './errors.js';
export type { CoordinatorErrorCode } from './errors.js';
export { AgencyRegistry } from './federation/agency-registry.js';
export type { AgencyState, AgencyStatus, RegisteredAgency } from './federation/agency-registry.js';
export { federationHandlers } from './federation/handlers.js';
export { RegisterFeed } from './federation/register-feed.js';
export { configText, initCoordinator } from './init.js';
export type { Initialised, ListenAddress, Listening } from './init.js';
export { HEADLINE_THRESHOLDS, headline } from './linkage/headline.js';
export type { LinkNoise } from './linkage/headline.js';
export { linkageNotes } from './linkage/linkage-notes.js';
export { makeLinkage, shownOfJoin } from './linkage/make-linkage.js';
export type { LinkageInput } from './linkage/make-linkage.js';
export type {
  LinkageHeadline,
  ReleasedLink,
  ReleasedLinkage,
  ReleasedLinksAt,
  ReleasedList,
  ReleasedStatistics,
} from './linkage/released-linkage.js';
export { runStatistics } from './linkage/run-statistics.js';
export {
  notShown,
  shareOfShown,
  showCount,
  showEstimate,
  showLadder,
  SHOWN_STATUSES,
  showParts,
  showShare,
} from './linkage/shown-number.js';
export type { ShownNumber, ShownStatus } from './linkage/shown-number.js';
export { SIGN_IN_ERROR_CODES } from './sign-in/errors.js';
export { loadCatalogue } from './register/catalogue.js';
export { assertNotExpired, createLiveTemplates, TemplatesInForce } from './register/live-templates.js';
export type { LiveTemplate, LiveTemplates, UnusableTemplate } from './register/live-templates.js';
export { amountCost, amountLeft } from './runs/amount.js';
export { inlineProtector } from './runs/protector.js';
export type { Protector } from './runs/protector.js';
export { createThreadProtector } from './runs/thread-protector.js';
export type { ThreadProtector } from './runs/thread-protector.js';
export { earlierTables, MAX_EARLIER_TABLES } from './runs/earlier-tables.js';
export type { EarlierQuestion, EarlierTables } from './runs/earlier-tables.js';
export { releaseNotes } from './runs/release-notes.js';
export type { NotesInput } from './runs/release-notes.js';
export { releaseSchema } from './runs/release-schema.js';
export type { ReleaseSource } from './runs/participants.js';
export { makeOptOuts } from './runs/opt-outs.js';
export type { ReleasedOptOuts } from './runs/opt-outs.js';
export type { ChosenParameter, Release } from './runs/release.js';
export { approvalTrouble, assertMayAsk, keptOut, partyTrouble } from './runs/register-trouble.js';
export type { AskingGrounds, RegisterTrouble } from './runs/register-trouble.js';
export { REPEATABLE_HOURS, RepeatableSubmissions } from './runs/repeatable-submissions.js';
export { RunFeed } from './runs/run-feed.js';
export type { RunListener, RunProgress } from './runs/run-feed.js';
export { MAX_REVEALED_RUNS, MAX_WAITING_RUNS, RunService } from './runs/run-service.js';
export type { RunDetail, RunServiceDeps, SubmittedRequest } from './runs/run-service.js';
export {
  canCancel,
  FIRST_EVENT,
  isEnded,
  RUN_EVENTS,
  RUN_PATH,
  RUN_STATES,
  RUN_TRANSITIONS,
  RUN_TRIGGERS,
  SUMS_PATH,
  transition,
} from './runs/run-states.js';
export type { RunEventName, RunState, RunTransition, RunTrigger } from './runs/run-states.js';
export { runStatesPage } from './runs/run-states-page.js';
export { MAX_RUNS_LISTED, PHASE_BYTES_STEP } from './runs/run.js';
export type { NewRunEvent, PhaseCost, Run, RunEnding, RunEvent, RunRequest } from './runs/run.js';
export { SUMS } from './runs/transfer-board.js';
export { openRegister, REGISTER_LOOK_MS } from './open-register.js';
export { createAgencyStore } from './store/agency-store.js';
export type { AgencyStore } from './store/agency-store.js';
export { openDatabase } from './store/database.js';
export { createRunStore } from './store/run-store.js';
export { createRepeatableRequestStore } from './store/repeatable-requests.js';
export type { AskedRequest, ListedRuns, ReleasedRun, RunStore } from './store/run-store.js';
export { createTokenStore } from './store/token-store.js';
export type { TokenStore } from './store/token-store.js';
export {
  ApiTokens,
  EXPIRED_LISTED_DAYS,
  MAX_TOKEN_DAYS,
  MAX_TOKEN_NAME_CHARACTERS,
  MAX_TOKENS_AN_ACCOUNT,
} from './tokens/api-tokens.js';
export type { ApiToken, TokenHolder, TokenRequest } from './tokens/api-tokens.js';
export { DEVICE_GRANT } from './tokens/device-grant.js';
export {
  DEVICE_LOGIN_SECONDS,
  DEVICE_TOKEN_DAYS,
  DeviceLogins,
  MAX_DEVICE_LOGINS,
  POLL_SECONDS,
} from './tokens/device-logins.js';
export { KnownTokens } from './tokens/known-tokens.js';
export { SCOPE_MEANINGS, SCOPES } from './tokens/scopes.js';
export type { Scope } from './tokens/scopes.js';
export { isTokenText, newTokenText, TOKEN_PATTERN, tokenHash } from './tokens/token-text.js';
export { newUserCode, readUserCode, USER_CODE_LETTERS } from './tokens/user-code.js';
