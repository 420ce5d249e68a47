/** Bar charts as SVG for pages and files. Of what they show they know no more than numbers and their names. */
export type { Chart, ChartBar, ChartGroup, ChartPanel, NumberForm } from './chart.js';
export { describeChart } from './describe.js';
export { drawChart, FONT_FAMILY, NARROW_WIDTH, WIDE_WIDTH } from './draw-chart.js';
export type { Drawing } from './draw-chart.js';
