import type { CompiledQuery } from '../../core/templates/index.js';
import type { LocalQuestion, RememberedQuestion } from '../budget/memory.js';
import { Refusal } from '../offers/refusal.js';
import { haveCloseGroups } from './close-groups.js';
import { singlesOutFew } from './derivable.js';
import { questionKey } from './question.js';
import { Partition, TooManyRegions } from './regions.js';
import { foreseeTable } from './shown.js';
import { SpanTooLarge } from './span.js';

/** Different questions of one snapshot that a node holds a new one against. Beyond them it answers no further one. */
export const MAX_REMEMBERED_QUESTIONS = 100;

/** What the guard needs of a snapshot: for every record its label, by a compiled membership. */
export interface GuardedSnapshot {
  labels(membership: CompiledQuery): Uint32Array;
}

interface Divided {
  readonly snapshot: string;
  readonly partition: Partition;
  /** Memberships by which it is divided, in order. */
  readonly by: readonly string[];
}

/**
 * Keeps a node from answering a question whose table, beside an earlier one of the same snapshot, would give away fewer
 * records than the threshold. It looks at the agency's own records, so what it says is said in words that hold no count.
 */
export class DifferencingGuard {
  /** Of each dataset the snapshot as it was divided last, with and without the last question: a long one takes seconds. */
  readonly #divided = new Map<string, readonly Divided[]>();

  /**
   * Thrown when the question is too close to what was asked before, or too much was asked to tell: Refusal DIFFERENCING.
   * `earlier`: what the ledger remembers of this snapshot.
   */
  check(
    { dataset, snapshot }: { readonly dataset: string; readonly snapshot: string },
    question: LocalQuestion,
    earlier: readonly RememberedQuestion[],
    records: GuardedSnapshot,
  ): void {
    const comparable = earlier.filter(({ context }) => context === question.context);
    const byKey = new Map(comparable.toReversed().map((before) => [questionKey(before), before]));
    if (byKey.has(questionKey(question))) return;
    const different = [...byKey.values()].toReversed();
    if (different.length === 0) return;
    if (different.length >= MAX_REMEMBERED_QUESTIONS) throw tooMuch(dataset);
    try {
      this.#compare(dataset, snapshot, question, different, records);
    } catch (thrown) {
      if (thrown instanceof TooManyRegions || thrown instanceof SpanTooLarge) throw tooMuch(dataset);
      throw thrown;
    }
  }

  #compare(
    dataset: string,
    snapshot: string,
    question: LocalQuestion,
    earlier: readonly RememberedQuestion[],
    records: GuardedSnapshot,
  ): void {
    const questions: readonly LocalQuestion[] = [...earlier, question];
    const { partition, by } = this.#divide(dataset, snapshot, questions, records);
    const places = questions.map((one) => by.indexOf(membershipOf(one)));
    const regions = partition.regions().map(({ labels, records: count }) => ({
      labels: places.map((place) => labels[place] ?? 0),
      records: count,
    }));
    const tables = questions.map((one, place) => foreseeTable(one, regions, place));
    const asked = tables.at(-1);
    if (asked === undefined) return;
    const threshold = Math.max(...questions.map((one) => one.threshold));
    earlier.forEach((before, place) => {
      const table = tables[place];
      if (table === undefined) return;
      const limit = Math.max(before.threshold, question.threshold);
      const at = { asked: tables.length - 1, earlier: place };
      if (haveCloseGroups(asked, table, regions, at, limit)) {
        throw new Refusal(
          'DIFFERENCING',
          `with what ${before.template} version ${before.version} was answered before, this would tell about fewer than ` +
            `${limit} records of ${dataset}: choose parameters that differ by more, or exactly those that were answered`,
        );
      }
    });
    if (!singlesOutFew(tables, regions, threshold)) return;
    throw new Refusal(
      'DIFFERENCING',
      `taken together with several earlier answers (${namesOf(earlier)}), this would tell about fewer than ${threshold} ` +
        `records of ${dataset}: choose parameters that were answered before, or wait for a newer snapshot`,
    );
  }

  #divide(dataset: string, snapshot: string, questions: readonly LocalQuestion[], records: GuardedSnapshot): Divided {
    const memberships = new Map(questions.map((question) => [membershipOf(question), question]));
    const known = this.#divided
      .get(dataset)
      ?.find((candidate) => candidate.snapshot === snapshot && candidate.by.every((one) => memberships.has(one)));
    const steps: Divided[] = known === undefined ? [] : [known];
    for (const [membership, question] of memberships) {
      const last = steps.at(-1);
      if (last?.by.includes(membership) === true) continue;
      const labels = records.labels(question);
      const partition = (last?.partition ?? Partition.whole(labels.length)).dividedBy(labels);
      steps.push({ snapshot, partition, by: [...(last?.by ?? []), membership] });
    }
    // What is asked now, and divides last, may not be answered: then it is left out next time.
    if (steps.length > 1 || known === undefined) this.#divided.set(dataset, steps.slice(-2).reverse());
    const divided = steps.at(-1);
    if (divided === undefined) throw new RangeError('no question');
    return divided;
  }
}

function membershipOf({ sql, parameters }: CompiledQuery): string {
  return JSON.stringify([sql, parameters]);
}

function namesOf(questions: readonly RememberedQuestion[]): string {
  return [...new Set(questions.map(({ template, version }) => `${template} version ${version}`))].join(', ');
}

function tooMuch(dataset: string): Refusal {
  return new Refusal(
    'DIFFERENCING',
    `so much has been asked of this snapshot of ${dataset} that a further question can't be held against all of it: ` +
      'choose parameters that were answered before, or wait for a newer snapshot',
  );
}
