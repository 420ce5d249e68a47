import { systemCode } from '../runtime/index.js';

export { systemCode };

/** SQLite's result code of something that better-sqlite3 threw, as in `SQLITE_BUSY`; undefined for anything else. */
export function sqliteCode(thrown: unknown): string | undefined {
  const code = systemCode(thrown);
  return code?.startsWith('SQLITE_') === true ? code : undefined;
}

/** True when another connection holds the lock that was needed. */
export function isLocked(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code !== undefined && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'));
}
