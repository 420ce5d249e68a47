import { NodeError } from '../../errors.js';
import { systemCode } from '../../system-codes.js';

/** The package that reads Parquet, and the version that this software is tested with. */
export const PARQUET_DRIVER = '@duckdb/node-api';
export const PARQUET_DRIVER_VERSION = '1.5.6-r.1';

/** What is used of the package. It is declared here, for the package need not be there when this software is built. */
export interface ParquetDriver {
  readonly DuckDBInstance: {
    create(path: string, settings: Readonly<Record<string, string>>): Promise<DuckInstance>;
  };
  /** The names of types, by their numbers. */
  readonly DuckDBTypeId: Readonly<Record<number, string>>;
}

export interface DuckInstance {
  connect(): Promise<DuckConnection>;
  closeSync(): void;
}

export interface DuckConnection {
  run(sql: string): Promise<unknown>;
  /** Rows are read as they are fetched. */
  stream(sql: string): Promise<DuckResult>;
  closeSync(): void;
}

export interface DuckResult {
  readonly columnCount: number;
  columnName(index: number): string;
  /** `alias` is what a file says about a text, as in `JSON`. */
  columnType(index: number): { readonly typeId: number; readonly alias?: string };
  /** At most 2,048 rows; null or none at the end. */
  fetchChunk(): Promise<{ readonly rowCount: number; getRows(): (string | null)[][] } | null>;
}

/**
 * The package, which is not installed with this software: it brings a database of 70 MB that no other source needs.
 * Thrown when it isn't there: NodeError SOURCE_DRIVER_MISSING.
 */
export async function loadParquetDriver(name: string = PARQUET_DRIVER): Promise<ParquetDriver> {
  try {
    return (await import(name)) as ParquetDriver;
  } catch (thrown) {
    const code = systemCode(thrown);
    const why =
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'is not installed'
        : `can't be loaded (${code ?? 'its library doesn’t run here'})`;
    throw new NodeError(
      'SOURCE_DRIVER_MISSING',
      `Parquet is read with the package ${name}, which ${why}. In this software's folder: npm install --no-save --save-prod ${PARQUET_DRIVER}@${PARQUET_DRIVER_VERSION}. Or export the data as CSV. The old snapshot stays in force.`,
    );
  }
}
