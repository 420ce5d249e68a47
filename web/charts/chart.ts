/** What a bar chart shows, whoever draws it and whatever it is about. */
export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  /** What the axis measures. */
  readonly axis: string;
  readonly form: NumberForm;
  /** Names of the bars of a group; a colour each. One, empty, where groups have one bar. */
  readonly series: readonly string[];
  /** Drawn beside or below each other on one scale; the title is empty where there is one. */
  readonly panels: readonly ChartPanel[];
  /** Said below the chart, a line or more each. */
  readonly notes: readonly string[];
  /** Said in its text alternative, in plain sentences. */
  readonly remarks: readonly string[];
}

export type NumberForm = 'count' | 'percent' | 'decimal';

export interface ChartPanel {
  readonly title: string;
  readonly groups: readonly ChartGroup[];
}

export interface ChartGroup {
  readonly label: string;
  readonly bars: readonly ChartBar[];
}

export interface ChartBar {
  /** Place among the chart's series. */
  readonly series: number;
  /** Null where it isn't shown: a gap is drawn, with the mark in it, and never a bar of no length. */
  readonly value: number | null;
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Stands in the place of a value. */
  readonly mark: string;
}
