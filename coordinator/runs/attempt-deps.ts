import type { AlarmClock, Log, Rng } from '../../core/base/index.js';
import type { CountTable, MeasureTable } from '../../core/disclosure/index.js';
import type { Engine, Group, JoinResult, RecordStores, SigningKey } from '../../core/private-join/index.js';
import type { RegisterHead, Roster } from '../../core/templates/index.js';
import type { FederationServer } from '../../transport/index.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { CoordinatorConfig } from '../config.js';
import type { AgencyRegistry } from '../federation/agency-registry.js';
import type { BudgetDeps } from './budget.js';
import type { ProtectionDeps } from './protection.js';
import type { AskingGrounds } from './register-trouble.js';
import type { PhaseCost } from './run.js';

/** What runs are done with; the same for every run. */
export interface AttemptDeps extends BudgetDeps, ProtectionDeps {
  readonly roster: Roster;
  /** What the coordinator has of the register by now. */
  readonly register: RegisterHead;
  /** What governance has signed, as far as it has come here. */
  readonly governance: AskingGrounds;
  readonly registry: AgencyRegistry;
  readonly audit: AuditTrail;
  readonly federation: Pick<FederationServer, 'openRun'>;
  readonly identity: SigningKey;
  readonly group: Group;
  readonly engine: Engine;
  readonly stores: RecordStores;
  /** What was asked and released before. */
  readonly store: BudgetDeps['store'] & ProtectionDeps['store'];
  readonly rng: Rng;
  readonly clock: AlarmClock;
  readonly log: Log;
  readonly deadlines: Pick<CoordinatorConfig['deadlines'], 'offerAnswerSeconds' | 'roundProgressSeconds'>;
  /** Told the counts before they are protected; absent unless the configuration says so for synthetic data. */
  readonly reveal?: ((runId: string, counts: UnprotectedCounts) => void) | undefined;
}

/** Counts and sums as decoded, and sizes. They stay in this process's memory. */
export interface UnprotectedCounts {
  /** With the mixers' noise in them, where there is any: then counts may be below 0. */
  readonly table: CountTable;
  readonly measures: readonly MeasureTable[];
  /** What decided who was linked. */
  readonly comparisons: JoinResult['comparisons'];
  readonly phases: readonly PhaseCost[];
}
