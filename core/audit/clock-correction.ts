/**
 * An entry of a log that says that its clock was ahead: checkpoints before it may bear times up to `from`, and those with it
 * are of `to` or later. A checkpoint names all that are in its log, so that its log's signature is enough to know of them.
 */
export interface ClockCorrection {
  /** Of the entry, from 0. */
  readonly index: number;
  /** The time of the last checkpoint before it, which was wrong. */
  readonly from: Date;
  /** What the clock said once it was right; earlier. */
  readonly to: Date;
}

/** A clock that has to be put right more often makes times worthless. */
export const MAX_CLOCK_CORRECTIONS = 16;

const TIME = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z';
const LINE = new RegExp(`^clock (0|[1-9][0-9]{0,15}) (${TIME}) (${TIME})$`);

/** Its line of a checkpoint, without a newline. */
export function correctionLine({ index, from, to }: ClockCorrection): string {
  return `clock ${index} ${isoTime(from)} ${isoTime(to)}`;
}

/** Undefined for what is no such line. */
export function parseCorrectionLine(line: string): ClockCorrection | undefined {
  const [, index = '', from = '', to = ''] = LINE.exec(line) ?? [];
  const correction = { index: Number(index), from: new Date(from), to: new Date(to) };
  // The 30th of February has the form of a time.
  const isSame = isoTime(correction.from) === from && isoTime(correction.to) === to;
  return isSame && correction.from > correction.to ? correction : undefined;
}

/** Whether both name the same corrections, in the same order. */
export function sameCorrections(one: readonly ClockCorrection[], other: readonly ClockCorrection[]): boolean {
  return one.map(correctionLine).join('\n') === other.map(correctionLine).join('\n');
}

/** UTC, to the millisecond; empty for what is no time. */
export function isoTime(at: Date): string {
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
