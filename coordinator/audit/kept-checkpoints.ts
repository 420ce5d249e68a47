import { AuditError, formatNote, parseSignatureLine, readNote, withCosignature } from '../../core/audit/index.js';
import type { NoteKey } from '../../core/audit/index.js';
import { CoordinatorError } from '../errors.js';
import type { AuditStore, StoredCheckpoint } from './audit-store.js';

/** Of those with an entry, how many sizes are looked at for the checkpoint with most cosignatures. */
export const MAX_CHECKPOINTS_COMPARED = 64;
/** The newest; the one before it, at which witnesses may be looking; and the one that most of them have cosigned. */
export const MAX_CHECKPOINTS_OF_SIZE = 3;

/** On each note there is the log's own. */
const LOG_SIGNATURES = 1;

type CheckpointTables = Pick<
  AuditStore,
  'addCheckpoint' | 'changeCheckpoint' | 'getCheckpoints' | 'getCheckpointSizes' | 'getLastCheckpoint'
>;

/**
 * The checkpoints that the log has signed, as notes with the cosignatures that they have. A log that hasn't grown may be
 * signed again and again; what witnesses have cosigned of it outlasts that.
 */
export class KeptCheckpoints {
  readonly #store: CheckpointTables;

  constructor(store: CheckpointTables) {
    this.#store = store;
  }

  /** The newest; undefined before the first. */
  get last(): string | undefined {
    return this.#store.getLastCheckpoint();
  }

  /**
   * Of the largest size at which one has so many cosignatures the one with most, and of several the newest. Where none has
   * so many, of the largest size at which one has any: a lone late cosignature hides no smaller one that is well witnessed.
   */
  cosignedBy(witnesses: number): string | undefined {
    let withAny: string | undefined;
    for (const size of this.#store.getCheckpointSizes().toReversed()) {
      const best = mostCosigned(this.#store.getCheckpoints(size))?.note;
      const cosignatures = best === undefined ? 0 : signaturesOn(best) - LOG_SIGNATURES;
      if (cosignatures > 0 && cosignatures >= witnesses) return best;
      if (cosignatures > 0) withAny ??= best;
    }
    return withAny;
  }

  /** The newest of that size. */
  of(size: number): string | undefined {
    return this.#store.getCheckpoints(size)[0]?.note;
  }

  /** Of the earliest MAX_CHECKPOINTS_COMPARED sizes from `size` on the one with most cosignatures, and of several the smallest. */
  over(size: number): string | undefined {
    const notes = this.#store
      .getCheckpointSizes()
      .filter((kept) => kept >= size)
      .slice(0, MAX_CHECKPOINTS_COMPARED)
      .flatMap((kept) => mostCosigned(this.#store.getCheckpoints(kept))?.note ?? []);
    const signatures = notes.map(signaturesOn);
    return notes[signatures.indexOf(Math.max(...signatures))];
  }

  /** Every one, a size at a time. */
  *all(): Generator<string> {
    for (const size of this.#store.getCheckpointSizes()) {
      for (const { note } of this.#store.getCheckpoints(size)) yield note;
    }
  }

  /** One that was signed now. Of those of its size MAX_CHECKPOINTS_OF_SIZE stay. */
  add(size: number, note: string): void {
    const kept = this.#store.getCheckpoints(size);
    const staying = new Set([kept[0], mostCosigned(kept)]);
    this.#store.addCheckpoint(
      { size, note },
      kept.filter((each) => !staying.has(each)).map(({ number }) => number),
    );
  }

  /**
   * Keeps a witness's cosignature with the checkpoint of that size that it is of.
   * Thrown when there is none of that size: CoordinatorError AUDIT_RANGE; when the line isn't a signature: AuditError
   * BAD_NOTE; when it isn't that witness's of one that is kept: BAD_COSIGNATURE.
   */
  addCosignature(size: number, line: string, witness: NoteKey): void {
    const kept = this.#store.getCheckpoints(size);
    const [newest] = kept;
    if (newest === undefined) {
      throw new CoordinatorError('AUDIT_RANGE', 'The audit log has no checkpoint of that size.');
    }
    const signature = parseSignatureLine(line);
    const cosigned = ({ note }: StoredCheckpoint): string =>
      formatNote(withCosignature(readNote(note), signature, witness));
    for (const older of kept) {
      try {
        this.#store.changeCheckpoint(older.number, cosigned(older));
        return;
      } catch (thrown) {
        if (!(thrown instanceof AuditError) || older === kept.at(-1)) throw thrown;
      }
    }
  }
}

/** `kept`: the newest first. */
function mostCosigned(kept: readonly StoredCheckpoint[]): StoredCheckpoint | undefined {
  const signatures = kept.map(({ note }) => signaturesOn(note));
  return kept[signatures.indexOf(Math.max(...signatures))];
}

function signaturesOn(note: string): number {
  return readNote(note).signatures.length;
}
