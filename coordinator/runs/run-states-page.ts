import { FIRST_EVENT, isEnded, RUN_STATES, RUN_TRANSITIONS, type RunState } from './run-states.js';

const meanings: Readonly<Record<RunState, string>> = {
  submitted: 'The request was accepted and waits for its turn.',
  offering: 'Every agency has been asked, by the template’s digest, and is deciding.',
  keying: 'All agreed; the joint key is being put together from their shares.',
  ring: 'Every list is on its way round the mixers.',
  matching: 'The coordinator links the final pseudonyms.',
  tallying: 'The combined list goes round once more and each agency takes its key share off.',
  summing: 'Where the template has measures: sums go round, each agency adds its noise and takes its key share off.',
  releasing: 'Cell numbers have been counted; the table is protected.',
  finished: 'The protected table is stored, or that of an earlier run which asked exactly the same.',
  refused: 'At least one agency said no, with its reason.',
  failed: 'The attempt ended with a code and, where it is known, the party at which it ended.',
  cancelled: 'The analyst called it off.',
};

/**
 * `docs/run-states.md`, made from the transition table. A test compares the two, and writes the page anew when it is run
 * with `-u`.
 */
export function runStatesPage(): string {
  return [
    '# The states of a run',
    '',
    'Made from `coordinator/runs/run-states.ts`; do not edit by hand. To make it anew:',
    '`npx vitest run test/unit/coordinator/run-states.test.ts -u`.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> submitted',
    ...RUN_TRANSITIONS.map(({ from, on, to }) => `    ${from} --> ${to}: ${on}`),
    ...RUN_STATES.filter(isEnded).map((state) => `    ${state} --> [*]`),
    '```',
    '',
    ...markdownTable([['state', 'meaning'], ...RUN_STATES.map((state) => [state, meanings[state]])]),
    '',
    `A run begins as \`submitted\` with the event \`${FIRST_EVENT}\`. While it is \`offering\`, each agency's answer is an event`,
    'of its own (`agency-accepted`, `agency-refused`) that changes no state.',
    '',
    'A run that asks what was asked before, of the same snapshots, is `finished` when its turn comes: it has the release of',
    'that earlier run, no agency is asked, and nothing of any budget is spent.',
    '',
    ...markdownTable([
      ['from', 'on', 'to', 'event in the log'],
      ...RUN_TRANSITIONS.map(({ from, on, to, records }) => [from, on, to, records]),
    ]),
    '',
  ].join('\n');
}

/** Columns padded to one width, as the formatter leaves them. */
function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [header = [], ...body] = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
