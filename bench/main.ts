import { Printer } from '../cli/index.js';
import { runProgram } from './program.js';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait.
    if (interruption.signal.aborted) process.exit(1);
    interruption.abort();
  });
}

process.exitCode = await runProgram(
  process.argv.slice(2),
  new Printer(process.stdout, process.stderr),
  interruption.signal,
);
