import { systemCode } from '../../system-codes.js';
import { networkFailure } from './server-failure.js';
import type { ServerFailure } from './server-failure.js';

/** SQL Server's numbers of errors, by what can be done about them. */
const BY_NUMBER: ReadonlyMap<number, ServerFailure> = new Map<number, ServerFailure>([
  ...each('SOURCE_LOGIN_REFUSED', 18_451, 18_452, 18_456, 18_461, 18_470, 18_486, 18_487, 18_488),
  // "Cannot open database": there is none, or none for this login.
  ...each('SOURCE_MISSING', 911, 4_060),
  ...each('SOURCE_FORBIDDEN', 229, 230, 297, 300, 916),
  // Also a view that names what isn't there any more.
  ...each('SOURCE_TABLE_MISSING', 208, 4_413),
  ...each('SOURCE_COLUMN_MISSING', 207, 4_104),
  ...each('SOURCE_LOCKED', 1_205, 1_222),
  ...each('SOURCE_UNSTABLE', 3_952, 3_961),
  ...each('SOURCE_WRITES', 443, 557, 3_906, 10_727),
  ...each('SOURCE_TIMEOUT', 8_645, 8_649),
  ...each('SOURCE_UNREACHABLE', 976, 983, 17_142, 17_809),
  ...each('SOURCE_CONNECTION_LOST', 596, 6_005, 6_006),
]);
/** From this severity on the server has ended the connection. */
const FATAL_CLASS = 20;
/** From this one on it lacks something: memory, room for sorting. */
const RESOURCES_CLASS = 17;

function each(failure: ServerFailure, ...numbers: readonly number[]): (readonly [number, ServerFailure])[] {
  return numbers.map((number) => [number, failure]);
}

/** What the server said to a statement or a login; the driver keeps it apart from what it throws. */
export interface MssqlMessage {
  readonly number: number;
  readonly class: number;
}

export interface MssqlFailure {
  readonly failure: ServerFailure;
  /** Safe to show, unlike the message. */
  readonly code: string | undefined;
}

/** Which failure it was. `messages` are in the order in which the server said them. */
export function mssqlFailure(thrown: unknown, messages: readonly MssqlMessage[], connected: boolean): MssqlFailure {
  const known = messages.find(({ number }) => BY_NUMBER.has(number)) ?? messages[0];
  if (known !== undefined) return { failure: failureOf(known, connected), code: String(known.number) };
  // The driver says ESOCKET, and what happened is the cause.
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const code = systemCode(cause);
  const network = networkFailure(cause, connected);
  if (network !== undefined) return { failure: network, code };
  if (code === 'EENCRYPT') return { failure: 'SOURCE_TLS_REFUSED', code };
  if (code === 'ELOGIN') return { failure: 'SOURCE_LOGIN_REFUSED', code };
  return { failure: connected ? 'SOURCE_CONNECTION_LOST' : 'SOURCE_UNREACHABLE', code };
}

function failureOf({ number, class: severity }: MssqlMessage, connected: boolean): ServerFailure {
  const known = BY_NUMBER.get(number);
  if (known !== undefined) return known;
  if (!connected) return 'SOURCE_LOGIN_REFUSED';
  if (severity >= FATAL_CLASS) return 'SOURCE_CONNECTION_LOST';
  return severity >= RESOURCES_CLASS ? 'SOURCE_UNREADABLE' : 'SOURCE_QUERY_FAILED';
}
