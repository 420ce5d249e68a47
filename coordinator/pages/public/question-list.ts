import type { TemplateState } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import type { Catalogue, Template } from '../../../core/templates/index.js';
import { GROUP_OF, QUESTION_GROUPS } from './public-questions.js';
import type { PublicQuestion, QuestionGroup } from './public-questions.js';

/** A line of the register of questions. */
export interface QuestionLine {
  readonly href: string;
  readonly title: string;
  readonly name: string;
  readonly version: number;
  readonly state: TemplateState;
  readonly stateWords: string;
  readonly pilot: string;
  readonly purpose: string;
  readonly purposeTitle: string;
  readonly datasets: readonly { readonly id: string; readonly title: string }[];
  /** ISO dates. */
  readonly proposed: string;
  readonly published: string | null;
  readonly expires: string;
}

export interface QuestionFilter {
  readonly words: string;
  readonly group: QuestionGroup | undefined;
  readonly pilot: string | undefined;
  readonly purpose: string | undefined;
  readonly dataset: string | undefined;
}

export const STATE_WORDS: Readonly<Record<TemplateState, string>> = {
  draft: 'Sent back to its authors',
  proposed: 'Proposed',
  'under-review': 'Under review',
  approved: 'Approved, not published',
  live: 'May be asked',
  expired: 'Ended',
  revoked: 'Stopped',
  superseded: 'Replaced by a newer version',
};

export const GROUP_WORDS: Readonly<Record<QuestionGroup, string>> = {
  live: 'May be asked today',
  deciding: 'Being decided',
  past: 'No longer asked',
};

export function questionHref({ template, version }: Pick<Template, 'template' | 'version'>): string {
  return `/questions/${template}/${version}`;
}

export function questionLine(
  { proposal: { template }, standing }: PublicQuestion,
  roster: Pick<SignedRoster, 'purposes'>,
  catalogue: Catalogue,
): QuestionLine {
  return {
    href: questionHref(template),
    title: template.title,
    name: template.template,
    version: template.version,
    state: standing.state,
    stateWords: STATE_WORDS[standing.state],
    pilot: template.pilot,
    purpose: template.purpose,
    purposeTitle: roster.purposes.find(({ code }) => code === template.purpose)?.title ?? template.purpose,
    datasets: datasetsOf(template).map((id) => ({ id, title: catalogue.get(id)?.title ?? id })),
    proposed: standing.proposed,
    published: standing.published ?? null,
    expires: template.expires,
  };
}

export function datasetsOf({ population, links }: Template): readonly string[] {
  return [...new Set([population, ...links].map(({ dataset }) => dataset))];
}

/** Those that fit, by group: what may be asked first, and within a group the newest first. */
export function filteredQuestions(lines: readonly QuestionLine[], filter: QuestionFilter): readonly QuestionLine[] {
  const words = filter.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = lines.filter(
    (line) =>
      (filter.group === undefined || GROUP_OF[line.state] === filter.group) &&
      (filter.pilot === undefined || line.pilot === filter.pilot) &&
      (filter.purpose === undefined || line.purpose === filter.purpose) &&
      (filter.dataset === undefined || line.datasets.some(({ id }) => id === filter.dataset)) &&
      words.every((word) => textOf(line).includes(word)),
  );
  return QUESTION_GROUPS.flatMap((group) => fits.filter(({ state }) => GROUP_OF[state] === group).toReversed());
}

function textOf({ title, name, datasets }: QuestionLine): string {
  return [title, name, ...datasets.map((dataset) => dataset.title)].join(' ').toLowerCase();
}

/** What there is to choose from: each value with its words. */
export function questionChoices(
  lines: readonly QuestionLine[],
): Readonly<Record<'pilot' | 'purpose' | 'dataset', ReadonlyMap<string, string>>> {
  const sorted = (pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> =>
    new Map([...new Map(pairs)].toSorted(([, one], [, other]) => one.localeCompare(other)));
  return {
    pilot: sorted(lines.map(({ pilot }) => [pilot, sentenceCase(pilot)])),
    purpose: sorted(lines.map(({ purpose, purposeTitle }) => [purpose, purposeTitle])),
    dataset: sorted(lines.flatMap(({ datasets }) => datasets.map(({ id, title }) => [id, title] as const))),
  };
}

/** `victim-pathways` as people read it. */
export function sentenceCase(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
