import type { CodedError } from '../../core/base/index.js';
import type { TemplateErrorCode } from '../../core/templates/index.js';
import type { CoordinatorErrorCode } from '../errors.js';
import type { ApiErrorCode } from './errors.js';
import type { ProblemView } from './schema.js';

/** Problems that one answer names: whoever has more mends these first. */
export const MAX_PROBLEMS_NAMED = 100;

export interface ProblemKind {
  readonly status: number;
  /** What the code means, in every answer alike. */
  readonly title: string;
}

type AnyCode = ApiErrorCode | CoordinatorErrorCode | TemplateErrorCode;

/**
 * The one table from codes to HTTP. A code that is not here never comes from a request; if it did, it would be this
 * program's fault and the answer 500 INTERNAL.
 */
const KINDS = {
  BAD_BODY: { status: 400, title: 'The body is not what the address takes' },
  BAD_QUERY: { status: 400, title: 'The address, or a header, is not as it should be' },
  UNAUTHORISED: { status: 401, title: 'A token that is known here is needed' },
  TOKEN_EXPIRED: { status: 401, title: 'The token has expired' },
  SCOPE_MISSING: { status: 403, title: 'The token is not good for this' },
  NOT_YOUR_RUN: { status: 403, title: 'Only its requester may do this' },
  COUNTS_NOT_REVEALED: { status: 403, title: 'Unprotected counts are not shown' },
  PURPOSE_NOT_GRANTED: { status: 403, title: 'Your organisation may not ask for this purpose' },
  NOT_FOUND: { status: 404, title: 'There is nothing at this address' },
  UNKNOWN_TEMPLATE: { status: 404, title: 'No live template has that name' },
  UNKNOWN_RUN: { status: 404, title: 'There is no run of that id' },
  COUNTS_GONE: { status: 404, title: 'The unprotected counts are gone' },
  PROVENANCE_UNAVAILABLE: { status: 404, title: 'There is no provenance of this release' },
  AUDIT_RANGE: { status: 404, title: 'The audit log does not have that' },
  DEVICE_LOGIN_OFF: { status: 404, title: 'Nobody can sign in to this coordinator in a browser' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The address takes other methods' },
  TEMPLATE_EXPIRED: { status: 409, title: 'The last day of the template has passed' },
  ROSTER_STALE: { status: 409, title: 'The last day of the roster has passed' },
  REGISTER_STALE: { status: 409, title: 'Nothing shows that the register is whole' },
  AGENCIES_NOT_CONNECTED: { status: 409, title: 'Agencies that are needed are not connected' },
  SNAPSHOTS_MISSING: { status: 409, title: 'Agencies have prepared no data' },
  TOO_FEW_PARTICIPANTS: { status: 409, title: 'Too few agencies would take part' },
  BUDGET_SPENT: { status: 409, title: 'Too little is left of a privacy budget' },
  BAD_OFFER: { status: 409, title: 'What agencies ask does not go together' },
  RUN_ENDED: { status: 409, title: 'The run has ended' },
  NOT_RELEASED: { status: 409, title: 'The run has no release' },
  RELEASE_NOT_LOGGED: { status: 409, title: 'The release is not in the audit log yet' },
  IDEMPOTENCY_KEY_IN_USE: { status: 409, title: 'A request with this key was begun' },
  TOKEN_NOT_REVOCABLE: { status: 409, title: 'The token is one of the configuration' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The body is of another type than the address takes' },
  BAD_PARAMETERS: { status: 422, title: 'These are not parameters of the template' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'Something else was asked with this key' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests' },
  INTERNAL: { status: 500, title: 'Something went wrong at the coordinator' },
  QUEUE_FULL: { status: 503, title: 'Too many runs wait' },
  TOO_MANY_STREAMS: { status: 503, title: 'Too many event streams are open' },
  TOO_MANY_DEVICE_LOGINS: { status: 503, title: 'Too many logins are under way' },
  STOPPING: { status: 503, title: 'The coordinator is stopping' },
} as const satisfies Partial<Record<AnyCode, ProblemKind>>;

/** A code that an answer may have. */
export type ProblemCode = keyof typeof KINDS;

/** By status, then in the order of the table. */
export const PROBLEM_KINDS: ReadonlyMap<ProblemCode, ProblemKind> = new Map(
  Object.entries(KINDS) as [ProblemCode, ProblemKind][],
);

export function httpStatus(code: string): number | undefined {
  return new Map<string, ProblemKind>(PROBLEM_KINDS).get(code)?.status;
}

/** Where the page about the API explains a code. */
export function problemType(code: string): string {
  return `/api#errors-${code}`;
}

/** What is answered. Thrown when the table doesn't have its code: RangeError. */
export function problemOf({ code, message, problems }: CodedError): ProblemView {
  const kind = new Map<string, ProblemKind>(PROBLEM_KINDS).get(code);
  if (kind === undefined) throw new RangeError('this code is never answered');
  const named = problems.slice(0, MAX_PROBLEMS_NAMED);
  return {
    ...{ type: problemType(code), ...kind, detail: message, code },
    ...(named.length > 0 ? { problems: named } : {}),
  };
}
