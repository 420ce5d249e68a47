#!/usr/bin/env node
import { systemClock, systemRng } from '../runtime/index.js';
import { EXIT_CODES } from './errors.js';
import { Printer } from './printer.js';
import { runCli } from './program.js';

const stopping = new AbortController();

/** Only for commands that ask: any other ends at Ctrl-C as a command does. */
function hearSignals(): AbortSignal {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice doesn't want to wait.
      if (stopping.signal.aborted) process.exit(EXIT_CODES.unforeseen);
      stopping.abort();
    });
  }
  return stopping.signal;
}

process.exitCode = await runCli(process.argv.slice(2), {
  printer: new Printer(process.stdout, process.stderr),
  environment: process.env,
  clock: systemClock,
  rng: systemRng,
  stdout: process.stdout,
  stderr: process.stderr,
  stopping: hearSignals,
});
