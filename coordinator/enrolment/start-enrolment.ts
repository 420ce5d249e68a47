import type { Clock, Log } from '../../core/base/index.js';
import type { Lifecycle } from '../../runtime/index.js';
import { createEnrolmentServer, type Renew, type TlsMaterial } from '../../transport/index.js';
import type { CoordinatorConfig } from '../config.js';
import { readAuthority } from '../configured-files.js';
import { EnrolmentDesk } from './enrolment-desk.js';
import { openEnrolmentStore, type GivenCertificate } from './enrolment-store.js';
import { WrongAttempts } from './wrong-attempts.js';

export interface RunningEnrolment {
  readonly port: number;
  readonly renew: Renew;
  /** That agencies were given here, oldest first. */
  readonly certificates: () => readonly GivenCertificate[];
}

export interface EnrolmentEnvironment {
  readonly federation: string;
  readonly tls: TlsMaterial;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Listens for nodes that enrol, where the configuration says so; undefined where it doesn't.
 * Thrown: CoordinatorError CONFIG_INVALID, KEY_FILE_EXPOSED, as `openDatabase`; TransportError PORT_IN_USE,
 * BAD_CERTIFICATE, WRONG_IDENTITY.
 */
export async function startEnrolment(
  config: CoordinatorConfig,
  { federation, tls, clock, log }: EnrolmentEnvironment,
  lifecycle: Lifecycle,
): Promise<RunningEnrolment | undefined> {
  const { enrolment } = config;
  if (enrolment === undefined) return undefined;
  const authority = readAuthority(config, enrolment);
  const store = await lifecycle.start(
    'enrolments',
    () => openEnrolmentStore(enrolment.database),
    (opened) => {
      opened.close();
    },
  );
  const desk = new EnrolmentDesk({
    federation,
    authority,
    store,
    attempts: new WrongAttempts(clock),
    clock,
    log,
  });
  const { host, port: wanted } = enrolment;
  const server = createEnrolmentServer({ federation, host, port: wanted, tls, clock, log }, (request, caller) =>
    desk.enrol(request, caller),
  );
  const { port } = await lifecycle.start(
    'enrolment',
    () => server.start(),
    () => server.stop((config.deadlines.stopSeconds * 1000) / 2),
  );
  return {
    port,
    renew: (agency, request, present) => desk.renew(agency, request, present),
    certificates: () => store.getCertificates(),
  };
}
