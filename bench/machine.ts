import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were measured on; without it they mean nothing. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Which of the kernel's modules this machine gets when nobody asks for one. */
  readonly kernel: string;
  /** Mean number of threads that ran or wanted to in the minute before the measurement began. */
  readonly loadBefore: number;
}

export function describeMachine(kernel: string): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    kernel,
    loadBefore: loadavg()[0] ?? 0,
  };
}
