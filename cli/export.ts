import { utf8Bytes } from '../core/base/index.js';
import { isText, type ExportFormat, type ExportPart, type RunDetailView } from '../coordinator/client.js';
import { CliError } from './errors.js';

/** What the release came from, signed by the coordinator: JSON that is handed on as it is. */
export const PROVENANCE_PART = 'provenance';

/**
 * A finished run for another program: as CSV the numbers of one part, of its table where none is named; as JSON all of it,
 * or one part; as anything else all of it.
 *
 * Thrown when the run has no release: CliError NO_RELEASE; when the part is not in it: CoordinatorError NO_LINKAGE; when the
 * format has no parts: CliError BAD_USAGE; when no font is there to draw with: CoordinatorError NO_FONT.
 */
export async function exportRun(detail: RunDetailView, format: ExportFormat, part?: ExportPart): Promise<Uint8Array> {
  const { release } = detail;
  if (release === null)
    throw new CliError('NO_RELEASE', `Run ${detail.id} is ${detail.state}: it has no table to export.`);
  if (part !== undefined && format !== 'csv' && format !== 'json') {
    throw new CliError('BAD_USAGE', `${format} has no parts: leave --part out.`);
  }
  const { exportOf, releaseJson } = await import('../coordinator/exports/index.js');
  if (format === 'json') return utf8Bytes(releaseJson(release, part));
  const whole = part === 'linkage' ? 'linkage-csv' : format;
  return (await exportOf(whole, { run: detail, release })).bytes;
}

/** Thrown when a file of this format would go to a terminal, or a pipe that takes text: CliError BAD_USAGE. */
export function assertPrintable(format: ExportFormat): void {
  if (!isText(format)) throw new CliError('BAD_USAGE', `${format} is no text: say with --out where the file goes.`);
}
