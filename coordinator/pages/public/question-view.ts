import { PRINCIPLE_WORDS, PRINCIPLES } from '../../../core/governance/index.js';
import type { RecordedAct, SignedRoster } from '../../../core/governance/index.js';
import { codesOf, diffTemplates, explainTemplate, needsConsent } from '../../../core/templates/index.js';
import type {
  BoundTemplate,
  Catalogue,
  ChangeEffect,
  ExplanationSection,
  FieldDefinition,
  Roster,
} from '../../../core/templates/index.js';
import { datasetsOf, questionHref, questionLine } from './question-list.js';
import type { QuestionLine } from './question-list.js';
import type { PublicQuestion } from './public-questions.js';

/** One version of a question with everything that is known of it. */
export interface QuestionView {
  readonly line: QuestionLine;
  readonly success: string;
  readonly lawfulBasis: string;
  readonly revokedBecause: string | null;
  /** In full; empty where the definitions that it was made for are not here. */
  readonly sections: readonly ExplanationSection[];
  readonly principles: readonly PrincipleView[];
  /** Names of organisations. */
  readonly authors: readonly string[];
  readonly approvedBy: readonly string[];
  readonly datasets: readonly DatasetView[];
  readonly timeline: readonly TimelineItem[];
  /** SHA-256 of the signed bytes. */
  readonly digest: string;
  readonly changes: ChangesView | null;
}

export interface PrincipleView {
  readonly name: string;
  /** What the authors say. */
  readonly answer: string;
  /** By organisation; none until both reviews are in. */
  readonly marks: readonly { readonly organisation: string; readonly met: boolean; readonly reason: string }[];
}

export interface DatasetView {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly optIn: boolean;
  readonly agencies: readonly string[];
  /** Those that the question uses. */
  readonly fields: readonly { readonly name: string; readonly meaning: string; readonly values: string }[];
}

export interface TimelineItem {
  readonly title: string;
  /** Organisations whose officers signed it. */
  readonly by: string;
  /** As the signer's clock said. */
  readonly at: string;
  readonly reason: string | null;
}

export interface ChangesView {
  readonly href: string;
  readonly version: number;
  readonly changes: readonly { readonly effect: string; readonly says: string }[];
}

export interface QuestionContext {
  readonly roster: SignedRoster;
  /** What of it concerns runs. */
  readonly agencies: Roster;
  readonly catalogue: Catalogue;
  /** The version before, where there is one. */
  readonly before: PublicQuestion | undefined;
}

export function questionView(question: PublicQuestion, context: QuestionContext): QuestionView {
  const { proposal, standing, bound, acts } = question;
  const { template } = proposal;
  const { roster, catalogue, agencies, before } = context;
  const nameOf = organisationNames(roster);
  return {
    line: questionLine(question, roster, catalogue),
    success: template.success,
    lawfulBasis: template.lawfulBasis,
    revokedBecause: standing.revoked?.reason ?? null,
    sections: bound === null ? [] : explainTemplate(bound, undefined, agencies).sections,
    principles: PRINCIPLES.map((principle) => ({
      name: PRINCIPLE_WORDS[principle],
      answer: template.principles[principle],
      marks: (standing.reviews ?? []).map(({ organisation, principles }) => ({
        organisation: nameOf(organisation),
        met: principles[principle].mark === 'met',
        reason: principles[principle].reason,
      })),
    })),
    authors: standing.authors.map(nameOf),
    approvedBy: [...new Set(standing.approvals.map(({ organisation }) => nameOf(organisation)))],
    datasets: datasetsOf(template).map((id) => datasetView(id, bound, context)),
    timeline: acts.flatMap((act) => timelineItem(act, nameOf)),
    digest: proposal.templateDigest,
    changes: before === undefined ? null : changesOf(before, question, catalogue),
  };
}

