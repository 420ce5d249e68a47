import { describe, expect, it } from 'vitest';
import { amountCost, amountLeft, CoordinatorError } from '../../../coordinator/index.js';
import type { Template } from '../../../core/templates/index.js';
import { approved, NOISY, REQUEST, Rig } from './fixtures.js';

/** Counts 2, overlaps 0.5. */
const COST = 2.5;
const PRICED: Partial<Template> = { disclosure: { threshold: 10, roundTo: 5, epsilon: 2, overlapEpsilon: 0.5 } };

function refusalOf(action: () => unknown): CoordinatorError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof CoordinatorError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('a run that an agency cannot afford', () => {
  it('is refused at once, naming agency, dataset, what is left and what it costs', () => {
    const rig = new Rig({ templates: [approved(PRICED)], epsilonLeft: { 'charity-a': 2.4999, 'charity-b': 0 } });
    const { code, message, problems } = refusalOf(() => rig.service.submit(REQUEST));
    expect(code).toBe('BUDGET_SPENT');
    expect(message).toContain('would cost 2.5 ');
    expect(message).toContain('2.4999 for charities.support at charity-a, 0 for charities.support at charity-b');
    expect(problems).toEqual([
      { path: 'charity-a.charities.support', message: '2.4999 is left, the run costs 2.5' },
      { path: 'charity-b.charities.support', message: '0 is left, the run costs 2.5' },
    ]);
    expect(rig.service.list(1)).toEqual([]);
  });

  it('is taken when exactly enough is left, also where fractions add up to a hair less', () => {
    const nearly = 3 - 0.1 - 0.1 - 0.1 - 0.1 - 0.1;
    expect(nearly).toBeLessThan(COST);
    for (const left of [COST, nearly]) {
      const rig = new Rig({
        templates: [approved(PRICED)],
        epsilonLeft: { police: left },
        behaviours: { police: 'silent' },
      });
      expect(rig.service.submit(REQUEST).state).toBe('submitted');
    }
  });

  it('costs what the strictest agency lets it cost', () => {
    const floors = { police: { threshold: 0, roundTo: 0, epsilon: 0.25 } };
    const rig = new Rig({ templates: [approved(PRICED)], epsilonLeft: { police: 0.4999 }, floors });
    expect(refusalOf(() => rig.service.submit(REQUEST)).message).toContain('would cost 0.5 ');
  });

  it('is never one without noise', async () => {
    const rig = new Rig({ epsilonLeft: { police: 0, 'charity-a': 0, 'charity-b': 0 } });
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  });

  it('fails when its turn comes and the run before it has spent what was left', async () => {
    const rig = new Rig({ templates: [approved(PRICED)], epsilonLeft: { police: 3 } });
    const [first, second] = [['2025-Q1', '2025-Q2'], ['2025-Q1']].map(
      (quarters) => rig.service.submit({ ...REQUEST, parameters: { quarters } }).id,
    );
    await rig.reached(first ?? '', 'keying');
    rig.epsilonLeft['police'] = 0.5;
    rig.says('police');
    expect(await rig.ended(first ?? '')).toBe('finished');
    expect(await rig.ended(second ?? '')).toBe('failed');
    const { run } = rig.service.get(second ?? '');
    expect(run.ending).toMatchObject({ code: 'REFUSED', party: 'police' });
    expect(run.ending?.message).toContain('0.5 for police.crimes at police');
    expect(rig.offers.map(({ runId }) => runId)).not.toContain(second);
  });

  it('is left to the nodes where it was offered before: who has spent for it answers for nothing', async () => {
    const rig = new Rig({ templates: [approved(NOISY)], behaviours: { 'charity-b': 'vanish' } });
    const { id: failed } = rig.service.submit(REQUEST);
    expect(await rig.ended(failed)).toBe('failed');
    rig.behaviours['charity-b'] = 'accept';
    rig.connect('charity-b');
    rig.epsilonLeft['police'] = 0;
    rig.says('police');
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  });
});

describe('an amount of privacy loss in words', () => {
  it.each([
    [10 - 0.1 * 97, '0.3', '0.3'],
    [2.49999, '2.4999', '2.5'],
    [1e-7, '0', '0.0001'],
    [0, '0', '0'],
    [40, '40', '40'],
  ])('%d: left %s, cost %s', (epsilon, left, cost) => {
    expect([amountLeft(epsilon), amountCost(epsilon)]).toEqual([left, cost]);
  });
});
