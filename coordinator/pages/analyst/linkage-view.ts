import type { ReleasedLink, ReleasedLinkage } from '../../linkage/released-linkage.js';
import { shownMarkOf, type ShownNumber, type ShownStatus } from '../../linkage/shown-number.js';
import type { CellView, TableView } from '../public/results-table.js';

/** How people were linked, for a page. */
export interface LinkageView {
  readonly scheme: string;
  readonly links: readonly LinkView[];
  /** Of what people lack that they are found by; null where no agency says. */
  readonly missing: TableView | null;
}

export interface LinkView {
  readonly title: string;
  /** Whether the answer hangs on how sure a link has to be. */
  readonly says: string;
  readonly isFragile: boolean;
  /** How many of the true pairs were found, as far as it can be told. */
  readonly found: string;
  readonly thresholds: TableView;
}

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const PER_CENT = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });

const REASONS: Readonly<Record<Exclude<ShownStatus, 'ok'>, string>> = {
  few: 'It is about too few people, or about nobody.',
  most: 'It is about all people but a few.',
  close: 'It is so near to another number that their difference would be about a few people.',
  secondary: 'It would give away a number about a few people.',
  withheld: 'It has no noise in it, and would give away a number that is not shown.',
  'not-estimable': 'There is nothing to tell it from.',
};

export function linkageView(linkage: ReleasedLinkage): LinkageView {
  const { scheme, schemeVersion, threshold, links, lists } = linkage;
  const identifiers = [
    ...new Set(lists.flatMap(({ statistics }) => (statistics?.missing ?? []).map(({ identifier }) => identifier))),
  ];
  return {
    scheme: `${scheme}, version ${schemeVersion}`,
    links: links.map((link) => linkView(link, threshold)),
    missing:
      identifiers.length === 0
        ? null
        : {
            caption: 'What is missing in the data, so that people are harder to find',
            ...{ side: 'Data', across: null, columns: identifiers.map(inWords) },
            rows: lists.map(({ agencyName, dataset, statistics }) => ({
              label: `${agencyName}, ${dataset}`,
              isTotal: false,
              cells: identifiers.map((name) =>
                shown(statistics?.missing.find(({ identifier }) => identifier === name)?.share, PER_CENT),
              ),
            })),
          },
  };
}

function linkView({ title, headline, recall, recallReason, at }: ReleasedLink, inForce: number): LinkView {
  return {
    title,
    says: headline?.sentence ?? 'How sure a link has to be was not compared.',
    isFragile: headline?.verdict === 'changes',
    found:
      recall.value === null
        ? `How many of those who are in both were found is not told: ${notTold(recallReason ?? reasonOf(recall))}`
        : `Of those who are in both, about ${PER_CENT.format(recall.value)} were found (estimated). The others are counted as if they were not there.`,
    thresholds: {
      caption: `${title}: links by how sure they have to be`,
      ...{ side: 'At least so likely to be right', across: null },
      columns: ['Links', 'Share of those looked for', 'Of the links, right (estimated)'],
      rows: at.map(({ threshold, links, share, precision }) => ({
        label: PER_CENT.format(threshold) + (threshold === inForce ? ' (this table)' : ''),
        isTotal: threshold === inForce,
        cells: [shown(links, NUMBER), shown(share, PER_CENT), shown(precision, PER_CENT)],
      })),
    },
  };
}

function shown(number: ShownNumber | undefined, format: Intl.NumberFormat): CellView {
  const { value, status } = number ?? { value: null, status: 'not-estimable' as const };
  if (value !== null) return { text: format.format(value), reason: null, about: null };
  return { text: shownMarkOf(status), reason: reasonOf({ value, status }), about: null };
}

function reasonOf({ status }: ShownNumber): string {
  return status === 'ok' ? '' : REASONS[status];
}

/** `dateOfBirth`: date of birth. */
function inWords(identifier: string): string {
  return identifier.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Within a sentence, and at its end. */
function notTold(reason: string): string {
  return `${reason.charAt(0).toLowerCase()}${reason.slice(1)}${reason.endsWith('.') ? '' : '.'}`;
}
