import { setImmediate } from 'node:timers/promises';

import { JoinError, listId } from '../../core/private-join/index.js';
import type { JoinPlan, ListPlan, PartyId, RowChunk } from '../../core/private-join/index.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import { SnapshotListSource } from '../snapshot/snapshot-list-source.js';
import type { SnapshotLease } from '../snapshot/snapshot-store.js';

/**
 * Makes the lists of a run as they would be sent, sealed keys opened and every row held against the plan, and keeps
 * nothing of them but how long each is. There is no link here that anything could leave by; what is missing is the
 * arithmetic that blinds and encrypts, which needs everybody's keys. The leases stay the caller's.
 * @param leases of every list that it would bring, opt-outs among them
 * @param records by dataset; filled in list by list
 * Rejects when a list can't be made: JoinError; with the signal's reason when that is aborted.
 */
export async function rehearse(
  self: PartyId,
  { bound, parameters, plan }: VerifiedOffer,
  leases: ReadonlyMap<string, SnapshotLease>,
  signal: AbortSignal,
  records: Map<string, number>,
): Promise<void> {
  const source = new SnapshotListSource(self, bound, parameters, leases);
  for (const dataset of leases.keys()) {
    const id = listId(dataset, self);
    const list = plan.lists.find((one) => one.id === id);
    if (list === undefined) throw new JoinError('UNKNOWN_LIST', self, `${id} is not in the plan`);
    const sums = plan.sums.filter((column) => column.dataset === dataset);
    const rows = source.open(id);
    try {
      let made = 0;
      for (const chunk of rows.chunks()) {
        // Runs that are answered go on meanwhile.
        await setImmediate();
        signal.throwIfAborted();
        assertPlanned(self, list, sums, chunk);
        made += chunk.count;
      }
      records.set(dataset, made);
    } finally {
      rows.close();
    }
  }
}

function assertPlanned(self: PartyId, list: ListPlan, sums: JoinPlan['sums'], chunk: RowChunk): void {
  const { labels, numbers } = chunk;
  const lowest = list.role === 'opt-out' ? 0 : 1;
  const fits =
    labels.every((label) => label >= lowest && label <= list.labels) &&
    numbers.every((number, index) => Math.abs(number) <= (sums[index % sums.length]?.magnitude ?? 0));
  if (!fits) throw new JoinError('SNAPSHOT_UNREADABLE', self, `a row of ${list.dataset} does not fit the plan`);
}
