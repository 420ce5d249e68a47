import type { Release } from '../runs/release.js';
import type { Run } from '../runs/run.js';
import { EXPORT_KINDS, type ExportFormat } from './formats.js';

/** What an export says of the run beside its release. A run as it is kept has it, and as the API sends it. */
export type ExportedRequest = Pick<
  Run,
  'id' | 'template' | 'templateVersion' | 'templateTitle' | 'templateDigest' | 'purpose' | 'submittedAt' | 'endedAt'
>;

/** A finished run with its release, and where that is to be cited as from. */
export interface ExportedRun {
  readonly run: ExportedRequest;
  readonly release: Release;
  /** Who publishes: the federation's name, or its programme's; null or absent where whoever exports doesn't know it. */
  readonly programme?: string | null;
  /** Under which terms others may use it: an address, or words; null or absent where nobody has said. */
  readonly licence?: string | null;
  /** Of the audit log, that has the release; null or absent where it isn't known. */
  readonly checkpoint?: { readonly size: number; readonly root: string } | null;
}

/** Characters of a template's name in a file's: a name may be longer than what file systems take. */
const MAX_NAME_CHARACTERS = 80;
const RUN_CHARACTERS = 8;

/** `victim-engagement-1a2b3c4d`: of letters, digits and hyphens only, whatever the template is called. */
export function baseName({ run }: Pick<ExportedRun, 'run'>): string {
  const plain = (text: string, length: number): string =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, length)
      .replace(/^-+|-+$/g, '');
  return [plain(run.template, MAX_NAME_CHARACTERS), plain(run.id, RUN_CHARACTERS)]
    .map((part) => (part === '' ? 'release' : part))
    .join('-');
}

export function fileNameOf(format: ExportFormat, exported: Pick<ExportedRun, 'run'>): string {
  return `${baseName(exported)}${EXPORT_KINDS[format].ending}`;
}

/** When it was released: ISO 8601, UTC. */
export function releasedAt({ run }: Pick<ExportedRun, 'run'>): string {
  return run.endedAt ?? run.submittedAt;
}

/** As people write it: 24 November 2026. */
export function dayText(iso: string): string {
  return DAY.format(new Date(iso));
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
