import { contradiction, isOlder, openCheckpoint } from '../../core/audit/index.js';
import type { NoteKey, SignedCheckpoint } from '../../core/audit/index.js';
import { NodeError } from '../errors.js';
import { readStateFile, writeStateFile } from '../status/state-file.js';

/** Beside the ledger: like it, it outlives snapshots and the process. */
export function checkpointFile(ledger: string): string {
  return `${ledger}.checkpoint`;
}

/**
 * The last checkpoint of the federation's audit log that this node has verified. It is kept as the log signed it, durably,
 * and never goes back: what the node has seen once it holds against the log for ever.
 */
export class CheckpointStore {
  readonly #file: string;
  #last: SignedCheckpoint | undefined;

  /**
   * Thrown when there is a file and it isn't a checkpoint of this log: NodeError CHECKPOINT_UNREADABLE. A node that began
   * anew instead would believe whatever it is shown next. When it can't be read: STATE_FILE_UNUSABLE.
   */
  constructor(ledger: string, log: NoteKey) {
    this.#file = checkpointFile(ledger);
    const text = readStateFile(this.#file);
    if (text === undefined) return;
    try {
      this.#last = openCheckpoint(text, log);
    } catch (cause) {
      throw new NodeError(
        'CHECKPOINT_UNREADABLE',
        `${this.#file} is not the audit log's checkpoint that this node kept: put the file back from a backup, or ask ` +
          'governance for the newest checkpoint that other agencies cosigned.',
        { cause },
      );
    }
  }

  /** Undefined where the node has never seen one. */
  get last(): SignedCheckpoint | undefined {
    return this.#last;
  }

  /**
   * Thrown when it is older than the last one, or contradicts it: NodeError CHECKPOINT_BACKWARDS; when it can't be written:
   * STATE_FILE_UNUSABLE. The last one stays in force then.
   */
  keep(next: SignedCheckpoint): void {
    const last = this.#last?.checkpoint;
    const { checkpoint } = next;
    if (last !== undefined && (contradiction(last, checkpoint) !== undefined || isOlder(checkpoint, last))) {
      throw new NodeError('CHECKPOINT_BACKWARDS', `${this.#file} is not changed for a checkpoint that goes back.`);
    }
    writeStateFile(this.#file, next.note, true);
    this.#last = next;
  }
}
