import { releaseDigest } from '../../core/audit-entries/index.js';
import { dayText, releasedAt, type ExportedRun } from './exported-run.js';

/** How to name a release so that others find it, and can tell whether they have the same. */
export interface Citation {
  /** One paragraph. */
  readonly text: string;
  readonly bibtex: string;
  /** SHA-256 that the audit log has of the release: 64 hexadecimal digits. */
  readonly digest: string;
}

export function citation(exported: ExportedRun): Citation {
  const { run, release, programme, checkpoint } = exported;
  const digest = releaseDigest(release);
  const at = releasedAt(exported);
  const publisher = programme ?? 'Tallystick';
  const template = `${run.template}, version ${run.templateVersion}`;
  const log = checkpoint == null ? [] : [`Audit log of ${checkpoint.size} entries, root ${checkpoint.root}`];
  const sources = release.sources.map(({ agencyName, dataset, asAt }) => `${agencyName}, ${dataset} as at ${asAt}`);
  const notes = [`Run ${run.id} of the template ${template}`, `SHA-256 of the release ${digest}`, ...log];
  const text = [
    `${publisher} (${at.slice(0, 4)}). ${titleOf(run.templateTitle)} Protected statistical table, released ${dayText(at)}.`,
    ...notes.map((note) => `${note}.`),
    ...(sources.length === 0 ? [] : [`Sources: ${sources.join('; ')}.`]),
  ].join(' ');
  return { text, bibtex: bibtex(exported, publisher, notes), digest };
}

/** A question has its own mark at the end. */
function titleOf(title: string): string {
  return /[.?!]$/.test(title) ? title : `${title}.`;
}

function bibtex({ run, ...exported }: ExportedRun, publisher: string, notes: readonly string[]): string {
  const at = releasedAt({ run });
  const key = `tallystick-${run.id.replace(/[^A-Za-z0-9]/g, '').slice(0, 8)}`;
  const fields: readonly (readonly [string, string])[] = [
    ['title', `{${plain(run.templateTitle)}}`],
    ['author', `{${plain(publisher)}}`],
    ['year', at.slice(0, 4)],
    ['month', at.slice(5, 7)],
    ['day', at.slice(8, 10)],
    ['howpublished', 'Protected statistical table'],
    ['version', String(run.templateVersion)],
    ['note', plain([...notes, ...sourcesNote(exported)].join('. '))],
  ];
  const lines = fields.map(([name, value]) => `  ${name} = {${value}}`);
  return `@misc{${key},\n${lines.join(',\n')}\n}\n`;
}

function sourcesNote({ release }: Pick<ExportedRun, 'release'>): string[] {
  const { sources } = release;
  return sources.length === 0
    ? []
    : [`Sources: ${sources.map(({ agencyName, dataset }) => `${agencyName} (${dataset})`).join('; ')}`];
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '{': '\\{',
  '}': '\\}',
};

/** Text in which TeX sees nothing but text. */
function plain(text: string): string {
  return text.replace(/[\\~^{}$&#_%]/g, (character) => ESCAPED[character] ?? `\\${character}`).replace(/\s+/g, ' ');
}
