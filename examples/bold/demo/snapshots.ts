import { join } from 'node:path';

import { packagePath } from '../../../runtime/index.js';
import { Program } from './program.js';

export type Announce = (text: string) => void;

/** For a snapshot of a million rows on a slow machine. */
const PREPARE_DEADLINE_MS = 3_600_000;
/** Snapshots made at once: hashing fills a core each. */
const PREPARED_AT_ONCE = 2;

/** Makes every agency's snapshot, each in a process of its own, from `configs`: agency to its node's configuration. */
export async function prepareSnapshots(
  configs: ReadonlyMap<string, string>,
  logs: string,
  announce: Announce,
): Promise<void> {
  const waiting = [...configs];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [agency, config] = next;
      announce(`Making the snapshot of ${agency} …`);
      await prepareSnapshot(agency, config, logs);
    }
  };
  await Promise.all(Array.from({ length: PREPARED_AT_ONCE }, worker));
}

/** Thrown when it can't be made: ExampleError PROGRAM_ENDED, with the node's last lines. */
export async function prepareSnapshot(agency: string, config: string, logs: string): Promise<void> {
  const command = [packagePath('dist', 'node-agent', 'main.js'), 'prepare', '--config', config];
  const program = new Program(`${agency} (prepare)`, command, logFile(logs, agency));
  const timer = setTimeout(() => program.kill('SIGKILL'), PREPARE_DEADLINE_MS);
  try {
    await program.succeeded();
  } finally {
    clearTimeout(timer);
  }
}

export function logFile(logs: string, party: string): string {
  return join(logs, `${party}.log`);
}
