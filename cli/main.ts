#!/usr/bin/env node
import { endWhenOutputCloses, systemClock, systemRng } from '../runtime/index.js';
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

const outliveOutput = endWhenOutputCloses({
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => process.exit(code),
});

process.exitCode = await runCli(process.argv.slice(2), {
  printer: new Printer(process.stdout, process.stderr),
  environment: process.env,
  clock: systemClock,
  rng: systemRng,
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  stopping: hearSignals,
  outliveOutput,
});
