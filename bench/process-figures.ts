import { existsSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second in /proc, whatever the kernel's own tick (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1024;

/** Processor time of the whole machine since it started, in ticks. */
export interface MachineTicks {
  readonly busy: number;
  readonly total: number;
}

export function hasProcessFigures(): boolean {
  return existsSync('/proc/self/stat');
}

/** Seconds of processor time that a process has used, all its threads together, in user and system mode. */
export function cpuSecondsOf(pid: number): number {
  return parseCpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** The most memory that a process has had resident at once, in bytes. */
export function peakBytesOf(pid: number): number {
  return parsePeakBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

export function machineTicks(): MachineTicks {
  return parseMachineTicks(readFileSync('/proc/stat', 'utf8'));
}

/** Of the text of /proc/<pid>/stat. Thrown when it isn't that: RangeError. */
export function parseCpuSeconds(stat: string): number {
  // The program's name is in brackets and may itself hold spaces and brackets; fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  if (!Number.isInteger(user) || !Number.isInteger(system)) throw new RangeError('not the text of /proc/<pid>/stat');
  return (user + system) / TICKS_PER_SECOND;
}

/** Of the text of /proc/<pid>/status. Thrown when it isn't that: RangeError. */
export function parsePeakBytes(status: string): number {
  const found = /^VmHWM:\s+([0-9]+) kB$/m.exec(status);
  if (found === null) throw new RangeError('not the text of /proc/<pid>/status');
  return Number(found[1]) * BYTES_PER_KIB;
}

/** Of the text of /proc/stat. Thrown when it isn't that: RangeError. */
export function parseMachineTicks(stat: string): MachineTicks {
  const found = /^cpu +([0-9 ]+)$/m.exec(stat);
  // user nice system idle iowait irq softirq steal; what guests use is within user already.
  const ticks = (found?.[1] ?? '').split(' ').slice(0, 8).map(Number);
  if (ticks.length < 8) throw new RangeError('not the text of /proc/stat');
  const total = ticks.reduce((sum, each) => sum + each, 0);
  const [idle = 0, waiting = 0] = ticks.slice(3, 5);
  return { busy: total - idle - waiting, total };
}
