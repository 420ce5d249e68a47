import type Database from 'better-sqlite3';

import { EventStreams } from '../../coordinator/api/event-stream.js';
import type { SiteServices } from '../../coordinator/pages/site-services.js';
import { createTokenStore } from '../../coordinator/store/token-store.js';
import { ApiTokens } from '../../coordinator/tokens/api-tokens.js';
import { DeviceLogins } from '../../coordinator/tokens/device-logins.js';
import type { Clock, Rng } from '../../core/base/index.js';

/** What pages have beside a federation, where a test puts them together by itself. */
export function siteParts(
  database: Database.Database,
  { clock, rng }: { readonly clock: Clock; readonly rng: Rng },
): Pick<SiteServices, 'trial' | 'streams' | 'apiTokens' | 'deviceLogins' | 'certificates' | 'softwareVersion'> {
  const apiTokens = new ApiTokens({ store: createTokenStore(database), clock, rng });
  return {
    ...{ apiTokens, deviceLogins: new DeviceLogins({ tokens: apiTokens, clock, rng }) },
    ...{ trial: undefined, streams: new EventStreams(), certificates: () => [], softwareVersion: '0.0.0' },
  };
}
