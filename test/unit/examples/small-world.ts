import { join } from 'node:path';

import Database from 'better-sqlite3';

import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  parseDataset,
  parseTemplate,
  tableShape,
} from '../../../core/templates/index.js';
import type { ParameterValues } from '../../../core/templates/index.js';
import { pooledTable, pooledTruth } from '../../../examples/bold/index.js';
import type { Source } from '../../../examples/bold/index.js';

/** Three datasets small enough to count by hand. */
const catalogue = createCatalogue(
  [
    `
dataset: police.crimes
version: 1
title: Crimes
description: For tests.
unit: crime
keys: [person, case]
linkage: { schemes: [exact, standard, thorough], epsilon: none }
order: day
purposes: [research-statistics]
fields:
  day: { type: date, meaning: Day, category: investigation }
  quarter: { type: quarter, from: 2024-Q1, to: 2025-Q4, meaning: Quarter of the day, category: investigation }
  kind: { type: code, codes: { a: Kind A, b: Kind B }, meaning: Kind, category: investigation }
  age: { type: integer, min: 0, max: 120, meaning: Age, category: demographics }
`,
    `
dataset: charity.help
version: 1
title: Help
description: For tests.
unit: episode
keys: [person]
linkage: { schemes: [exact, standard, thorough], epsilon: none }
partial: true
order: day
purposes: [research-statistics]
fields:
  change: { type: integer, min: -10, max: 10, meaning: Change in wellbeing, category: services }
  day: { type: date, meaning: Day, category: services }
  quarter: { type: quarter, from: 2024-Q1, to: 2025-Q4, meaning: Quarter of the day, category: services }
  kind: { type: code, codes: { a: Kind A, b: Kind B }, meaning: Kind, category: services }
  age: { type: integer, min: 0, max: 120, meaning: Age, category: demographics }
`,
    `
dataset: courts.cases
version: 1
title: Cases
description: For tests.
unit: case
keys: [case]
order: day
purposes: [research-statistics]
fields:
  day: { type: date, meaning: Day, category: court-case }
  quarter: { type: quarter, from: 2024-Q1, to: 2025-Q4, meaning: Quarter of the day, category: court-case }
  kind: { type: code, codes: { a: Kind A, b: Kind B }, meaning: Kind, category: court-case }
  age: { type: integer, min: 0, max: 120, meaning: Age of the case, category: court-case }
`,
  ].map(parseDataset),
);

export interface Row {
  /** `Forename Surname`, where there is one. */
  readonly name?: string;
  readonly born?: string;
  readonly postcode?: string;
  readonly sex?: string;
  readonly urn?: string;
  readonly day?: string;
  readonly kind?: string;
  readonly age?: number;
  readonly change?: number;
}

export interface Agency {
  readonly agency: string;
  readonly dataset: 'police.crimes' | 'charity.help' | 'courts.cases';
  readonly rows: readonly Row[];
}

/** Writes each agency's rows into a database of its own. Agencies are in roster order. */
export function smallWorld(directory: string, agencies: readonly Agency[]): Source[] {
  return agencies.map(({ agency, dataset, rows }) => {
    const file = join(directory, `${agency}-${dataset}.sqlite`);
    const database = new Database(file);
    database.exec('CREATE TABLE "my rows" (first, last, born, code, sex, urn, day, kind, age INTEGER, change INTEGER)');
    const insert = database.prepare('INSERT INTO "my rows" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    for (const { name, born, postcode, sex, urn, day, kind, age, change } of rows) {
      const [first, last] = name?.split(' ') ?? [];
      insert.run([first, last, born, postcode, sex, urn, day, kind, age, change].map((value) => value ?? null));
    }
    database.close();
    const person = { forename: 'first', surname: 'last', dateOfBirth: 'born', postcode: 'code', sex: 'sex' };
    const identifiers = {
      ...(dataset === 'courts.cases' ? {} : person),
      ...(dataset === 'charity.help' ? {} : { urn: 'urn' }),
    };
    const fields = { day: 'day', quarter: 'day', kind: 'kind', age: 'age', change: 'change' };
    return { agency, mapping: { dataset, sqlite: file, table: 'my rows', identifiers, fields } };
  });
}

/** What a template must say apart from what is asked. */
const PREAMBLE = `
template: question
version: 1
title: A question
pilot: none
purpose: research-statistics
lawfulBasis: For tests.
success: For tests.
principles: { relevant: x, impactful: x, clearAndInformative: x, nonStigmatising: x }
expires: 2027-06-30
disclosure: { threshold: 10, roundTo: 5, epsilon: none }
`;

/** The true table, each cell as `category | category: count`, of the template that `question` completes. */
export function truthOf(sources: readonly Source[], question: string, values: ParameterValues = {}): string[] {
  const template = bindTemplate(parseTemplate(`${PREAMBLE}${question}`), catalogue);
  const shape = tableShape(template);
  return pooledTruth({ template, parameters: bindParameters(template, values), sources }).map(
    ({ categories, count }) => {
      const codes = categories.map((category, index) => shape[index]?.categories[category]?.code ?? '?');
      return `${codes.join(' | ')}: ${count}`;
    },
  );
}

/** The true sums, each as `measure, category | category: sum, squares of contributors, clipped`, 0 clipped left out. */
export function trueSumsOf(sources: readonly Source[], question: string): string[] {
  const template = bindTemplate(parseTemplate(`${PREAMBLE}${question}`), catalogue);
  const shape = tableShape(template);
  const { measures } = pooledTable({ template, parameters: bindParameters(template, {}), sources });
  return measures.flatMap(({ name, cells }) =>
    cells.map(({ categories, contributors, sum, squares, clipped }) => {
      const codes = categories.map((category, index) => shape[index]?.categories[category]?.code ?? '?');
      const outside = clipped === 0 ? '' : `, ${clipped} clipped`;
      return `${name}, ${codes.join(' | ')}: ${sum}, ${squares} of ${contributors}${outside}`;
    }),
  );
}
