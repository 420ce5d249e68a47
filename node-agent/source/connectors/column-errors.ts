import { NodeError } from '../../errors.js';
import { listOf } from './selecting.js';
import type { ServerContext } from './server-failure.js';

export function columnMissingError(
  { server, what }: Pick<ServerContext, 'server' | 'what'>,
  missing: readonly string[],
  present: readonly string[],
): NodeError {
  const has = present.length === 0 ? '' : ` It has: ${listOf(present)}.`;
  return new NodeError('SOURCE_COLUMN_MISSING', `${server}: ${what} has no column ${listOf(missing)}.${has}`);
}

export function columnTypeError(
  { server, what }: Pick<ServerContext, 'server' | 'what'>,
  refused: readonly { readonly name: string; readonly type: string }[],
): NodeError {
  const columns = [...new Set(refused.map(({ name, type }) => `${name} (${type})`))];
  return new NodeError(
    'SOURCE_COLUMN_TYPE',
    `${server}: of ${what}, what these columns hold is no text, number or date of its own: ${listOf(columns)}. Convert them in a view.`,
  );
}
