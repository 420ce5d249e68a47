import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { releaseMeasure } from '../../../core/disclosure/measures.js';
import type { Estimate, ReleasedMeasureCell } from '../../../core/disclosure/released.js';
import type { MeasureGroup } from '../../../core/disclosure/shown.js';
import type { MeasureTable, TableNoise } from '../../../core/disclosure/table.js';
import { geometricLaw } from '../../../core/noise/index.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';
import { fastUniform, noiseSampler, Tally } from '../../support/simulation.js';
import { CHANCE, clopperPearson } from '../../support/statistics.js';
import { usualPolicy } from './shown-fixture.js';

type Range = MeasureTable['range'];

function centreOf([min, max]: Range): number {
  return Math.floor((min + max) / 2);
}

/** What opens from these records: null where a record has no value. */
function measureOf(
  kind: MeasureTable['kind'],
  range: Range,
  cells: readonly (readonly (number | null)[])[],
  noise: MeasureTable['noise'] = null,
): MeasureTable {
  const centre = centreOf(range);
  return {
    name: 'charities.support.wellbeing',
    label: 'Wellbeing',
    kind,
    range,
    centre,
    cells: cells.map((values) => {
      const present = values.filter((value) => value !== null).map((value) => value - centre);
      return {
        value: present.reduce((sum, value) => sum + value, 0),
        present: present.length,
        square: kind === 'variance' ? present.reduce((sum, value) => sum + value ** 2, 0) : null,
      };
    }),
    noise,
  };
}

function groupOf(cells: readonly number[], count: number | null): MeasureGroup {
  return { categories: [0], cells, count, status: 'ok', reason: 'Shown.' };
}

function only(measure: MeasureTable, group: MeasureGroup): ReleasedMeasureCell {
  const [cell] = releaseMeasure(measure, [group], usualPolicy).cells;
  if (cell === undefined) throw new Error('a group without its cell');
  return cell;
}

function exactly(value: number): Estimate {
  const close = expect.closeTo(value, 9) as number;
  return { value: close, low: close, high: close };
}

/** All columns of a measure share its epsilon. */
function noiseFor(
  kind: MeasureTable['kind'],
  [min, max]: Range,
  epsilon: number,
  limit: number,
  mixers: number,
): NonNullable<MeasureTable['noise']> {
  const centre = centreOf([min, max]);
  const magnitude = Math.max(Math.abs(min - centre), Math.abs(max - centre));
  const columns = kind === 'variance' ? 3 : 2;
  const of = (most: number): TableNoise => ({
    law: geometricLaw({ epsilon: epsilon / columns, sensitivity: 2 * limit * most }),
    mixers,
    epsilon: epsilon / columns,
  });
  return { value: of(magnitude), present: of(1), square: kind === 'variance' ? of(magnitude ** 2) : null };
}

