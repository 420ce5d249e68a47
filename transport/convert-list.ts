import { ELEMENT_BYTES, SEALING_KEY_BYTES, SIGNATURE_BYTES } from '../core/private-join/index.js';
import type { TransferHeader, TransferSubject } from '../core/private-join/index.js';
import { badField, fixedBytes, present, someBytes } from './check.js';
import { count, hop, party, runId, subject } from './fields.js';
import { MAX_CHUNK_BYTES } from './limits.js';
import type { ListFrame, ListFrame__Output, ListRequest, ListRequest__Output } from './wire.js';

/** Wire ⇄ domain for the calls that move lists. Whatever is not as the proto file says: TransportError BAD_MESSAGE. */

/** A header together with the run it belongs to. */
export interface RunHeader {
  readonly runId: string;
  readonly header: TransferHeader;
}

/** What TransferReady announces and ReceiveList asks for. */
export interface TransferRequest {
  readonly runId: string;
  readonly subject: TransferSubject;
  readonly hop: number;
}

export function headerFrame({ runId, header }: RunHeader): ListFrame {
  const { subject, hop, from, to, count, generator, encapsulatedKey, signature } = header;
  return { header: { runId, subject, hop, from, to, count, generator, encapsulatedKey, signature } };
}

/** The first frame of a stream. */
export function toHeader(frame: ListFrame__Output): RunHeader {
  if (frame.kind !== 'header') throw badField('kind', 'must be a header in the first frame');
  const header = present(frame.header, 'header');
  return {
    runId: runId(header.runId, 'header.run_id'),
    header: {
      subject: subject(header.subject, 'header.subject'),
      hop: hop(header.hop, 'header.hop'),
      from: party(header.from, 'header.from'),
      to: party(header.to, 'header.to'),
      count: count(header.count, 'header.count'),
      generator: fixedBytes(header.generator, 'header.generator', ELEMENT_BYTES),
      encapsulatedKey: fixedBytes(header.encapsulatedKey, 'header.encapsulated_key', SEALING_KEY_BYTES),
      signature: fixedBytes(header.signature, 'header.signature', SIGNATURE_BYTES),
    },
  };
}

/** Thrown when a sealed chunk is empty or too large to send: TransportError BAD_MESSAGE. */
export function chunkFrame(chunk: Uint8Array): ListFrame {
  return { chunk: someBytes(chunk, 'chunk', MAX_CHUNK_BYTES) };
}

/** Any frame but the first. */
export function toChunk(frame: ListFrame__Output): Uint8Array {
  if (frame.kind !== 'chunk' || frame.chunk === undefined) {
    throw badField('kind', 'must be a chunk in every frame but the first');
  }
  return someBytes(frame.chunk, 'chunk', MAX_CHUNK_BYTES);
}

export function toListRequest(request: ListRequest__Output): TransferRequest {
  return {
    runId: runId(request.runId, 'run_id'),
    subject: subject(request.subject, 'subject'),
    hop: hop(request.hop, 'hop'),
  };
}

export function fromListRequest({ runId, subject, hop }: TransferRequest): ListRequest {
  return { runId, subject, hop };
}
