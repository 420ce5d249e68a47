import {
  createSolver,
  DisclosureError,
  protectTable,
  type DisclosureErrorCode,
  type DisclosurePolicy,
  type ProtectInput,
  type ReleasedTable,
} from '../../core/disclosure/index.js';

export interface ProtectionMessage {
  readonly input: ProtectInput;
  readonly policy: DisclosurePolicy;
}

/** Errors lose their class on the way between threads, so the one that has a meaning is data. */
export type ProtectionReply = ReleasedTable | { readonly code: DisclosureErrorCode; readonly message: string };

const solver = await createSolver();

/** (Worker thread) Makes one table fit to be shown. */
export function protectInWorker({ input, policy }: ProtectionMessage): ProtectionReply {
  try {
    return protectTable(input, policy, solver);
  } catch (thrown) {
    if (thrown instanceof DisclosureError) return { code: thrown.code, message: thrown.message };
    throw thrown;
  }
}
