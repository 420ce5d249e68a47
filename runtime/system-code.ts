/** The code of an error of SQLite or of the operating system (`ENOENT`): safe to show, unlike the message. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
