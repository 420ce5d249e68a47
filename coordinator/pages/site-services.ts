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
  readonly clock: Clock;
}
