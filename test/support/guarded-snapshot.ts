import Database from 'better-sqlite3';

import {
  bindParameters,
  fieldColumn,
  PERSON_COLUMN,
  quoteIdentifier,
  RECORD_COLUMN,
  RECORDS_TABLE,
} from '../../core/templates/index.js';
import type { CompiledQuery } from '../../core/templates/index.js';
import { DifferencingGuard } from '../../node-agent/guard/guard.js';
import type { GuardedSnapshot } from '../../node-agent/guard/guard.js';
import { localQuestion } from '../../node-agent/guard/question.js';
import { Refusal } from '../../node-agent/offers/refusal.js';
import type { RememberedQuestion } from '../../node-agent/budget/memory.js';
import { ask, QUARTERS } from './attack-world.js';
import type { Somebody } from './attack-world.js';

const DATASET = 'police.victim-crimes';

/** The police's node's guard with the police's snapshot: says of questions, one after the other, whether it answers. */
export class GuardedPolice {
  readonly #guard = new DifferencingGuard();
  readonly #answered: RememberedQuestion[] = [];
  readonly #database = new Database(':memory:');

  constructor(people: readonly Somebody[]) {
    const { population } = ask().bound;
    const { fields } = population.dataset;
    const named = (field: string): string => quoteIdentifier(fieldColumn(field));
    const columns = [...fields.keys()].map(named).join(', ');
    const [record, person] = [RECORD_COLUMN, PERSON_COLUMN].map(quoteIdentifier);
    this.#database.exec(
      `CREATE TABLE ${quoteIdentifier(RECORDS_TABLE)} (${record} INTEGER PRIMARY KEY, ${person}, ${columns})`,
    );
    const [offence] = population.dimensions;
    const codes = offence?.kind === 'code' ? offence.codes : [];
    const insert = this.#database.prepare(
      `INSERT INTO ${quoteIdentifier(RECORDS_TABLE)} (${person}, ${['reported-quarter', 'offence-group', 'referral-accepted'].map(named).join(', ')}) VALUES (?, ?, ?, 'yes')`,
    );
    people.forEach(({ quarter, offence: kind }, index) => {
      if (quarter !== null) insert.run(index, QUARTERS[quarter], codes[kind - 1]);
    });
  }

  /** True when the node takes part; it remembers the question then. */
  answers(quarters: readonly number[]): boolean {
    const { bound, terms } = ask({ quarters });
    const parameters = bindParameters(bound, { quarters: quarters.map((place) => QUARTERS[place] ?? '') });
    const question = localQuestion(bound, DATASET, parameters, terms.threshold);
    try {
      this.#guard.check({ dataset: DATASET, snapshot: '1' }, question, this.#answered, this.#snapshot);
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.code === 'DIFFERENCING') return false;
      throw thrown;
    }
    const { template, version } = bound.template;
    this.#answered.push({ ...question, template, version });
    return true;
  }

  /** Forgets what was asked, and answers anything once. */
  forget(): void {
    this.#answered.length = 0;
  }

  close(): void {
    this.#database.close();
  }

  get #snapshot(): GuardedSnapshot {
    return {
      labels: ({ sql, parameters }: CompiledQuery) =>
        Uint32Array.from(
          this.#database
            .prepare<(string | number)[], [number, number]>(sql)
            .raw()
            .all(...parameters),
          ([, label]) => label,
        ),
    };
  }
}
