import { Server } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { Clock } from '../core/base/index.js';
import { hostOf, serverOptions } from './channel-options.js';
import { fromEnrolmentReply, toEnrolmentRequest } from './convert-enrolment.js';
import type { EnrolmentReply, EnrolmentRequest } from './enrolment.js';
import { DOOR_LIMITS, FrontDoor } from './front-door.js';
import type { DoorLimits } from './front-door.js';
import { MAX_ENROLMENT_REQUEST_BYTES } from './limits.js';
import { shutDown } from './listening.js';
import { checkOwnCertificate, enrolmentServerCredentials } from './mtls.js';
import type { CommonOptions } from './options.js';
import { statusOf, transportErrorOf } from './status.js';
import { TIMINGS } from './timings.js';
import { enrolMethod } from './wire.js';
import type { EnrolmentReply as WireReply, EnrolmentRequest__Output } from './wire.js';

export interface EnrolmentServerOptions extends CommonOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly clock: Clock;
  /** For tests: other limits than DOOR_LIMITS. */
  readonly limits?: Partial<DoorLimits>;
}

/**
 * @param caller the address that the request came from, without its port
 * Rejects with TransportError where nobody is enrolled.
 */
export type Enrol = (request: EnrolmentRequest, caller: string) => Promise<EnrolmentReply>;

export interface EnrolmentServer {
  /** Resolves with the port that was bound. Thrown when it is taken: TransportError PORT_IN_USE. */
  start(): Promise<{ readonly port: number }>;
  /** Stops politely, then after `deadlineMs` hard. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * (Coordinator) Listens for nodes that have no certificate yet, and does nothing else: the federation's own calls are
 * not on this listener, and this call is not on the federation's.
 * Thrown when its certificate is not fit for it: TransportError BAD_CERTIFICATE or WRONG_IDENTITY.
 */
export function createEnrolmentServer(options: EnrolmentServerOptions, enrol: Enrol): EnrolmentServer {
  const { tls, federation, clock, timings, tap, log } = options;
  checkOwnCertificate(tls, { role: 'coordinator', federation }, clock);
  const server = new Server({
    ...serverOptions({ ...TIMINGS, ...timings }),
    'grpc.max_receive_message_length': MAX_ENROLMENT_REQUEST_BYTES,
  });
  const method = enrolMethod(tap);
  const answer = async (
    call: ServerUnaryCall<EnrolmentRequest__Output, WireReply>,
    reply: sendUnaryData<WireReply>,
  ): Promise<void> => {
    try {
      reply(null, fromEnrolmentReply(await enrol(toEnrolmentRequest(call.request), hostOf(call.getPeer()))));
    } catch (thrown) {
      const error = transportErrorOf(thrown);
      if (error.code === 'INTERNAL') log.error({ err: thrown }, 'enrolment: internal error');
      else log.warn({ event: 'enrolment-refused', code: error.code }, 'a request to enrol was refused');
      reply(statusOf(error));
    }
  };
  server.register(
    method.path,
    (call: ServerUnaryCall<EnrolmentRequest__Output, WireReply>, reply: sendUnaryData<WireReply>) =>
      void answer(call, reply),
    method.responseSerialize,
    method.requestDeserialize,
    'unary',
  );
  const connections = server.createConnectionInjector(enrolmentServerCredentials(tls));
  const door = new FrontDoor({ ...DOOR_LIMITS, ...options.limits }, (socket) => connections.injectConnection(socket));
  return {
    start: () => door.listen(options),
    stop: async (deadlineMs) => {
      door.close();
      await shutDown(server, deadlineMs);
      door.clear();
    },
  };
}
