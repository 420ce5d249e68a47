import { NodeError } from '../../errors.js';
import type { NodeErrorCode } from '../../errors.js';
import { systemCode } from '../../system-codes.js';

/** What a database server or the way to it said, in codes. Its messages quote values and go nowhere. */
export interface ServerContext {
  /** As an operator knows it: `PostgreSQL db.example:5432/crimes`. */
  readonly server: string;
  /** `table crimes`, `the query`. */
  readonly what: string;
  readonly user: string;
  readonly statementSeconds: number;
}

export type ServerFailure = Extract<
  NodeErrorCode,
  | 'SOURCE_UNREACHABLE'
  | 'SOURCE_TLS_REFUSED'
  | 'SOURCE_LOGIN_REFUSED'
  | 'SOURCE_MISSING'
  | 'SOURCE_FORBIDDEN'
  | 'SOURCE_ROWS_HIDDEN'
  | 'SOURCE_TABLE_MISSING'
  | 'SOURCE_COLUMN_MISSING'
  | 'SOURCE_LOCKED'
  | 'SOURCE_TIMEOUT'
  | 'SOURCE_CONNECTION_LOST'
  | 'SOURCE_UNSTABLE'
  | 'SOURCE_WRITES'
  | 'SOURCE_QUERY_FAILED'
  | 'SOURCE_UNREADABLE'
>;

/** What a database administrator can do about each. */
const ADVICE: Readonly<Record<ServerFailure, (context: ServerContext) => string>> = {
  SOURCE_UNREACHABLE: ({ server }) => `${server} doesn't answer: check host, port and firewall, and that it runs`,
  SOURCE_TLS_REFUSED: ({ server }) =>
    `${server} can't be trusted over TLS: set \`tls.authority\` to the authority of its certificate, and \`host\` to the name in it; switch TLS on where the server has it off`,
  SOURCE_LOGIN_REFUSED: ({ server, user }) =>
    `${server} refuses the login of ${user}: check user and password, and that it may come from this computer`,
  SOURCE_MISSING: ({ server }) => `${server}: there is no such database; correct \`database\``,
  SOURCE_FORBIDDEN: ({ server, what, user }) =>
    `${server} doesn't let ${user} read ${what}: grant SELECT on it and on what its views need, and nothing else`,
  SOURCE_ROWS_HIDDEN: ({ server, what, user }) =>
    `${server} has row security that would hide rows of ${what} from ${user}, and nobody would know: read it through a view that the table's owner made, or ALTER ROLE … BYPASSRLS for this login; if some rows are not for this dataset, say so in the view's WHERE`,
  SOURCE_TABLE_MISSING: ({ server, what }) =>
    `${server} lacks ${what}, or something that it reads: correct its name, or make the table or view again`,
  SOURCE_COLUMN_MISSING: ({ server, what }) => `${server}: ${what} lacks a column that is asked for`,
  SOURCE_LOCKED: ({ server, what }) =>
    `${server}: another program holds a lock on ${what}; wait until it has finished, then prepare again`,
  SOURCE_TIMEOUT: ({ server, what, statementSeconds }) =>
    `${server} stopped reading ${what} after its time limit: make it faster (an index, a table instead of a view) or raise \`statementSeconds\` (now ${statementSeconds})`,
  SOURCE_CONNECTION_LOST: ({ server, what }) =>
    `${server} dropped the connection while ${what} was read: see the server's log (restart, failover, an administrator's KILL), then prepare again`,
  SOURCE_UNSTABLE: ({ server, what }) =>
    `${server} can't show ${what} as it was at one moment, and people who move while it is read would be counted twice or not at all: ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON, or name a database snapshot or a readable secondary`,
  SOURCE_WRITES: ({ server, what }) =>
    `${server}: ${what} tries to change something, and this session is read-only; use a SELECT and functions that only read`,
  SOURCE_QUERY_FAILED: ({ server, what }) =>
    `${server} can't evaluate ${what}: run it by hand as this login, its message says where it fails`,
  SOURCE_UNREADABLE: ({ server, what }) => `${server}: ${what} can't be read: see the server's log`,
};

/**
 * The error of a failure. The driver's own error is not its cause: a server quotes the values that it couldn't convert,
 * and a driver may hold the password.
 */
export function serverError(failure: ServerFailure, context: ServerContext, code: string | undefined): NodeError {
  const said = code === undefined ? '' : ` (${code})`;
  return new NodeError(failure, `${ADVICE[failure](context)}${said}. The old snapshot stays in force.`);
}

const NETWORK: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'EACCES',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
]);

/** Failures of the way to a server, which every driver passes on alike; undefined for what the server itself says. */
export function networkFailure(thrown: unknown, connected: boolean): ServerFailure | undefined {
  const code = systemCode(thrown);
  if (code !== undefined && isTlsCode(code)) return 'SOURCE_TLS_REFUSED';
  if (code !== undefined && NETWORK.has(code)) return connected ? 'SOURCE_CONNECTION_LOST' : 'SOURCE_UNREACHABLE';
  return undefined;
}

/** OpenSSL's and Node's names for certificates and handshakes that fail; mysql2's for both. */
function isTlsCode(code: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA)/.test(code) ||
    code === 'HANDSHAKE_NO_SSL_SUPPORT' ||
    code === 'HANDSHAKE_SSL_ERROR'
  );
}
