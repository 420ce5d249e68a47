import type { Roster } from '../../core/templates/index.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { LiveTemplates } from '../register/live-templates.js';
import type { RepeatableSubmissions } from '../runs/repeatable-submissions.js';
import type { RunService } from '../runs/run-service.js';
import type { ApiTokens } from '../tokens/api-tokens.js';
import type { DeviceLogins } from '../tokens/device-logins.js';

/** For whoever watches over a coordinator. */
export interface RegisterHealth {
  readonly entries: number;
  /** Version of the roster in force. */
  readonly roster: number;
  /** When a registrar last said how far it is; null where nobody has that can be believed. */
  readonly stated: string | null;
  /** A file of it says something else by now, and that is no use. */
  readonly isFileRefused: boolean;
}

/** What the API offers to the outside. */
export interface ApiServices {
  readonly runs: Pick<
    RunService,
    'submit' | 'cancel' | 'find' | 'get' | 'list' | 'follow' | 'provenance' | 'unprotectedCounts'
  >;
  readonly submissions: RepeatableSubmissions;
  readonly templates: LiveTemplates;
  readonly audit: Pick<
    AuditLog,
    'head' | 'checkpointOfAll' | 'cosignedBy' | 'entries' | 'inclusionProof' | 'consistencyProof'
  >;
  readonly registry: Pick<AgencyRegistry, 'list'>;
  readonly apiTokens: ApiTokens;
  readonly deviceLogins: DeviceLogins;
  /** The one in force: it may be a getter. */
  readonly roster: Roster;
  /** Agencies that it asks for who have cosigned the audit log; likewise. */
  readonly witnesses: number;
  /** How the register of governance stands; likewise. */
  readonly register: RegisterHealth;
}
