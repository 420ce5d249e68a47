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

/** A bar, where its middle is, and how much of the height is its own. */
interface Row {
  readonly bar: ChartBar;
  readonly middle: number;
  readonly height: number;
}

export function drawPanel(
  chart: Chart,
  panel: ChartPanel,
  scale: Scale,
  place: PanelPlace,
): { svg: string; height: number } {
  const plot = plotOf(chart, panel, place);
  const layout = new Layout(place, plot);
  layout.heading(panel.title);
  layout.space(SPACE);
  for (const group of panel.groups) {
    const isNamed = hasHeading(chart, group);
    if (isNamed || place.names === 'above') layout.space(BETWEEN_GROUPS);
    if (isNamed) layout.heading(group.label);
    for (const bar of group.bars) {
      const name = isNamed ? (chart.series[bar.series] ?? '') : group.label;
      if (place.names === 'beside') layout.beside(bar, name);
      else layout.above(bar, [name, ...aboveText(chart, bar)].filter((text) => text !== '').join(': '));
    }
  }
  const axis = drawAxis(chart, scale, plot, layout);
  const bars = layout.rows.map((row) => drawRow(chart, row, scale, plot, place.names === 'beside'));
  return { svg: [axis.svg, ...layout.texts, ...bars].join(''), height: axis.bottom - place.y };
}

/** Where names and bars go, one below the other. */
class Layout {
  readonly texts: string[] = [];
  readonly rows: Row[] = [];
  readonly #place: PanelPlace;
  readonly #plot: Plot;
  y: number;

  constructor(place: PanelPlace, plot: Plot) {
    this.#place = place;
    this.#plot = plot;
    this.y = place.y;
  }

  space(height: number): void {
    this.y += height;
  }

  heading(text: string): void {
    if (text !== '') this.#write(wrapToWidth(text, this.#place.width / BOLD, SIZE), { 'font-weight': 'bold' });
  }

  above(bar: ChartBar, text: string): void {
    if (text !== '') this.#write(wrapToWidth(text, this.#place.width, SIZE));
    this.#row(bar, BAR);
  }

  beside(bar: ChartBar, name: string): void {
    const { left } = this.#plot;
    const lines = name === '' ? [] : wrapToWidth(name, left - this.#place.x - SPACE, SIZE);
    const height = Math.max(BAR, lines.length * LINE);
    const first = this.y + height / 2 - ((lines.length - 1) * LINE) / 2 + SIZE / 3;
    const right = { 'font-size': SIZE, fill: INK, 'text-anchor': 'end' };
    this.texts.push(...lines.map((line, index) => textElement(left - SPACE, first + index * LINE, line, right)));
    this.#row(bar, height);
  }

  #row(bar: ChartBar, height: number): void {
    this.rows.push({ bar, middle: this.y + height / 2, height });
    this.y += height + BETWEEN_BARS;
  }

  #write(lines: readonly string[], attributes: Readonly<Record<string, string>> = {}): void {
    for (const line of lines) {
      this.y += LINE;
      this.texts.push(textElement(this.#place.x, this.y - 4, line, { 'font-size': SIZE, fill: INK, ...attributes }));
    }
  }
}

/** A number on one line with its interval; nothing where there is a gap, for what stands in that says it all. */
function aboveText({ form }: Chart, bar: ChartBar): string[] {
  return bar.value === null ? [] : [barText(bar, form).replaceAll(' ', '\u00a0')];
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
  const room = Math.ceil(Math.min(longest, width * NAMES_SHARE)) + SPACE;
  const numbers = Math.max(0, ...bars.map(({ bar }) => textWidth(barText(bar, chart.form), SIZE)));
  return { left: x + room, width: Math.max(width / 4, width - room - numbers - SPACE) };
}

/** Lines behind the bars, with their numbers and what they measure below. */
function drawAxis(
  { form, axis }: Chart,
  { ticks, at }: Scale,
  { left, width }: Plot,
  { rows, y: bottom }: Layout,
): { svg: string; bottom: number } {
  // Where names stand between bars, no line goes through them.
  const lines = ticks.map((tick) => {
    const x = fixed(left + at(tick) * width);
    const parts = rows.map(({ middle, height }) => {
      const half = (height + BETWEEN_BARS) / 2;
      return `M${x} ${fixed(middle - half)}V${fixed(middle + half)}`;
    });
    return element('path', { d: parts.join(''), fill: 'none', stroke: tick === 0 ? INK : GRID, 'stroke-width': 1 });
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
