import { parseDocument } from 'yaml';
import { z } from 'zod';

import { IDENTIFIERS, MAX_IDENTIFIER_VALUES } from '../../core/linkage/index.js';
import type { IdentifierName } from '../../core/linkage/index.js';
import { LinkageFileError } from './errors.js';

/** Which columns of a CSV file say what of a person. */
export interface FileMapping {
  /** Column that says who it really is: equal in both files for one person. */
  readonly truth: string;
  /** Columns of each identifier, in the order of preference. */
  readonly identifiers: ReadonlyMap<IdentifierName, readonly string[]>;
}

const columnSchema = z.string().min(1).max(200);

const mappingSchema = z.strictObject({
  truth: columnSchema,
  identifiers: z
    .partialRecord(
      z.enum(IDENTIFIERS),
      z.union([columnSchema, z.array(columnSchema).min(1).max(MAX_IDENTIFIER_VALUES)]),
    )
    .refine((identifiers) => Object.keys(identifiers).length > 0, 'must name a column'),
});

/** Reads a mapping in YAML. Thrown when it isn't one: LinkageFileError BAD_MAPPING, naming the fields. */
export function parseFileMapping(text: string): FileMapping {
  const document = parseDocument(text, { uniqueKeys: true, stringKeys: true });
  const [fault] = document.errors;
  if (fault !== undefined) throw new LinkageFileError('BAD_MAPPING', `The mapping is not YAML: ${fault.message}`);
  const parsed = mappingSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`).join('\n');
    throw new LinkageFileError('BAD_MAPPING', `The mapping is not as it should be:\n${problems}`);
  }
  const { truth, identifiers } = parsed.data;
  const columns = Object.entries(identifiers).map(([name, named]): [IdentifierName, readonly string[]] => [
    name as IdentifierName,
    typeof named === 'string' ? [named] : named,
  ]);
  return { truth, identifiers: new Map(columns) };
}

/**
 * The mapping for files that come without one: FEBRL's by their columns, others by columns that are called like our
 * identifiers, in whatever spelling, with the truth in `id`.
 * Thrown when there is too little to link on: LinkageFileError BAD_COLUMNS.
 */
export function mappingOf(columns: readonly string[]): FileMapping {
  if (FEBRL.columns.every((column) => columns.includes(column))) return FEBRL.mapping;
  const byPlainName = new Map(columns.map((column) => [plain(column), column]));
  const identifiers = IDENTIFIERS.flatMap((name): [IdentifierName, readonly string[]][] => {
    const column = byPlainName.get(plain(name));
    return column === undefined ? [] : [[name, [column]]];
  });
  const truth = byPlainName.get('id');
  if (truth === undefined || identifiers.length < 2) {
    throw new LinkageFileError(
      'BAD_COLUMNS',
      `Name the columns in a mapping (--mapping): there is no telling what these are: ${columns.join(', ')}.`,
    );
  }
  return { truth, identifiers: new Map(identifiers) };
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * The data sets of FEBRL ("Freely Extensible Biomedical Record Linkage", Christen): no sex, postcodes of four digits that
 * thousands share, so that lines of the address serve as places. Social-security numbers would make it no test.
 */
const FEBRL = {
  columns: ['rec_id', 'given_name', 'surname', 'address_1', 'suburb', 'postcode', 'date_of_birth'],
  mapping: {
    truth: 'rec_id',
    identifiers: new Map<IdentifierName, readonly string[]>([
      ['forename', ['given_name']],
      ['surname', ['surname']],
      ['dateOfBirth', ['date_of_birth']],
      ['place', ['postcode', 'address_1', 'suburb']],
    ]),
  },
};
