import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

import { describeProblems } from '../../core/base/index.js';
import { MAX_IDENTIFIER_VALUES } from '../../core/linkage/index.js';
import { packagePath } from '../../runtime/index.js';
import { AGENCIES } from './agencies.js';
import { ExampleError } from './errors.js';

const column = z.string().min(1);
/** Where a source has several values of one identifier: the columns, in the order of preference. */
const columns = z.union([column, z.array(column).min(1).max(MAX_IDENTIFIER_VALUES)]);
const sourceSchema = z.strictObject({
  dataset: z.string().min(1),
  sqlite: z.string().min(1),
  table: z.string().min(1),
  identifiers: z.strictObject({
    forename: columns.optional(),
    surname: columns.optional(),
    dateOfBirth: columns.optional(),
    postcode: columns.optional(),
    sex: columns.optional(),
    urn: column.optional(),
  }),
  /** Purpose code to column, where the dataset is opt-in. */
  consent: z.record(z.string(), column).exactOptional(),
  fields: z.record(z.string(), column),
});

/** Which column of an agency's own table is which field: an entry of `sources` in a node's configuration. */
export type SourceMapping = z.infer<typeof sourceSchema>;

export interface Source {
  /** The agency's id in the roster. */
  readonly agency: string;
  readonly mapping: SourceMapping;
}

/**
 * The example's sources in roster order, with the databases that `generateFederation` writes into `directory`.
 * Thrown when a file under sources/ isn't a mapping: ExampleError BAD_SOURCE.
 */
export function boldSources(directory: string): Source[] {
  return AGENCIES.map(({ id }) => {
    const file = packagePath('examples', 'bold', 'sources', `${id}.yaml`);
    const mapping = parseSource(readFileSync(file, 'utf8'), file);
    return { agency: id, mapping: { ...mapping, sqlite: join(directory, mapping.sqlite) } };
  });
}

function parseSource(text: string, file: string): SourceMapping {
  const parsed = sourceSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  throw new ExampleError('BAD_SOURCE', `${file} isn't a mapping:\n${describeProblems(problems)}`);
}
