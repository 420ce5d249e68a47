import type { SignedCheckpoint } from '../../core/audit/index.js';
import { isLogged } from '../../core/audit-entries/index.js';
import type { LogEvidence, LoggedTemplate } from '../../core/audit-entries/index.js';
import { toHex } from '../../core/base/index.js';
import type { Log } from '../../core/base/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import { evidenceNamed } from '../audit/evidence-files.js';
import type { NodeWitness } from '../audit/node-witness.js';
import { Refusal } from './refusal.js';

/** The audit log as a node has seen it. */
export interface LogHead {
  /** Entries. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly root: string;
}

/** An offer of which it is proved that it stands in the audit log. */
export interface LoggedOffer {
  /** Of the checkpoint. */
  readonly head: LogHead;
  /** Under which it stands: every agency of the run has to be shown the same. */
  readonly checkpoint: SignedCheckpoint;
  /** What its entry says of the template: to be held against it when that has been verified. */
  readonly template: LoggedTemplate;
}

/** Thrown when an offer is not shown to be in the log, or the log contradicts what was seen of it: LOG_INCONSISTENT. */
export class LogRefusal extends Refusal {
  /** Where the operator finds what accuses the log; undefined where it isn't accused. Stays at the agency. */
  readonly evidenceFile: string | undefined;

  constructor(message: string, evidenceFile?: string) {
    super('LOG_INCONSISTENT', message);
    this.evidenceFile = evidenceFile;
  }
}

export interface OfferLogOptions {
  readonly witness: Pick<NodeWitness, 'last' | 'look'>;
  /** Is given each cosignature, which the coordinator is to have. */
  readonly cosigned: (size: number, line: string) => void;
  readonly log: Log;
}

/** What a node looks at before anything else of an offer: whether everybody can see that it was made. */
export class OfferLog {
  readonly #options: OfferLogOptions;

  constructor(options: OfferLogOptions) {
    this.#options = options;
  }

  /**
   * Verifies the checkpoint and keeps it, cosigns it, then looks for the offer under it, among what was not there when the
   * node last looked: an offer is written before an agency is asked, and each under a checkpoint of its own, so what was
   * there before has been asked before. The checkpoint is on the disk, so this holds after a restart, too.
   * Thrown: LogRefusal; when the checkpoint or the evidence can't be kept: NodeError STATE_FILE_UNUSABLE.
   */
  check(offer: RunOffer, evidence: LogEvidence | undefined): LoggedOffer {
    if (evidence === undefined) {
      throw new LogRefusal(
        'the offer comes without a proof that it is in the audit log: the coordinator has to be upgraded',
      );
    }
    const seen = this.#options.witness.last?.checkpoint.size ?? 0;
    const signed = this.#witnessed(offer.runId, evidence, seen);
    const { checkpoint } = signed;
    if (!isLogged(offer, evidence, checkpoint)) {
      throw new LogRefusal('the entry of the audit log that is shown for this offer is not of this offer');
    }
    if (evidence.index < seen) {
      throw new LogRefusal(
        `this offer is entry ${evidence.index} of the audit log, of which ${seen} entries were seen here before: an offer ` +
          'is answered once, so ask it as a new run',
      );
    }
    const head = { size: checkpoint.size, root: toHex(checkpoint.root) };
    return { head, checkpoint: signed, template: evidence.logged };
  }

  /** `seen`: entries of the log when the node last looked. */
  #witnessed(runId: string, { checkpoint, consistency }: LogEvidence, seen: number): SignedCheckpoint {
    const { witness, cosigned, log } = this.#options;
    const proof = consistency.find(({ first }) => first === seen)?.hashes ?? [];
    const answer = witness.look(checkpoint, proof);
    if (answer.verdict === 'cosigned') {
      const { accepted, line } = answer;
      cosigned(accepted.checkpoint.size, line);
      return accepted;
    }
    const { code, message, evidenceFile } = answer;
    log.error({ event: 'audit-log-refused', runId, code, ...evidenceNamed(evidenceFile) }, message);
    throw new LogRefusal(`${code}: ${message}`, evidenceFile);
  }
}
