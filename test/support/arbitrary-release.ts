import fc from 'fast-check';

import { CELL_STATUSES } from '../../core/disclosure/index.js';
import type { CellStatus, Estimate, Group, Interval, ReleasedTable } from '../../core/disclosure/index.js';
import type { Release } from '../../coordinator/index.js';

/** Stands where a number belongs that isn't shown: no release has one there, and no export may let it through. */
export const POISON = 918_273_645.5;

const POISONED: Estimate = { value: POISON, low: POISON, high: POISON };

/** Whatever a name might have in it. */
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('=1+1', '<b>', '&amp;', 'a\r\nb', '"', "'", '\u202eabc', '', ']]>', '  ', '%', '[c]'),
);
const number = fc.oneof(fc.integer({ min: -1_000, max: 100_000 }), fc.double({ min: -10, max: 10, noNaN: true }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const status = fc.constantFrom(...CELL_STATUSES);

function estimate(of: fc.Arbitrary<number>): fc.Arbitrary<Estimate> {
  return fc.tuple(of, of, of).map((ends) => {
    const [low = 0, value = 0, high = 0] = ends.toSorted((a, b) => a - b);
    return { low, value, high };
  });
}

type Shape = readonly { readonly categories: readonly unknown[] }[];

/** A place of the table, or of some dimensions together. */
function group(dimensions: Shape): fc.Arbitrary<Group> {
  return fc.tuple(...dimensions.map(({ categories }) => fc.option(fc.nat(categories.length - 1))));
}

/** Of what is shown its numbers; of what isn't, none, or the poison. */
function shown(
  of: fc.Arbitrary<number>,
  isPoisoned: boolean,
): fc.Arbitrary<{ status: CellStatus; estimate: Estimate | null }> {
  return fc.tuple(status, estimate(of)).map(([how, told]) => ({
    status: how,
    estimate: how === 'ok' ? told : isPoisoned ? POISONED : null,
  }));
}

const intervalOf = (one: Estimate | null): Interval | null => one && { low: one.low, high: one.high };
const valueOf = (how: CellStatus, one: Estimate | null): number | null => (how === 'ok' ? (one?.value ?? null) : null);

function tableFor(dimensions: ReleasedTable['dimensions'], isPoisoned: boolean): fc.Arbitrary<ReleasedTable> {
  const many = <Item>(one: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(one, { maxLength: 6 });
  const counted = fc
    .tuple(group(dimensions), shown(fc.nat(100_000), isPoisoned), text)
    .map(([categories, { status: how, estimate: told }, reason]) => ({
      ...{ categories, reason, status: how, value: valueOf(how, told), interval: intervalOf(told) },
    }));
  const rated = fc
    .tuple(
      group(dimensions),
      shown(share, isPoisoned),
      text,
      fc.option(fc.constantFrom('<5%' as const, '>95%' as const)),
    )
    .map(([of, { status: how, estimate: told }, reason, band]) => ({
      ...{ group: of, reason, status: how, value: valueOf(how, told), band: how === 'ok' ? null : band },
      ...{ interval: intervalOf(told), longRun: intervalOf(told), difference: told, ratio: told },
    }));
  const measured = fc
    .tuple(group(dimensions), shown(number, isPoisoned), text)
    .map(([categories, { status: how, estimate: told }, reason]) => ({
      ...{ categories, reason, status: how, contributors: told === null ? null : Math.round(told.value) },
      ...{ value: told, variance: told },
    }));
  const recalled = fc
    .tuple(group(dimensions), fc.option(estimate(share)), text, fc.option(text))
    .map(([of, recall, reason, warning]) => ({
      ...{ group: of, recall, linked: recall && 40, ratio: recall, weight: recall && 1.5, reason, warning },
    }));
  const measure = fc.record({
    ...{ name: text, label: text, kind: fc.constantFrom('sum' as const, 'mean' as const, 'variance' as const) },
    ...{ range: fc.constant([-10, 10] as const), cells: many(measured) },
  });
  const quantile = counted.map(({ categories, value, interval, ...rest }) => {
    const places = dimensions[0]?.categories.length ?? 1;
    const place = (one: number): number => Math.round(one) % places;
    return {
      ...{ ...rest, group: categories, at: 0.5, value: value === null ? null : place(value) },
      interval: rest.status === 'ok' && interval !== null ? { low: 0, high: place(interval.high) } : null,
    };
  });
  return fc.record({
    ...{ dimensions: fc.constant(dimensions), cells: many(counted), totals: many(counted), rates: many(rated) },
    ...{ quantiles: many(quantile), recalls: many(recalled), measures: fc.array(measure, { maxLength: 3 }) },
    policy: fc.constant({ threshold: 10, roundTo: 5, rounding: 'base' as const, wholeLines: false }),
    noise: fc.option(fc.constant({ epsilon: 1, standardDeviation: 3 })),
    suppressed: fc.nat(3),
  });
}

/**
 * Releases that have everything a release may have, whatever its names are: more than disclosure control makes.
 * @param isPoisoned where a number isn't shown, the poison stands beside
 */
export function arbitraryRelease(isPoisoned: boolean): fc.Arbitrary<Release> {
  const category = fc.record({ code: text, label: text });
  const dimension = fc.record({
    name: text,
    label: text,
    categories: fc.array(category, { minLength: 1, maxLength: 4 }),
  });
  return fc.array(dimension, { minLength: 1, maxLength: 4 }).chain((dimensions) => {
    const by = [...dimensions.keys()].slice(1);
    const places = [0];
    const several = { least: 1, likely: 1, most: 1 };
    return fc.record({
      ...{
        question: text,
        chosen: fc.array(fc.record({ parameter: text, values: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
      },
      table: tableFor(dimensions, isPoisoned),
      presentation: fc.record({
        margins: fc.constant('totals' as const),
        rate: fc.option(fc.constant({ of: 0, yes: places, among: places, by })),
        quantiles: fc.option(fc.constant({ of: 0, bands: places, at: [0.5], by })),
        recall: fc.option(fc.constant({ of: 0, all: 0, butOne: [0, 0, 0] as const, other: 0, several, by })),
      }),
      sources: fc.array(
        fc.record({ agency: text, agencyName: text, dataset: text, asAt: text, rejectedPercent: fc.constant(null) }),
        { maxLength: 2 },
      ),
      ...{ linkage: fc.constant(null), optOuts: fc.constant(null), notes: fc.array(text, { maxLength: 3 }) },
    });
  });
}
