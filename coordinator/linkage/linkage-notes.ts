import type { RunTerms } from '../../core/templates/index.js';
import type { ReleasedLinkage } from './released-linkage.js';

export interface LinkageNotesInput {
  readonly terms: Pick<RunTerms, 'epsilon' | 'overlapEpsilon'>;
  readonly linkage: ReleasedLinkage | null;
}

/** What a reader of the table has to know of how people were linked; nothing where nobody was. */
export function linkageNotes({ terms, linkage }: LinkageNotesInput): string[] {
  if (linkage === null) return [];
  return [
    `People were linked by the keys of the scheme ${linkage.scheme}, version ${linkage.schemeVersion}; a link had to be ` +
      `${Math.round(linkage.threshold * 100)} % likely to be right. Who was not found is not a random part of the people.`,
    ...headlines(linkage),
    ...unknownLists(linkage),
    ...exactLists(linkage),
    ...exactness(terms, linkage),
  ];
}

/** Only what a reader has to act on: that the answer changes. */
function headlines({ links }: ReleasedLinkage): string[] {
  return links.flatMap(({ title, headline }) =>
    headline?.verdict === 'changes' ? [`${title}: ${headline.sentence}`] : [],
  );
}

function unknownLists({ links, lists }: ReleasedLinkage): string[] {
  const silent = lists.filter(({ statistics }) => statistics === null);
  if (silent.length === 0) return [];
  const names = silent.map(({ agencyName, dataset }) => `${agencyName} (${dataset})`).join(', ');
  const judged = links.some(({ at }) => at.some(({ precision }) => precision.value !== null));
  return [
    silent.length === lists.length && !judged
      ? 'No agency gave statistics of the people it holds, so no link could be judged: every set of shared keys was admitted.'
      : `Without statistics of the people it holds, so that links could be judged less well: ${names}.`,
  ];
}

/** Whose dataset definition says that they need none. */
function exactLists({ lists }: ReleasedLinkage): string[] {
  const exact = lists.filter(({ statistics }) => statistics?.noisy === false);
  if (exact.length === 0) return [];
  const names = exact.map(({ agencyName, dataset }) => `${agencyName} (${dataset})`).join(', ');
  return [`What these say of the people they hold has no noise in it and is rounded only: ${names}.`];
}

/** Where decoys did not hide the overlaps. */
function exactness({ epsilon, overlapEpsilon }: LinkageNotesInput['terms'], { links }: ReleasedLinkage): string[] {
  if (overlapEpsilon !== null || links.length === 0) return [];
  if (epsilon !== null) {
    return [
      'How many people were linked, and how well, is not shown: those numbers have no noise in them, and those of the table ' +
        'have. A template with an overlapEpsilon shows them.',
    ];
  }
  return links.some(({ at }) => at.some((one) => one.links.status === 'withheld'))
    ? [
        'How many people were linked is not shown: with those numbers, cells that the table does not show could be told.',
      ]
    : ['The numbers of links have no noise in them: they are exact but for rounding.'];
}
