import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { messageOf, silentLog, type Clock, type Log } from '../../core/base/index.js';
import { fileVersion, Lifecycle } from '../../runtime/index.js';
import { readAgreed } from '../agreed.js';
import { loadConfig, type CoordinatorConfig } from '../config.js';
import { readTls } from '../configured-files.js';
import { CoordinatorError } from '../errors.js';
import { REGISTER_LOOK_MS } from '../open-register.js';
import { federationOf } from './federation-name.js';
import { startEnrolment } from './start-enrolment.js';

export interface EnrolmentOnly {
  /** Thrown as by `startEnrolment`. */
  start(): Promise<{ readonly enrolmentPort: number }>;
  /**
   * Resolves with the configuration as it is then when there is a register with which a coordinator can start, or with
   * undefined when it is told to stop.
   */
  untilRegister(stopping: AbortSignal): Promise<CoordinatorConfig | undefined>;
  stop(): Promise<void>;
}

/**
 * What a coordinator is before there is a register: agencies enrol, governance signs a roster with what they brought,
 * and then a whole coordinator takes its place. Undefined where there is a register, or where nobody can enrol.
 */
export function createEnrolmentOnly(
  configFile: string,
  config: CoordinatorConfig,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): EnrolmentOnly | undefined {
  if (config.enrolment === undefined || existsSync(config.governance.register)) return undefined;
  const lifecycle = new Lifecycle({ log, stopDeadlineMs: config.deadlines.stopSeconds * 1000 });
  return {
    start: async () => {
      const tls = readTls(config.federation.tls);
      const started = await startEnrolment(config, { federation: federationOf(tls), tls, clock, log }, lifecycle);
      const enrolmentPort = started?.port ?? 0;
      log.warn(
        { event: 'started', enrolmentPort },
        'there is no register yet: agencies can enrol, and nothing else, until it is there, with its fingerprint in the configuration',
      );
      return { enrolmentPort };
    },
    untilRegister: (stopping) => untilReady(configFile, config.governance.register, { clock, log }, stopping),
    stop: () => lifecycle.stop(),
  };
}

/** The configuration is read anew each time: with the register comes the fingerprint that its operator writes into it. */
async function untilReady(
  configFile: string,
  register: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  stopping: AbortSignal,
): Promise<CoordinatorConfig | undefined> {
  let said = '';
  let settling: string | undefined;
  while (!stopping.aborted) {
    const version = fileVersion(register);
    // Half of a file may be a whole one too: it has to stand still from one look to the next.
    const isSettled = version !== undefined && version === settling;
    settling = version;
    if (isSettled) {
      try {
        const config = loadConfig(configFile);
        assertStartable(config, clock);
        return config;
      } catch (err) {
        if (messageOf(err) !== said)
          log.error({ event: 'register-refused', err }, 'with this register no coordinator can start');
        said = messageOf(err);
      }
    }
    await setTimeout(REGISTER_LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
  return undefined;
}

/** Thrown when no coordinator can start with these files: as by `readAgreed`. */
function assertStartable(config: CoordinatorConfig, clock: Clock): void {
  const { federation } = readAgreed(config, clock, silentLog).registers.roster;
  const own = federationOf(readTls(config.federation.tls));
  if (federation === own) return;
  throw new CoordinatorError(
    'CONFIG_INVALID',
    `governance: ${config.governance.register} is the register of ${federation}, and the coordinator's certificate is for ${own}.`,
  );
}
