import { counted } from '../../core/base/index.js';
import type { Chart, ChartBar } from './chart.js';
import { barText } from './scale.js';

/** A chart in a few plain sentences, for whoever doesn't see it: nothing in them is worked out anew. */
export function describeChart(chart: Chart): string {
  const named = namedBars(chart);
  const shown = named.filter(({ bar }) => bar.value !== null);
  const sorted = shown.toSorted((one, other) => (other.bar.value ?? 0) - (one.bar.value ?? 0));
  const [most, least] = [sorted[0], sorted.at(-1)];
  const hidden = named.length - shown.length;
  const text = ({ name, bar }: NamedBar): string => `${name}, ${barText(bar, chart.form)}`;
  return [
    `${chart.title}${/[.?!]$/.test(chart.title) ? '' : '.'}`,
    ...(chart.subtitle === '' ? [] : [`${chart.subtitle}${/[.?!]$/.test(chart.subtitle) ? '' : '.'}`]),
    ...(named.length === 0 ? chart.notes : [`Bar chart of ${counted(named.length, 'number')}.`]),
    ...(most === undefined ? [] : [`Largest: ${text(most)}.`]),
    ...(least === undefined || least === most ? [] : [`Smallest of those shown: ${text(least)}.`]),
    ...(hidden === 0
      ? []
      : [`${counted(hidden, 'number')} ${hidden === 1 ? 'is' : 'are'} not drawn: a mark says why.`]),
    ...chart.remarks,
  ].join(' ');
}

interface NamedBar {
  readonly name: string;
  readonly bar: ChartBar;
}

function namedBars({ panels, series }: Chart): NamedBar[] {
  return panels.flatMap(({ title, groups }) =>
    groups.flatMap(({ label, bars }) =>
      bars.map((bar) => ({
        name: [title, label, series[bar.series] ?? ''].filter((part) => part !== '').join('; '),
        bar,
      })),
    ),
  );
}
