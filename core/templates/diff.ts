import { DEFAULT_LINK_THRESHOLD } from '../linkage/index.js';
import type { Catalogue } from './dataset.js';
import { diffLinks, diffParameters, diffPopulation } from './diff-asked.js';
import { byOrder, FieldWords, isEqual } from './diff-change.js';
import type { ChangeEffect, TemplateChange, TemplatePair } from './diff-change.js';
import { diffDimensions, diffDisclosure, diffMeasures, diffPresent } from './diff-shown.js';
import { MINIMUM_PARTICIPANTS } from './participants.js';
import { formatPath } from './problems.js';
import type { Principles, Template } from './template.js';

const DAY_MS = 86_400_000;

/**
 * In what a template differs from an earlier one, in plain English, in the order of the template: empty exactly where both
 * have the same canonical form, so that a file which is only laid out otherwise is no other template. With a catalogue
 * fields are called by their meanings. What the templates ask for need not exist in it.
 */
export function diffTemplates(before: Template, after: Template, catalogue?: Catalogue): TemplateChange[] {
  const pair: TemplatePair = { before, after, words: new FieldWords(catalogue) };
  return (Object.keys(PARTS) as (keyof Template)[]).flatMap((name) => PARTS[name](pair));
}

/** One for each part of a template: the compiler says where one is missing. */
const PARTS: { readonly [Part in keyof Required<Template>]: (pair: TemplatePair) => TemplateChange[] } = {
  template: (pair) => replaced(pair, 'template', 'wording', 'Is called'),
  version: (pair) => replaced(pair, 'version', 'wording', 'Is version'),
  title: (pair) => rewritten(pair, 'title', 'The question'),
  pilot: (pair) => replaced(pair, 'pilot', 'wording', 'Belongs to the pilot'),
  purpose: (pair) => replaced(pair, 'purpose', 'asks-differently', 'Is asked for the purpose'),
  lawfulBasis: (pair) => rewritten(pair, 'lawfulBasis', 'The lawful basis'),
  success: (pair) => rewritten(pair, 'success', 'What success means'),
  principles: diffPrinciples,
  expires: diffExpiry,
  unit: ({ before, after }) => {
    if (before.unit === after.unit) return [];
    const [old, now] = [before, after].map(({ unit }) => (unit === 'person' ? 'people' : `records (${unit})`));
    return [{ path: 'unit', effect: 'asks-differently', says: `Counts ${now ?? ''} instead of ${old ?? ''}.` }];
  },
  contributionLimit: ({ before: { contributionLimit: before }, after: { contributionLimit: after } }) => {
    if (before === after) return [];
    const says = `Lets one person count at most ${after} times instead of ${before}: ${after > before ? 'more' : 'fewer'} records.`;
    return [{ path: 'contributionLimit', effect: byOrder('asks', before, after), says }];
  },
  minimumParticipants: (pair) =>
    defaulted(pair, 'minimumParticipants', MINIMUM_PARTICIPANTS, (old, now) => {
      const says = `Runs with at least ${now} agencies instead of ${old}.`;
      // The more have to take part, the seldomer it can run.
      return { effect: byOrder('asks', now, old), says };
    }),
  scheme: ({ before, after }) => {
    if (before.scheme === after.scheme) return [];
    const says = `Joins people by the keys of ${after.scheme ?? 'no scheme'} instead of ${before.scheme ?? 'no scheme'}.`;
    return [{ path: 'scheme', effect: 'asks-differently', says }];
  },
  linkage: ({ before, after }) => {
    if (isEqual(before.linkage, after.linkage)) return [];
    const [old, now] = [before, after].map(({ linkage }) => linkage?.threshold ?? DEFAULT_LINK_THRESHOLD);
    const path = 'linkage.threshold';
    if (old === undefined || now === undefined || old === now) {
      return [{ path, effect: 'wording', says: `Says outright how sure a link must be, as it was.` }];
    }
    const links = now > old ? 'fewer links, and surer ones' : 'more links, and less sure ones';
    return [{ path, effect: 'asks-differently', says: `Links people from ${now} on instead of ${old}: ${links}.` }];
  },
  population: diffPopulation,
  links: diffLinks,
  dimensions: diffDimensions,
  parameters: diffParameters,
  measures: diffMeasures,
  disclosure: diffDisclosure,
  present: diffPresent,
};

/** A word or number that is another. */
function replaced(
  { before, after }: TemplatePair,
  name: 'template' | 'version' | 'pilot' | 'purpose',
  effect: ChangeEffect,
  says: string,
): TemplateChange[] {
  if (before[name] === after[name]) return [];
  return [{ path: name, effect, says: `${says} ${after[name]} instead of ${before[name]}.` }];
}

/** A passage for people, of which only the new one is worth reading. */
function rewritten(
  { before, after }: TemplatePair,
  name: 'title' | 'lawfulBasis' | 'success',
  subject: string,
): TemplateChange[] {
  return before[name] === after[name]
    ? []
    : [{ path: name, effect: 'wording', says: `${subject} now reads: ${after[name]}` }];
}

function diffPrinciples({ before, after }: TemplatePair): TemplateChange[] {
  const subjects: Readonly<Record<keyof Principles, string>> = {
    relevant: 'relevant',
    impactful: 'impactful',
    clearAndInformative: 'clear and informative',
    nonStigmatising: 'non-stigmatising',
  };
  return (Object.keys(subjects) as (keyof Principles)[]).flatMap((name): TemplateChange[] => {
    const now = after.principles[name];
    if (before.principles[name] === now) return [];
    const says = `The answer to "${subjects[name]}" now reads: ${now}`;
    return [{ path: formatPath(['principles', name]), effect: 'wording', says }];
  });
}

function diffExpiry({ before, after }: TemplatePair): TemplateChange[] {
  if (before.expires === after.expires) return [];
  const days = Math.round((new Date(after.expires).getTime() - new Date(before.expires).getTime()) / DAY_MS);
  const says = `May run until ${after.expires} instead of ${before.expires}: ${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'} ${days > 0 ? 'longer' : 'less'}.`;
  return [{ path: 'expires', effect: byOrder('asks', 0, days), says }];
}

/** A number that holds also where it isn't written. */
function defaulted(
  { before, after }: TemplatePair,
  name: 'minimumParticipants',
  fallback: number,
  compare: (old: number, now: number) => Pick<TemplateChange, 'effect' | 'says'>,
): TemplateChange[] {
  if (before[name] === after[name]) return [];
  const [old, now] = [before[name] ?? fallback, after[name] ?? fallback];
  if (old !== now) return [{ path: name, ...compare(old, now) }];
  const says = `${after[name] === undefined ? 'No longer says' : 'Says'} outright that at least ${now} agencies take part, as before.`;
  return [{ path: name, effect: 'wording', says }];
}
