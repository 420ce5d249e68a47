import type { AgreedSource } from '../agreements.js';
import type { SnapshotStore } from '../snapshot/snapshot-store.js';
import type { OptOutsConfig } from './opt-outs-config.js';
import type { ConsentGrounds } from './verify-consent.js';

const MS_PER_HOUR = 3_600_000;

/** What an offer is held against, as it is in force now. */
export function consentGrounds(
  optOuts: OptOutsConfig | undefined,
  sources: readonly AgreedSource[],
  snapshots: Pick<SnapshotStore, 'optOuts' | 'leftOut'>,
): ConsentGrounds {
  const purposes = sources.map(
    ({ mapping: { definition, consents } }) => [definition.dataset, consents.map(({ purpose }) => purpose)] as const,
  );
  return {
    purposes: new Map(purposes),
    optOuts:
      optOuts === undefined
        ? null
        : {
            maximumAgeMs: optOuts.maximumAgeHours * MS_PER_HOUR,
            inForce: snapshots.optOuts ?? null,
            appliedTo: new Map([...snapshots.leftOut].map(([dataset, leftOut]) => [dataset, leftOut.optOuts])),
          },
  };
}
