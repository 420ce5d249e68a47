import { canonicalTemplate, NO_FLOORS, planRun, templateDigest } from '../../core/templates/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';
import { snapshotLayout } from '../../node-agent/snapshot/layout.js';
import { SnapshotListSource } from '../../node-agent/snapshot/snapshot-list-source.js';
import { SnapshotStore } from '../../node-agent/snapshot/snapshot-store.js';
import { plain } from '../support/bold-agencies.js';
import { naiveCounts } from '../support/naive-join.js';
import {
  boundParameters,
  boundTemplate,
  offer,
  prosecutions,
  roster,
  support,
} from '../unit/node-agent/federation-fixtures.js';
import { crimesMapping, testFolder } from '../unit/node-agent/fixtures.js';
import { federation, prepareCrimes, snapshotsIn, storageKey } from '../unit/node-agent/snapshot-fixtures.js';
import { PEOPLE } from './people.js';

export interface Prepared {
  readonly agency: string;
  readonly definition: DatasetDefinition;
  readonly snapshot: string;
  /** Of snapshots. */
  readonly directory: string;
}

const QUARTERS = ['2025-Q1', '2025-Q2'];

/** A charity that knows one of the people, and prosecutors who have every case but three. */
export async function otherAgencies(): Promise<readonly Prepared[]> {
  const [charity, cps] = [testFolder(), testFolder()];
  const { urn, ...person } = crimesMapping.identifiers;
  const fields = { 'referred-on': 'reported_on' };
  const supported = await prepareCrimes(charity, [{}], {
    definition: support,
    sourceMapping: { dataset: support.dataset, identifiers: person, fields },
  });
  const prosecuted = await prepareCrimes(
    cps,
    PEOPLE.slice(3).map(({ urn: number }) => ({ urn: number })),
    { definition: prosecutions, sourceMapping: { dataset: prosecutions.dataset, identifiers: { urn }, fields } },
  );
  return [
    { agency: 'charity', definition: support, snapshot: supported.snapshot, directory: snapshotsIn(charity) },
    { agency: 'cps', definition: prosecutions, snapshot: prosecuted.snapshot, directory: snapshotsIn(cps) },
  ];
}

/** The cells of a template's table (cases by offence and support), joined from what each snapshot would contribute. */
export async function cellsOf(agencies: readonly Prepared[]): Promise<readonly number[]> {
  const bound = boundTemplate();
  const parameters = boundParameters(bound, QUARTERS);
  const plan = planRun({
    offer: {
      ...offer,
      templateDigest: templateDigest(canonicalTemplate(bound.template)),
      parameters: { quarters: QUARTERS },
      participants: agencies.map(({ agency, definition: { dataset }, snapshot }) => ({
        ...{ agency, datasets: [{ dataset, snapshot }], floors: NO_FLOORS },
      })),
    },
    ...{ bound, parameters, roster },
  });
  const stores: SnapshotStore[] = [];
  try {
    const lists = new Map<string, ReturnType<typeof plain>>();
    for (const { agency, definition, snapshot, directory } of agencies) {
      const store = new SnapshotStore({ directory, layouts: [snapshotLayout(definition, federation)], storageKey });
      stores.push(store);
      await store.refresh();
      const lease = store.lease(definition.dataset, snapshot);
      if (lease === undefined) throw new Error(`no snapshot of ${definition.dataset}`);
      const source = new SnapshotListSource(agency, bound, parameters, new Map([[definition.dataset, lease]]));
      for (const { id, provider, keys, sums } of plan.lists) {
        if (provider === agency) lists.set(id, plain(source, id, keys.length, sums ?? 0));
      }
      lease.release();
    }
    return naiveCounts(plan, lists);
  } finally {
    for (const store of stores) store.close();
  }
}
