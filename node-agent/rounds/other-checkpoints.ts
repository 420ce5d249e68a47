import type { SignedCheckpoint } from '../../core/audit/index.js';
import type { Log } from '../../core/base/index.js';
import type { Share } from '../../core/private-join/index.js';
import { evidenceNamed } from '../audit/evidence-files.js';
import type { CheckpointRefusal, NodeWitness } from '../audit/node-witness.js';

/** A run of which other parties were shown the offer under other checkpoints of the audit log than this node. */
export interface ShownOtherwise {
  readonly runId: string;
  /** This node's. */
  readonly checkpoint: SignedCheckpoint;
  /** Theirs, with their own signatures. */
  readonly shares: readonly Share[];
}

interface Grounds {
  readonly compare: NodeWitness['compare'];
  readonly log: Log;
}

/**
 * Keeps what accuses the log, and tells the operator. The file with the first of it; undefined where nothing accuses the
 * log, or nothing could be kept. Never throws: the run ends for it in any case, and that is what everybody has to hear.
 */
export function accuseLog(
  { runId, checkpoint, shares }: ShownOtherwise,
  { compare, log }: Grounds,
): string | undefined {
  const files: string[] = [];
  for (const [note, { party: agency }] of new Map(shares.map((share) => [share.checkpoint, share]))) {
    let found: CheckpointRefusal;
    try {
      found = compare(checkpoint, note);
    } catch (err) {
      log.error({ runId, agency, err }, 'what accuses the audit log could not be kept');
      continue;
    }
    const { code, message, evidenceFile } = found;
    if (evidenceFile !== undefined) files.push(evidenceFile);
    log.error({ event: 'audit-log-refused', runId, agency, code, ...evidenceNamed(evidenceFile) }, message);
  }
  return files[0];
}
