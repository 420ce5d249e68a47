import { move } from 'piscina';
import { wipe } from '../core/base/index.js';
import { createGroup, GroupError, runJob } from '../core/private-join/index.js';
import { unpacked } from './job-message.js';
import type { JobMessage } from './job-message.js';
import { systemRng } from './system.js';

/**
 * What comes back from a worker. Errors lose their class on the way between threads, so the one that has a meaning is
 * data; any other comes as it is, so that it isn't taken for the end of its thread.
 */
export type EngineReply = Uint8Array | 'BAD_ELEMENT' | Error;

const group = await createGroup();

/** (Worker thread) Runs one job on what it was sent, which it wipes. The result's memory moves to whoever asked. */
export function runInWorker(message: JobMessage): EngineReply | ReturnType<typeof move> {
  try {
    return move(alone(runJob(group, systemRng, unpacked(message))));
  } catch (thrown) {
    if (thrown instanceof GroupError) return thrown.code;
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } finally {
    for (const value of Object.values(message)) wipeAll(value);
  }
}

/** The bytes in memory of their own: what else is in it would move with them. */
function alone(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
  const copy = bytes.slice();
  wipe(bytes);
  return copy;
}

function wipeAll(value: unknown): void {
  if (value instanceof Uint8Array) wipe(value);
  else if (Array.isArray(value)) value.forEach(wipeAll);
}
