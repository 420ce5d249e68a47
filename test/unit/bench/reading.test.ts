import { describe, expect, it } from 'vitest';

import { cpuSecondsBetween, usageBetween } from '../../../bench/runs/reading.js';
import type { Reading } from '../../../bench/runs/reading.js';

const CORES = 2;
const before: Reading = {
  at: 100,
  cpuSeconds: new Map([
    ['coordinator', 5],
    ['agency-1', 1],
  ]),
  machine: { busy: 1_000, total: 5_000 },
};
const after: Reading = {
  at: 110,
  cpuSeconds: new Map([
    ['coordinator', 8],
    ['agency-1', 13],
  ]),
  machine: { busy: 2_800, total: 7_000 },
};

describe('usage between two readings', () => {
  it('is what each party used, and shares of all cores', () => {
    expect(cpuSecondsBetween(before, after, 'coordinator')).toBe(3);
    expect(usageBetween(before, after, CORES)).toEqual({
      cpuSeconds: { coordinator: 3, 'agency-1': 12 },
      busy: 0.75,
      machineBusy: 0.9,
    });
  });

  it('is nothing where nothing was read, and no share where no time has passed', () => {
    expect(usageBetween(undefined, after, CORES)).toEqual({ cpuSeconds: {}, busy: null, machineBusy: null });
    expect(usageBetween(before, undefined, CORES)).toEqual({ cpuSeconds: {}, busy: null, machineBusy: null });
    expect(usageBetween(before, before, CORES)).toMatchObject({ busy: null, machineBusy: null });
  });
});
