import type { Clock } from '../../core/base/index.js';
import type { Catalogue } from '../../core/templates/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { LiveTemplates } from '../register/live-templates.js';
import type { RunService } from '../runs/run-service.js';

/** What the pages show, and act on. */
export interface SiteServices {
  readonly runs: Pick<RunService, 'submit' | 'cancel' | 'get' | 'list' | 'follow' | 'provenance'>;
  /** Those that may be asked. */
  readonly templates: LiveTemplates;
  /** What governance has signed, and the roster in force. */
  readonly registers: Pick<RegisterInForce, 'copy' | 'register' | 'roster' | 'statement' | 'stated' | 'isFileRefused'>;
  /** Every dataset that there is a definition of: what is no longer live is explained by it. */
  readonly catalogue: Catalogue;
  readonly audit: AuditLog;
  readonly registry: Pick<AgencyRegistry, 'list'>;
  /** As far as they are known here. */
  readonly certificates: () => readonly CertificateStanding[];
  /** Of this program. */
  readonly softwareVersion: string;
  readonly clock: Clock;
}

/** Until when somebody is let in, or let others in. */
export interface CertificateStanding {
  /** Null: the coordinator's own. */
  readonly agency: string | null;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}
