import { createHash } from 'node:crypto';

import { toHex } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import type { FailureCode, PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import type { DifferencingGuard, GuardedSnapshot } from '../guard/guard.js';
import { localQuestion } from '../guard/question.js';
import type { Ledger } from '../ledger/ledger.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import { Budget } from './budget.js';
import type { BudgetLimits } from './budget.js';
import { LedgerMemory } from './memory.js';
import { toMillionths } from './millionths.js';

/** Characters of an unchecked name, or of a reason, that the ledger keeps. */
const MAX_TEXT_CHARACTERS = 500;

/** How many values of a list were outside their range. */
export interface ClippedValues {
  readonly dataset: string;
  readonly values: number;
}

/** What may leave of a snapshot's people. */
export interface LinkageCharge {
  readonly dataset: string;
  readonly snapshot: string;
  /** Those that there are statistics for. */
  readonly schemes: readonly string[];
  /** Privacy loss of each scheme's statistics. */
  readonly epsilon: number | 'none';
}

/** What a run came to at this node. */
export interface RunAccount {
  /** Null where it was finished. */
  readonly failure: { readonly code: FailureCode; readonly party: PartyId | null } | null;
  /** Whether this node may have had a part in opening the tally. */
  readonly opened: boolean;
  readonly clipped: readonly ClippedValues[];
}

/** Where a node's runs leave their trace, and what they have to pass. */
export interface Accounts {
  /**
   * Pays for a run before anything of it leaves the node. A request that was paid for before is free. `snapshots` are
   * those of the offer, by dataset.
   * Thrown when it is too close to what was answered, or too little is left: Refusal DIFFERENCING, BUDGET_SPENT; when it
   * can't be written down: NodeError LEDGER_UNUSABLE. Then nothing has been spent.
   */
  spend(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot>): void;
  refused(offer: RunOffer, code: RefusalCode, reason: string): void;
  ended(verified: VerifiedOffer, account: RunAccount): void;
  /**
   * Pays for the linkage statistics of a snapshot before they leave the node; what was paid for before is free. False
   * when too little is left: then nothing has been spent, and none may leave.
   * Thrown when it can't be written down: NodeError LEDGER_UNUSABLE. Then nothing has been spent either.
   */
  spendOnLinkage(charge: LinkageCharge): boolean;
  /** Epsilon that may still be spent on a snapshot. */
  left(dataset: string, snapshot: string): number;
}

export interface LedgerAccountsOptions {
  readonly ledger: Ledger;
  readonly limits: BudgetLimits;
  readonly guard: DifferencingGuard;
  readonly clock: Clock;
}

/** The accounts that a node keeps in its ledger. */
export class LedgerAccounts implements Accounts {
  readonly #ledger: Ledger;
  readonly #guard: DifferencingGuard;
  readonly #memory: LedgerMemory;
  readonly #budget: Budget;

  constructor({ ledger, limits, guard, clock }: LedgerAccountsOptions) {
    this.#ledger = ledger;
    this.#guard = guard;
    this.#memory = new LedgerMemory(ledger);
    this.#budget = new Budget({ memory: this.#memory, limits, clock });
  }

  spend(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot>): void {
    const request = toHex(verified.plan.request);
    this.#ledger.atomically(() => {
      this.#memory.catchUp();
      const isPaid = this.#memory.hasSpent(request, verified.snapshots);
      const cost = isPaid ? 0 : toMillionths(verified.cost.total);
      if (!isPaid) this.#budget.assertEnough(cost, verified.snapshots);
      const { template } = verified.bound;
      this.#ledger.append('spent', {
        runId: verified.offer.runId,
        request,
        template: template.template,
        version: template.version,
        templateDigest: verified.templateDigest,
        parameters: Object.fromEntries([...verified.parameters.values].map(([name, values]) => [name, [...values]])),
        requester: verified.offer.requester,
        purpose: verified.offer.purpose,
        quarter: this.#budget.quarter,
        spent: cost,
        datasets: [...verified.snapshots].map(([dataset, snapshot]) => ({
          dataset,
          snapshot,
          question: isPaid ? null : this.#guarded(verified, dataset, snapshot, snapshots),
        })),
      });
    });
  }

  spendOnLinkage({ dataset, snapshot, schemes, epsilon }: LinkageCharge): boolean {
    return this.#ledger.atomically(() => {
      this.#memory.catchUp();
      if (this.#memory.hasSpentOnLinkage(dataset, snapshot)) return true;
      const spent = epsilon === 'none' ? 0 : schemes.length * toMillionths(epsilon);
      if (!this.#budget.isEnough(spent, dataset, snapshot)) return false;
      this.#ledger.append('linkage', {
        dataset,
        snapshot,
        schemes: [...schemes],
        quarter: this.#budget.quarter,
        spent,
      });
      return true;
    });
  }

  refused({ runId, envelope, requester }: RunOffer, code: RefusalCode, reason: string): void {
    this.#ledger.append('refused', {
      runId,
      code,
      reason: reason.slice(0, MAX_TEXT_CHARACTERS),
      envelope: createHash('sha256').update(envelope).digest('hex'),
      requester: requester.slice(0, MAX_TEXT_CHARACTERS),
    });
  }

  ended({ offer: { runId }, plan }: VerifiedOffer, { failure, opened, clipped }: RunAccount): void {
    const entry = { runId, request: toHex(plan.request), clipped: clipped.map((list) => ({ ...list })) };
    if (failure === null) this.#ledger.append('answered', entry);
    else this.#ledger.append('failed', { ...entry, ...failure, opened });
  }

  left(dataset: string, snapshot: string): number {
    this.#memory.catchUp();
    return this.#budget.left(dataset, snapshot);
  }

  #guarded(
    { bound, parameters, terms }: VerifiedOffer,
    dataset: string,
    snapshot: string,
    snapshots: ReadonlyMap<string, GuardedSnapshot>,
  ): ReturnType<typeof localQuestion> {
    const records = snapshots.get(dataset);
    if (records === undefined) throw new RangeError('not the snapshots of this run');
    const question = localQuestion(bound, dataset, parameters, terms.threshold);
    this.#guard.check({ dataset, snapshot }, question, this.#memory.questionsOf(dataset, snapshot), records);
    return question;
  }
}
