import type { RunDetailView } from '../../../coordinator/index.js';
import type { LinkageStatistics, NonMatches } from '../../../core/linkage/index.js';
import { loadAgreements, loadConfig } from '../../../node-agent/index.js';
import { layoutOf } from '../../../node-agent/snapshot/layout.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { readStorageKey } from '../../../node-agent/snapshot/storage-key.js';

/** What an agency's node tells the coordinator of the people in one of its snapshots, its noise in it. */
export interface ToldStatistics {
  readonly agency: string;
  readonly dataset: string;
  readonly snapshot: string;
  /** For each scheme. */
  readonly statistics: readonly LinkageStatistics[];
}

/**
 * Reads it from the snapshots of nodes with these configurations. It needs the storage key of every agency, so that nobody
 * but a demonstration can.
 */
export async function toldStatistics(nodeConfigs: readonly string[]): Promise<ToldStatistics[]> {
  const told: ToldStatistics[] = [];
  for (const file of nodeConfigs) {
    const config = loadConfig(file);
    const { roster, agency, sources } = loadAgreements(config);
    const snapshots = new SnapshotStore({
      directory: config.snapshots,
      layouts: sources.map(({ mapping }) => layoutOf(mapping, roster.federation)),
      storageKey: readStorageKey(config.storageKey),
    });
    try {
      await snapshots.refresh();
      for (const { dataset, snapshot, linkage } of snapshots.inForce) {
        if (linkage !== null) told.push({ agency: agency.id, dataset, snapshot, statistics: linkage.statistics });
      }
    } finally {
      snapshots.close();
    }
  }
  return told;
}

/** What a run was linked by: how often an agency's people share keys, as it said; null where it said nothing. */
export type EvidenceOf = (agency: string, dataset: string) => NonMatches | null;

/** Of a run over those snapshots, whose report says which agencies have told anything. */
export function evidenceOf(
  told: readonly ToldStatistics[],
  run: Pick<RunDetailView, 'participants' | 'release'>,
): EvidenceOf {
  const linkage = run.release?.linkage ?? null;
  return (agency, dataset) => {
    const list = linkage?.lists.find((one) => one.agency === agency && one.dataset === dataset);
    if (list === undefined || list.statistics === null) return null;
    const snapshot = run.participants
      .find((one) => one.agency === agency)
      ?.datasets.find((one) => one.dataset === dataset)?.snapshot;
    const statistics = told
      .find((one) => one.agency === agency && one.dataset === dataset && one.snapshot === snapshot)
      ?.statistics.find(({ scheme }) => scheme === linkage?.scheme);
    if (statistics === undefined) throw new RangeError(`what ${agency} told of ${dataset} is not in its snapshot`);
    return statistics.nonMatches;
  };
}
