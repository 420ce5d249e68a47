import { isIP } from 'node:net';

import { z } from 'zod';

const name = z.string().min(1).max(200);
const path = z.string().min(1);

/** The agency's own SELECT is at most this long: longer ones belong into a view. */
export const MAX_QUERY_CHARACTERS = 20_000;
/** A day: what takes longer needs a view that is made beforehand. */
export const MAX_STATEMENT_SECONDS = 86_400;
/** PostgreSQL counts it for each batch: how long the server may take to find the next rows. */
export const POSTGRES_STATEMENT_SECONDS = 600;
/** For SQL Server the node counts it, likewise for each batch. */
export const MSSQL_STATEMENT_SECONDS = 600;
/** MySQL and MariaDB count it for the whole read, and match keys are hashed meanwhile: long enough for that. */
export const MYSQL_STATEMENT_SECONDS = 14_400;

/** A password stands in neither the configuration nor a log: only where it is to be found does. */
const passwordSchema = z
  .strictObject({ env: name.exactOptional(), file: path.exactOptional() })
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), 'name either `env` or `file`');

/** `verify` is the rule; `off` sends people's data readably and is for a server on this very computer. */
const tlsSchema = z
  .strictObject({
    mode: z.enum(['verify', 'off']).default('verify'),
    authority: path.exactOptional(),
    certificate: path.exactOptional(),
    privateKey: path.exactOptional(),
  })
  .refine(
    ({ certificate, privateKey }) => (certificate === undefined) === (privateKey === undefined),
    'name both `certificate` and `privateKey`, or neither',
  )
  .refine(
    ({ mode, authority, certificate }) => mode === 'verify' || (authority ?? certificate) === undefined,
    'mode `off` uses no certificates: remove them',
  )
  .default({ mode: 'verify' });

/** SQL Server's protocol has no certificates of clients. */
const mssqlTlsSchema = z
  .strictObject({ mode: z.enum(['verify', 'off']).default('verify'), authority: path.exactOptional() })
  .refine(
    ({ mode, authority }) => mode === 'verify' || authority === undefined,
    'mode `off` uses no certificates: remove them',
  )
  .default({ mode: 'verify' });

const port = z.int().min(1).max(65_535);
const statementSeconds = z.number().positive().max(MAX_STATEMENT_SECONDS);
const serverSchema = {
  /** A host, or, beginning with a slash, where the server's socket is. */
  host: name,
  database: name,
  user: name,
  password: passwordSchema.exactOptional(),
  tls: tlsSchema,
};

/** The drivers of MySQL and SQL Server compare a certificate with a host's name only. */
const nameWhereTls = [
  ({ host, tls }: { readonly host: string; readonly tls: { readonly mode: string } }) =>
    tls.mode === 'off' || isIP(host) === 0,
  {
    path: ['host'] as string[],
    message: 'must be a name where TLS is on, for the certificate is compared with it',
  },
] as const;

