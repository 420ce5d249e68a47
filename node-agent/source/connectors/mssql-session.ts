import type * as tds from 'tedious';

import { NodeError } from '../../errors.js';
import { RowBatch } from '../row-batch.js';
import type { MssqlServer } from '../source-config.js';
import { mssqlFailure } from './mssql-failure.js';
import type { MssqlMessage } from './mssql-failure.js';
import { connectSocket, withholdLogin } from './mssql-socket.js';
import type { MssqlColumn } from './mssql-types.js';
import { readPassword, readTls, SOURCE_CONNECT_TIMEOUT_MS } from './server-access.js';
import { serverError } from './server-failure.js';
import type { ServerContext } from './server-failure.js';

type Driver = typeof tds;
type Texts = readonly (string | null)[];

/** What the driver gives of a row. */
type Cells = readonly { readonly value: string | null }[];
type DescribedColumn = MssqlColumn & { readonly colName: string };

/** One connection to a SQL Server. Every value is selected as text, for what it means is decided in one place. */
export class MssqlSession {
  readonly context: ServerContext;
  readonly #driver: Driver;
  readonly #connection: tds.Connection;
  /** What the server said since the last statement began. */
  readonly #messages: MssqlMessage[] = [];
  #connected = false;

  private constructor(driver: Driver, connection: tds.Connection, context: ServerContext) {
    this.#driver = driver;
    this.#connection = connection;
    this.context = context;
    // A server that goes away between two statements is noticed at the next; unheard, the event would end the process.
    connection.on('error', () => undefined);
    connection.on('errorMessage', ({ number, class: severity }) => this.#messages.push({ number, class: severity }));
  }

  /** Thrown when it can't: NodeError with one of the codes that begin with SOURCE_; as readPassword and readTls say. */
  static async connect(server: MssqlServer, context: ServerContext): Promise<MssqlSession> {
    // Loaded here, so that a node that reads a file needs none of it.
    const driver = await import('tedious');
    const session = new MssqlSession(driver, new driver.Connection(configuration(server)), context);
    await session.#connect(server);
    return session;
  }

  /** The columns of a SELECT, without its rows. */
  async describe(sql: string): Promise<readonly DescribedColumn[]> {
    let columns: readonly DescribedColumn[] = [];
    await this.#execute(sql, (request) => {
      request.on('columnMetadata', (found) => (columns = Array.isArray(found) ? found : Object.values(found)));
    });
    return columns;
  }

  /** All rows of a SELECT that has few of them. */
  async rows(sql: string): Promise<readonly Texts[]> {
    const rows: Texts[] = [];
    await this.#execute(sql, (request) => {
      request.on('row', (cells: Cells) => rows.push(cells.map(({ value }) => value)));
    });
    return rows;
  }

  /** From here on everything is seen as it is now, and nothing that might be changed would last. */
  async begin(isolation: 'SNAPSHOT' | 'READ_COMMITTED'): Promise<void> {
    const level = this.#driver.ISOLATION_LEVEL[isolation];
    await this.#answered((done) => this.#connection.beginTransaction(done, 'tallystick', level));
  }

  async rollback(): Promise<void> {
    await this.#answered((done) => this.#connection.rollbackTransaction(done, 'tallystick'));
  }

  /** Rows in batches, in their order. The server is asked for more as they are taken. Left half way, it ends the session. */
  async *batches(sql: string): AsyncIterable<readonly Texts[]> {
    const gathered = new RowBatch<Texts>();
    const whole: (readonly Texts[])[] = [];
    const state: { ended: boolean; failure: unknown; wake: () => void } = {
      ...{ ended: false, failure: undefined, wake: () => undefined },
    };
    const request = this.#request(sql, (thrown) => {
      state.ended = true;
      state.failure = thrown ?? undefined;
      state.wake();
    });
    request.on('row', (cells: Cells) => {
      if (!gathered.add(cells.map(({ value }) => value))) return;
      whole.push(gathered.take());
      request.pause();
      state.wake();
    });
    try {
      this.#connection.execSqlBatch(request);
      for (;;) {
        if (whole.length === 0 && !state.ended) {
          await this.#inTime(new Promise<void>((resolve) => (state.wake = resolve)));
        }
        if (state.failure !== undefined) throw this.#error(state.failure);
        const batch = whole.shift() ?? gathered.take();
        if (batch.length > 0) yield batch;
        if (whole.length === 0 && request.paused) request.resume();
        if (state.ended && whole.length === 0 && gathered.isEmpty) return;
      }
    } finally {
      if (!state.ended) this.close();
    }
  }

  /** Not in good form: what is left of a large table would have to be read to the end first. */
  close(): void {
    this.#connection.close();
  }

  async #connect({ tls: { mode }, host, port }: MssqlServer): Promise<void> {
    let encrypted = mode === 'off';
    this.#connection.on('secure', () => (encrypted = true));
    this.#connection.config.options.connector = async () => {
      // A server may send those who only read to another one.
      const { server = host, port: routed = port } = this.#connection.routingData ?? {};
      encrypted = mode === 'off';
      const socket = await connectSocket({ host: server, port: routed }, SOURCE_CONNECT_TIMEOUT_MS);
      return withholdLogin(socket, () => encrypted);
    };
    try {
      await new Promise<void>((resolve, reject) => {
        this.#connection.connect((thrown) => (thrown === undefined ? resolve() : reject(thrown)));
      });
    } catch (thrown) {
      this.close();
      throw this.#error(thrown);
    }
    this.#connected = true;
  }

  #execute(sql: string, listen: (request: tds.Request) => void): Promise<void> {
    return this.#answered((done) => {
      const request = this.#request(sql, done);
      listen(request);
      this.#connection.execSqlBatch(request);
    });
  }

  #request(sql: string, done: (thrown: Error | null | undefined) => void): tds.Request {
    this.#messages.length = 0;
    return new this.#driver.Request(sql, (thrown) => done(thrown));
  }

  async #answered(ask: (done: (thrown: Error | null | undefined) => void) => void): Promise<void> {
    try {
      await this.#inTime(
        new Promise<void>((resolve, reject) => {
          ask((thrown) => (thrown instanceof Error ? reject(thrown) : resolve()));
        }),
      );
    } catch (thrown) {
      throw this.#error(thrown);
    }
  }

  /** The driver's own limit ends with the first row. Thrown when there is no answer in time: NodeError SOURCE_TIMEOUT. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let late: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(serverError('SOURCE_TIMEOUT', this.context, undefined));
        this.close();
      }, this.context.statementSeconds * 1_000);
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      clearTimeout(late);
    }
  }

  #error(thrown: unknown): NodeError {
    if (thrown instanceof NodeError) return thrown;
    const { failure, code } = mssqlFailure(thrown, this.#messages, this.#connected);
    return serverError(failure, this.context, code);
  }
}

function configuration(server: MssqlServer): tds.ConnectionConfiguration {
  const { host, port, database, user } = server;
  const password = readPassword(server.password);
  const tls = readTls(server.tls);
  return {
    server: host,
    authentication: {
      type: 'default',
      options: { userName: user, ...(password === undefined ? {} : { password }) },
    },
    options: {
      ...{ port, database, appName: 'tallystick prepare' },
      encrypt: tls !== undefined,
      trustServerCertificate: false,
      ...(tls?.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: tls.ca } }),
      // Where there are copies to read from, one of them will do.
      readOnlyIntent: true,
      connectTimeout: SOURCE_CONNECT_TIMEOUT_MS,
      requestTimeout: 0,
      maxRetriesOnTransientErrors: 0,
      useColumnNames: false,
      rowCollectionOnRequestCompletion: false,
    },
  };
}
