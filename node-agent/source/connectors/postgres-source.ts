import type { Client, QueryArrayConfig, QueryArrayResult } from 'pg';

import { NodeError } from '../../errors.js';
import { systemCode } from '../../system-codes.js';
import { RowBatch, rowBytes } from '../row-batch.js';
import { SOURCE_BATCH_BYTES, SOURCE_BATCH_ROWS } from '../source.js';
import type { Source, SourceRow } from '../source.js';
import type { PostgresServer, Selection } from '../source-config.js';
import { deliverRow } from './delivered.js';
import type { DeliveredColumn } from './delivered.js';
import { postgresBytes, postgresDelivery, TYPES_SQL } from './postgres-types.js';
import { columnMissingError, columnTypeError } from './column-errors.js';
import {
  boundedList,
  columnOf,
  doubleQuoted,
  fromClause,
  orderClause,
  selectionName,
  selectList,
} from './selecting.js';
import type { SelectedValue } from './selecting.js';
import { isSocketPath, readPassword, readTls, SOURCE_CONNECT_TIMEOUT_MS } from './server-access.js';
import { networkFailure, serverError } from './server-failure.js';
import type { ServerContext, ServerFailure } from './server-failure.js';

/** How much longer than its time limit a server is waited for, when it says nothing at all any more. */
export const SILENCE_MARGIN_MS = 30_000;

export interface PostgresSourceOptions {
  readonly server: PostgresServer;
  readonly selection: Selection;
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
  /** How long a read waits for another program's lock. */
  readonly lockTimeoutMs: number;
}

/**
 * Connects to an agency's PostgreSQL, in a session that can't write, and checks that it has what the mapping names.
 * Thrown when not: NodeError with one of the codes that begin with SOURCE_; as readPassword and readTls say.
 */
export async function openPostgresSource(options: PostgresSourceOptions): Promise<Source> {
  const { server, selection } = options;
  const context: ServerContext = {
    server: `PostgreSQL ${server.host}:${server.port}/${server.database}`,
    what: selectionName(selection),
    user: server.user,
    statementSeconds: server.statementSeconds,
  };
  const session = new Session(await clientOf(server), context);
  try {
    await session.begin(options);
    return new PostgresSource(session, await describe(session, options));
  } catch (thrown) {
    await session.end();
    throw thrown;
  }
}

interface Described {
  readonly select: string;
  readonly columns: readonly DeliveredColumn[];
}

class PostgresSource implements Source {
  readonly #session: Session;
  readonly #described: Described;

  constructor(session: Session, described: Described) {
    this.#session = session;
    this.#described = described;
  }

  async *batches(): AsyncIterable<readonly SourceRow[]> {
    const { select, columns } = this.#described;
    // A cursor of SQL and not of the protocol: a time limit then counts for each batch, and not for what the node does
    // with the batches in between, which is most of the time.
    await this.#session.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await this.#session.run(`DECLARE tally_rows NO SCROLL CURSOR FOR ${select}`);
    const batch = new RowBatch();
    let row = 0;
    for (let asked = FIRST_FETCH_ROWS; ;) {
      const { rows } = await this.#session.run(`FETCH FORWARD ${asked} FROM tally_rows`);
      for (const texts of rows) {
        if (batch.add(deliverRow(columns, texts, (row += 1)))) yield batch.take();
      }
      if (rows.length < asked) break;
      asked = nextFetch(rows);
    }
    if (!batch.isEmpty) yield batch.take();
    await this.#session.run('COMMIT');
  }

  async close(): Promise<void> {
    await this.#session.end();
  }
}

type Texts = (string | null)[];

/** How many rows are asked for while nobody knows how long they are. */
const FIRST_FETCH_ROWS = 8;

/**
 * How many rows to ask for after these, for a fetch is in memory as a whole: as many as would be a batch if they are as
 * long as the longest of these, and no more than twice as many.
 */
export function nextFetch(rows: readonly SourceRow[]): number {
  const longest = rows.reduce((most, row) => Math.max(most, rowBytes(row)), 1);
  return Math.min(SOURCE_BATCH_ROWS, 2 * rows.length, Math.max(1, Math.floor(SOURCE_BATCH_BYTES / longest)));
}

/** One connection. Every value comes as the text that the server writes, for what it means is decided in one place. */
class Session {
  readonly context: ServerContext;
  readonly #client: Client;
  #connected = false;

