import { Writable } from 'node:stream';

import { runCommand } from '../../../node-agent/commands/index.js';
import { clock, rng } from './started-node.js';

/** Runs one command of the node's program as a shell would. */
export async function run(...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const sink = (write: (text: string) => void): Writable =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        write(chunk.toString());
        done();
      },
    });
  const exit = await runCommand(words, {
    clock,
    rng,
    stdout: sink((text) => (stdout += text)),
    stderr: sink((text) => (stderr += text)),
    stopping: AbortSignal.abort(),
  });
  return { exit, stdout, stderr };
}
