import { fromCoordinatorMessage, fromNodeMessage, toCoordinatorMessage, toNodeMessage } from './convert.js';
import type { Welcome } from './convert.js';
import { TransportError } from './errors.js';
import type { FromNode, ToNode } from './federation.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import { federationMethods } from './wire.js';
import type { CoordinatorMessage, Methods, NodeMessage } from './wire.js';

/**
 * What the other side would refuse is not sent: it would end the control stream, and with it every run, where an error
 * to the caller will do. So a message goes through its own reader first. Both functions throw TransportError
 * BAD_MESSAGE or MESSAGE_TOO_LARGE.
 */

export function outgoingToNode(message: ToNode | Welcome): CoordinatorMessage {
  const { responseSerialize, responseDeserialize } = codec();
  const outgoing = fromCoordinatorMessage(message);
  toCoordinatorMessage(responseDeserialize(withinLimit(responseSerialize(outgoing))));
  return outgoing;
}

export function outgoingFromNode(message: FromNode): NodeMessage {
  const { requestSerialize, requestDeserialize } = codec();
  const outgoing = fromNodeMessage(message);
  toNodeMessage(requestDeserialize(withinLimit(requestSerialize(outgoing))));
  return outgoing;
}

let untapped: Methods['control'] | undefined;

function codec(): Methods['control'] {
  untapped ??= federationMethods().control;
  return untapped;
}

function withinLimit(bytes: Buffer): Buffer {
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new TransportError('MESSAGE_TOO_LARGE', `a message may have ${MAX_MESSAGE_BYTES} bytes`);
  }
  return bytes;
}
