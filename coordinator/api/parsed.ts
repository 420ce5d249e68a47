import { z } from 'zod';
import type { Problem } from '../../core/base/index.js';
import { ApiError } from './errors.js';

type Issue = z.core.$ZodIssue;

/**
 * Thrown when it doesn't fit, with every problem: ApiError of the code given. What was sent is not said again, neither
 * values nor names that no schema knows: an answer may be shown where somebody else's text would do harm.
 * @param name stands before each path
 */
export function parsed<Schema extends z.ZodType>(
  code: 'BAD_BODY' | 'BAD_QUERY',
  schema: Schema,
  value: unknown,
  name = '',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue): Problem => ({
    path: [name, ...pathOf(schema, value, issue)].filter((part) => part !== '').join('.'),
    message: messageOf(issue),
  }));
  const what = code === 'BAD_BODY' ? 'The body of the request' : 'The request';
  throw new ApiError(code, `${what} is not as it should be.`, { problems });
}

/** Fields of the schema by name, places of a list by number; of names that are the sender's own, `#2` is the second. */
function pathOf(schema: z.ZodType, value: unknown, { path }: Issue): readonly string[] {
  let [here, inner]: [unknown, z.ZodType | undefined] = [value, schema];
  return path.map((part) => {
    const step = inner === undefined ? undefined : unwrapped(inner);
    const isField = step instanceof z.ZodObject && typeof part === 'string' && Object.hasOwn(step.shape, part);
    const said = isField || typeof part === 'number' ? String(part) : `#${placeOf(here, part)}`;
    inner = isField
      ? (step.shape as Record<string, z.ZodType>)[part]
      : step instanceof z.ZodRecord
        ? asType(step.valueType)
        : undefined;
    here = typeof here === 'object' && here !== null ? (here as Record<PropertyKey, unknown>)[part] : undefined;
    return said;
  });
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodReadonly) {
    return unwrapped(asType(schema.unwrap()));
  }
  return schema;
}

/** Zod's own inner types are of its core, which every schema here is more than. */
function asType(schema: z.core.$ZodType): z.ZodType {
  return schema as z.ZodType;
}

function placeOf(value: unknown, key: PropertyKey): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).indexOf(String(key)) + 1 : 0;
}

function messageOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return 'has fields that are not known here';
  if (issue.code === 'invalid_key') return 'a name is not as names are';
  return issue.message;
}
