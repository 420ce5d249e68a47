import { toHex } from '../../core/base/index.js';
import type { Clock } from '../../core/base/index.js';
import type { FailureCode, PartyId, RefusalCode } from '../../core/private-join/index.js';
import type { RunOffer } from '../../core/templates/index.js';
import { evidenceNamed } from '../audit/evidence-files.js';
import type { DifferencingGuard, GuardedSnapshot } from '../guard/guard.js';
import { localQuestion } from '../guard/question.js';
import type { EntryBody } from '../ledger/entries.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogHead } from '../offers/offer-log.js';
import { Refusal } from '../offers/refusal.js';
import type { VerifiedOffer } from '../offers/verify-offer.js';
import type { Mode, Policy } from '../policy/policy.js';
import { Budget } from './budget.js';
import { LedgerMemory } from './memory.js';
import type { ClockMarks } from './memory.js';
import { toMillionths } from './millionths.js';
import { roundedSize } from './rounded-size.js';
import { assertBelowCap } from './run-cap.js';

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
  /** File with what accuses the audit log, where it is for that that the run ended. */
  readonly evidence?: string | undefined;
}

/** What would have become of a run that was not answered. */
export interface Observation {
  readonly mode: Mode;
  /** Null where it would have been answered. */
  readonly trouble: Trouble | null;
  /** By dataset, exactly; those that were not made are missing. */
  readonly records: ReadonlyMap<string, number>;
}

export interface Trouble {
  readonly code: RefusalCode | FailureCode;
  readonly reason: string;
}

/** What is known of an offer that was refused. */
export interface RefusalTrace {
  /** The audit log in which it stands; undefined where that was not shown. */
  readonly log?: LogHead | undefined;
  /** File with what accuses the audit log. */
  readonly evidence?: string | undefined;
}

/** Where a node's runs leave their trace, and what they have to pass. */
export interface Accounts {
  /**
   * Pays for a run before anything of it leaves the node. A request that was paid for before is free. `snapshots` are
   * those of the offer, by dataset.
   * Thrown when it is too close to what was answered, too little is left, or too many were answered: Refusal
   * DIFFERENCING, BUDGET_SPENT, CAP_REACHED; when a run of this id was paid for before: PROTOCOL_VIOLATION; when it can't be written down: NodeError LEDGER_UNUSABLE. Then nothing has
   * been spent.
   */
  spend(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot>): void;
  /**
   * What `spend` would say, with nothing spent or written: the refusal, or null. Without the snapshots what can be known
   * without reading them.
   */
  consider(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot> | null): Refusal | null;
  observed(verified: VerifiedOffer, observation: Observation): void;
  /** INTERNAL: it was not the offer's fault. */
  refused(offer: RunOffer, code: RefusalCode | 'INTERNAL', reason: string, trace?: RefusalTrace): void;
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
  /** What holds now. */
  readonly policy: () => Pick<Policy, 'budget' | 'caps'>;
  readonly guard: DifferencingGuard;
  readonly clock: Clock;
}

/** The accounts that a node keeps in its ledger. */
export class LedgerAccounts implements Accounts {
  readonly #ledger: Ledger;
  readonly #guard: DifferencingGuard;
  readonly #memory: LedgerMemory;
  readonly #budget: Budget;
  readonly #policy: LedgerAccountsOptions['policy'];
  readonly #clock: Clock;

  constructor({ ledger, policy, guard, clock }: LedgerAccountsOptions) {
    this.#ledger = ledger;
    this.#guard = guard;
    this.#policy = policy;
    this.#clock = clock;
    this.#memory = new LedgerMemory(ledger);
    this.#budget = new Budget({ memory: this.#memory, limits: () => policy().budget, clock });
  }

