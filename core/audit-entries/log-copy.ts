import { z } from 'zod';

import { AuditError } from '../audit/index.js';
import { joinBytes, utf8Bytes } from '../base/index.js';

/** A whole log as one file, which whoever has it verifies without anybody's help. */
export interface LogCopy {
  /** A signed note. */
  readonly checkpoint: string;
  /** The largest that enough witnesses have cosigned, of the same size or smaller, as a signed note; null where there is none. */
  readonly cosigned: string | null;
  /** As many as the checkpoint says, as the log holds them. */
  readonly entries: readonly Uint8Array[];
}

export const LOG_COPY_FORMAT = 'tallystick-audit-copy/v1';
/** A million entries of the usual length; all of it is in memory at once. */
export const MAX_LOG_COPY_BYTES = 1_073_741_824;
/** Of the first line: two notes with all signatures that they may have. */
export const MAX_LOG_COPY_HEADER_BYTES = 1_048_576;

const LINE_END = 0x0a;
const headerSchema = z.strictObject({
  format: z.literal(LOG_COPY_FORMAT),
  checkpoint: z.string(),
  cosigned: z.string().nullable(),
});

/**
 * A line that says what it is, with the notes, and a line for each entry: its bytes, for JSON has no line break in it.
 * Thrown when it would have more than `maxBytes`, so that nobody could read it: AuditError BAD_LOG_COPY.
 */
export function formatLogCopy(
  { checkpoint, cosigned, entries }: LogCopy,
  maxBytes: number = MAX_LOG_COPY_BYTES,
): Uint8Array {
  const header = utf8Bytes(`${JSON.stringify({ format: LOG_COPY_FORMAT, checkpoint, cosigned })}\n`);
  const end = Uint8Array.of(LINE_END);
  const bytes = entries.reduce((length, entry) => length + entry.length + end.length, header.length);
  if (bytes > maxBytes) {
    throw new AuditError(
      'BAD_LOG_COPY',
      `The log is too long for a copy: it would have more than ${maxBytes} bytes, and nobody could read it again. ` +
        'Read the entries that you want by the API.',
    );
  }
  return joinBytes([header, ...entries.flatMap((entry) => [entry, end])]);
}

/** Thrown when it isn't such a file, or is too long: AuditError BAD_LOG_COPY, with the line. What entries say isn't looked at. */
export function parseLogCopy(bytes: Uint8Array): LogCopy {
  if (bytes.length > MAX_LOG_COPY_BYTES) throw badCopy(`it has more than ${MAX_LOG_COPY_BYTES} bytes`);
  if (bytes.at(-1) !== LINE_END) throw badCopy('its last line has no end: it was cut off');
  const [header, ...entries] = linesOf(bytes);
  const empty = entries.findIndex(({ length }) => length === 0);
  if (empty !== -1) throw badCopy(`line ${empty + 2}: it is empty`);
  return { ...headerOf(header ?? new Uint8Array(0)), entries };
}

function headerOf(line: Uint8Array): Pick<LogCopy, 'checkpoint' | 'cosigned'> {
  if (line.length > MAX_LOG_COPY_HEADER_BYTES) {
    throw badCopy(`line 1: it has more than ${MAX_LOG_COPY_HEADER_BYTES} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw badCopy('line 1: it is not JSON', cause);
  }
  const { data } = headerSchema.safeParse(value);
  if (data === undefined)
    throw badCopy(`line 1: it does not say ${LOG_COPY_FORMAT}, with a checkpoint and who cosigned`);
  return { checkpoint: data.checkpoint, cosigned: data.cosigned };
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(LINE_END, from);
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

function badCopy(why: string, cause?: unknown): AuditError {
  return new AuditError('BAD_LOG_COPY', `This is not a copy of an audit log: ${why}.`, { cause });
}
