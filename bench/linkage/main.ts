import { performance } from 'node:perf_hooks';

import { Printer } from '../../cli/index.js';
import { runLinkage } from './program.js';

const MS_PER_SECOND = 1_000;

process.exitCode = runLinkage(
  process.argv.slice(2),
  new Printer(process.stdout, process.stderr),
  () => performance.now() / MS_PER_SECOND,
);
