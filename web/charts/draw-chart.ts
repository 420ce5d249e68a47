import { xmlText } from '../../core/base/index.js';
import type { Chart, ChartPanel } from './chart.js';
import { describeChart } from './describe.js';
import { drawPanel } from './draw-panel.js';
import { INK, PAPER } from './palette.js';
import { scaleOf } from './scale.js';
import { element, textElement } from './svg.js';
import { wrapToWidth } from './text-width.js';

export interface Drawing {
  /** Wide: names beside the bars, panels in two columns. Narrow: for a telephone, names above the bars, one column. */
  readonly layout: 'wide' | 'narrow';
  /** Of a page with several drawings another for each: letters, digits, hyphens. */
  readonly id: string;
}

/** Units of the drawing, which are pixels where it is as wide as it was made. */
export const WIDE_WIDTH = 760;
export const NARROW_WIDTH = 320;
export const FONT_FAMILY = "Arial, 'Liberation Sans', sans-serif";

const MARGIN = 10;
const GAP = 24;
const SIZES = { title: 17, text: 14, note: 12 } as const;
const LINE = 1.3;
/** Steps of the axis at most: more names of ticks than that would touch. */
const STEPS = { wide: 6, narrow: 3 } as const;

/**
 * A chart as SVG that stands by itself and in a page: attributes only, no style, script or font from elsewhere; the same
 * bytes for the same chart. What it shows is said in words in its <desc>.
 */
export function drawChart(chart: Chart, { layout, id }: Drawing): string {
  const width = layout === 'wide' ? WIDE_WIDTH : NARROW_WIDTH;
  const columns = layout === 'wide' && chart.panels.length > 1 ? 2 : 1;
  const body = new Flow(width);
  body.paragraph(chart.title, SIZES.title, 'bold');
  body.paragraph(chart.subtitle, SIZES.text);
  const panelWidth = (width - 2 * MARGIN - (columns - 1) * GAP) / columns;
  const scale = scaleOf(chart, layout === 'wide' && columns === 1 ? STEPS.wide : STEPS.narrow);
  for (const row of rowsOf(chart.panels, columns)) {
    body.space(SIZES.text);
    const drawn = row.map((panel, column) =>
      drawPanel(chart, panel, scale, {
        x: MARGIN + column * (panelWidth + GAP),
        y: body.y,
        width: panelWidth,
        names: layout === 'wide' && columns === 1 ? 'beside' : 'above',
      }),
    );
    body.add(
      drawn.map(({ svg }) => svg),
      Math.max(...drawn.map(({ height }) => height)),
    );
  }
  for (const note of chart.notes) {
    body.space(SIZES.note / 2);
    body.paragraph(note, SIZES.note);
  }
  const height = Math.ceil(body.y + MARGIN);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width, height, viewBox: `0 0 ${width} ${height}` },
      ...{ role: 'img', 'aria-labelledby': `${id}-title ${id}-desc`, 'font-family': FONT_FAMILY },
    },
    element('title', { id: `${id}-title` }, xmlText(chart.title)),
    element('desc', { id: `${id}-desc` }, xmlText(describeChart(chart))),
    element('rect', { width, height, fill: PAPER }),
    ...body.parts,
  );
}

function rowsOf(panels: readonly ChartPanel[], columns: number): ChartPanel[][] {
  return Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    panels.slice(row * columns, (row + 1) * columns),
  );
}

/** Things one below the other. */
class Flow {
  readonly parts: string[] = [];
  readonly #width: number;
  y = MARGIN;

  constructor(width: number) {
    this.#width = width;
  }

  paragraph(text: string, size: number, weight = 'normal'): void {
    if (text === '') return;
    // Bold letters are wider than the table of widths has them.
    const room = (this.#width - 2 * MARGIN) * (weight === 'bold' ? 0.9 : 1);
    for (const line of wrapToWidth(text, room, size)) {
      this.y += size * LINE;
      this.parts.push(textElement(MARGIN, this.y, line, { 'font-size': size, 'font-weight': weight, fill: INK }));
    }
  }

  space(height: number): void {
    this.y += height;
  }

  add(parts: readonly string[], height: number): void {
    this.parts.push(...parts);
    this.y += height;
  }
}