  constructor(client: Client, context: ServerContext) {
    this.#client = client;
    this.context = context;
    // A server that goes away between two statements is noticed at the next; unheard, the event would end the process.
    client.on('error', () => undefined);
  }

  async begin({ server, lockTimeoutMs }: PostgresSourceOptions): Promise<void> {
    try {
      await this.#client.connect();
    } catch (thrown) {
      throw this.error(thrown);
    }
    this.#connected = true;
    for (const setting of [
      `default_transaction_read_only = on`,
      `statement_timeout = ${Math.ceil(server.statementSeconds * 1_000)}`,
      `lock_timeout = ${Math.ceil(lockTimeoutMs)}`,
      // The node may hash for longer between two batches than a server's owner thinks a session may be idle.
      `idle_in_transaction_session_timeout = 0`,
      // Or policies would leave rows out without a word. Whoever may see only some of them is refused.
      `row_security = off`,
      // Or a second reader of a large table begins where the first one is: equal tables, different snapshots.
      `synchronize_seqscans = off`,
      `DateStyle = 'ISO, YMD'`,
      `client_encoding = 'UTF8'`,
      `extra_float_digits = 1`,
    ]) {
      await this.run(`SET ${setting}`);
    }
  }

  async run(text: string, values: readonly unknown[] = []): Promise<QueryArrayResult<Texts>> {
    // Extended: takes one statement only, whatever a configured query holds.
    const query: QueryArrayConfig & { queryMode: 'extended' } = {
      text,
      values: [...values],
      rowMode: 'array',
      queryMode: 'extended',
      types: { getTypeParser: () => (value: string) => value },
    };
    try {
      return await this.#client.query<Texts>(query);
    } catch (thrown) {
      throw this.error(thrown);
    }
  }

  async end(): Promise<void> {
    // A connection that is lost can't be ended in good form.
    await this.#client.end().catch(() => undefined);
  }

