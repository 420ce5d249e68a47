import { z } from 'zod';

import { normaliseDate } from '../linkage/index.js';

/** Characters of a name, a code, a line and a passage of text. */
export const MAX_NAME_LENGTH = 64;
export const MAX_LINE_LENGTH = 200;
export const MAX_TEXT_LENGTH = 4000;
/** Whole numbers in documents lie within ± this: far from where arithmetic on numbers loses digits. */
export const MAX_INTEGER = 1_000_000_000;

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const CODE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** What templates, fields, agencies, officers, purposes and units are called. */
export const nameSchema = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(NAME, 'must be small letters, digits and single hyphens, beginning with a letter');

/** `<organisation>.<name>` */
export const datasetNameSchema = z
  .string()
  .max(2 * MAX_NAME_LENGTH + 1)
  .refine(isDatasetName, 'must be <organisation>.<name>, each of small letters, digits and single hyphens')
  .meta({ pattern: jsonPattern(2) });

/** `<organisation>.<name>.<field>` */
export const qualifiedFieldSchema = z
  .string()
  .max(3 * MAX_NAME_LENGTH + 2)
  .refine((text) => {
    const [organisation, name, field, ...rest] = text.split('.');
    return isDatasetName(`${organisation}.${name}`) && NAME.test(field ?? '') && rest.length === 0;
  }, 'must be <dataset>.<field>, as in police.victim-crimes.offence-group')
  .meta({ pattern: jsonPattern(3) });

/** Codes stand for themselves in tables, so those that tables add to every field are not free. */
export const RESERVED_CODES = { notRecorded: 'not-recorded', notLinked: 'not-linked' } as const;
const reserved: ReadonlySet<string> = new Set(Object.values(RESERVED_CODES));

export const codeSchema = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(CODE, 'must be small letters, digits and single hyphens')
  // JavaScript sorts such names before all others, and the order of codes is the order of a table's rows.
  .refine((code) => !/^[0-9]+$/.test(code), 'must not be digits only: give it a letter')
  .refine((code) => !reserved.has(code), 'is a category that every table has already');

/** Bidirectional controls make a text read differently from what it is; other controls are for terminals. */
const CONTROLS = /[\p{Cs}\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u;
const NO_CONTROLS = 'must not have control characters';

/** One line for people. */
export const lineSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_LINE_LENGTH)
  .refine((text) => !CONTROLS.test(text), NO_CONTROLS)
  .refine((text) => !text.includes('\n'), 'must be one line')
  .meta({ pattern: '^\\s*\\S.*\\s*$' });

/** A passage for people. */
export const textSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_TEXT_LENGTH)
  .refine((text) => !CONTROLS.test(text), NO_CONTROLS)
  .meta({ pattern: '\\S' });

/** YAML knows a negative zero; canonical JSON doesn't, and what is signed must read back as it was. */
export const integerSchema = z
  .int()
  .min(-MAX_INTEGER)
  .max(MAX_INTEGER)
  .overwrite((value) => (value === 0 ? 0 : value));

export const versionSchema = z.int().min(1).max(MAX_INTEGER);

export const isoDateSchema = z
  .string()
  .refine((text) => normaliseDate(text) === text, 'must be a day of the calendar, as in 2027-06-30')
  .meta({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });

/** `count` names, with points between them: what the JSON Schema says where a check of ours says more. */
function jsonPattern(count: number): string {
  const name = NAME.source.replace(/^\^|\$$/g, '');
  return `^${Array.from({ length: count }, () => name).join('\\.')}$`;
}

/** For checks of a whole block that run also where single entries are wrong, so that everything is said at once. */
export const onAnyBlock = {
  when: ({ value }: { readonly value: unknown }): boolean => typeof value === 'object' && value !== null,
};

export function hasOneOf(...names: readonly string[]): (block: object) => boolean {
  return (block) => names.filter((name) => Object.hasOwn(block, name)).length === 1;
}

function isDatasetName(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 2 && parts.every((part) => part.length <= MAX_NAME_LENGTH && NAME.test(part));
}
