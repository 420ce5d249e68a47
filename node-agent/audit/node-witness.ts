import { cosign, formatSignatureLine, parseNote, witness, witnessKey } from '../../core/audit/index.js';
import type { Checkpoint, NoteKey, SignedCheckpoint, WitnessRefusalCode } from '../../core/audit/index.js';
import type { Clock } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import { CheckpointStore } from './checkpoint-store.js';
import { keepEvidence } from './evidence-files.js';

export interface NodeWitnessOptions {
  /** The ledger's path: what is kept goes beside it. */
  readonly ledger: string;
  readonly federation: string;
  readonly agency: string;
  /** The node's identity key, whose public half is in the roster. */
  readonly identity: SigningKey;
  /** The federation's log, with the coordinator's key of the roster. */
  readonly log: NoteKey;
  readonly clock: Clock;
}

export type WitnessAnswer =
  | {
      readonly verdict: 'cosigned';
      readonly checkpoint: Checkpoint;
      /** The cosignature, as a line of the checkpoint's note without its newline. */
      readonly line: string;
    }
  | {
      readonly verdict: 'refused';
      readonly code: WitnessRefusalCode;
      /** Safe to show to anybody. */
      readonly message: string;
      /** Where the operator finds evidence to show to others; undefined where the log isn't accused, or files are full. */
      readonly evidenceFile: string | undefined;
    };

/** A node as a witness of its federation's audit log: it looks, remembers, and only then cosigns. */
export class NodeWitness {
  readonly #options: NodeWitnessOptions;
  readonly #store: CheckpointStore;
  readonly #name: string;

  /** Thrown as CheckpointStore says. */
  constructor(options: NodeWitnessOptions) {
    const { ledger, log, federation, agency, identity } = options;
    this.#options = options;
    this.#store = new CheckpointStore(ledger, log);
    this.#name = witnessKey(federation, agency, identity.publicKey).name;
  }

  /** What the node holds the log to; undefined where it has never seen a checkpoint. */
  get last(): SignedCheckpoint | undefined {
    return this.#store.last;
  }

  /**
   * `proof`: from the size of `last` to that of the note. Thrown when the checkpoint or the evidence can't be kept:
   * NodeError STATE_FILE_UNUSABLE, and nothing is cosigned.
   */
  look(note: string, proof: readonly Uint8Array[]): WitnessAnswer {
    const { ledger, identity, log, clock } = this.#options;
    const now = clock.now();
    const decision = witness({ log, last: this.#store.last, note, proof, now });
    if (decision.verdict === 'refuse') {
      const { code, message, evidence } = decision;
      const evidenceFile = evidence === undefined ? undefined : keepEvidence(ledger, evidence);
      return { verdict: 'refused', code, message, evidenceFile };
    }
    const { accepted } = decision;
    // A cosignature that is given away before this is on the disk could be followed by one of a fork.
    this.#store.keep(accepted);
    const line = formatSignatureLine(cosign(parseNote(accepted.note).text, this.#name, identity, now));
    return { verdict: 'cosigned', checkpoint: accepted.checkpoint, line };
  }
}
