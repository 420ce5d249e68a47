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

/** The code of an error of SQLite or of the operating system (`ENOENT`): safe to show, unlike the message. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
