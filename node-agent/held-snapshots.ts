import type { Log } from '../core/base/index.js';
import type { LinkageStatistics } from '../core/linkage/index.js';
import { OPT_OUTS } from '../core/templates/index.js';
import type { HeldSnapshot } from '../transport/index.js';
import type { Accounts } from './budget/accounts.js';
import type { Policy } from './policy/policy.js';
import { rejectedPercent } from './quality/rejected-rows.js';
import type { SnapshotInForce, SnapshotLinkage, SnapshotStore } from './snapshot/snapshot-store.js';

export interface HeldSnapshotsOptions {
  readonly snapshots: Pick<SnapshotStore, 'inForce'>;
  readonly accounts: Pick<Accounts, 'left' | 'spendOnLinkage'>;
  /** What holds now. */
  readonly policy: () => Pick<Policy, 'maximumEpsilon'>;
  /** Why this computer's clock can't be right; undefined where it may be. */
  readonly clockTrouble: () => string | undefined;
  readonly log: Log;
}

/** What the node says of its snapshots. Statistics of people are paid for before they are in it. */
export class HeldSnapshots {
  readonly #options: HeldSnapshotsOptions;
  /** What was said of whose statistics can't leave: once is enough. */
  readonly #said = new Map<string, string>();

  constructor(options: HeldSnapshotsOptions) {
    this.#options = options;
  }

  /** Those in force, in the order of the configuration. What statistics cost is in the budget that is left. */
  list(): readonly HeldSnapshot[] {
    const { snapshots, accounts } = this.#options;
    return snapshots.inForce.map((held) => {
      const { dataset, snapshot, asAt, rejected } = held;
      const linkage = this.#linkage(held);
      const epsilonLeft = accounts.left(dataset, snapshot);
      // Nothing is told of opt-outs that is counted.
      const rejectedShare = dataset === OPT_OUTS ? 0 : rejectedPercent(rejected);
      return { dataset, snapshot, asAt, epsilonLeft, linkage, rejectedPercent: rejectedShare };
    });
  }

  #linkage(held: SnapshotInForce): readonly LinkageStatistics[] {
    if (held.linkage === null) return [];
    const reason = this.#reasonToWithhold(held, held.linkage);
    if (reason === undefined) return held.linkage.statistics;
    const { dataset, snapshot } = held;
    if (this.#said.get(dataset) === `${snapshot} ${reason}`) return [];
    this.#said.set(dataset, `${snapshot} ${reason}`);
    this.#options.log.warn(
      { event: 'linkage-withheld', dataset, snapshot, reason },
      'what helps to link its people does not leave',
    );
    return [];
  }

  /** Pays, where there is no reason. */
  #reasonToWithhold(held: SnapshotInForce, { epsilon, statistics }: SnapshotLinkage): string | undefined {
    const { policy, accounts, log } = this.#options;
    const most = policy().maximumEpsilon;
    if (most !== undefined && (epsilon === 'none' || epsilon > most)) {
      return `its privacy loss is ${epsilon}, and this node's policy allows no more than ${most}`;
    }
    // What is paid now would count in a quarter that it isn't.
    const trouble = this.#options.clockTrouble();
    if (trouble !== undefined) return trouble;
    try {
      const { dataset, snapshot } = held;
      const paid = accounts.spendOnLinkage({
        ...{ dataset, snapshot, epsilon },
        schemes: statistics.map(({ scheme }) => scheme),
      });
      return paid ? undefined : 'too little is left of the budget of the snapshot or of the quarter';
    } catch (err) {
      log.error({ dataset: held.dataset, err }, 'the ledger could not be written');
      return 'the ledger could not be written';
    }
  }
}
