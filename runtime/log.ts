import { destination, pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { CodedError } from '../core/base/index.js';
import type { Log, LogFields } from '../core/base/index.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** The program: `coordinator`, `node`. */
  readonly name: string;
  /** Where the lines go; standard error when it isn't given. */
  readonly destination?: DestinationStream;
  /** Field names of this program's own that may be shown, beside LOGGED_FIELDS. */
  readonly fields?: readonly string[];
}

/**
 * Names of fields that may be shown: facts about runs, lists, parties and this process. Any other field is written as
 * WITHHELD. An allow-list, because nobody can list beforehand what a person's identifier may be called.
 */
export const LOGGED_FIELDS: readonly string[] = [
  'address',
  'agency',
  'asAt',
  'bytes',
  'chunks',
  'code',
  'config',
  'count',
  'dataset',
  'directory',
  'durationMs',
  'err',
  'failure',
  'federation',
  'from',
  'hop',
  'list',
  'nextDialMs',
  'party',
  'phase',
  'pid',
  'port',
  'reason',
  'runId',
  'service',
  'signal',
  'state',
  'subject',
  'template',
  'to',
  'version',
];

export const WITHHELD = '[withheld]';

/** Longer texts in a field are cut: a line is not the place for a document. */
export const MAX_FIELD_CHARACTERS = 1_000;

/** Keys that no line shows, however deep: the second net, for errors of libraries that carry what they failed on. */
const REDACTED = ['privateKey', 'key', 'password', 'secret', 'token', 'authorization', 'parameters', 'sql', 'row'];

/** A Log that writes JSON lines with pino. */
export function createLog({ level, name, destination: stream, fields = [] }: LogOptions): Log {
  const logger = pino(
    {
      level,
      name,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors have been made plain before; pino's own way would run their causes together.
      serializers: { err: (fields: unknown) => fields },
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: WITHHELD },
    },
    stream ?? destination({ fd: 2, sync: true }),
  );
  return new PinoLog(logger, new Set([...LOGGED_FIELDS, ...fields]));
}

class PinoLog implements Log {
  readonly #logger: Logger;
  readonly #shown: ReadonlySet<string>;

  constructor(logger: Logger, shown: ReadonlySet<string>) {
    this.#logger = logger;
    this.#shown = shown;
  }

  debug(fields: LogFields, message: string): void {
    this.#logger.debug(this.#shownOf(fields), message);
  }

  info(fields: LogFields, message: string): void {
    this.#logger.info(this.#shownOf(fields), message);
  }

  warn(fields: LogFields, message: string): void {
    this.#logger.warn(this.#shownOf(fields), message);
  }

  error(fields: LogFields, message: string): void {
    this.#logger.error(this.#shownOf(fields), message);
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.#logger.child(this.#shownOf(fields)), this.#shown);
  }

  #shownOf(fields: LogFields): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, this.#shown.has(name) ? plain(value) : WITHHELD]),
    );
  }
}

/** Numbers, texts and errors; anything with a shape of its own could hold anything. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return errorFields(value);
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.map(cut);
  return WITHHELD;
}

/** An error with its causes, as deep as they go within reason. */
function errorFields(error: Error, depth = 0): Record<string, unknown> {
  return {
    type: error.name,
    ...(error instanceof CodedError ? { code: error.code } : {}),
    message: cut(error.message),
    stack: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .map((line) => line.trim()),
    ...(error.cause instanceof Error && depth < MAX_CAUSES ? { cause: errorFields(error.cause, depth + 1) } : {}),
  };
}

const MAX_CAUSES = 4;

function cut(text: string): string {
  return text.length > MAX_FIELD_CHARACTERS ? `${text.slice(0, MAX_FIELD_CHARACTERS)}…` : text;
}
