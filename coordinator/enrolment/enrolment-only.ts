import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { messageOf, silentLog, type Clock, type Log } from '../../core/base/index.js';
import { fileVersion, Lifecycle } from '../../runtime/index.js';
import { readAgreed } from '../agreed.js';
import type { CoordinatorConfig } from '../config.js';
import { readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { ROSTER_LOOK_MS } from '../roster-in-force.js';
import { federationOf } from './federation-name.js';
import { startEnrolment } from './start-enrolment.js';

export interface EnrolmentOnly {
  /** Thrown as by `startEnrolment`. */
  start(): Promise<{ readonly enrolmentPort: number }>;
  /** Resolves when there is a roster with which a coordinator can start, or when it is told to stop. */
  untilRoster(stopping: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/**
 * What a coordinator is before there is a roster: agencies enrol, governance writes the roster from what they brought,
 * and then a whole coordinator takes its place. Undefined where there is a roster, or where nobody can enrol.
 */
export function createEnrolmentOnly(
  config: CoordinatorConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): EnrolmentOnly | undefined {
  if (config.enrolment === undefined || existsSync(config.roster)) return undefined;
  const lifecycle = new Lifecycle({ log, stopDeadlineMs: config.deadlines.stopSeconds * 1000 });
  return {
    start: async () => {
      const tls = readTls(config.federation.tls);
      const started = await startEnrolment(config, { federation: federationOf(tls), tls, clock, log }, lifecycle);
      const enrolmentPort = started?.port ?? 0;
      log.warn(
        { event: 'started', enrolmentPort },
        'there is no roster yet: agencies can enrol, and nothing else, until the roster is there',
      );
      return { enrolmentPort };
    },
    untilRoster: (stopping) => untilReady(config, log, stopping),
    stop: () => lifecycle.stop(),
  };
}

async function untilReady(config: CoordinatorConfig, log: Log, stopping: AbortSignal): Promise<void> {
  let said = '';
  let settling: string | undefined;
  while (!stopping.aborted) {
    const version = fileVersion(config.roster);
    // Half of a file may be a whole one too: it has to stand still from one look to the next.
    const isSettled = version !== undefined && version === settling;
    settling = version;
    if (isSettled) {
      try {
        assertStartable(config);
        return;
      } catch (err) {
        if (messageOf(err) !== said)
          log.error({ event: 'roster-refused', err }, 'with this roster no coordinator can start');
        said = messageOf(err);
      }
    }
    await setTimeout(ROSTER_LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** Thrown when no coordinator can start with these files: CoordinatorError CONFIG_INVALID or KEY_FILE_EXPOSED. */
function assertStartable(config: CoordinatorConfig): void {
  const { federation } = readAgreed(config, silentLog).rosters.current;
  const own = federationOf(readTls(config.federation.tls));
  if (federation === own) return;
  throw new CoordinatorError(
    'CONFIG_INVALID',
    `roster: ${config.roster} is the roster of ${federation}, and the coordinator's certificate is for ${own}.`,
  );
}
