import { describe, expect, it } from 'vitest';

import { parseCpuSeconds, parseMachineTicks, parsePeakBytes } from '../../../bench/process-figures.js';

/** Of proc(5): pid (name) state, then 11 fields, then utime and stime. */
function statOf(name: string, user: number, system: number): string {
  return `4711 (${name}) S 1 2 3 4 5 6 70 71 72 73 ${user} ${system} 998 999 20 0 11 0 12345 0 0\n`;
}

describe('figures of a process', () => {
  it.each(['node', 'a b', 'x) S 9 (y', ') ) ('])('reads processor time, whatever the program is called: %j', (name) => {
    expect(parseCpuSeconds(statOf(name, 1_234, 66))).toBe(13);
  });

  it('refuses a text that is not of /proc/<pid>/stat', () => {
    expect(() => parseCpuSeconds('')).toThrow(RangeError);
    expect(() => parseCpuSeconds('4711 (node) S 1 2 3')).toThrow(RangeError);
  });

  it('reads the peak of memory in bytes', () => {
    expect(parsePeakBytes('Name:\tnode\nVmPeak:\t  999 kB\nVmHWM:\t  2048 kB\nVmRSS:\t  12 kB\n')).toBe(2 ** 21);
    expect(() => parsePeakBytes('Name:\tnode\nVmRSS:\t  12 kB\n')).toThrow(RangeError);
  });

  it('counts all but idling and waiting as busy, and guests once', () => {
    const stat = 'cpu  100 20 30 400 50 6 7 8 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n';
    expect(parseMachineTicks(stat)).toEqual({ busy: 171, total: 621 });
    expect(() => parseMachineTicks('cpu0 1 1 1 1 1 1 1 1 1 1\n')).toThrow(RangeError);
    expect(() => parseMachineTicks('cpu  1 2 3\n')).toThrow(RangeError);
  });
});
