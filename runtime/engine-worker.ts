import { wipe } from '../core/base/index.js';
import { createGroup, GroupError, runJob } from '../core/private-join/index.js';
import type { Job } from '../core/private-join/index.js';
import { systemRng } from './system.js';

/** What a worker answers: errors lose their class on the way between threads, so the one that has a meaning is data. */
export type EngineReply = { readonly result: Uint8Array } | { readonly error: 'BAD_ELEMENT' };

const group = await createGroup();

/** (Worker thread) Runs one job on its own copy of the data, which it wipes. */
export function runInWorker(job: Job): EngineReply {
  try {
    return { result: runJob(group, systemRng, job) };
  } catch (thrown) {
    if (thrown instanceof GroupError) return { error: thrown.code };
    throw thrown;
  } finally {
    for (const value of Object.values(job)) wipeAll(value);
  }
}

function wipeAll(value: unknown): void {
  if (value instanceof Uint8Array) wipe(value);
  else if (Array.isArray(value)) value.forEach(wipeAll);
}
