import { SUMS, type EventView, type ProgressView } from '../coordinator/client.js';
import { TALLY } from '../core/private-join/index.js';
import type { Printer } from './printer.js';

const phases: Readonly<Record<EventView['state'], string>> = {
  submitted: 'waiting for its turn',
  offering: 'agencies are deciding',
  keying: 'keys are being agreed',
  ring: 'lists go round the agencies',
  matching: 'the coordinator links pseudonyms',
  tallying: 'the tally goes round the agencies',
  summing: 'sums go round the agencies',
  releasing: 'counts are being protected',
  finished: 'the table is released',
  refused: 'at least one agency said no',
  failed: 'it ended without a table',
  cancelled: 'it was called off',
};

/** Says what happens to a run: one line that changes where somebody watches, one line for each step elsewhere. */
export class RunProgressView {
  readonly #printer: Printer;
  readonly #lists = new Map<string, ProgressView>();
  #state: EventView['state'] = 'submitted';

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  event({ name, state, party, code, message }: EventView): void {
    if (name === 'agency-accepted') this.#printer.note(`  ${party ?? ''} accepts`);
    else if (name === 'agency-refused') this.#printer.note(`  ${party ?? ''} refuses: ${code ?? ''}: ${message ?? ''}`);
    else if (name === 'release-replayed') this.#printer.note(`${state}: the same was asked before`);
    else this.#printer.note(`${state}: ${phases[state]}`);
    this.#state = state;
    this.#show();
  }

  progress(progress: ProgressView): void {
    const before = this.#lists.get(progress.subject)?.done ?? 0;
    this.#lists.set(progress.subject, progress);
    if (!this.#printer.isLive && progress.done > before) this.#printer.note(`  ${describe(progress)}`);
    this.#show();
  }

  #show(): void {
    const underWay = [...this.#lists.values()].filter(({ subject }) => phaseOf(subject) === this.#state);
    const done = underWay.reduce((sum, progress) => sum + progress.done, 0);
    const steps = underWay.reduce((sum, progress) => sum + progress.steps, 0);
    const moving = steps === 0 ? '' : `: ${done} of ${steps} steps`;
    this.#printer.status(`${phases[this.#state]}${moving}`);
  }
}

/** The phase in which it moves; the lists of agencies do so in the ring. */
function phaseOf(subject: string): EventView['state'] {
  if (subject === TALLY) return 'tallying';
  return subject === SUMS ? 'summing' : 'ring';
}

function describe({ subject, done, steps, to }: ProgressView): string {
  return `${subject}: ${done} of ${steps}, now at ${to}`;
}
