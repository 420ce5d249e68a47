import type { z } from 'zod';
import type { Problem } from '../../core/base/index.js';
import { ApiError } from './errors.js';

/** Thrown when it doesn't fit, with every problem: ApiError of the code given. */
export function parsed<Schema extends z.ZodType>(
  code: 'BAD_BODY' | 'BAD_QUERY',
  schema: Schema,
  value: unknown,
  name = '',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue): Problem => ({
    path: [name, ...issue.path.map(String)].filter((part) => part !== '').join('.'),
    message: issue.message,
  }));
  const what = code === 'BAD_BODY' ? 'The body of the request' : 'The request';
  throw new ApiError(code, `${what} is not as it should be.`, { problems });
}
