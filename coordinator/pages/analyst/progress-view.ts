import { TALLY } from '../../../core/private-join/index.js';
import { canCancel, isEnded, RUN_PATH, SUMS_PATH, type RunState } from '../../runs/run-states.js';
import type { RunProgress } from '../../runs/run-feed.js';
import type { RunDetail } from '../../runs/run-service.js';
import type { RunEvent } from '../../runs/run.js';
import { SUMS } from '../../runs/transfer-board.js';

/** How far a run has got, for somebody who waits for it. Nothing in it tells how many records anybody has. */
export interface ProgressView {
  readonly state: RunState;
  /** What happens now, in words. */
  readonly headline: string;
  readonly isOver: boolean;
  readonly canCancel: boolean;
  readonly phases: readonly PhaseView[];
  readonly agencies: readonly AgencyProgress[];
  readonly lists: readonly ListProgress[];
  /** Steps that are done, and steps there are, over the whole run as far as it is known: for one bar. */
  readonly done: number;
  readonly steps: number;
}

export interface PhaseView {
  readonly name: RunState;
  readonly text: string;
  readonly standing: 'done' | 'now' | 'to-come';
}

export interface AgencyProgress {
  readonly id: string;
  readonly name: string;
  readonly answer: 'waiting' | 'accepted' | 'refused';
}

/** A list on its way from agency to agency. */
export interface ListProgress {
  readonly subject: string;
  readonly text: string;
  readonly done: number;
  readonly steps: number;
  readonly at: string;
}

export const PHASE_WORDS: Readonly<Record<RunState, string>> = {
  submitted: 'Waiting for its turn',
  offering: 'Agencies decide whether they answer',
  keying: 'Agencies agree on keys for this run',
  ring: 'Lists go from agency to agency, scrambled by each',
  matching: 'Scrambled people are linked',
  tallying: 'The tally goes round, and each agency takes its key off',
  summing: 'Sums go round, and each agency takes its key off',
  releasing: 'Small numbers are hidden and the rest rounded',
  finished: 'The table is released',
  refused: 'At least one agency said no',
  failed: 'It ended without a table',
  cancelled: 'It was called off',
};

export interface ProgressGrounds {
  readonly detail: Pick<RunDetail, 'run' | 'events'>;
  readonly lists: readonly RunProgress[];
  /** Of the agencies of the roster. */
  readonly agencies: readonly { readonly id: string; readonly name: string }[];
  /** Whether the template has measures, so that sums go round, too. */
  readonly hasSums: boolean;
}

export function progressView({ detail: { run, events }, lists, agencies, hasSums }: ProgressGrounds): ProgressView {
  const path = pathOf(hasSums);
  const place = path.indexOf(run.state);
  const nameOf = (id: string): string => agencies.find((one) => one.id === id)?.name ?? id;
  const shown = lists.map((progress) => listOf(progress, nameOf));
  const inLists = shown.reduce((sum, { done, steps }) => sum + done / steps, 0) / Math.max(1, shown.length);
  return {
    state: run.state,
    headline: PHASE_WORDS[run.state],
    isOver: isEnded(run.state),
    canCancel: canCancel(run.state),
    phases: path.map((name, index) => ({
      name,
      text: PHASE_WORDS[name],
      standing: index < place || isEnded(run.state) ? 'done' : index === place ? 'now' : 'to-come',
    })),
    agencies: run.participants.map(({ agency }) => ({
      id: agency,
      name: nameOf(agency),
      answer: answerOf(agency, events),
    })),
    lists: shown,
    done: isEnded(run.state)
      ? path.length
      : Math.max(0, place) + (RELAYING.has(run.state) ? Math.min(0.95, inLists) : 0),
    steps: path.length,
  };
}

/** States in which lists move. */
const RELAYING: ReadonlySet<RunState> = new Set(['ring', 'tallying', 'summing']);

function pathOf(hasSums: boolean): RunState[] {
  const sums = SUMS_PATH.map(({ from }) => from).filter((state) => state !== 'tallying');
  return RUN_PATH.flatMap(({ from }) => (from === 'tallying' && hasSums ? [from, ...sums] : [from]));
}

function answerOf(agency: string, events: readonly RunEvent[]): AgencyProgress['answer'] {
  const answers = events.filter(({ party }) => party === agency).map(({ name }) => name);
  if (answers.includes('agency-refused')) return 'refused';
  return answers.includes('agency-accepted') ? 'accepted' : 'waiting';
}

function listOf({ subject, done, steps, to }: RunProgress, nameOf: (id: string) => string): ListProgress {
  const [dataset = '', provider = ''] = subject.split('/');
  const text = subject === TALLY ? 'Tally' : subject === SUMS ? 'Sums' : `${nameOf(provider)}: ${dataset}`;
  return { subject, text, done, steps: Math.max(1, steps), at: nameOf(to) };
}
