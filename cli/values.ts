import { CliError } from './errors.js';

/** Of an option that may be given again. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** As it is signed: without the blanks around it. */
export function trimmed(text: string): string {
  return text.trim();
}

/** Thrown when it isn't a whole number above 0: CliError BAD_USAGE. */
export function wholeNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new CliError('BAD_USAGE', `${text} is not a whole number above 0, without separators, as in 20000.`);
}

/** The start of a day of UTC, as in 2026-11-23. Thrown when there is no such day: CliError BAD_USAGE. */
export function dayOf(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text))
    return day;
  throw new CliError('BAD_USAGE', `${text} is not a day: write it as in 2026-11-23.`);
}
