#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { CodedError, messageOf } from '../core/base/index.js';
import { systemClock, systemRng } from '../runtime/index.js';
import { initCoordinator } from './init.js';
import { describeInitialised, runCoordinator } from './process.js';

const USAGE = `Usage:
  coordinator init --directory DIR    make a configuration, an identity key and an API token
  coordinator start --config FILE     run until SIGTERM or SIGINT
`;

const EXIT_UNFORESEEN = 1;
const EXIT_WRONG_USE = 2;

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Whoever asks twice doesn't want to wait.
    if (stopping.signal.aborted) process.exit(EXIT_UNFORESEEN);
    stopping.abort();
  });
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, directory: { type: 'string' } },
  });
  const [command] = positionals;
  if (command === 'start' && values.config !== undefined) {
    await runCoordinator(values.config, {
      clock: systemClock,
      rng: systemRng,
      stdout: process.stdout,
      stopping: stopping.signal,
    });
  } else if (command === 'init' && values.directory !== undefined) {
    process.stdout.write(`${describeInitialised(initCoordinator(values.directory, systemRng))}\n`);
  } else {
    process.stderr.write(USAGE);
    process.exitCode = EXIT_WRONG_USE;
  }
} catch (thrown) {
  const isArgument =
    thrown instanceof TypeError && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS');
  const code = thrown instanceof CodedError ? `${thrown.code}: ` : '';
  process.stderr.write(`${code}${messageOf(thrown)}\n${isArgument ? USAGE : ''}`);
  process.exitCode = thrown instanceof CodedError || isArgument ? EXIT_WRONG_USE : EXIT_UNFORESEEN;
}
