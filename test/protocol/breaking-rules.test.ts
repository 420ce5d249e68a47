import { describe, expect, it } from 'vitest';
import { inlineEngine, memoryStores } from '../../core/private-join/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { threePartyPlan } from '../support/plans.js';
import { seededRng } from '../support/seeded-rng.js';
import { runWorld } from '../support/world.js';
import { plan, few, group, expectAll, victims } from './tampering-fixtures.js';

describe('a provider that breaks the rules', () => {
  it('by a label outside the plan ends the run with CELL_OUT_OF_RANGE', async () => {
    const engine = inlineEngine(group, seededRng('labels'));
    const labelling: Engine = {
      parallelism: 1,
      run: (job) => engine.run(job.kind === 'multiples' ? { ...job, step: 1000 } : job),
    };
    expectAll(await runWorld(plan, few, { variants: { charity: { engine: labelling } } }), 'CELL_OUT_OF_RANGE');
  });

  it.each([
    ['without a label', 0, null],
    ['in a cell that the table does not have', 1, [2]],
  ] as const)('by a record %s ends the run with CELL_OUT_OF_RANGE', async (_, step, tableCells) => {
    const engine = inlineEngine(group, seededRng('labels'));
    const labelling: Engine = {
      parallelism: 1,
      run: (job) => engine.run(job.kind === 'multiples' ? { ...job, step } : job),
    };
    const alone = threePartyPlan({
      lists: plan.lists.slice(0, 1),
      links: [],
      cells: 3,
      ...(tableCells === null ? {} : { tableCells }),
    });
    expectAll(await runWorld(alone, few, { variants: { police: { engine: labelling } } }), 'CELL_OUT_OF_RANGE');
    const labels = await runWorld({ ...alone, tableCells: [1] }, few);
    expect(labels.counts).toEqual([0, 3, 0]);
  });

  it.each([
    ['as large as the plan allows', [7, -7, 0], null],
    ['too large', [8, 0, 0], 'outside the plan'],
    ['too small', [0, 0, -8], 'outside the plan'],
    ['not whole', [0.5, 0, 0], 'not a whole number'],
    ['not a number', [Number.NaN, 0, 0], 'not a whole number'],
    ['missing', [1, 2], 'not as many'],
  ] as const)('by a number that is %s (%s): %s', async (_, numbers, reason) => {
    const [victimsList] = plan.lists;
    if (victimsList === undefined) throw new Error('no lists');
    const summing = threePartyPlan({
      lists: [{ ...victimsList, sums: 1 }],
      links: [],
      cells: 3,
      sums: [{ dataset: 'victims', magnitude: 7, noise: null }],
    });
    const records = [0, 1, 2].map((index) => ({
      keys: [null, null, null],
      label: 1,
      numbers: index < numbers.length ? [numbers[index] ?? 0] : [],
    }));
    const run = runWorld(summing, new Map([[victims, records]]));
    if (reason === null) {
      expect((await run).ends['police']).toBe('finished');
      return;
    }
    const thrown: unknown = await run.catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'INTERNAL', party: 'police' });
    expect(String((thrown as Error).cause)).toContain(reason);
  });

  it('by part of a record ends the run with BAD_COUNT', async () => {
    const stores: typeof memoryStores = {
      create(count, width) {
        const store = memoryStores.create(count, width);
        return {
          count,
          width,
          put: (positions, records) => store.put(positions, records),
          read: (from, to) => store.read(from, to).slice(1),
          gather: (places) => store.gather(places),
          dispose: () => store.dispose(),
        };
      },
    };
    const outcome = await runWorld(plan, few, { variants: { charity: { stores } } });
    expectAll(outcome, 'BAD_COUNT');
    expect(outcome.blamed['cps']).toBe('charity');
  });
});
