import type { Log } from '../../core/base/index.js';
import type { ServerHandlers } from '../../transport/index.js';
import type { RunService } from '../runs/run-service.js';
import type { AgencyRegistry } from './agency-registry.js';

/**
 * What happens on the federation's side of the coordinator, handed to whom it concerns. `runs` is asked for at each
 * call: the server is there before the runs that go over it.
 */
export function federationHandlers(registry: AgencyRegistry, runs: () => RunService, log: Log): ServerHandlers {
  return {
    connected: (connection) => registry.connected(connection),
    received: (agency, message) => {
      switch (message.kind) {
        case 'hello':
          registry.updated(agency, message.hello);
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
    disconnected: (agency, reason) => {
      registry.disconnected(agency, reason);
      runs().lost(agency);
    },
  };
}
