import { isRefusalCode } from '../../../core/private-join/index.js';
import type { PartyId } from '../../../core/private-join/index.js';
import { requesterOf } from '../../../core/governance/index.js';
import { isEnded } from '../../runs/run-states.js';
import type { ChosenParameter, Release } from '../../runs/release.js';
import type { Run } from '../../runs/run.js';
import type { SiteServices } from '../site-services.js';
import { failureWords, refusalWords } from './ending-words.js';
import type { PublicQuestions } from './public-questions.js';

export const RUN_OUTCOMES = ['answered', 'refused', 'not-answered', 'under-way'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** What the register of runs says of one: nothing else of a run that was not released is for everybody. */
export interface PublicRun {
  readonly id: string;
  readonly template: string;
  readonly version: number;
  readonly question: string;
  /** In words. */
  readonly chosen: readonly ChosenParameter[];
  /** Id in the roster; never who it was there. */
  readonly organisation: string;
  readonly organisationName: string;
  readonly purpose: string;
  readonly purposeTitle: string;
  readonly outcome: RunOutcome;
  /** ISO 8601, UTC. */
  readonly asked: string;
  readonly ended: string | null;
  /** Why there is no answer; null where there is one, or may be yet. */
  readonly ending: { readonly code: string; readonly words: string } | null;
  readonly refusals: readonly PublicRefusal[];
  /** Numbers of the table that are not shown, and how many it has; null where there is no table. */
  readonly cells: { readonly suppressed: number; readonly all: number } | null;
  /** The run whose table this one got again; null where it has its own, or none. */
  readonly replayOf: string | null;
}

export interface PublicRefusal {
  readonly agency: PartyId;
  readonly agencyName: string;
  readonly code: string;
  readonly words: string;
}

/** A run, and its release where there is one. */
export interface FoundRun {
  readonly run: PublicRun;
  readonly release: Release | null;
}

/** Runs read at a time. */
const BATCH = 50;

/**
 * The register of runs. A run is in it once its turn has come, for then its question stands in the public log too: what
 * still waits, or was never asked of anybody, is its analyst's own. What has ended doesn't change, and is read once.
 */
export class PublicRuns {
  readonly #services: Pick<SiteServices, 'runs' | 'registers'>;
  readonly #questions: PublicQuestions;
  /** Newest first: everything that was submitted before the first of them has ended, too. */
  #settled: readonly Seen[] = [];

  constructor(services: Pick<SiteServices, 'runs' | 'registers'>, questions: PublicQuestions) {
    this.#services = services;
    this.#questions = questions;
  }

  /** Newest first. */
  all(): readonly PublicRun[] {
    return this.#seen().flatMap(({ shown }) => shown ?? []);
  }

  /** Undefined where there is none that everybody may see. */
  find(id: string): FoundRun | undefined {
    if (!RUN_ID.test(id)) return undefined;
    const known = this.all().find((run) => run.id === id);
    return known && this.#withRelease(known);
  }

  /** One that whoever asks may see, whether or not everybody may. */
  of(run: Run): FoundRun {
    return this.#withRelease(this.#publicRun(run));
  }

  #withRelease(run: PublicRun): FoundRun {
    const release = run.outcome === 'answered' ? this.#services.runs.get(run.id).release : undefined;
    return { run, release: release ?? null };
  }

  #seen(): readonly Seen[] {
    const fresh: Seen[] = [];
    const [newestSettled] = this.#settled;
    for (;;) {
      const batch = this.#services.runs.list(BATCH, fresh.at(-1)?.id);
      const known = batch.findIndex(({ id }) => id === newestSettled?.id);
      fresh.push(...(known < 0 ? batch : batch.slice(0, known)).map((run) => this.#look(run)));
      if (known >= 0 || batch.length < BATCH) break;
    }
    const seen = [...fresh, ...this.#settled];
    const firstEnded = fresh.findLastIndex(({ ended }) => !ended) + 1;
    this.#settled = seen.slice(firstEnded);
    return seen;
  }

  #look(run: Run): Seen {
    const isPublic = run.state === 'finished' || run.startedAt !== null;
    return { id: run.id, ended: isEnded(run.state), shown: isPublic ? this.#publicRun(run) : null };
  }

  #publicRun(run: Run): PublicRun {
    const { release, events } = this.#services.runs.get(run.id);
    const { roster } = this.#services.registers.register.current;
    const organisation = requesterOf(run.requester)?.organisation ?? 'unknown';
    const bound = this.#questions.boundOf(run.templateDigest);
    const named = (agency: string): string => roster.agencies.find(({ id }) => id === agency)?.name ?? agency;
    return {
      id: run.id,
      template: run.template,
      version: run.templateVersion,
      question: run.templateTitle,
      chosen:
        release?.chosen ??
        Object.entries(run.parameters).map(([parameter, codes]) => {
          const choices = bound?.parameters.get(parameter)?.choices;
          return { parameter, values: codes.map((code) => choices?.get(code) ?? code) };
        }),
      organisation,
      organisationName: roster.organisations.find(({ id }) => id === organisation)?.name ?? organisation,
      purpose: run.purpose,
      purposeTitle: roster.purposes.find(({ code }) => code === run.purpose)?.title ?? run.purpose,
      outcome: outcomeOf(run),
      asked: run.submittedAt,
      ended: run.endedAt,
      ending: run.ending === null ? null : { code: run.ending.code, words: failureWords(run.ending.code) },
      refusals: events.flatMap(({ name, party, code }) =>
        name === 'agency-refused' && party !== null && code !== null && isRefusalCode(code)
          ? [{ agency: party, agencyName: named(party), code, words: refusalWords(code) }]
          : [],
      ),
      cells: release === undefined ? null : { suppressed: release.table.suppressed, all: release.table.cells.length },
      replayOf: run.replayOf,
    };
  }
}

interface Seen {
  readonly id: string;
  readonly ended: boolean;
  /** Null where it isn't for everybody. */
  readonly shown: PublicRun | null;
}

const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function outcomeOf({ state }: Run): RunOutcome {
  if (state === 'finished') return 'answered';
  if (state === 'refused') return 'refused';
  return isEnded(state) ? 'not-answered' : 'under-way';
}
