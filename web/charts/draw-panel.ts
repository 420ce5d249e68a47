import type { Chart, ChartBar, ChartGroup, ChartPanel } from './chart.js';
import { colourOf, GAP, GRID, INK, PAPER } from './palette.js';
import { barText, tickText, type Scale } from './scale.js';
import { element, textElement } from './svg.js';
import { textWidth, wrapToWidth } from './text-width.js';

export interface PanelPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Beside: names left of their bars, numbers right of them. Above: both in a line over the bar. */
  readonly names: 'beside' | 'above';
}

const SIZE = 14;
const LINE = 18;
const BAR = 16;
const BETWEEN_BARS = 5;
const BETWEEN_GROUPS = 10;
const TICK_SIZE = 12;
const CAP = 4;
/** Of a panel's width, names take so much at most. */
const NAMES_SHARE = 0.34;
const SPACE = 8;
/** Beyond a panel's plot a name of the last tick sticks out by half. */
const TICK_ROOM = 22;
/** Bold letters are wider than the table of widths has them. */
const BOLD = 1.1;

/** Where bars are. */
interface Plot {
  readonly left: number;
  readonly width: number;
}

/** A bar, where its middle is, and what is written with it. */
interface Row {
  readonly bar: ChartBar;
  readonly middle: number;
}

export function drawPanel(
  chart: Chart,
  panel: ChartPanel,
  scale: Scale,
  place: PanelPlace,
): { svg: string; height: number } {
  const plot = plotOf(chart, panel, place);
  const written: string[] = [];
  const rows: Row[] = [];
  let { y } = place;
  const write = (lines: readonly string[], attributes: Readonly<Record<string, string>> = {}): void => {
    for (const line of lines) {
      y += LINE;
      written.push(textElement(place.x, y - 4, line, { 'font-size': SIZE, fill: INK, ...attributes }));
    }
  };
  write(panel.title === '' ? [] : wrapToWidth(panel.title, place.width / BOLD, SIZE), { 'font-weight': 'bold' });
  const top = y + SPACE / 2;
  for (const group of panel.groups) {
    y += BETWEEN_GROUPS;
    const isNamed = hasHeading(chart, group);
    if (isNamed) write(wrapToWidth(group.label, place.width / BOLD, SIZE), { 'font-weight': 'bold' });
    for (const bar of group.bars) {
      const name = isNamed ? (chart.series[bar.series] ?? '') : group.label;
      if (place.names === 'above') {
        const text = barText(bar, chart.form);
        write(wrapToWidth(name === '' ? text : `${name}: ${text}`, place.width, SIZE));
        rows.push({ bar, middle: y + BAR / 2 });
        y += BAR + BETWEEN_BARS;
        continue;
      }
      const lines = wrapToWidth(name, plot.left - place.x - SPACE, SIZE);
      const height = Math.max(BAR, lines.length * LINE);
      const middle = y + height / 2;
      const first = middle - ((lines.length - 1) * LINE) / 2 + SIZE / 3;
      written.push(
        ...lines.map((line, index) =>
          textElement(plot.left - SPACE, first + index * LINE, line, {
            'font-size': SIZE,
            fill: INK,
            'text-anchor': 'end',
          }),
        ),
      );
      rows.push({ bar, middle });
      y += height + BETWEEN_BARS;
    }
  }
  const axis = drawAxis(chart, scale, plot, top, y);
  const bars = rows.map((row) => drawRow(chart, row, scale, plot, place.names === 'beside'));
  return { svg: [axis.svg, ...written, ...bars].join(''), height: axis.bottom - place.y };
}

/** Where groups have several bars each, or a series is named, the group stands over them. */
function hasHeading({ series }: Chart, { label }: ChartGroup): boolean {
  return label !== '' && (series.length > 1 || (series[0] ?? '') !== '');
}