  error(thrown: unknown): NodeError {
    return serverError(failureOf(thrown, this.#connected), this.context, systemCode(thrown));
  }
}

async function clientOf(server: PostgresServer): Promise<Client> {
  const { host, port, database, user } = server;
  const password = readPassword(server.password);
  const tls = isSocketPath(host) ? undefined : readTls(server.tls);
  // Loaded here, so that a node that reads a file needs none of it.
  const { default: pg } = await import('pg');
  return new pg.Client({
    ...{ host, port, database, user },
    ...(password === undefined ? {} : { password }),
    // `host`: the name that the certificate must have, also where it is an address.
    ssl: tls === undefined ? false : { ...tls, host },
    application_name: 'tallystick prepare',
    connectionTimeoutMillis: SOURCE_CONNECT_TIMEOUT_MS,
    query_timeout: Math.ceil(server.statementSeconds * 1_000) + SILENCE_MARGIN_MS,
    keepAlive: true,
  });
}

async function describe(session: Session, { server, selection, columns }: PostgresSourceOptions): Promise<Described> {
  const from = fromClause(selection, doubleQuoted, server.schema);
  const { fields } = await fieldsOf(session, columns, from);
  const { rows } = await session.run(TYPES_SQL, [fields.map(({ dataTypeID }) => dataTypeID)]);
  const types = new Map(
    rows.map(([oid, name, textual]) => [
      Number(oid),
      { oid: oid ?? '', name: name ?? '', textual: textual === 'true' },
    ]),
  );
  const delivered = fields.map(({ name, dataTypeID }) => ({
    name,
    type: types.get(dataTypeID)?.name ?? String(dataTypeID),
    deliver: postgresDelivery(dataTypeID, types.get(dataTypeID)),
  }));
  const known = delivered.flatMap(({ name, deliver }) => (deliver === undefined ? [] : [{ name, deliver }]));
  if (known.length < delivered.length) {
    const refused = delivered.filter(({ deliver }) => deliver === undefined);
    throw columnTypeError(session.context, refused);
  }
  const selected = fields.map(({ dataTypeID }, index): SelectedValue => {
    const value = columnOf(columns[index] ?? '', doubleQuoted);
    const bytes = postgresBytes(dataTypeID, value);
    return bytes === undefined ? { value } : { value, bytes };
  });
  const key = 'table' in selection ? await primaryKey(session, selection.table, server.schema) : [];
  return {
    select: `SELECT ${boundedList(selected)} FROM ${from}${orderClause(key, doubleQuoted)}`,
    columns: known,
  };
}

async function fieldsOf(session: Session, columns: readonly string[], from: string): Promise<QueryArrayResult<Texts>> {
  const select = (list: string): string => `SELECT ${list} FROM ${from} LIMIT 0`;
  try {
    return await session.run(select(selectList(columns, doubleQuoted)));
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code !== 'SOURCE_COLUMN_MISSING') throw thrown;
    const missing: string[] = [];
    for (const column of new Set(columns)) {
      const found = await session.run(select(selectList([column], doubleQuoted))).catch(() => undefined);
      if (found === undefined) missing.push(column);
    }
    // A login that may read some columns only may not ask for all.
    const present = await session.run(select('*')).catch(() => undefined);
    throw columnMissingError(session.context, missing, present?.fields.map(({ name }) => name) ?? []);
  }
}

async function primaryKey(session: Session, table: string, schema: string | undefined): Promise<readonly string[]> {
  const name = schema === undefined ? doubleQuoted(table) : `${doubleQuoted(schema)}.${doubleQuoted(table)}`;
  const { rows } = await session.run(
    `SELECT a.attname, has_column_privilege(a.attrelid, a.attnum, 'SELECT')::text FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indisprimary AND i.indrelid = pg_catalog.to_regclass($1)
     ORDER BY pg_catalog.array_position(i.indkey::int2[], a.attnum)`,
    [name],
  );
  // A login that may not read the key may not order by it either.
  return rows.some(([, readable]) => readable !== 'true') ? [] : rows.map(([column]) => column ?? '');
}

/** SQLSTATEs, by what can be done about them. */
const BY_STATE: readonly (readonly [RegExp, ServerFailure])[] = [
  [/^28/, 'SOURCE_LOGIN_REFUSED'],
  [/^3D000$/, 'SOURCE_MISSING'],
  [/^42501$/, 'SOURCE_FORBIDDEN'],
  [/^(42P01|3F000|42602)$/, 'SOURCE_TABLE_MISSING'],
  [/^42703$/, 'SOURCE_COLUMN_MISSING'],
  [/^(55P03|40P01)$/, 'SOURCE_LOCKED'],
  [/^57014$/, 'SOURCE_TIMEOUT'],
  [/^(57P0[0-5]|08)/, 'SOURCE_CONNECTION_LOST'],
  [/^25006$/, 'SOURCE_WRITES'],
  [/^53300$/, 'SOURCE_UNREACHABLE'],
  [/^(2[0-2]|42|P0|38|39|0A|54)/, 'SOURCE_QUERY_FAILED'],
];

/**
 * What in the server refuses a read that policies would cut. It has the SQLSTATE of a missing GRANT, which wouldn't help,
 * and its message is in the server's language.
 */
const ROW_SECURITY_ROUTINE = 'check_enable_rls';

/** What the driver throws without a code, for it has nothing else to tell them by. */
const BY_MESSAGE: readonly (readonly [RegExp, ServerFailure])[] = [
  [/does not support SSL|SSL connection|Hostname\/IP/, 'SOURCE_TLS_REFUSED'],
  [/SASL|password/, 'SOURCE_LOGIN_REFUSED'],
  [/Connection terminated|connection error|read timeout/, 'SOURCE_CONNECTION_LOST'],
];

function failureOf(thrown: unknown, connected: boolean): ServerFailure {
  const network = networkFailure(thrown, connected);
  if (network !== undefined) return network;
  const state = systemCode(thrown);
  const message = thrown instanceof Error ? thrown.message : '';
  if (state === '42501' && thrown instanceof Error && 'routine' in thrown && thrown.routine === ROW_SECURITY_ROUTINE) {
    return 'SOURCE_ROWS_HIDDEN';
  }
  const [, found] =
    (state === undefined
      ? BY_MESSAGE.find(([pattern]) => pattern.test(message))
      : BY_STATE.find(([pattern]) => pattern.test(state))) ?? [];
  if (found === 'SOURCE_CONNECTION_LOST' && !connected) return 'SOURCE_UNREACHABLE';
  return found ?? (connected ? 'SOURCE_UNREADABLE' : 'SOURCE_UNREACHABLE');
}
