import {
  citation,
  EXPORT_KINDS,
  releaseChart,
  type Citation,
  type ExportedRun,
  type ExportFormat,
} from '../../exports/index.js';
import { readRelease, type Reading } from '../../reading/index.js';
import type { ExportedFiles } from './exported-files.js';
import { linkageView, type LinkageView } from './linkage-view.js';

/** What a page shows of a release beside its table. */
export interface ResultView {
  readonly chart: ChartView;
  readonly reading: Reading;
  /** Null where nobody was linked. */
  readonly linkage: LinkageView | null;
}

export interface ChartView {
  readonly isDrawn: boolean;
  /** `data:` addresses, so that the chart needs no address of its own that somebody else could ask for. */
  readonly wide: string;
  readonly narrow: string;
  /** What it shows, in words. */
  readonly alt: string;
}

/** Of a release that is for everybody, what they may do with it. */
export interface PublishedView {
  readonly citation: Citation;
  readonly exports: readonly ExportView[];
}

export interface ExportView {
  readonly href: string;
  readonly name: string;
  /** What it has, and what it is for. */
  readonly use: string;
  readonly size: string;
}

/** What the file of each format is for: what it is has the list of formats. */
const USES: Readonly<Record<ExportFormat, string>> = {
  csv: 'For a spreadsheet or a program for statistics. What is not shown has a mark and no number.',
  'linkage-csv': 'To judge how well people were found.',
  csvw: 'For programs that read what columns mean, and for archives.',
  json: 'For programs, and to compare with the audit log: its SHA-256 stands there.',
  context: 'For programs that show the result: what was asked, sentences and citation go with it.',
  ods: 'For reading and printing: notes, tables and how people were found, each on a sheet.',
  svg: 'For a report or a page: sharp at every size.',
  png: 'For slides and documents that take no drawings.',
};

const KIB = 1_024;
const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

export function resultView({ run, release }: Pick<ExportedRun, 'run' | 'release'>): ResultView {
  const { svgWide, svgNarrow, alt, isDrawn } = releaseChart(release, run.templateTitle);
  return {
    chart: { isDrawn, wide: addressOf(svgWide), narrow: addressOf(svgNarrow), alt },
    reading: readRelease(release),
    linkage: release.linkage === null ? null : linkageView(release.linkage),
  };
}

export async function publishedView(exported: ExportedRun, files: ExportedFiles): Promise<PublishedView> {
  const all = await files.all(exported);
  return {
    citation: citation(exported),
    exports: all.map(({ format, bytes }) => ({
      href: `/runs/${exported.run.id}/export/${format}`,
      name: EXPORT_KINDS[format].title,
      use: USES[format],
      size: sizeText(bytes),
    })),
  };
}

function addressOf(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** As people say it: 4.2 KB. */
export function sizeText(bytes: number): string {
  if (bytes < KIB) return `${bytes} bytes`;
  return bytes < KIB * KIB ? `${NUMBER.format(bytes / KIB)} KB` : `${NUMBER.format(bytes / KIB / KIB)} MB`;
}
