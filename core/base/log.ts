/**
 * Where a process says what it does. Fields are facts about runs, lists and parties; an identifier of a person, an
 * attribute's value or a key never goes in.
 */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same log, with these fields on every line. */
  child(fields: LogFields): Log;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** For tests and for callers that don't listen. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
