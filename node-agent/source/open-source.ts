import type { SourcePlace } from './source-config.js';
import { openCsvSource } from './connectors/csv-source.js';
import { openMssqlSource } from './connectors/mssql-source.js';
import { openMysqlSource } from './connectors/mysql-source.js';
import { openParquetSource } from './connectors/parquet-source.js';
import { openPostgresSource } from './connectors/postgres-source.js';
import { openSqliteSource } from './connectors/sqlite-source.js';
import type { Source } from './source.js';

export interface OpenSourceOptions {
  /** The columns to read, in this order. A column may stand there twice. */
  readonly columns: readonly string[];
  /** How long a read waits for another program's lock. */
  readonly lockTimeoutMs: number;
}

/** Opens a source of any kind. Thrown when it can't be read or lacks what the mapping names: as its connector says. */
export async function openSource(place: SourcePlace, { columns, lockTimeoutMs }: OpenSourceOptions): Promise<Source> {
  switch (place.kind) {
    case 'sqlite': {
      const { file, selection } = place;
      return openSqliteSource({ file, selection, columns, busyTimeoutMs: lockTimeoutMs });
    }
    case 'postgres':
      return openPostgresSource({ server: place.server, selection: place.selection, columns, lockTimeoutMs });
    case 'mysql':
      return openMysqlSource({ server: place.server, selection: place.selection, columns, lockTimeoutMs });
    case 'mssql':
      return openMssqlSource({ server: place.server, selection: place.selection, columns, lockTimeoutMs });
    case 'csv':
      return openCsvSource({ file: place.file, delimiter: place.delimiter, columns });
    case 'parquet':
      return openParquetSource({ file: place.file, columns });
  }
}
