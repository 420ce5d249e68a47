import {
  compareCheckpoints,
  cosign,
  formatSignatureLine,
  parseNote,
  witness,
  witnessKey,
} from '../../core/audit/index.js';
import type { CheckpointDifference, NoteKey, SignedCheckpoint, WitnessRefusalCode } from '../../core/audit/index.js';
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
      readonly accepted: SignedCheckpoint;
      /** The cosignature, as a line of the checkpoint's note without its newline. */
      readonly line: string;
    }
  | ({ readonly verdict: 'refused' } & CheckpointRefusal);

/** What is wrong with a checkpoint. */
export interface CheckpointRefusal {
  readonly code: WitnessRefusalCode;
  /** Safe to show to anybody. */
  readonly message: string;
  /** Where the operator finds evidence to show to others; undefined where the log isn't accused, or files are full. */
  readonly evidenceFile: string | undefined;
}

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
    const { identity, log, clock } = this.#options;
    const now = clock.now();
    const decision = witness({ log, last: this.#store.last, note, proof, now });
    if (decision.verdict === 'refuse') return { verdict: 'refused', ...this.#refused(decision) };
    const { accepted } = decision;
    // A cosignature that is given away before this is on the disk could be followed by one of a fork.
    this.#store.keep(accepted);
    const line = formatSignatureLine(cosign(parseNote(accepted.note).text, this.#name, identity, now));
    return { verdict: 'cosigned', accepted, line };
  }

  /**
   * What is wrong where another agency was shown a run's offer under another checkpoint than `own`. `note`: as the agency
   * has signed it; nobody has looked at it yet. Thrown when evidence can't be kept: NodeError STATE_FILE_UNUSABLE.
   */
  compare(own: SignedCheckpoint, note: string): CheckpointRefusal {
    return this.#refused(compareCheckpoints(this.#options.log, own, note));
  }

  #refused({ code, message, evidence }: CheckpointDifference): CheckpointRefusal {
    const evidenceFile = evidence === undefined ? undefined : keepEvidence(this.#options.ledger, evidence);
    return { code, message, evidenceFile };
  }
}
