import { existsSync } from 'node:fs';
import { Piscina } from 'piscina';
import { DisclosureError } from '../../core/disclosure/index.js';
import { packagePath, RuntimeError } from '../../runtime/index.js';
import type { ProtectionMessage, ProtectionReply } from './protection-worker.js';
import type { Protector } from './protector.js';

/** A thread that has had nothing to do for so long gives its memory back. */
const IDLE_MS = 60_000;

export interface ThreadProtector extends Protector {
  /** Ends the thread; what it was doing is rejected. */
  stop(): Promise<void>;
}

/**
 * In a thread of its own, so that connections and requests don't wait for the solver. It runs compiled code only.
 * Thrown when the package has not been built: RuntimeError PACKAGE_INCOMPLETE.
 */
export function createThreadProtector(): ThreadProtector {
  const filename = packagePath('dist', 'coordinator', 'runs', 'protection-worker.js');
  if (!existsSync(filename)) {
    throw new RuntimeError(
      'PACKAGE_INCOMPLETE',
      'dist/coordinator/runs/protection-worker.js is missing: run `npm run build`.',
    );
  }
  const pool = new Piscina<ProtectionMessage, ProtectionReply>({
    filename,
    name: 'protectInWorker',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    recordTiming: false,
    // Not this process's own: a loader of the tests has no business in a worker.
    execArgv: [],
  });
  return {
    protect: async (input, policy) => {
      const reply = await pool.run({ input, policy });
      if ('code' in reply) throw new DisclosureError(reply.code, reply.message);
      return reply;
    },
    stop: () => pool.destroy(),
  };
}
