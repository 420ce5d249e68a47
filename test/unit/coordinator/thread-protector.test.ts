import { expect, it, onTestFinished } from 'vitest';
import { createSolver, protectTable, type ProtectInput } from '../../../core/disclosure/index.js';
import { createThreadProtector, type ThreadProtector } from '../../../coordinator/index.js';

const categories = ['x', 'y', 'z'].map((code) => ({ code, label: code }));
const input: ProtectInput = {
  table: {
    dimensions: [
      { name: 'a', label: 'A', categories },
      { name: 'b', label: 'B', categories },
    ],
    cells: [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => ({ categories: [a, b], count: 4 + 17 * a + 11 * b }))),
  },
  noise: null,
  measures: [],
  presentation: { margins: 'totals', rate: null, quantiles: null, recall: null },
  earlier: [],
};
const policy = { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false } as const;

function make(): ThreadProtector {
  const protector = createThreadProtector();
  onTestFinished(() => protector.stop());
  return protector;
}

it('gives what the same gives in this thread, and lets this thread go on meanwhile', async () => {
  const protector = make();
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 1);
  onTestFinished(() => clearInterval(ticking));
  const released = await protector.protect(input, policy);
  expect(released).toEqual(protectTable(input, policy, await createSolver()));
  expect(released.cells.some(({ status }) => status === 'secondary')).toBe(true);
  expect(turns).toBeGreaterThan(0);
});

it('rejects with the code of what cannot be protected, and does the next', async () => {
  const protector = make();
  const bad = { ...input, table: { ...input.table, cells: [{ categories: [0, 9], count: 1 }] } };
  await expect(protector.protect(bad, policy)).rejects.toMatchObject({ name: 'DisclosureError', code: 'BAD_TABLE' });
  await expect(protector.protect(input, { ...policy, threshold: 1 })).rejects.toMatchObject({ code: 'BAD_POLICY' });
  expect((await protector.protect(input, policy)).cells).toHaveLength(9);
});

it('rejects what it was doing when it is stopped', async () => {
  const protector = createThreadProtector();
  const pending = expect(protector.protect(input, policy)).rejects.toThrow();
  await protector.stop();
  await pending;
});
