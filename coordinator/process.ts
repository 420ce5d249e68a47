import type { Writable } from 'node:stream';
import type { AlarmClock, Rng } from '../core/base/index.js';
import { createLog } from '../runtime/index.js';
import { createCoordinator } from './app.js';
import { loadConfig } from './config.js';
import { createEnrolmentOnly } from './enrolment/enrolment-only.js';

/** Fields of the coordinator's own log lines, beside those that every program may show. */
const LOG_FIELDS: readonly string[] = [
  'apiPort',
  'cpuSeconds',
  'datasets',
  'digest',
  'enrolmentPort',
  'entries',
  'event',
  'expiresAt',
  'federationPort',
  'method',
  'officer',
  'outcome',
  'path',
  'proposal',
  'publicKey',
  'requester',
  'roster',
  'serial',
  'waiting',
];

/** What a coordinator's process brings. */
export interface CoordinatorMeans {
  readonly clock: AlarmClock;
  readonly rng: Rng;
  /** Log lines, JSON, one each. */
  readonly stdout: Writable;
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal;
  /** From this call on, a stdout that nobody reads any more doesn't end the process. Not there where it never does. */
  outliveOutput?(): void;
}

/**
 * Runs a coordinator until it is told to stop; resolves once it has stopped.
 * Thrown when it can't start, as by `loadConfig` and `Coordinator.start`.
 */
export async function runCoordinator(configFile: string, means: CoordinatorMeans): Promise<void> {
  const { clock, rng, stdout, stopping } = means;
  let config = loadConfig(configFile);
  means.outliveOutput?.();
  const log = createLog({ level: config.logLevel, name: 'coordinator', destination: stdout, fields: LOG_FIELDS });
  const enrolmentOnly = createEnrolmentOnly(configFile, config, { clock, log });
  if (enrolmentOnly !== undefined) {
    await enrolmentOnly.start();
    const ready = await enrolmentOnly.untilRegister(stopping);
    if (ready === undefined) log.info({ event: 'stopping' }, 'coordinator stops');
    else log.info({ event: 'register' }, 'there is a register: the whole coordinator starts');
    await enrolmentOnly.stop();
    config = ready ?? config;
  }
  if (!stopping.aborted) {
    const coordinator = createCoordinator(config, { clock, rng, log });
    await coordinator.start();
    await aborted(stopping);
    log.info({ event: 'stopping' }, 'coordinator stops');
    await coordinator.stop();
  }
  log.info({ event: 'stopped' }, 'coordinator stopped');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
