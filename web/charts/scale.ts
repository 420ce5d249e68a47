import { formatCount, formatDecimal } from '../../core/base/index.js';
import type { Chart, ChartBar, NumberForm } from './chart.js';

/** An axis from the first of its ticks to the last; 0 is among them. */
export interface Scale {
  /** Ascending, round, two or more. */
  readonly ticks: readonly number[];
  /** How far along the axis, 0..1. */
  readonly at: (value: number) => number;
}

/** Where all is as good as 0, an axis goes to 1. */
const LEAST_RANGE = 1e-9;

/** Steps between ticks are one of these times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** @param most how many steps there may be, 2 or more */
export function scaleOf(chart: Pick<Chart, 'panels' | 'form'>, most: number): Scale {
  const ends = barsOf(chart).flatMap(({ value, interval }) =>
    value === null ? [] : [value, interval?.low ?? value, interval?.high ?? value],
  );
  const low = Math.min(0, ...ends);
  const furthest = Math.max(0, ...ends);
  const high = furthest - low < LEAST_RANGE ? low + 1 : furthest;
  const step = stepOf(high - low, most, chart.form);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => rounded((first + index) * step));
  const [from, to] = [first * step, last * step];
  return { ticks, at: (value) => (value - from) / (to - from) };
}

/** The smallest round step with which there are no more. One tick more than steps may be lost to either end. */
function stepOf(range: number, most: number, form: NumberForm): number {
  const power = 10 ** Math.floor(Math.log10(range / most));
  const step = STEPS.map((times) => times * power).find((each) => range / each <= most) ?? power * 10;
  return form === 'count' ? Math.max(1, Math.ceil(step)) : step;
}

/** Without what binary fractions add: 0.30000000000000004. */
function rounded(tick: number): number {
  return Number(tick.toPrecision(12));
}

export function barsOf({ panels }: Pick<Chart, 'panels'>): ChartBar[] {
  return panels.flatMap(({ groups }) => groups.flatMap(({ bars }) => bars));
}

/** As it stands beside a bar. */
export function numberText(value: number, form: NumberForm): string {
  if (form === 'percent') return `${(value * 100).toFixed(1)} %`;
  return form === 'count' ? formatCount(value) : formatDecimal(value, 2);
}

/** As it stands at a tick. */
export function tickText(value: number, form: NumberForm): string {
  if (form === 'percent') return `${formatDecimal(value * 100, 2)} %`;
  return formatDecimal(value, 6);
}

/** `34.0 % (30.1 to 38.2 %)`; its mark where it isn't shown. */
export function barText({ value, interval, mark }: ChartBar, form: NumberForm): string {
  if (value === null) return mark;
  if (interval === null) return numberText(value, form);
  return `${numberText(value, form)} (${numberText(interval.low, form).replace(/ %$/, '')} to ${numberText(interval.high, form)})`;
}
