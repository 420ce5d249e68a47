import type { TokenPagesServices } from './account/token-pages.js';
import type { Clock } from '../../core/base/index.js';
import type { Catalogue } from '../../core/templates/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import type { EventStreams } from '../api/event-stream.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { ActDesk } from '../governance/act-desk.js';
import type { LiveTemplates } from '../register/live-templates.js';
import type { TrialFederation } from '../trial/trial-federation.js';
import type { RunService } from '../runs/run-service.js';

/** What the pages show, and act on. */
export interface SiteServices {
  readonly runs: Pick<RunService, 'preview' | 'submit' | 'cancel' | 'get' | 'list' | 'follow' | 'provenance'>;
  /** Those that may be asked. */
  readonly templates: LiveTemplates;
  /** What governance has signed, and the roster in force. */
  readonly registers: Pick<RegisterInForce, 'copy' | 'register' | 'roster' | 'statement' | 'stated' | 'isFileRefused'>;
  /** Every dataset that there is a definition of: what is no longer live is explained by it. */
  readonly catalogue: Catalogue;
  readonly audit: AuditLog;
  readonly registry: Pick<AgencyRegistry, 'list'>;
  /** Where officers act. */
  readonly desk: ActDesk;
  /** Those that analysts make for their programs. */
  readonly apiTokens: TokenPagesServices['apiTokens'];
  /** Commands that wait to be signed in. */
  readonly deviceLogins: TokenPagesServices['deviceLogins'];
  /** Where questions are tried on invented people; undefined where there is none. */
  readonly trial: Pick<TrialFederation, 'submit' | 'run'> | undefined;
  /** Those of the API and of the pages together. */
  readonly streams: EventStreams;
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
