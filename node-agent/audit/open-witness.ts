import { logKey } from '../../core/audit/index.js';
import type { Clock } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import type { Agreements } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { NodeWitness } from './node-witness.js';

/** The node as a witness of the log that its roster's coordinator signs. Thrown as CheckpointStore says. */
export function openWitness(
  { ledger }: Pick<NodeConfig, 'ledger'>,
  { agency, roster: { federation, coordinator } }: Pick<Agreements, 'agency' | 'roster'>,
  identity: SigningKey,
  clock: Clock,
): NodeWitness {
  const log = logKey(federation, coordinator.identityKey);
  return new NodeWitness({ ledger, federation, agency: agency.id, identity, log, clock });
}
