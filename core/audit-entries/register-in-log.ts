import { append, AuditError, EMPTY_FRONTIER, frontierRoot, leafHash } from '../audit/index.js';
import { equalBytes, fromHex, toHex } from '../base/index.js';
import type { AuditEntryOf } from './entry.js';

/**
 * The register of governance as an audit log tells of it: the leaves of its tree, one after the other. A federation that
 * was founded anew has a new register, whose entries begin at 0 again.
 */
export class RegisterInLog {
  #frontier = EMPTY_FRONTIER;
  #leaves: Uint8Array[] = [];

  /** Of the register that was written last, in its order. */
  get leaves(): readonly Uint8Array[] {
    return this.#leaves;
  }

  /** What is wrong with the entry where it stands; undefined where nothing is. */
  take({ index, leaf }: AuditEntryOf<'register'>): string | undefined {
    if (index === 0) {
      this.#frontier = EMPTY_FRONTIER;
      this.#leaves = [];
    } else if (index !== this.#leaves.length) {
      return `it is entry ${index} of the register, and entry ${this.#leaves.length} is the next`;
    }
    const hash = fromHex(leaf);
    this.#frontier = append(this.#frontier, hash).frontier;
    this.#leaves.push(hash);
    return undefined;
  }

  /** Likewise of an offer: it names the register that the log has told of, all of it. */
  offered({ register: { size, root } }: AuditEntryOf<'offer'>): string | undefined {
    if (size === this.#frontier.size && root === toHex(frontierRoot(this.#frontier))) return undefined;
    return `it names a register of ${size} entries, which is not the one of ${this.#frontier.size} that the log has told of`;
  }
}

/**
 * How much of this register a log tells of. The log may not have heard of the newest entries yet, or this register may be
 * an older copy.
 * Thrown when the log tells of another register: AuditError REGISTER_DIFFERS.
 */
export function registerLogged(leaves: readonly Uint8Array[], register: readonly Uint8Array[]): number {
  const both = Math.min(leaves.length, register.length);
  for (const [index, entry] of register.slice(0, both).entries()) {
    const leaf = leaves[index];
    if (leaf !== undefined && equalBytes(leaf, leafHash(entry))) continue;
    throw new AuditError(
      'REGISTER_DIFFERS',
      `Entry ${index} of the register is not the one that the log tells of: somebody was shown another register. Keep both files, and tell governance.`,
    );
  }
  return both;
}
