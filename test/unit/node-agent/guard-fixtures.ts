import type { CompiledQuery } from '../../../core/templates/index.js';
import type { LocalQuestion, RememberedQuestion } from '../../../node-agent/budget/memory.js';
import type { GuardedSnapshot } from '../../../node-agent/guard/guard.js';
import { Partition } from '../../../node-agent/guard/regions.js';
import type { Region } from '../../../node-agent/guard/regions.js';
import { foreseeTable } from '../../../node-agent/guard/shown.js';
import type { ForeseenTable } from '../../../node-agent/guard/shown.js';

export const THRESHOLD = 10;

/** A question of a made-up snapshot: what stands for its SQL is the label of each record, in order. */
export interface MadeQuestion extends LocalQuestion {
  readonly labels: Uint32Array;
}

/** `sizes`: how many categories each dimension has. */
export function makeQuestion(
  population: string,
  sizes: readonly number[],
  labels: ArrayLike<number>,
  changes: Partial<LocalQuestion> = {},
): MadeQuestion {
  return {
    sql: `${population} ${sizes.join('x')} ${Array.from(labels).join()}`,
    parameters: [],
    context: 'base',
    population,
    dimensions: sizes.map((size, place) => ({
      field: `field-${place}`,
      categories: Array.from({ length: size }, (_, category) => `= ${category}`),
    })),
    totals: true,
    threshold: THRESHOLD,
    labels: Uint32Array.from(labels),
    ...changes,
  };
}

export function remembered(question: MadeQuestion, template = 'before', version = 1): RememberedQuestion {
  return { ...question, template, version };
}

/** A snapshot that answers the questions; `read` counts how often it was read through. */
export function snapshotOf(...questions: readonly MadeQuestion[]): GuardedSnapshot & { read: number } {
  return {
    read: 0,
    labels({ sql }: CompiledQuery) {
      this.read += 1;
      const found = questions.find((question) => question.sql === sql);
      if (found === undefined) throw new Error('not a question of this snapshot');
      return found.labels;
    },
  };
}

export function dividedBy(...questions: readonly MadeQuestion[]): readonly Region[] {
  const whole = Partition.whole(questions[0]?.labels.length ?? 0);
  return questions.reduce((partition, { labels }) => partition.dividedBy(labels), whole).regions();
}

export function foreseen(questions: readonly MadeQuestion[]): {
  readonly regions: readonly Region[];
  readonly tables: readonly ForeseenTable[];
} {
  const regions = dividedBy(...questions);
  return { regions, tables: questions.map((question, place) => foreseeTable(question, regions, place)) };
}

/** Labels of records in blocks: so many with this label, then so many with the next. */
export function blocks(...parts: readonly (readonly [count: number, label: number])[]): number[] {
  return parts.flatMap(([count, label]) => new Array<number>(count).fill(label));
}
