import { describeTrouble } from '../consent/refresh-opt-outs.js';
import type { ListLines } from '../consent/read-opt-outs.js';
import type { ListCheck, OptOutsCheck } from './check-opt-outs.js';
import { countText } from './shares.js';

/** For the operator: counts and numbers of lines, and no value. */
export function optOutsLines(check: OptOutsCheck): readonly string[] {
  const { lists, keys, failure } = check;
  const trouble = describeTrouble({
    withoutKeys: together(lists.map(({ withoutKeys }) => withoutKeys)),
    unreadable: together(lists.map(({ unreadable }) => unreadable)),
  });
  return [
    'opt-out lists',
    ...lists.map((list, index) => listLine(list, index + 1)),
    ...(failure === null ? [] : [`  NOT YET  ${failure.code}: ${failure.message}`]),
    ...trouble.map((line) => `  WARNING  ${line}`),
    `    match keys of everybody on them: ${countText(keys)}`,
    `    ${inForceText(check)}`,
  ];
}

function listLine({ kind, identifiers, lines, failure }: ListCheck, number: number): string {
  if (failure !== null) return `  NOT YET  list ${number} (${kind}) can’t be read: ${failure.code}: ${failure.message}`;
  return `  good     list ${number} (${kind}) can be read, by ${identifiers.join(', ')}: ${linesText(lines)}`;
}

function inForceText({ inForce, maximumAgeHours }: OptOutsCheck): string {
  if (inForce === null) return 'none are in force yet: `prepare` reads them, and so does `tally node opt-outs`';
  if ('code' in inForce) return `those in force can’t be read: ${inForce.code}: ${inForce.message}`;
  const { readAt, ageHours, freshness, lines } = inForce;
  const read = `those in force were read at ${readAt}: ${linesText(lines)}`;
  const refused = 'every offer is refused until `tally node opt-outs` has read them again';
  if (freshness === 'ahead') return `${read}. The clock says that is still to come: ${refused}`;
  const age = `${hoursText(ageHours)} old, ${hoursText(maximumAgeHours)} at most`;
  return freshness === 'fresh' ? `${read}, ${age}` : `${read}. STALE: ${age}: ${refused}`;
}

function linesText(lines: number): string {
  return `${countText(lines)} ${lines === 1 ? 'line' : 'lines'}`;
}

function hoursText(hours: number): string {
  return `${Math.max(0, Math.round(hours * 10) / 10)} h`;
}

function together(all: readonly ListLines[]): ListLines {
  return { count: all.reduce((sum, { count }) => sum + count, 0), first: all.flatMap(({ first }) => first) };
}