  spend(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot>): void {
    this.#ledger.atomically(() => {
      this.#memory.catchUp();
      const { isPaid, cost } = this.#affordable(verified);
      this.#ledger.append('spent', {
        ...askedIn(verified),
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

  consider(verified: VerifiedOffer, snapshots: ReadonlyMap<string, GuardedSnapshot> | null): Refusal | null {
    try {
      this.#memory.catchUp();
      const { isPaid } = this.#affordable(verified);
      if (isPaid || snapshots === null) return null;
      for (const [dataset, snapshot] of verified.snapshots) this.#guarded(verified, dataset, snapshot, snapshots);
      return null;
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown;
      throw thrown;
    }
  }

  observed(verified: VerifiedOffer, { mode, trouble, records }: Observation): void {
    this.#memory.catchUp();
    const isPaid = this.#isPaid(verified);
    this.#ledger.append('observed', {
      ...askedIn(verified),
      mode,
      cost: isPaid ? 0 : toMillionths(verified.cost.total),
      code: trouble?.code ?? null,
      reason: trouble?.reason.slice(0, MAX_TEXT_CHARACTERS) ?? null,
      datasets: [...verified.snapshots].map(([dataset, snapshot]) => {
        const exactly = records.get(dataset);
        return { dataset, snapshot, records: exactly === undefined ? null : roundedSize(exactly) };
      }),
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

  refused(
    { runId, templateDigest, requester }: RunOffer,
    code: RefusalCode | 'INTERNAL',
    reason: string,
    { log, evidence }: RefusalTrace = {},
  ): void {
    this.#ledger.append('refused', {
      runId,
      code,
      reason: reason.slice(0, MAX_TEXT_CHARACTERS),
      templateDigest,
      requester: requester.slice(0, MAX_TEXT_CHARACTERS),
      ...(log === undefined ? {} : { log: { ...log } }),
      ...evidenceNamed(evidence),
    });
  }

  ended({ offer: { runId }, plan }: VerifiedOffer, { failure, opened, clipped, evidence }: RunAccount): void {
    const entry = { runId, request: toHex(plan.request), clipped: clipped.map((list) => ({ ...list })) };
    if (failure === null) this.#ledger.append('answered', entry);
    else this.#ledger.append('failed', { ...entry, ...failure, opened, ...evidenceNamed(evidence) });
  }

  left(dataset: string, snapshot: string): number {
    this.#memory.catchUp();
    return this.#budget.left(dataset, snapshot);
  }

  /** Thrown when the ledger can't be read: NodeError LEDGER_DAMAGED. */
  get clockMarks(): ClockMarks {
    this.#memory.catchUp();
    return this.#memory.clockMarks;
  }

  #isPaid({ plan, snapshots }: VerifiedOffer): boolean {
    return this.#memory.hasSpent(toHex(plan.request), snapshots);
  }

  /** Millionths. Thrown when there were too many runs, or too little is left: Refusal. */
  #affordable(verified: VerifiedOffer): { readonly isPaid: boolean; readonly cost: number } {
    // The ledger knows it after a restart, too: two runs of one id could be taken for one by whoever reads it.
    if (this.#memory.hasRun(verified.offer.runId)) {
      throw new Refusal('PROTOCOL_VIOLATION', 'a run with this id has been taken part in before');
    }
    assertBelowCap(this.#memory, this.#policy().caps.runsPerWeek, this.#clock.now());
    const isPaid = this.#isPaid(verified);
    const cost = isPaid ? 0 : toMillionths(verified.cost.total);
    if (!isPaid) this.#budget.assertEnough(cost, verified.snapshots);
    return { isPaid, cost };
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

/** What entries about an offer have in common: who asked what, and why. */
function askedIn({
  offer: { runId, requester, purpose },
  bound: { template },
  parameters,
  plan,
  templateDigest,
  log,
}: VerifiedOffer): Pick<
  EntryBody<'spent'>,
  'runId' | 'request' | 'template' | 'version' | 'templateDigest' | 'parameters' | 'requester' | 'purpose' | 'log'
> {
  return {
    runId,
    request: toHex(plan.request),
    template: template.template,
    version: template.version,
    templateDigest,
    parameters: Object.fromEntries([...parameters.values].map(([name, values]) => [name, [...values]])),
    requester,
    purpose,
    log: { ...log },
  };
}