describe('measures without noise', () => {
  const ranges: Range[] = [
    [-10, 10],
    [0, 100],
    [-7, 0],
    [-50, -20],
    [3, 4],
  ];

  it('equal what plain arithmetic over the records gives, whatever the signs', () => {
    const cases = fc.constantFrom(...ranges).chain((range) =>
      fc.record({
        range: fc.constant(range),
        values: fc.array(fc.option(fc.integer({ min: range[0], max: range[1] }), { freq: 4 }), {
          minLength: 30,
          maxLength: 80,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ range, values }) => {
        const present = values.filter((value) => value !== null);
        fc.pre(present.length >= usualPolicy.threshold);
        const sum = present.reduce((total, value) => total + value, 0);
        const mean = sum / present.length;
        const variance = present.reduce((total, value) => total + (value - mean) ** 2, 0) / present.length;
        const group = groupOf([0], null);
        expect(only(measureOf('sum', range, [values]), group)).toMatchObject({ value: exactly(sum), variance: null });
        expect(only(measureOf('mean', range, [values]), group)).toMatchObject({ value: exactly(mean), variance: null });
        expect(only(measureOf('variance', range, [values]), group)).toMatchObject({
          value: exactly(mean),
          variance: exactly(variance),
        });
      }),
      propertyOptions,
    );
  });

  it('of a group are those of the records of all its cells, empty ones too', () => {
    const cells = [[1, 2, 3, 4, 5, 6], [], [-9, -8, null, -7, -6, -5]];
    expect(only(measureOf('mean', [-10, 10], cells), groupOf([0, 1, 2], null)).value).toEqual(exactly(-14 / 11));
    expect(only(measureOf('sum', [-10, 10], cells), groupOf([0, 1, 2], null)).value).toEqual(exactly(-14));
  });

  it('have a variance of 0 where all are alike, not a little below', () => {
    const { value, variance } = only(measureOf('variance', [0, 100], [Array<number>(30).fill(33)]), groupOf([0], 30));
    expect([value, variance]).toEqual([exactly(33), { value: 0, low: 0, high: 0 }]);
  });

  it('of nobody are suppressed, and of fewer than the threshold', () => {
    const few = [...Array<number>(9).fill(1), ...Array<null>(20).fill(null)];
    for (const kind of ['sum', 'mean', 'variance'] as const) {
      for (const cell of [[], few]) {
        expect(only(measureOf(kind, [-10, 10], [cell]), groupOf([0], 30))).toEqual({
          categories: [0],
          contributors: null,
          value: null,
          variance: null,
          status: 'primary',
          reason: 'Suppressed: fewer than 10 records with a value, or none.',
        });
      }
      expect(only(measureOf(kind, [-10, 10], [[...few, 1]]), groupOf([0], 30)).status).toBe('ok');
    }
  });

  it('keep the status and the reason for which the group is withheld', () => {
    const values = Array<number>(50).fill(5);
    const withheld = {
      categories: [0, null],
      cells: [0],
      count: null,
      status: 'secondary',
      reason: 'For another.',
    } as const;
    expect(only(measureOf('mean', [0, 10], [values]), withheld)).toEqual({
      categories: [0, null],
      contributors: null,
      value: null,
      variance: null,
      status: 'secondary',
      reason: 'For another.',
    });
  });

  it('have rounded contributors, but the count where few or none have no value', () => {
    const records = (present: number, absent: number): (number | null)[] => [
      ...Array<number>(present).fill(5),
      ...Array<null>(absent).fill(null),
    ];
    const contributorsOf = (present: number, absent: number, count: number | null): number | null =>
      only(measureOf('mean', [0, 10], [records(present, absent)]), groupOf([0], count)).contributors;
    expect(contributorsOf(43, 57, 100)).toBe(45);
    expect(contributorsOf(43, 57, null)).toBe(45);
    expect(contributorsOf(90, 10, 100)).toBe(90);
    expect(contributorsOf(91, 9, 100)).toBe(100);
    expect(contributorsOf(100, 0, 100)).toBe(100);
    const [few, none] = [records(91, 9), records(100, 0)].map((values) =>
      only(measureOf('mean', [0, 10], [values]), groupOf([0], 100)),
    );
    // Nothing tells the two apart.
    expect(few).toEqual(none);
    expect(few?.reason).toBe(
      'Without noise. Fewer than 10 of the records, or none, have no value: all are said to contribute.',
    );
  });
});

describe(`measures with noise (seed ${testSeed})`, () => {
  const uniform = fastUniform(testSeed);
  const worlds = [
    { range: [-10, 10], mean: -3, deviation: 4 },
    { range: [0, 100], mean: 30, deviation: 20 },
  ] as const;
  const sizes = [50, 200, 1000, 5000];
  const RUNS = 250;

  /** Sums that many records with about this mean and deviation have, and the same after the mixers. */
  function* simulate(
    kind: MeasureTable['kind'],
    setting: { epsilon: number; limit: number; mixers: number },
  ): Generator<{
    readonly cell: ReleasedMeasureCell;
    readonly size: number;
    readonly mean: number;
    readonly variance: number;
  }> {
    for (const { range, mean: about, deviation } of worlds) {
      const noise = noiseFor(kind, range, setting.epsilon, setting.limit, setting.mixers);
      const [value, present, square] = [noise.value, noise.present, noise.square ?? noise.present].map((one) =>
        noiseSampler(one.law, one.mixers, uniform),
      ) as [() => number, () => number, () => number];
      const centre = centreOf(range);
      for (const size of sizes) {
        for (let run = 0; run < RUNS; run += 1) {
          const shift = about - centre + (uniform() - 0.5) * deviation;
          const sum = Math.round(size * shift);
          const squares = Math.round(size * ((deviation * (0.8 + 0.4 * uniform())) ** 2 + shift ** 2));
          const noisy = {
            value: sum + value(),
            present: size + present(),
            square: kind === 'variance' ? squares + square() : null,
          };
          const cell = only({ ...measureOf(kind, range, [], noise), cells: [noisy] }, groupOf([0], null));
          yield { cell, size, mean: centre + sum / size, variance: squares / size - (sum / size) ** 2 };
        }
      }
    }
  }

  const settings = [2, 4, 6].flatMap((mixers) =>
    [0.5, 1, 2].flatMap((epsilon) => [1, 3].map((limit) => ({ epsilon, limit, mixers }))),
  );

  it.each(['sum', 'mean', 'variance'] as const)('%s: the interval covers the exact figure of these records', (kind) => {
    const bySetting = new Tally();
    const bySize = new Tally();
    for (const setting of settings) {
      for (const { cell, size, mean, variance } of simulate(kind, setting)) {
        const [estimate, exact] = {
          sum: [cell.value, mean * size],
          mean: [cell.value, mean],
          variance: [cell.variance, variance],
        }[kind] as [Estimate | null, number];
        if (estimate === null) continue;
        expect(estimate.low <= estimate.value && estimate.value <= estimate.high).toBe(true);
        // The exact one is a quotient of floating-point numbers.
        const covered = estimate.low <= exact + 1e-6 && exact - 1e-6 <= estimate.high;
        bySetting.add(`epsilon ${setting.epsilon}, limit ${setting.limit}, ${setting.mixers} mixers`, covered);
        bySize.add(`${size}`, covered);
      }
    }
    const [least, most] = [bySetting.shares()[0], bySetting.shares().at(-1)];
    const sizesInWords = bySize.shares().map(({ setting, share }) => `${setting}: ${(100 * share).toFixed(1)} %`);
    process.stdout.write(
      `\n${kind}: ${(100 * bySetting.share()).toFixed(1)} % over ${settings.length} settings, from ` +
        `${(100 * (least?.share ?? 0)).toFixed(1)} % (${least?.setting}) to ${(100 * (most?.share ?? 0)).toFixed(1)} % ` +
        `(${most?.setting}); by records ${sizesInWords.join(', ')}\n`,
    );
    expect(bySetting.share()).toBeGreaterThan(0.93);
    expect(bySetting.share()).toBeLessThan(0.97);
    for (const { hits, trials, setting } of [...bySetting.shares(), ...bySize.shares()]) {
      expect(clopperPearson(hits, trials, CHANCE).high, setting).toBeGreaterThan(0.93);
    }
    // Of few records the noise leaves the whole range, and that covers always. Of many it doesn't.
    for (const { hits, trials } of bySize.shares().filter(({ setting }) => Number(setting) >= 1000)) {
      expect(clopperPearson(hits, trials, CHANCE).low).toBeLessThan(0.97);
    }
  });

  it('are right on average where the noise is weak beside the records', () => {
    const errors = { mean: [] as number[], variance: [] as number[] };
    for (let repeat = 0; repeat < 2; repeat += 1) {
      for (const { cell, size, mean, variance } of simulate('variance', { epsilon: 2, limit: 1, mixers: 2 })) {
        if (size < 1000 || cell.value === null || cell.variance === null || cell.value.value < -10) continue;
        // In units of a quarter of the interval, which is a standard deviation.
        errors.mean.push((4 * (cell.value.value - mean)) / (cell.value.high - cell.value.low));
        errors.variance.push((4 * (cell.variance.value - variance)) / (cell.variance.high - cell.variance.low));
      }
    }
    for (const kind of ['mean', 'variance'] as const) {
      const average = errors[kind].reduce((sum, error) => sum + error, 0) / errors[kind].length;
      // Five standard deviations of an average of as many, and nothing that grows with them.
      expect(Math.abs(average)).toBeLessThan(5 / Math.sqrt(errors[kind].length));
    }
  });

  it('would be too large on average without the correction: a noisy square is larger than the square', () => {
    // Values all alike: their variance is 0, what the noise adds to the squared sum is taken off again.
    const noise = noiseFor('variance', [-10, 10], 0.5, 1, 3);
    const value = noiseSampler(noise.value.law, 3, uniform);
    const [size, runs] = [400, 4000];
    let plain = 0;
    let corrected = 0;
    for (let run = 0; run < runs; run += 1) {
      const sum = value();
      const exactOther = { ...noise, present: { ...noise.present, law: { alpha: 1e-9, bound: 1 } } };
      const measure = {
        ...measureOf('variance', [-10, 10], [], exactOther),
        cells: [{ value: sum, present: size, square: 25 * size }],
      };
      corrected += only(measure, groupOf([0], null)).variance?.value ?? 0;
      plain += 25 - (sum / size) ** 2;
    }
    // Exact: 25. The plain figure is too small by the variance of the noise.
    expect(Math.abs(corrected / runs - 25)).toBeLessThan(0.1);
    expect(plain / runs).toBeLessThan(24.8);
  });

  it('would be too large on average without the correction: so is a quotient with a noisy divisor', () => {
    const noise = noiseFor('mean', [-10, 10], 0.5, 1, 3);
    const present = noiseSampler(noise.present.law, 3, uniform);
    const exactOther = { ...noise, value: { ...noise.value, law: { alpha: 1e-9, bound: 1 } } };
    const [size, runs] = [100, 6000];
    let [plain, corrected] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const noisy = size + present();
      const cells = [{ value: 2 * size, present: noisy, square: null }];
      corrected +=
        only({ ...measureOf('mean', [-10, 10], [], exactOther), cells }, groupOf([0], null)).value?.value ?? 0;
      plain += (2 * size) / noisy;
    }
    expect(Math.abs(corrected / runs - 2)).toBeLessThan(0.04);
    expect(plain / runs).toBeGreaterThan(2.05);
  });

  it('of a group have the noise of all its cells', () => {
    const noise = noiseFor('sum', [-10, 10], 1, 1, 3);
    const cells = Array.from({ length: 16 }, () => ({ value: 0, present: 1000, square: null }));
    const measure = { ...measureOf('sum', [-10, 10], [], noise), cells };
    const widthOf = (count: number): number => {
      const { value } = only(measure, groupOf([...cells.keys()].slice(0, count), null));
      return (value?.high ?? 0) - (value?.low ?? 0);
    };
    expect(widthOf(16) / widthOf(1)).toBeCloseTo(4, 0);
    expect(widthOf(16) / widthOf(4)).toBeCloseTo(2, 1);
  });

  it('stay within what the range makes possible', () => {
    const noise = noiseFor('variance', [0, 10], 0.5, 3, 6);
    const measure = (value: number, square: number): MeasureTable => ({
      ...measureOf('variance', [0, 10], [], noise),
      cells: [{ value, present: 30, square }],
    });
    for (const [value, square] of [
      [1e6, 1e6],
      [-1e6, -1e6],
      [0, -1e6],
      [0, 1e6],
    ] as const) {
      const { value: mean, variance } = only(measure(value, square), groupOf([0], 30));
      expect([(mean?.low ?? -1) >= 0, (mean?.high ?? 11) <= 10]).toEqual([true, true]);
      expect([(variance?.low ?? -1) >= 0, (variance?.high ?? 26) <= 25]).toEqual([true, true]);
    }
    const positive = { ...measureOf('sum', [0, 10], [], noise), cells: [{ value: -1e6, present: 30, square: null }] };
    expect(only(positive, groupOf([0], 30)).value).toEqual({ value: 0, low: 0, high: 0 });
  });
});
