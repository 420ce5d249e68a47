import {
  labelOf,
  markOf,
  type CellStatus,
  type Group,
  type Interval,
  type ReleasedTable,
} from '../../core/disclosure/index.js';
import type { Release } from '../runs/release.js';
import type { CsvField } from './csv.js';

/** A release's table as CSV: a row for each number with its status, the header first. */
export function tableRows(release: Release): CsvField[][] {
  return [header(release.table), ...rows(release)];
}

/** A number of a release, with what it is of. */
interface ExportedNumber {
  /** `count`, `rate`, `mean <dataset>.<field>` and so on. */
  readonly quantity: string;
  readonly group: Group;
  readonly value: CsvField;
  readonly status: CellStatus;
  readonly reason: string;
  /** Ends of the 95 % interval. */
  readonly low: CsvField;
  readonly high: CsvField;
  /** Between which ends a number lies that isn't shown, where that is told. */
  readonly band?: Interval | null;
}

function header({ dimensions }: ReleasedTable): string[] {
  return ['quantity', ...dimensions.map(({ name }) => name), 'value', 'status', 'low', 'high', 'reason', 'shorthand'];
}

function rows(release: Release): CsvField[][] {
  const { table } = release;
  return [...counts(table), ...rates(table), ...quantiles(release), ...recalls(table), ...measures(table)].map(
    ({ quantity, group, value, status, reason, low, high, band = null }) => {
      const isShown = status === 'ok';
      return [
        quantity,
        ...table.dimensions.map((dimension, index) => labelOf(dimension, group[index] ?? null)),
        isShown ? value : null,
        status,
        isShown ? low : (band?.low ?? null),
        isShown ? high : (band?.high ?? null),
        reason,
        markOf(status),
      ];
    },
  );
}

/** Cells, then totals. */
function counts({ cells, totals }: ReleasedTable): ExportedNumber[] {
  return [...cells, ...totals].map(({ categories, value, interval, status, reason }) => ({
    quantity: 'count',
    group: categories,
    value,
    status,
    reason,
    ...ends(interval),
  }));
}

/** A band has no value, and says between which shares it lies. */
const bands: Readonly<Record<'<5%' | '>95%', Interval>> = {
  '<5%': { low: 0, high: 0.05 },
  '>95%': { low: 0.95, high: 1 },
};

function rates({ rates: released }: ReleasedTable): ExportedNumber[] {
  return released.flatMap(({ group, value, status, reason, band, interval, longRun, difference, ratio }) => {
    const common = { group, status, reason };
    return [
      { ...common, quantity: 'rate', value, ...ends(interval), band: band === null ? null : bands[band] },
      ...(longRun === null ? [] : [{ ...common, quantity: 'rate-long-run', value, ...ends(longRun) }]),
      ...(difference === null
        ? []
        : [{ ...common, quantity: 'rate-difference', value: difference.value, ...ends(difference) }]),
      ...(ratio === null ? [] : [{ ...common, quantity: 'rate-ratio', value: ratio.value, ...ends(ratio) }]),
    ];
  });
}

function quantiles({ table, presentation }: Release): ExportedNumber[] {
  const of = table.dimensions[presentation.quantiles?.of ?? -1];
  const label = (place: number | null): string | null => (place === null ? null : labelOf(of, place));
  return table.quantiles.map(({ group, at, value, interval, status, reason }) => {
    return {
      quantity: `quantile-${at}`,
      group,
      value: label(value),
      status,
      reason,
      low: label(interval?.low ?? null),
      high: label(interval?.high ?? null),
    };
  });
}

/** Where it can't be estimated there is nothing to make it from, which the status says. */
function recalls({ recalls: released }: ReleasedTable): ExportedNumber[] {
  return released.flatMap(({ group, recall, ratio, weight, reason }) => {
    const status: CellStatus = recall === null ? 'not-collected' : 'ok';
    const common = { group, status, reason };
    return [
      { ...common, quantity: 'recall', value: recall?.value ?? null, ...ends(recall) },
      ...(ratio === null ? [] : [{ ...common, quantity: 'recall-ratio', value: ratio.value, ...ends(ratio) }]),
      ...(weight === null ? [] : [{ ...common, quantity: 'recall-weight', value: weight, ...ends(null) }]),
    ];
  });
}

function measures({ measures: released }: ReleasedTable): ExportedNumber[] {
  return released.flatMap(({ name, kind, cells }) =>
    cells.flatMap(({ categories, contributors, value, variance, status, reason }) => {
      const common = { group: categories, status, reason };
      return [
        { ...common, quantity: `records-with ${name}`, value: contributors, ...ends(null) },
        {
          ...common,
          quantity: `${kind === 'sum' ? 'sum' : 'mean'} ${name}`,
          value: value?.value ?? null,
          ...ends(value),
        },
        ...(kind === 'variance'
          ? [{ ...common, quantity: `variance ${name}`, value: variance?.value ?? null, ...ends(variance) }]
          : []),
      ];
    }),
  );
}

function ends(interval: Interval | null): { readonly low: number | null; readonly high: number | null } {
  return { low: interval?.low ?? null, high: interval?.high ?? null };
}
