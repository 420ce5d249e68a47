import { CodedError, joinBytes, utf8Bytes } from '../base/index.js';
import { payloadTypeOf } from '../signing/index.js';
import { ACT_KIND } from './act.js';
import { GovernanceError } from './errors.js';
import { ROSTER_KIND } from './roster-chain.js';

/*
 * The file in which officers hand the register around: JSON Lines (jsonlines.org), one signed envelope a line in the order
 * of the entries, each byte as it was signed and written. It says nothing but the entries, so whoever has a copy checks it
 * by the pinned roster alone, and a copy that goes on is told from a copy that was changed.
 */

/** Entries of one file; a federation that approves a template a week and grants ten times as often has room for 30 years. */
export const MAX_REGISTER_ENTRIES = 20_000;
/** 64 MiB: read whole, and checked in a few seconds. */
export const MAX_REGISTER_FILE_BYTES = 67_108_864;

const LINE_END = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const KINDS = [ACT_KIND, ROSTER_KIND];
const MAX_LINE_BYTES = Math.max(...KINDS.map(({ maxBytes }) => maxBytes));

/**
 * The entries of a register's file, each exactly as it is there; whether they may be believed, `registerOf` says.
 * Thrown when a line is none: GovernanceError BAD_REGISTER_FILE with the line's number, from 1.
 */
export function parseRegisterFile(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length === 0) throw badFile('it is empty: its first line is the first roster');
  if (bytes.length > MAX_REGISTER_FILE_BYTES) throw badFile(`it must have at most ${MAX_REGISTER_FILE_BYTES} bytes`);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = entries.length + 1;
    const end = bytes.indexOf(LINE_END, at);
    if (end < 0) throw badFile(`line ${line} has no end: the file was cut off`);
    if (line > MAX_REGISTER_ENTRIES)
      throw badFile(`line ${line} is one too many: ${MAX_REGISTER_ENTRIES} are the most`);
    const entry = bytes.slice(at, end);
    const fault = faultOf(entry);
    if (fault !== undefined) throw badFile(`line ${line} ${fault.says}`, fault.cause);
    entries.push(entry);
    at = end + 1;
  }
  return entries;
}

/**
 * The file of these entries, from which `parseRegisterFile` gives the same bytes again.
 * Thrown when one can't stand in a line, or there are too many: GovernanceError BAD_REGISTER_FILE.
 */
export function formatRegisterFile(entries: readonly Uint8Array[]): Uint8Array {
  const broken = entries.findIndex((entry) => entry.includes(LINE_END));
  if (broken >= 0) throw badFile(`line ${broken + 1} would be more than a line: take the entry as it was written`);
  const lineEnd = utf8Bytes('\n');
  const bytes = joinBytes(entries.flatMap((entry) => [entry, lineEnd]));
  // What was written and can't be read again would be the end of the register.
  parseRegisterFile(bytes);
  return bytes;
}

function faultOf(entry: Uint8Array): { readonly says: string; readonly cause?: unknown } | undefined {
  if (entry.length === 0) return { says: 'is empty' };
  if (entry.length > MAX_LINE_BYTES) return { says: `must have at most ${MAX_LINE_BYTES} bytes` };
  if (entry.includes(CARRIAGE_RETURN)) return { says: 'has a carriage return: a program has changed its line ends' };
  try {
    const type = payloadTypeOf(entry);
    if (KINDS.some(({ payloadType }) => payloadType === type)) return undefined;
    return { says: 'is neither a roster nor an act of governance' };
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    return { says: 'is not a signed envelope', cause };
  }
}

function badFile(says: string, cause?: unknown): GovernanceError {
  return new GovernanceError('BAD_REGISTER_FILE', `This is not the file of a register: ${says}.`, { cause });
}
