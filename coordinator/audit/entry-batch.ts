import { MAX_ENTRY_BYTES } from '../../core/audit/index.js';
import { CoordinatorError } from '../errors.js';

/** Appended, or read, at a time. */
export const MAX_BATCH_ENTRIES = 1_000;

/** Thrown when a batch can't be appended: CoordinatorError AUDIT_BATCH_SIZE or AUDIT_ENTRY_SIZE. */
export function assertBatch(entries: readonly Uint8Array[]): void {
  if (entries.length === 0 || entries.length > MAX_BATCH_ENTRIES) {
    throw new CoordinatorError(
      'AUDIT_BATCH_SIZE',
      `Between 1 and ${MAX_BATCH_ENTRIES} entries go into the audit log at a time.`,
    );
  }
  const wrong = entries.findIndex(({ length }) => length === 0 || length > MAX_ENTRY_BYTES);
  if (wrong >= 0) {
    throw new CoordinatorError(
      'AUDIT_ENTRY_SIZE',
      `Entry ${wrong + 1} of these has not 1 to ${MAX_ENTRY_BYTES} bytes.`,
    );
  }
}
