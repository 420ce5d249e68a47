import {
  protectTable,
  type DisclosurePolicy,
  type LinearSolver,
  type ProtectInput,
  type ReleasedTable,
} from '../../core/disclosure/index.js';

/** Makes a table fit to be shown, which takes up to many seconds without a pause. */
export interface Protector {
  /** Rejects with DisclosureError, or with whatever else went wrong. */
  protect(input: ProtectInput, policy: DisclosurePolicy): Promise<ReleasedTable>;
}

/** In the caller's own thread, which does nothing else meanwhile. */
export function inlineProtector(solver: LinearSolver): Protector {
  return {
    protect: (input, policy) => Promise.resolve().then(() => protectTable(input, policy, solver)),
  };
}
