/**
 * A release for elsewhere: files of a closed list of formats, its chart for a page, and how to cite it. Everything is made
 * of what the release shows, and the same release gives the same bytes. It stands apart from the coordinator's index.ts,
 * because that loads all that a coordinator runs on, and the command line exports too.
 *
 *   exportOf(format, { run, release, programme?, checkpoint? })  a file: name, content type, bytes
 *   formatsOf({ release })                                       which of EXPORT_FORMATS there are of it
 *   releaseChart(release, title, id?)                            { svgWide, svgNarrow, alt, isDrawn }
 *   citation({ run, release, programme?, checkpoint? })          { text, bibtex, digest }
 */
export { citation } from './citation.js';
export type { Citation } from './citation.js';
export { writeCsv } from './csv.js';
export type { CsvField } from './csv.js';
export { exportOf, formatsOf } from './export-of.js';
export type { ExportedFile } from './export-of.js';
export { baseName, fileNameOf, releasedAt } from './exported-run.js';
export type { ExportedRequest, ExportedRun } from './exported-run.js';
export { EXPORT_FORMATS, EXPORT_KINDS, EXPORT_PARTS, isText } from './formats.js';
export type { ExportFormat, ExportKind, ExportPart } from './formats.js';
export { linkageRows } from './linkage-rows.js';
export { pictureOf } from './picture.js';
export { chartOf, MAX_CHART_BARS, releaseChart } from './release-chart.js';
export type { ReleaseChart } from './release-chart.js';
export { releaseJson } from './release-json.js';
export { compareReleases, readRelease, separatingParameters } from '../reading/index.js';
export type { ComparedNumber, ComparedRun, ComparedSide, Reading, ReleaseComparison } from '../reading/index.js';