function plotOf(chart: Chart, panel: ChartPanel, { x, width, names }: PanelPlace): Plot {
  if (names === 'above') return { left: x + 2, width: width - TICK_ROOM };
  const bars = panel.groups.flatMap((group) =>
    group.bars.map((bar) => ({ bar, name: hasHeading(chart, group) ? (chart.series[bar.series] ?? '') : group.label })),
  );
  const longest = Math.max(0, ...bars.map(({ name }) => textWidth(name, SIZE)));
  const room = Math.min(longest, width * NAMES_SHARE) + SPACE;
  const numbers = Math.max(0, ...bars.map(({ bar }) => textWidth(barText(bar, chart.form), SIZE)));
  return { left: x + room, width: Math.max(width / 4, width - room - numbers - SPACE) };
}

/** Lines behind the bars, with their numbers and what they measure below. */
function drawAxis(
  { form, axis }: Chart,
  { ticks, at }: Scale,
  { left, width }: Plot,
  top: number,
  bottom: number,
): { svg: string; bottom: number } {
  const lines = ticks.map((tick) => {
    const x = left + at(tick) * width;
    return element('line', { x1: x, y1: top, x2: x, y2: bottom, stroke: tick === 0 ? INK : GRID, 'stroke-width': 1 });
  });
  const names = ticks.map((tick) =>
    textElement(left + at(tick) * width, bottom + LINE - 3, tickText(tick, form), {
      ...{ 'font-size': TICK_SIZE, fill: INK, 'text-anchor': tick === ticks[0] ? 'start' : 'middle' },
    }),
  );
  const titles = wrapToWidth(axis, width + TICK_ROOM, TICK_SIZE);
  const title = titles.map((line, index) =>
    textElement(left, bottom + LINE * (index + 2) - 3, line, { 'font-size': TICK_SIZE, fill: INK }),
  );
  return { svg: [...lines, ...names, ...title].join(''), bottom: bottom + LINE * (titles.length + 1) };
}

function drawRow(
  { form }: Chart,
  { bar, middle }: Row,
  scale: Scale,
  { left, width }: Plot,
  isNumbered: boolean,
): string {
  const at = (value: number): number => left + scale.at(value) * width;
  const zero = at(0);
  if (bar.value === null) return drawGap(bar, zero, middle);
  const end = at(bar.value);
  const body = element('rect', {
    ...{ x: Math.min(zero, end), y: middle - BAR / 2, width: Math.abs(end - zero), height: BAR },
    fill: colourOf(bar.series),
  });
  const whisker = bar.interval === null ? '' : drawWhisker(at(bar.interval.low), at(bar.interval.high), middle);
  const reach = Math.max(zero, end, bar.interval === null ? end : at(bar.interval.high));
  const number = isNumbered
    ? textElement(reach + SPACE, middle + SIZE / 3, barText(bar, form), { 'font-size': SIZE, fill: INK })
    : '';
  return body + whisker + number;
}

/** Not a bar of no length: a dashed box with the mark in it. */
function drawGap({ mark }: ChartBar, zero: number, middle: number): string {
  const box = element('rect', {
    ...{ x: zero + 2, y: middle - BAR / 2, width: textWidth(mark, SIZE) + 2 * SPACE, height: BAR },
    ...{ fill: PAPER, stroke: GAP, 'stroke-width': 1, 'stroke-dasharray': '3 2' },
  });
  return box + textElement(zero + 2 + SPACE, middle + SIZE / 3, mark, { 'font-size': SIZE, fill: INK });
}

/** Dark on white, so that it is seen on a dark bar as well. */
function drawWhisker(low: number, high: number, middle: number): string {
  const path = [
    `M${fixed(low)} ${fixed(middle - CAP)}V${fixed(middle + CAP)}`,
    `M${fixed(low)} ${fixed(middle)}H${fixed(high)}`,
    `M${fixed(high)} ${fixed(middle - CAP)}V${fixed(middle + CAP)}`,
  ].join('');
  const line = { d: path, fill: 'none', 'stroke-linecap': 'square' };
  return (
    element('path', { ...line, stroke: PAPER, 'stroke-width': 4 }) +
    element('path', { ...line, stroke: INK, 'stroke-width': 1.5 })
  );
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
