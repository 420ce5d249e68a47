import type { RunDetailView, RunView } from '../coordinator/index.js';
import { renderRelease } from './release-text.js';
import { columnsOf, wrapText } from './text.js';

/** Everything about one run: what was asked, how it went, and its table or why there is none. */
export function describeRun(run: RunDetailView, columns: number, options: { readonly detail?: boolean } = {}): string {
  return [...heading(run), '', ...outcome(run, columns, options)].join('\n');
}

/** One line a run. */
export function describeRuns(runs: readonly RunView[]): string {
  if (runs.length === 0)
    return 'No runs yet. `tally templates` lists what can be asked; `tally run <template>` asks it.';
  const rows = runs.map(({ id, submittedAt, template, requester, state, ending }) => [
    id,
    submittedAt.slice(0, 19).replace('T', ' '),
    template,
    requester,
    ending === null ? state : `${state}: ${ending.code}${ending.party === null ? '' : ` (${ending.party})`}`,
  ]);
  return columnsOf([['run', 'submitted (UTC)', 'template', 'requester', 'state'], ...rows]);
}

/** What a person has to know of a finished run, or of one that ended without a table. */
export function outcome(run: RunDetailView, columns: number, options: { readonly detail?: boolean } = {}): string[] {
  if (run.release !== null) return [...replayLines(run, columns), renderRelease(run.release, columns, options)];
  if (run.state === 'refused') {
    return run.refusals.flatMap(({ agency, code, message, advice }) => [
      `${agency} refused: ${code}: ${message}`,
      ...wrapText(`What to do: ${advice}`, columns, '  ', '  '),
    ]);
  }
  if (run.ending !== null) {
    const { code, party, message, advice } = run.ending;
    return [
      `${code}${party === null ? '' : ` at ${party}`}: ${message}`,
      ...wrapText(`What to do: ${advice}`, columns),
    ];
  }
  return [`This run is ${run.state}.`];
}

function replayLines({ replayOf }: RunDetailView, columns: number): string[] {
  if (replayOf === null) return [];
  const text = `The same was asked before, of the same data: this is the release of run ${replayOf}, and nothing was spent for it.`;
  return [...wrapText(text, columns), ''];
}

function heading(run: RunDetailView): string[] {
  const parameters = Object.entries(run.parameters).map(([name, values]) => `${name} = ${values.join(', ')}`);
  const seconds = run.phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const facts: [string, string][] = [
    ['run', run.id],
    ['template', `${run.template} version ${run.templateVersion} (${run.templateDigest.slice(0, 16)})`],
    ...(parameters.length === 0 ? [] : [['parameters', parameters.join('; ')] as [string, string]]),
    ['requester', run.requester],
    ['submitted', run.submittedAt],
    ['state', run.state],
    ...(run.replayOf === null ? [] : [['release of', run.replayOf] as [string, string]]),
    ...(run.phases.length === 0 ? [] : [['took', `${seconds.toFixed(1)} s`] as [string, string]]),
  ];
  return columnsOf(facts).split('\n');
}
