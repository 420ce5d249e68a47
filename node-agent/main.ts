import { endWhenOutputCloses, systemClock, systemRng } from '../runtime/index.js';
import { EXIT_CODES, runCommand } from './commands/index.js';

/** For what is left to be written; whatever keeps the process alive longer is stuck. */
const EXIT_GRACE_MS = 2_000;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait.
    if (stopping.signal.aborted) process.exit(EXIT_CODES.failed);
    stopping.abort();
  });
}

const outliveOutput = endWhenOutputCloses({
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => process.exit(code),
});

process.exitCode = await runCommand(process.argv.slice(2), {
  clock: systemClock,
  rng: systemRng,
  stdout: process.stdout,
  stderr: process.stderr,
  stopping: stopping.signal,
  outliveOutput,
});
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
