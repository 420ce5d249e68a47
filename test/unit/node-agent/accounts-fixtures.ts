import { randomUUID } from 'node:crypto';

import type { Clock } from '../../../core/base/index.js';
import type { DisclosureClause, RunOffer, Template } from '../../../core/templates/index.js';
import { LedgerAccounts } from '../../../node-agent/budget/accounts.js';
import type { LinkageCharge } from '../../../node-agent/budget/accounts.js';
import type { BudgetLimits } from '../../../node-agent/budget/budget.js';
import { DifferencingGuard } from '../../../node-agent/guard/guard.js';
import type { GuardedSnapshot } from '../../../node-agent/guard/guard.js';
import type { Ledger } from '../../../node-agent/ledger/ledger.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { VerifiedOffer } from '../../../node-agent/offers/verify-offer.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import {
  allowAll,
  catalogue,
  governanceOf,
  noConsentNeeded,
  offer,
  question,
  snapshotIdOf,
  template,
} from './federation-fixtures.js';
import { crimes } from './fixtures.js';
import { loggedOf } from './offer-log-fixtures.js';
import { now } from './snapshot-fixtures.js';

export interface AskedRun {
  readonly quarters?: readonly string[];
  readonly disclosure?: Partial<DisclosureClause>;
  readonly changed?: Partial<Template>;
  /** Id of the police's snapshot. */
  readonly snapshot?: string;
}

/** A verified offer of a run of its own; what it asks costs 1 for counts and 0.5 for overlaps where nothing else is said. */
export function asked({
  quarters = ['2025-Q1'],
  disclosure = {},
  changed = {},
  snapshot = snapshotIdOf(crimes.dataset),
}: AskedRun = {}): VerifiedOffer {
  const clause: DisclosureClause = { ...template.disclosure, epsilon: 1, overlapEpsilon: 0.5, ...disclosure };
  const participants = offer.participants.map((participant): RunOffer['participants'][number] =>
    participant.agency === 'police'
      ? { ...participant, datasets: [{ dataset: crimes.dataset, snapshot }] }
      : participant,
  );
  const about = question({ ...changed, disclosure: clause });
  return verifyOffer(
    { ...offer, runId: randomUUID(), ...about, parameters: { quarters }, participants },
    {
      self: 'police',
      governance: governanceOf(about),
      catalogue,
      policy: allowAll,
      snapshots: new Map([[crimes.dataset, snapshot]]),
      consent: noConsentNeeded,
      logged: loggedOf(about),
      clock: { now: () => now },
    },
  );
}

/** Statistics of two schemes, which cost 2. */
export const linkageCharge: LinkageCharge = {
  dataset: crimes.dataset,
  snapshot: snapshotIdOf(crimes.dataset),
  schemes: ['standard', 'exact'],
  epsilon: 1,
};

export function accountsOf(
  ledger: Ledger,
  limits: BudgetLimits = { perSnapshot: 10, perQuarter: 40 },
  clock: Clock = { now: () => now },
  caps: Policy['caps'] = {},
): LedgerAccounts {
  return new LedgerAccounts({
    ledger,
    policy: () => ({ budget: limits, caps }),
    guard: new DifferencingGuard(),
    clock,
  });
}

/** A snapshot in which no two questions are close: every question has records of its own, and enough of them. */
export function roomySnapshots(): ReadonlyMap<string, GuardedSnapshot> {
  const known = new Map<string, number>();
  const labels = ({ sql, parameters }: { sql: string; parameters: readonly unknown[] }): Uint32Array => {
    const key = JSON.stringify([sql, parameters]);
    const place = known.get(key) ?? known.size;
    known.set(key, place);
    return Uint32Array.from({ length: 10_000 }, (_, record) => (Math.floor(record / 100) === place ? 1 : 0));
  };
  return new Map([[crimes.dataset, { labels }]]);
}
