import type { Clock, Log } from '../../core/base/index.js';
import type { SigningKey } from '../../core/private-join/index.js';
import type { CoordinatorConfig } from '../config.js';
import type { RosterInForce } from '../roster-in-force.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.js';

/** Beside the database of runs. A file of its own: it is copied after every run, and never put back from an old copy. */
export function auditFile(database: string): string {
  return `${database}.audit`;
}

export interface AuditGrounds {
  readonly identity: SigningKey;
  readonly rosters: RosterInForce;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OpenedAudit {
  readonly log: AuditLog;
  readonly trail: AuditTrail;
}

/** Opens the log, makes it when there is none, and writes down the roster in force. Thrown as `AuditLog.open` says. */
export function openAudit(
  { database }: Pick<CoordinatorConfig, 'database'>,
  { identity, rosters, clock, log }: AuditGrounds,
): OpenedAudit {
  const audit = AuditLog.open({
    file: auditFile(database),
    federation: rosters.current.federation,
    key: identity,
    clock,
  });
  try {
    const trail = new AuditTrail({ audit, roster: () => rosters.current, clock, log });
    trail.roster(rosters.current.version, rosters.digest);
    return { log: audit, trail };
  } catch (thrown) {
    audit.close();
    throw thrown;
  }
}
