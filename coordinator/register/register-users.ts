import type { Log } from '../../core/base/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import type { FederationServer } from '../../transport/index.js';
import { takeTemplates } from '../agreed.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { RegisterFeed } from '../federation/register-feed.js';
import type { ActDesk } from '../governance/act-desk.js';
import type { RunService } from '../runs/run-service.js';
import type { TemplatesInForce } from './live-templates.js';

/** What goes by the register. */
export interface RegisterUsers {
  readonly registers: RegisterInForce;
  readonly audit: Pick<AuditTrail, 'register'>;
  readonly templates: TemplatesInForce;
  readonly registry: Pick<AgencyRegistry, 'take'>;
  readonly runs: Pick<RunService, 'registerChanged'>;
  readonly federation: Pick<FederationServer, 'recheck'>;
  readonly feed: Pick<RegisterFeed, 'changed'>;
  readonly desk: Pick<ActDesk, 'showReviews'>;
  readonly log: Log;
}

/** Takes up what its files say by now. Nothing is thrown: a timer calls this, and what it threw would end the process. */
export function lookAtRegister(users: RegisterUsers): void {
  try {
    if (!users.registers.look()) return;
    registerChanged(users);
    // The commitment that a review here has waited for may have come by a file.
    users.desk.showReviews();
  } catch (err) {
    notApplied(users, err);
  }
}

/**
 * Tells everything at once, so that nobody goes by one register here and by another there. Whatever goes wrong, whoever is
 * out of it is cut off, and nothing is thrown.
 */
export function registerChanged(users: RegisterUsers): void {
  const { registers, audit, templates, registry, runs, federation, feed, log } = users;
  try {
    try {
      audit.register(registers.copy.entries);
      takeTemplates(templates, registers, log);
      registry.take(registers.roster.agencies);
      runs.registerChanged();
      feed.changed();
    } finally {
      federation.recheck();
    }
  } catch (err) {
    notApplied(users, err);
  }
}

function notApplied({ log }: RegisterUsers, err: unknown): void {
  log.error(
    { event: 'register-not-applied', err },
    'what follows from the newest register could not all be done: restart',
  );
}
