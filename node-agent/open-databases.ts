import type { Clock, Log } from '../core/base/index.js';
import type { Lifecycle } from '../runtime/index.js';
import type { Agreements } from './agreements.js';
import type { NodeConfig } from './config.js';
import { Ledger } from './ledger/ledger.js';
import { openSnapshotStore } from './snapshot/open-store.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';

/** The snapshots; what is missing among them is said. */
export async function openSnapshots(config: NodeConfig, agreements: Agreements, log: Log): Promise<SnapshotStore> {
  const store = await openSnapshotStore(config, agreements);
  for (const { config: source } of agreements.sources) {
    if (store.inForce.some(({ dataset }) => dataset === source.dataset)) continue;
    log.warn({ event: 'snapshot-missing', dataset: source.dataset }, 'there is no snapshot: run `prepare`');
  }
  if (config.optOuts !== undefined && store.optOuts === undefined) {
    log.warn({ event: 'opt-outs-missing' }, 'the opt-out lists were never read, so nothing is answered: run `prepare`');
  }
  return store;
}

/** The ledger, until the node stops. */
export async function openLedger(
  { ledger: file }: NodeConfig,
  { agency, roster }: Agreements,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  lifecycle: Lifecycle,
): Promise<Ledger> {
  const ledger = await lifecycle.start(
    'ledger',
    () => Ledger.open({ file, federation: roster.federation, agency: agency.id, clock }),
    (opened) => opened.close(),
  );
  // Whoever keeps these lines can tell later whether the ledger was cut off or put back.
  log.info({ event: 'ledger', ...ledger.head }, 'the ledger is whole');
  return ledger;
}