/** Exactly one of these says where a source's rows are. */
const placeShape = {
  sqlite: path.exactOptional(),
  postgres: z
    .strictObject({
      ...serverSchema,
      port: port.default(5_432),
      schema: name.exactOptional(),
      statementSeconds: statementSeconds.default(POSTGRES_STATEMENT_SECONDS),
    })
    .exactOptional(),
  mysql: z
    .strictObject({
      ...serverSchema,
      port: port.default(3_306),
      statementSeconds: statementSeconds.default(MYSQL_STATEMENT_SECONDS),
    })
    .refine(...nameWhereTls)
    .exactOptional(),
  mssql: z
    .strictObject({
      ...serverSchema,
      tls: mssqlTlsSchema,
      port: port.default(1_433),
      schema: name.exactOptional(),
      statementSeconds: statementSeconds.default(MSSQL_STATEMENT_SECONDS),
    })
    .refine(...nameWhereTls)
    .exactOptional(),
  csv: z
    .strictObject({
      file: path,
      delimiter: z
        .string()
        .regex(/^[^"\r\n]$/, 'one character')
        .default(','),
    })
    .exactOptional(),
  parquet: z.strictObject({ file: path }).exactOptional(),
};
export const SOURCE_KINDS = [
  'sqlite',
  'postgres',
  'mysql',
  'mssql',
  'csv',
  'parquet',
] as const satisfies readonly (keyof typeof placeShape)[];
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What a source's part of the configuration says about where its rows are; the mapping stands beside it. */
export const placeSettings = {
  ...placeShape,
  table: name.exactOptional(),
  query: z.string().min(1).max(MAX_QUERY_CHARACTERS).exactOptional(),
};

type PlaceSettings = z.infer<z.ZodObject<typeof placeSettings>>;
export type PostgresServer = NonNullable<PlaceSettings['postgres']>;
export type MysqlServer = NonNullable<PlaceSettings['mysql']>;
export type MssqlServer = NonNullable<PlaceSettings['mssql']>;
export type ServerTls = PostgresServer['tls'];
export type PasswordPlace = z.infer<typeof passwordSchema>;

/** What is read of a database: a table or a view by its name, or what the agency's own SELECT gives. */
export type Selection = { readonly table: string } | { readonly query: string };

/** Where the rows of a source are. Each kind has its connector. */
export type SourcePlace =
  | { readonly kind: 'sqlite'; readonly file: string; readonly selection: Selection }
  | { readonly kind: 'postgres'; readonly server: PostgresServer; readonly selection: Selection }
  | { readonly kind: 'mysql'; readonly server: MysqlServer; readonly selection: Selection }
  | { readonly kind: 'mssql'; readonly server: MssqlServer; readonly selection: Selection }
  | { readonly kind: 'csv'; readonly file: string; readonly delimiter: string }
  | { readonly kind: 'parquet'; readonly file: string };

/** The kind that was chosen, or what is wrong with the choice, by the setting that has to change. */
export function sourcePlace(
  settings: PlaceSettings,
): { readonly place: SourcePlace } | { readonly at: readonly string[]; readonly message: string } {
  const { sqlite, postgres, mysql, mssql, csv, parquet } = settings;
  const chosen = SOURCE_KINDS.filter((kind) => settings[kind] !== undefined);
  if (chosen.length === 0) return { at: [], message: `needs one of ${SOURCE_KINDS.join(', ')}` };
  if (chosen.length > 1) return { at: [chosen[1] ?? ''], message: `stands beside ${chosen[0] ?? ''}: keep one` };
  if (csv !== undefined || parquet !== undefined) {
    const named = (['table', 'query'] as const).find((key) => settings[key] !== undefined);
    if (named !== undefined) {
      return { at: [named], message: `a ${csv === undefined ? 'Parquet' : 'CSV'} file has none: remove it` };
    }
    return { place: csv === undefined ? { kind: 'parquet', file: parquet?.file ?? '' } : { kind: 'csv', ...csv } };
  }
  const selection = selectionOf(settings);
  if ('message' in selection) return selection;
  if ('query' in selection && (postgres?.schema ?? mssql?.schema) !== undefined) {
    return { at: [chosen[0] ?? '', 'schema'], message: 'goes with `table`; name the schema within the query' };
  }
  if (postgres !== undefined) return { place: { kind: 'postgres', server: postgres, selection } };
  if (mssql !== undefined) return { place: { kind: 'mssql', server: mssql, selection } };
  if (mysql !== undefined) return { place: { kind: 'mysql', server: mysql, selection } };
  return { place: { kind: 'sqlite', file: sqlite ?? '', selection } };
}

/** The same place with every path made absolute by `from`. */
export function placeFrom(place: SourcePlace, from: (path: string) => string): SourcePlace {
  switch (place.kind) {
    case 'sqlite':
    case 'csv':
    case 'parquet':
      return { ...place, file: from(place.file) };
    case 'postgres':
      return { ...place, server: serverFrom(place.server, from) };
    case 'mysql':
      return { ...place, server: serverFrom(place.server, from) };
    case 'mssql':
      return { ...place, server: serverFrom(place.server, from) };
  }
}

function selectionOf({ table, query }: PlaceSettings): Selection | { at: readonly string[]; message: string } {
  if (table !== undefined && query !== undefined) return { at: ['query'], message: 'stands beside `table`: keep one' };
  if (table !== undefined) return { table };
  return query === undefined ? { at: ['table'], message: 'needs a table, a view, or a `query`' } : { query };
}

function serverFrom<Server extends PostgresServer | MysqlServer | MssqlServer>(
  server: Server,
  from: (path: string) => string,
): Server {
  const { password, tls } = server;
  const { authority, certificate, privateKey, mode }: ServerTls = tls;
  return {
    ...server,
    tls: {
      mode,
      ...(authority === undefined ? {} : { authority: from(authority) }),
      ...(certificate === undefined ? {} : { certificate: from(certificate) }),
      ...(privateKey === undefined ? {} : { privateKey: from(privateKey) }),
    },
    ...(password?.file === undefined ? {} : { password: { file: from(password.file) } }),
  };
}
