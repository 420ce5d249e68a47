import type { Clock, Log } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import type { CoordinatorConfig } from '../config.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.js';

/** Beside the database of runs. A file of its own: it is copied after every run, and never put back from an old copy. */
export function auditFile(database: string): string {
  return `${database}.audit`;
}

export interface AuditGrounds {
  readonly identity: SigningKey;
  readonly registers: RegisterInForce;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenedAudit {
  readonly log: AuditLog;
  readonly trail: AuditTrail;
}

/**
 * Opens the log, makes it when there is none, and writes down what of the register it hasn't told of.
 * Thrown as `AuditLog.open` and `AuditTrail.register` say.
 */
export function openAudit(
  { database }: Pick<CoordinatorConfig, 'database'>,
  { identity, registers, clock, log }: AuditGrounds,
): OpenedAudit {
  const audit = AuditLog.open({
    file: auditFile(database),
    federation: registers.roster.federation,
    key: identity,
    clock,
  });
  try {
    const trail = new AuditTrail({ audit, roster: () => registers.roster, clock, log });
    trail.register(registers.copy.entries);
    return { log: audit, trail };
  } catch (thrown) {
    audit.close();
    throw thrown;
  }
}
