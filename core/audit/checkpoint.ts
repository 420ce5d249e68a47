import { equalBytes, fromBase64, toBase64 } from '../base/index.js';
import type { SigningKey } from '../private-join/index.js';
import { correctionLine, isoTime, MAX_CLOCK_CORRECTIONS, parseCorrectionLine } from './clock-correction.js';
import type { ClockCorrection } from './clock-correction.js';
import { AuditError } from './errors.js';
import { formatNote, parseNote, signaturesOf, signNote, standingOf } from './note.js';
import type { SignedNote } from './note.js';
import { isKeyName } from './note-key.js';
import type { NoteKey } from './note-key.js';
import { emptyRoot, HASH_BYTES } from './tree-hash.js';
import type { TreeHead } from './verify-proof.js';

/**
 * What a log says it is at a time (C2SP, c2sp.org/tlog-checkpoint): the text of a signed note of four lines: origin, size,
 * root in base64, and `time …`. C2SP lets a log add lines of its own and recommends none; this one is what makes going
 * back provable. A log's times grow with its sizes, so a smaller size with a later time contradicts the larger one.
 */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
  /** When it was signed, UTC, to the millisecond. */
  readonly at: Date;
  /** Corrections of the clock among its entries, in their order; absent where there are none. */
  readonly clocks?: readonly ClockCorrection[];
}

/** A checkpoint whose log's signature has been verified. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** The note as its log signed it: with the log's signature alone. */
  readonly note: string;
}

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const TIME = /^time ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)$/;

/** Thrown when the origin can't be the name of a key, or a time or a correction isn't one: AuditError BAD_CHECKPOINT. */
export function checkpointText({ origin, size, root, at, clocks = [] }: Checkpoint): string {
  const corrections = clocks.map((clock) => `${correctionLine(clock)}\n`).join('');
  const text = `${origin}\n${size}\n${toBase64(root)}\ntime ${isoTime(at)}\n${corrections}`;
  parseCheckpointText(text);
  return text;
}

/** Thrown when it isn't such a text, byte for byte: AuditError BAD_CHECKPOINT, with the line. */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin = '', size = '', root = '', time = '', ...rest] = text.split('\n');
  if (rest.pop() !== '') throw badCheckpoint('it has four lines or more, each with a newline');
  if (!isKeyName(origin)) throw badCheckpoint('line 1 is the name of its log, without spaces and plus signs');
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size))) throw badCheckpoint('line 2 is a number of entries');
  const head: TreeHead = { size: Number(size), root: rootOfLine(root) };
  if (head.size === 0 && !equalBytes(head.root, emptyRoot())) {
    throw badCheckpoint('line 3 is not the root of a log without entries');
  }
  const at = timeOfLine(time);
  const clocks = clocksOfLines(rest, head.size, at);
  return { origin, ...head, at, ...(clocks.length === 0 ? {} : { clocks }) };
}

export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): SignedCheckpoint {
  const text = checkpointText(checkpoint);
  return { checkpoint, note: formatNote({ text, signatures: [signNote(text, checkpoint.origin, key)] }) };
}

/**
 * Reads a checkpoint of the log with this key. Other signatures than the log's are left out of the result.
 *
 * Thrown when it isn't a signed note or a checkpoint: AuditError BAD_CHECKPOINT; when it is another log's: OTHER_LOG; when
 * the log hasn't signed it, or something else stands in its name: BAD_CHECKPOINT_SIGNATURE.
 */
export function openCheckpoint(note: string, log: NoteKey): SignedCheckpoint {
  const parsed = readNote(note);
  const checkpoint = parseCheckpointText(parsed.text);
  if (checkpoint.origin !== log.name) {
    throw new AuditError('OTHER_LOG', 'This checkpoint is of another log than the one that was asked for.');
  }
  const standing = standingOf(parsed, log);
  if (standing !== 'signed') {
    throw new AuditError(
      'BAD_CHECKPOINT_SIGNATURE',
      standing === 'absent'
        ? "This checkpoint isn't signed with its log's key."
        : "A signature in the name of this checkpoint's log is wrong.",
    );
  }
  const { text } = parsed;
  return { checkpoint, note: formatNote({ text, signatures: signaturesOf(parsed, log).slice(0, 1) }) };
}

/** A checkpoint's note in its parts. Thrown when it isn't one: AuditError BAD_CHECKPOINT. */
export function readNote(note: string): SignedNote {
  try {
    return parseNote(note);
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new AuditError('BAD_CHECKPOINT', cause.message, { cause });
  }
}

function rootOfLine(line: string): Uint8Array {
  try {
    const root = fromBase64(line);
    if (root.length === HASH_BYTES) return root;
  } catch {
    // Said below.
  }
  throw badCheckpoint(`line 3 is base64 of ${HASH_BYTES} bytes`);
}

function timeOfLine(line: string): Date {
  const [, text = ''] = TIME.exec(line) ?? [];
  const at = new Date(text);
  // The 30th of February has the form of a time.
  if (text !== '' && isoTime(at) === text) return at;
  throw badCheckpoint('line 4 is `time` and a UTC time as in 2026-11-23T09:30:00.000Z');
}

/** In the order of their entries, all of which it has; it isn't from before the last of them. */
function clocksOfLines(lines: readonly string[], size: number, at: Date): readonly ClockCorrection[] {
  if (lines.length > MAX_CLOCK_CORRECTIONS) {
    throw badCheckpoint(`it has no more than ${MAX_CLOCK_CORRECTIONS} lines after the fourth`);
  }
  const clocks = lines.map((line, place) => {
    const clock = parseCorrectionLine(line);
    if (clock !== undefined) return clock;
    throw badCheckpoint(`line ${5 + place} is \`clock\`, an entry's index, a time and an earlier time`);
  });
  if (clocks.some(({ index }, place) => index >= (clocks[place + 1]?.index ?? size))) {
    throw badCheckpoint('its corrections of the clock are of entries that it has, in their order');
  }
  const last = clocks.at(-1);
  if (last !== undefined && at < last.to) throw badCheckpoint('its time is not before that of its last correction');
  return clocks;
}

function badCheckpoint(expected: string): AuditError {
  return new AuditError('BAD_CHECKPOINT', `This is not a checkpoint of an audit log: ${expected}.`);
}