/** The highest version below it. */
export function versionBefore(
  { proposal: { template } }: PublicQuestion,
  all: readonly PublicQuestion[],
): PublicQuestion | undefined {
  return all
    .filter(({ standing }) => standing.template === template.template && standing.version < template.version)
    .toSorted((one, other) => one.standing.version - other.standing.version)
    .at(-1);
}

export function organisationNames({ organisations }: Pick<SignedRoster, 'organisations'>): (id: string) => string {
  const names = new Map(organisations.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

const EFFECT_WORDS: Readonly<Record<ChangeEffect, string>> = {
  'asks-more': 'Asks more',
  'asks-less': 'Asks less',
  'asks-differently': 'Asks something else',
  'shows-more': 'Shows more',
  'shows-less': 'Shows less',
  'shows-differently': 'Shows it differently',
  wording: 'Wording',
};

function changesOf(before: PublicQuestion, after: PublicQuestion, catalogue: Catalogue): ChangesView {
  const { template } = before.proposal;
  return {
    href: questionHref(template),
    version: template.version,
    changes: diffTemplates(template, after.proposal.template, catalogue)
      .filter(({ path }) => path !== 'version')
      .map(({ effect, says }) => ({ effect: EFFECT_WORDS[effect], says })),
  };
}

function datasetView(id: string, bound: BoundTemplate | null, { catalogue, agencies }: QuestionContext): DatasetView {
  const definition = catalogue.get(id);
  return {
    id,
    title: definition?.title ?? id,
    description: definition?.description ?? 'There is no definition of it here any more.',
    optIn: definition !== undefined && needsConsent(definition),
    agencies: agencies.agencies.filter(({ datasets }) => datasets.includes(id)).map(({ name }) => name),
    fields: bound === null ? [] : fieldsOf(id, bound),
  };
}

function fieldsOf(id: string, { population, links }: BoundTemplate): DatasetView['fields'] {
  const used = [population, ...links]
    .filter(({ dataset }) => dataset.dataset === id)
    .flatMap(({ where, dimensions, measures }) => [...where, ...dimensions, ...measures])
    .map(({ field, definition }): readonly [string, FieldDefinition] => [field, definition]);
  return [...new Map(used)].map(([name, definition]) => ({
    name,
    meaning: definition.meaning,
    values: valuesOf(definition),
  }));
}

/** More than this nobody reads on a page: the definition has them all. */
const VALUES_SHOWN = 12;

function valuesOf(definition: FieldDefinition): string {
  if (definition.type === 'date') return 'a date';
  if (definition.type === 'integer') return `${definition.min} to ${definition.max}`;
  const meanings = [...codesOf(definition).values()];
  const shown = meanings.slice(0, VALUES_SHOWN).join('; ');
  return meanings.length <= VALUES_SHOWN ? shown : `${shown}; and ${meanings.length - VALUES_SHOWN} more`;
}

function timelineItem({ act, signers }: RecordedAct, nameOf: (id: string) => string): TimelineItem[] {
  const by = [...new Set(signers.map(({ organisation }) => nameOf(organisation)))].join(', ');
  const item = (title: string, reason: string | null = null): TimelineItem[] => [{ title, by, at: act.made, reason }];
  switch (act.act) {
    case 'propose':
      return item('Proposed');
    case 'commit-review':
      return item('Review written', 'Sealed until the other reviewer’s is written too.');
    case 'review': {
      const notMet = PRINCIPLES.filter((principle) => act.principles[principle].mark === 'not-met');
      const words = notMet.map((principle) => PRINCIPLE_WORDS[principle].toLowerCase()).join(', ');
      return item('Review shown', notMet.length === 0 ? 'All four principles are met.' : `Not met: ${words}.`);
    }
    case 'approve':
      return item('Approved');
    case 'publish':
      return item('Published: it may be asked from then on');
    case 'revoke':
      return item('Stopped', act.reason);
    case 'grant':
    case 'withdraw-grant':
      return [];
  }
}
