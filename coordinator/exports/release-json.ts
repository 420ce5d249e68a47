import { readRelease } from '../reading/index.js';
import type { Release } from '../runs/release.js';
import { CoordinatorError } from '../errors.js';
import { citation } from './citation.js';
import { releasedAt, type ExportedRun } from './exported-run.js';
import type { ExportPart } from './formats.js';

export const CONTEXT_FORMAT = 'tallystick-release-context/v1';

/**
 * A release as its provenance speaks of it, or a part of it.
 * Thrown when the part is not in the release: CoordinatorError NO_LINKAGE.
 */
export function releaseJson(release: Release, part?: ExportPart): string {
  const { linkage, ...rest } = release;
  if (part === 'linkage' && linkage === null) throw noLinkage();
  return jsonText(part === undefined ? release : part === 'linkage' ? linkage : rest);
}

/** The release with what was asked, how it reads and how to cite it: for whoever has nothing else. */
export function contextJson(exported: ExportedRun): string {
  const { run, release } = exported;
  const { id, template, templateVersion, templateTitle, templateDigest, purpose } = run;
  return jsonText({
    format: CONTEXT_FORMAT,
    run: {
      ...{ id, template, templateVersion, templateTitle, templateDigest, purpose },
      releasedAt: releasedAt(exported),
      programme: exported.programme ?? null,
    },
    citation: citation(exported),
    reading: readRelease(release),
    release,
  });
}

export function noLinkage(): CoordinatorError {
  return new CoordinatorError(
    'NO_LINKAGE',
    'Nobody was linked on the person for this table, or it was released before that was reported: it has a table only.',
  );
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
