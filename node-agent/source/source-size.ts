import { MAX_LIST_RECORDS } from '../../core/private-join/index.js';
import { NodeError } from '../errors.js';

/** Thrown when a source has more rows than a list may have records: NodeError SOURCE_TOO_LARGE. */
export function requireSize(dataset: string, rows: number): void {
  if (rows <= MAX_LIST_RECORDS) return;
  throw new NodeError(
    'SOURCE_TOO_LARGE',
    `The source of ${dataset} has more than ${MAX_LIST_RECORDS} rows: map a view that selects those the dataset is about.`,
  );
}
