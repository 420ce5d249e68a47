import { concatBytes } from '../core/base/index.js';
import type { Job } from '../core/private-join/index.js';

type HashJob = Extract<Job, { readonly kind: 'hash' }>;

/** A hash job with its inputs in one piece: hundreds of short arrays take longer to copy to a thread than to hash. */
export interface PackedHash {
  readonly kind: 'packed-hash';
  readonly domain: string;
  /** The inputs, one after the other. */
  readonly messages: Uint8Array;
  /** Where each input ends. */
  readonly ends: Uint32Array;
}

/** What goes to a worker thread. */
export type JobMessage = Exclude<Job, HashJob> | PackedHash;

export function packed({ domain, inputs }: HashJob): PackedHash {
  let end = 0;
  const ends = Uint32Array.from(inputs, ({ length }) => (end += length));
  return { kind: 'packed-hash', domain, messages: concatBytes(...inputs), ends };
}

/** The job again; its inputs look into the message's memory. */
export function unpacked(message: JobMessage): Job {
  if (message.kind !== 'packed-hash') return message;
  const { domain, messages, ends } = message;
  const inputs = Array.from(ends, (end, index) => messages.subarray(ends[index - 1] ?? 0, end));
  return { kind: 'hash', domain, inputs };
}
