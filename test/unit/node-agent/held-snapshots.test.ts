import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import type { Log, LogFields } from '../../../core/base/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { OPT_OUTS } from '../../../core/templates/index.js';
import type { BudgetLimits } from '../../../node-agent/budget/budget.js';
import { NodeError } from '../../../node-agent/errors.js';
import { HeldSnapshots } from '../../../node-agent/held-snapshots.js';
import type { HeldSnapshotsOptions } from '../../../node-agent/held-snapshots.js';
import type { Ledger } from '../../../node-agent/ledger/ledger.js';
import type { SnapshotInForce } from '../../../node-agent/snapshot/snapshot-store.js';
import { accountsOf } from './accounts-fixtures.js';
import { snapshotIdOf } from './federation-fixtures.js';
import { crimes, testFolder } from './fixtures.js';
import { openLedger } from './ledger-fixtures.js';

const dataset = crimes.dataset;
const snapshot = snapshotIdOf(dataset);

function statisticsOf(scheme: string): LinkageStatistics {
  return {
    ...{ scheme, schemeVersion: 1, normaliser: 1, people: 10, duplicates: 1, missing: {}, keys: [] },
    nonMatches: {
      ...{ pairs: 45, alone: [], sets: new Map(), several: 0 },
      deviation: { alone: 0, sets: 0, several: 0 },
    },
  };
}
const statistics = [statisticsOf('standard'), statisticsOf('exact')];
const rejected = { rows: 1_000, rejected: 29, reasons: [] };
const inForce: SnapshotInForce = {
  ...{ dataset, snapshot, asAt: '2026-03-31', rejected },
  linkage: { epsilon: 1, statistics },
};

interface Rig {
  readonly held: HeldSnapshots;
  readonly ledger: Ledger;
  readonly lines: LogFields[];
}

function rigOf(changes: Partial<HeldSnapshotsOptions> = {}, limits?: BudgetLimits): Rig {
  const ledger = openLedger(testFolder());
  const lines: LogFields[] = [];
  const note = (fields: LogFields): unknown => lines.push(fields);
  const log: Log = { ...silentLog, warn: note, error: note };
  const options = {
    ...{ snapshots: { inForce: [inForce] }, accounts: accountsOf(ledger, limits), log },
    policy: () => ({}),
    clockTrouble: () => undefined,
  };
  return { held: new HeldSnapshots({ ...options, ...changes }), ledger, lines };
}

describe('what a node says of its snapshots', () => {
  it('pays for no statistics, and lets none leave, while the clock can’t be right', () => {
    const { held, ledger, lines } = rigOf({ clockTrouble: () => 'the clock is wrong' });
    expect(held.list()).toMatchObject([{ linkage: [], epsilonLeft: 10 }]);
    expect(lines).toMatchObject([{ event: 'linkage-withheld', reason: 'the clock is wrong' }]);
    expect(ledger.head.entries).toBe(0);
  });

  it('has what is known of their people, which was paid for by then, once', () => {
    const { held, ledger, lines } = rigOf();
    const said = [{ dataset, snapshot, asAt: '2026-03-31', epsilonLeft: 8, linkage: statistics, rejectedPercent: 2 }];
    expect(held.list()).toEqual(said);
    expect(held.list()).toEqual(said);
    expect([...ledger.entries()]).toMatchObject([
      {
        kind: 'linkage',
        body: { dataset, snapshot, schemes: ['standard', 'exact'], quarter: '2026-Q2', spent: 2_000_000 },
      },
    ]);
    expect(lines).toEqual([]);
  });

  it('has nothing of people where the snapshot has none', () => {
    const { held, ledger } = rigOf({ snapshots: { inForce: [{ ...inForce, linkage: null }] } });
    expect(held.list()).toMatchObject([{ epsilonLeft: 10, linkage: [] }]);
    expect(ledger.head.entries).toBe(0);
  });

  it('has no share of the rows of opt-outs that could not be used', () => {
    const { held } = rigOf({ snapshots: { inForce: [{ ...inForce, dataset: OPT_OUTS, linkage: null }] } });
    expect(held.list()).toMatchObject([{ dataset: OPT_OUTS, rejectedPercent: 0, linkage: [] }]);
  });

  it('costs nothing without noise, and is written down all the same', () => {
    const exactly = { ...inForce, linkage: { epsilon: 'none', statistics } } as const;
    const { held, ledger } = rigOf({ snapshots: { inForce: [exactly] } }, { perSnapshot: 0, perQuarter: 0 });
    expect(held.list()).toMatchObject([{ epsilonLeft: 0, linkage: statistics }]);
    expect([...ledger.entries()]).toMatchObject([{ kind: 'linkage', body: { spent: 0 } }]);
  });

  it.each<[string, BudgetLimits, number]>([
    ['snapshot', { perSnapshot: 1.999999, perQuarter: 40 }, 1.999999],
    ['quarter', { perSnapshot: 10, perQuarter: 1.9 }, 1.9],
  ])(
    'has none of it where the budget of the %s can’t pay for all schemes, and the log says so once',
    (_, limits, left) => {
      const { held, ledger, lines } = rigOf({}, limits);
      for (let time = 0; time < 2; time += 1) {
        expect(held.list()).toMatchObject([{ epsilonLeft: left, linkage: [] }]);
      }
      expect(ledger.head.entries).toBe(0);
      expect(lines).toEqual([
        { event: 'linkage-withheld', dataset, snapshot, reason: expect.stringContaining('budget') as string },
      ]);
    },
  );

  it('has it where the budget is just enough', () => {
    expect(rigOf({}, { perSnapshot: 2, perQuarter: 2 }).held.list()).toMatchObject([
      { epsilonLeft: 0, linkage: statistics },
    ]);
  });

  it.each<[number | 'none', number, boolean]>([
    ['none', 10, false],
    [1, 0.99, false],
    [1, 1, true],
  ])('of privacy loss %s leaves a node that allows %d: %s', (epsilon, maximumEpsilon, leaves) => {
    const snapshots = { inForce: [{ ...inForce, linkage: { epsilon, statistics } }] };
    const { held, ledger, lines } = rigOf({ snapshots, policy: () => ({ maximumEpsilon }) });
    expect(held.list()).toMatchObject([{ linkage: leaves ? statistics : [] }]);
    expect(ledger.head.entries).toBe(leaves ? 1 : 0);
    expect(lines).toHaveLength(leaves ? 0 : 1);
  });

  it('pays for a newer snapshot anew', () => {
    const forces = [inForce];
    const { held, ledger } = rigOf({ snapshots: { inForce: forces } });
    held.list();
    forces[0] = { ...inForce, snapshot: 'ab'.repeat(32) };
    expect(held.list()).toMatchObject([{ epsilonLeft: 8, linkage: statistics }]);
    expect(ledger.head.entries).toBe(2);
  });

  it('has none of it while the ledger can’t be written', () => {
    const accounts = {
      left: () => 3,
      spendOnLinkage: (): boolean => {
        throw new NodeError('LEDGER_UNUSABLE', 'full');
      },
    };
    const { held, lines } = rigOf({ accounts });
    expect(held.list()).toMatchObject([{ epsilonLeft: 3, linkage: [] }]);
    expect(lines.map(({ event }) => event)).toEqual([undefined, 'linkage-withheld']);
  });
});
