import { loadSync } from '@grpc/proto-loader';
import type { AnyDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { packagePath, RuntimeError } from '../runtime/index.js';
import type { CoordinatorMessage, CoordinatorMessage__Output } from './generated/tallystick/v1/CoordinatorMessage.js';
import type { EnrolmentReply, EnrolmentReply__Output } from './generated/tallystick/v1/EnrolmentReply.js';
import type { EnrolmentRequest, EnrolmentRequest__Output } from './generated/tallystick/v1/EnrolmentRequest.js';
import type { ListFrame, ListFrame__Output } from './generated/tallystick/v1/ListFrame.js';
import type { ListReceipt, ListReceipt__Output } from './generated/tallystick/v1/ListReceipt.js';
import type { ListRequest, ListRequest__Output } from './generated/tallystick/v1/ListRequest.js';
import type { NodeMessage, NodeMessage__Output } from './generated/tallystick/v1/NodeMessage.js';
import type { RenewalReply, RenewalReply__Output } from './generated/tallystick/v1/RenewalReply.js';
import type { RenewalRequest, RenewalRequest__Output } from './generated/tallystick/v1/RenewalRequest.js';
import type { Tap } from './options.js';

export type {
  CoordinatorMessage,
  CoordinatorMessage__Output,
  EnrolmentReply,
  EnrolmentReply__Output,
  EnrolmentRequest,
  EnrolmentRequest__Output,
  ListFrame,
  ListFrame__Output,
  ListReceipt,
  ListReceipt__Output,
  ListRequest,
  ListRequest__Output,
  NodeMessage,
  NodeMessage__Output,
  RenewalReply,
  RenewalReply__Output,
  RenewalRequest,
  RenewalRequest__Output,
};
export type { Hello, Hello__Output } from './generated/tallystick/v1/Hello.js';
export type { ListHeader, ListHeader__Output } from './generated/tallystick/v1/ListHeader.js';
export type { Offer, Offer__Output } from './generated/tallystick/v1/Offer.js';
export type { RunMessage, RunMessage__Output } from './generated/tallystick/v1/RunMessage.js';
export type { Share, Share__Output } from './generated/tallystick/v1/Share.js';

/** One method of the service: how its messages become bytes and how bytes become its messages. */
export interface Method<Request, RequestOutput, Response, ResponseOutput> {
  readonly path: string;
  readonly requestSerialize: (message: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => RequestOutput;
  readonly responseSerialize: (message: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => ResponseOutput;
}

export interface Methods {
  readonly control: Method<NodeMessage, NodeMessage__Output, CoordinatorMessage, CoordinatorMessage__Output>;
  readonly sendList: Method<ListFrame, ListFrame__Output, ListReceipt, ListReceipt__Output>;
  readonly receiveList: Method<ListRequest, ListRequest__Output, ListFrame, ListFrame__Output>;
  readonly renew: Method<RenewalRequest, RenewalRequest__Output, RenewalReply, RenewalReply__Output>;
}

/** The one call of proto/tallystick/v1/enrolment.proto. */
export type EnrolMethod = Method<EnrolmentRequest, EnrolmentRequest__Output, EnrolmentReply, EnrolmentReply__Output>;

/** As the types in generated/ were made (`npm run proto`), or they would be wrong. */
const LOADING = { includeDirs: [packagePath('proto')], longs: Number, enums: String, defaults: true, oneofs: true };

/** The service of proto/tallystick/v1/federation.proto. `tap` sees the bytes of every message that comes in. */
export function federationMethods(tap?: Tap): Methods {
  const file = 'tallystick/v1/federation.proto';
  const service = loadSync(file, LOADING)['tallystick.v1.Federation'];
  return {
    control: method(file, service, 'Control', tap),
    sendList: method(file, service, 'SendList', tap),
    receiveList: method(file, service, 'ReceiveList', tap),
    renew: method(file, service, 'Renew', tap),
  };
}

/** The service of proto/tallystick/v1/enrolment.proto. `tap` sees the bytes of every message that comes in. */
export function enrolMethod(tap?: Tap): EnrolMethod {
  const file = 'tallystick/v1/enrolment.proto';
  return method(file, loadSync(file, LOADING)['tallystick.v1.Enrolment'], 'Enrol', tap);
}

/** The one place where what the proto file says is believed to be what the generated types say. */
function method<Request extends object, RequestOutput, Response extends object, ResponseOutput>(
  file: string,
  service: AnyDefinition | undefined,
  name: string,
  tap: Tap | undefined,
): Method<Request, RequestOutput, Response, ResponseOutput> {
  const definition = service !== undefined && isService(service) ? service[name] : undefined;
  if (definition === undefined) {
    throw new RuntimeError('PACKAGE_INCOMPLETE', `proto/${file} lacks ${name}: install it again.`);
  }
  return {
    path: definition.path,
    requestSerialize: definition.requestSerialize,
    requestDeserialize: (bytes) => decode(definition.requestDeserialize, bytes, name, tap) as RequestOutput,
    responseSerialize: definition.responseSerialize,
    responseDeserialize: (bytes) => decode(definition.responseDeserialize, bytes, name, tap) as ResponseOutput,
  };
}

/**
 * Bytes that are no message at all become an empty message, which `convert.ts` refuses with a name for what is missing.
 * To throw here would make them an internal error of whoever received them.
 */
function decode(deserialize: (bytes: Buffer) => object, bytes: Buffer, name: string, tap: Tap | undefined): object {
  tap?.(bytes, name);
  try {
    return deserialize(bytes);
  } catch {
    return deserialize(Buffer.alloc(0));
  }
}

function isService(definition: AnyDefinition): definition is ServiceDefinition {
  return !('format' in definition);
}
