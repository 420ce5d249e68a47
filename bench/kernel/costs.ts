import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { packagePath } from '../../runtime/index.js';
import { sum } from '../statistics.js';
import type { OperationCosts, OperationName } from './operation.js';

/** What the operations of a run, or of preparing, cost on a machine that has other things to do as well. */
export interface CostsOptions {
  /** Processes that measure at the same time, each the same. */
  readonly processes: number;
  readonly seconds: number;
}

/** The operations that whole runs and preparing are made of. */
export const PRICED: readonly OperationName[] = [
  'hash-message',
  'check',
  'multiply',
  'add',
  'encrypt',
  'rerandomise',
  'remove-share',
  'tally',
];

/**
 * Medians of each operation of the kernel that this machine gets by itself, in microseconds of processor time; the mean
 * of all processes.
 */
export async function measureCosts({ processes, seconds }: CostsOptions): Promise<OperationCosts> {
  const costs = await Promise.all(Array.from({ length: processes }, () => askProcess(seconds)));
  return Object.fromEntries(PRICED.map((name) => [name, sum(costs.map((each) => each[name] ?? 0)) / processes]));
}

/** A process and not a thread, for the system counts the processor time of a process. */
async function askProcess(seconds: number): Promise<OperationCosts> {
  const file = packagePath('dist', 'bench', 'kernel', 'costs-process.js');
  const { stdout } = await promisify(execFile)(process.execPath, [file, String(seconds)]);
  return JSON.parse(stdout) as OperationCosts;
}
