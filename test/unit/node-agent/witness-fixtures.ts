import { logKey, parseNote, rootOf, standingOf } from '../../../core/audit/index.js';
import type { SignedCheckpoint } from '../../../core/audit/index.js';
import { NodeWitness } from '../../../node-agent/index.js';
import type { NodeWitnessOptions } from '../../../node-agent/index.js';
import {
  checkpointOf,
  coordinator,
  entriesOf,
  FEDERATION,
  MemoryLog,
  police,
  seconds,
} from '../audit/audit-fixtures.js';
import { ledgerFile } from './ledger-fixtures.js';

export const honest = new MemoryLog(entriesOf(200));
/** The same log until its 30th entry, which is another. */
export const forked = new MemoryLog(entriesOf(200).with(30, new Uint8Array([1])));

export function checkpointAt(which: MemoryLog, size: number, at = size): SignedCheckpoint {
  return checkpointOf(rootOf(which, size), size, at);
}

export function openWitness(folder: string, more: Partial<NodeWitnessOptions> = {}): NodeWitness {
  return new NodeWitness({
    ledger: ledgerFile(folder),
    federation: FEDERATION,
    agency: 'police',
    identity: police,
    log: logKey(FEDERATION, coordinator.publicKey),
    clock: { now: () => seconds(1_000) },
    ...more,
  });
}

/** Whether what a kept file says is signed by the log: never half of it. */
export function isSigned(note: string): boolean {
  return standingOf(parseNote(note), logKey(FEDERATION, coordinator.publicKey)) === 'signed';
}
