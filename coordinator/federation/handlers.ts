import type { Log } from '../../core/base/index.js';
import type { ServerHandlers, TransportErrorCode } from '../../transport/index.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { RunService } from '../runs/run-service.js';
import type { AgencyRegistry } from './agency-registry.js';
import type { RegisterFeed } from './register-feed.js';

/** By the roster, not by a bad line. */
const KEPT_OUT: ReadonlySet<TransportErrorCode> = new Set(['NOT_IN_FEDERATION', 'CERTIFICATE_REVOKED']);

/**
 * What happens on the federation's side of the coordinator, handed to whom it concerns. `runs` is asked for at each
 * call: the server is there before the runs that go over it.
 */
export function federationHandlers(
  registry: AgencyRegistry,
  audit: AuditTrail,
  feed: RegisterFeed,
  runs: () => RunService,
  log: Log,
): ServerHandlers {
  return {
    connected: (connection) => {
      audit.connected(connection.agency, connection.hello.logSize);
      registry.connected(connection);
      feed.connected(connection);
    },
    received: (agency, message) => {
      switch (message.kind) {
        case 'hello':
          audit.verified(agency, message.hello.logSize);
          registry.updated(agency, message.hello);
          feed.heard(agency, message.hello.registerSize);
          return;
        case 'cosignature':
          audit.cosigned(agency, message.size, message.line);
          return;
        case 'refusal':
          runs().refused(message.runId, agency, message.code, message.reason);
          return;
        case 'protocol':
          // The tail of a run that has ended here: its receiver is gone, and the sender has been told.
          log.debug({ event: 'late-message', agency, runId: message.runId }, 'message of a run that is not open');
          return;
      }
    },
    disconnected: (agency, reason, code) => {
      registry.disconnected(agency, reason);
      feed.disconnected(agency);
      if (KEPT_OUT.has(code)) runs().keptOut(agency);
      else runs().lost(agency);
    },
  };
}
