import { utf8Bytes } from '../../core/base/index.js';
import { contextJson, noLinkage, releaseJson } from './release-json.js';
import { writeCsv } from './csv.js';
import { csvwZip } from './csvw.js';
import { fileNameOf, type ExportedRun } from './exported-run.js';
import { EXPORT_FORMATS, EXPORT_KINDS, type ExportFormat } from './formats.js';
import { linkageRows } from './linkage-rows.js';
import { workbook } from './ods.js';
import { pictureOf } from './picture.js';
import { releaseChart } from './release-chart.js';
import { tableRows } from './table-rows.js';

export interface ExportedFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/**
 * A release as a file of this format. The same release gives the same bytes.
 *
 * Thrown when nobody was linked and that is what is asked for: CoordinatorError NO_LINKAGE (`formatsOf` leaves it out then);
 * when there is no font for a picture: NO_FONT.
 */
export async function exportOf(format: ExportFormat, exported: ExportedRun): Promise<ExportedFile> {
  const { contentType } = EXPORT_KINDS[format];
  return { fileName: fileNameOf(format, exported), contentType, bytes: await bytesOf(format, exported) };
}

/** The formats that there are of this release. */
export function formatsOf({ release }: Pick<ExportedRun, 'release'>): readonly ExportFormat[] {
  return EXPORT_FORMATS.filter((format) => format !== 'linkage-csv' || release.linkage !== null);
}

async function bytesOf(format: ExportFormat, exported: ExportedRun): Promise<Uint8Array> {
  const { release } = exported;
  switch (format) {
    case 'csv':
      return utf8Bytes(writeCsv(tableRows(release)));
    case 'linkage-csv':
      if (release.linkage === null) throw noLinkage();
      return utf8Bytes(writeCsv(linkageRows(release.linkage)));
    case 'csvw':
      return csvwZip(exported);
    case 'json':
      return utf8Bytes(releaseJson(release));
    case 'context':
      return utf8Bytes(contextJson(exported));
    case 'ods':
      return workbook(exported);
    case 'svg':
      return utf8Bytes(drawingOf(exported));
    case 'png':
      return pictureOf(drawingOf(exported));
  }
}

function drawingOf({ run, release }: ExportedRun): string {
  return releaseChart(release, run.templateTitle).svgWide;
}
