import { messageOf } from '../core/base/index.js';
import type { Clock, Log } from '../core/base/index.js';
import type { RegisterInForce } from '../runtime/index.js';
import type { ClockGuard } from './clock-guard.js';
import type { Changes } from './ledger/changes.js';
import type { PolicyInForce } from './policy/policy-in-force.js';
import type { RunHost } from './rounds/run-host.js';
import type { SnapshotStore } from './snapshot/snapshot-store.js';
import { STATUS_WRITE_MS } from './status/node-status.js';
import type { PauseSwitch } from './status/pause.js';
import type { StatusWriter } from './status/status-writer.js';

/** How often a running node looks whether `prepare` has made a new snapshot, and whether policy or register was changed. */
export const SNAPSHOT_LOOK_MS = 2_000;

/** How often it looks whether its operator has paused it, and at the clock. */
export const PAUSE_LOOK_MS = 1_000;

/** What others may change while a node runs, and who has to know. */
export interface Watched {
  readonly snapshots: SnapshotStore;
  readonly changes: Changes;
  readonly policy: PolicyInForce;
  readonly registers: RegisterInForce;
  readonly clockGuard: ClockGuard;
  readonly pause: PauseSwitch;
  readonly host: RunHost;
  readonly status: StatusWriter;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells the coordinator what the node holds and demands. */
  readonly sayHello: () => Promise<void>;
}

/** Looks until its timers are cleared. */
export function lookOut(watched: Watched): readonly NodeJS.Timeout[] {
  const { policy, clockGuard, status, sayHello, log } = watched;
  const changed = async (): Promise<void> => {
    status.write();
    await sayHello();
  };
  return [
    every(SNAPSHOT_LOOK_MS, log, snapshotLook(watched, changed)),
    every(SNAPSHOT_LOOK_MS, log, () => (policy.look() ? changed() : undefined)),
    every(SNAPSHOT_LOOK_MS, log, () => (lookAtRegister(watched) ? changed() : undefined)),
    every(PAUSE_LOOK_MS, log, () => lookAtPause(watched)),
    every(PAUSE_LOOK_MS, log, () => (clockGuard.look() ? changed() : undefined)),
    every(STATUS_WRITE_MS, log, () => status.write()),
  ];
}

/** Says in log and ledger what a node answers from. */
export function logInForce({ snapshots, changes, log }: Pick<Watched, 'snapshots' | 'changes' | 'log'>): void {
  for (const { dataset, snapshot, asAt } of snapshots.inForce) {
    log.info({ event: 'snapshot', dataset, snapshot, asAt }, 'a snapshot is in force');
  }
  if (snapshots.optOuts !== undefined) {
    const { snapshot, lines, readAt } = snapshots.optOuts;
    log.info({ event: 'opt-outs', snapshot, lines, readAt }, 'opt-out lists are in force');
  }
  try {
    changes.snapshots(snapshots.inForce);
  } catch (err) {
    log.error({ err }, 'the ledger could not be written');
  }
}

/** What is wrong with a dataset's new snapshot is said once, not every time somebody looks. */
function snapshotLook(watched: Watched, changed: () => Promise<void>): () => Promise<void> {
  const { snapshots, log } = watched;
  let said: ReadonlyMap<string, string> = new Map();
  return async () => {
    const refreshed = await snapshots.refresh();
    const reasons = new Map([...refreshed.unusable].map(([dataset, err]) => [dataset, messageOf(err)]));
    if (refreshed.changed) {
      logInForce(watched);
      await changed();
    }
    for (const [dataset, err] of refreshed.unusable) {
      if (reasons.get(dataset) === said.get(dataset)) continue;
      log.error({ event: 'snapshot-unusable', dataset, err }, 'a new snapshot is no use; the old one stays in force');
    }
    said = reasons;
  };
}

/** What a node goes by, and what follows from it when that has changed. */
export function registerChanged(
  { registers, host, clock }: Pick<Watched, 'registers' | 'host' | 'clock'>,
  take: () => boolean,
): boolean {
  const before = registers.roster;
  if (!take()) return false;
  const { roster, register } = registers;
  host.registerChanged({ before, roster, register, now: clock.now() });
  return true;
}

function lookAtRegister(watched: Watched): boolean {
  return registerChanged(watched, () => watched.registers.look());
}

function lookAtPause({ pause, host, status }: Watched): void {
  const before = pause.pause;
  const isPaused = pause.look();
  if (isPaused) host.pause();
  if (isPaused !== (before !== undefined)) status.write();
}

/** What goes wrong is said once, and tried again: thrown at a timer, it would end the process. */
function every(milliseconds: number, log: Log, work: () => Promise<void> | void): NodeJS.Timeout {
  let said = '';
  const look = async (): Promise<void> => {
    try {
      await work();
      said = '';
    } catch (err) {
      if (messageOf(err) !== said) log.error({ event: 'look-failed', err }, 'something could not be looked at');
      said = messageOf(err);
    }
  };
  return setInterval(() => void look(), milliseconds);
}
