import type { Clock } from '../../core/base/index.js';
import { assertInForce, GovernanceError } from '../../core/governance/index.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import type { RegisterInForce } from '../../runtime/index.js';
import type { Accounts } from '../budget/accounts.js';
import type { NotedSnapshot } from '../ledger/changes.js';
import type { PolicyInForce } from '../policy/policy-in-force.js';
import type { RunUnderWay } from '../rounds/run-host.js';
import type { OptOutsHeld } from '../snapshot/snapshot-store.js';
import type { NodeStatus } from './node-status.js';

/** Whether the coordinator can be reached, and since when it is so. */
export class ConnectionState {
  readonly #clock: Clock;
  #state: NodeStatus['connection'];

  constructor(address: string, clock: Clock) {
    this.#clock = clock;
    this.#state = { address, isConnected: false, since: clock.now().toISOString(), code: null };
  }

  get state(): NodeStatus['connection'] {
    return this.#state;
  }

  /** `code`: why there is none. */
  is(isConnected: boolean, code: string | null = null): void {
    const since = isConnected === this.#state.isConnected ? this.#state.since : this.#clock.now().toISOString();
    this.#state = { ...this.#state, isConnected, since, code };
  }
}

export function policyFacts(
  file: string,
  { digest, current, isFileRefused }: Pick<PolicyInForce, 'digest' | 'current' | 'isFileRefused'>,
): NodeStatus['policy'] {
  return { file, digest, mode: current.mode, isFileRefused };
}

export function registerFacts(file: string, registers: RegisterInForce, now: Date): NodeStatus['register'] {
  const { copy, roster, stated, isFileRefused } = registers;
  return {
    file,
    roster: roster.version,
    entries: copy.head.size,
    stated: stated?.issued ?? null,
    trouble: troubleOf(registers, now),
    isFileRefused,
  };
}

function troubleOf(registers: RegisterInForce, now: Date): string | null {
  try {
    registers.assertUpToDate(now);
    assertInForce(registers.register.current.roster, now);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof GovernanceError)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  }
}

/** Of datasets: opt-out lists are in force as a snapshot too, but nothing is spent on them. */
export function snapshotFacts(
  inForce: readonly NotedSnapshot[],
  accounts: Pick<Accounts, 'left'>,
): NodeStatus['snapshots'] {
  return inForce
    .filter(({ dataset }) => dataset !== OPT_OUTS)
    .map(({ dataset, snapshot, asAt }) => ({
      ...{ dataset, snapshot, asAt },
      epsilonLeft: accounts.left(dataset, snapshot),
    }));
}

export function optOutFacts(held: OptOutsHeld | undefined): NodeStatus['optOuts'] {
  if (held === undefined) return null;
  const { snapshot, readAt, lines } = held;
  return { snapshot, readAt, lines };
}

export function runFacts(underWay: readonly RunUnderWay[]): NodeStatus['runs'] {
  return underWay.map((run) => ({ ...run, since: run.since.toISOString() }));
}
