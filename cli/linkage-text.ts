import { formatCount, formatPercent } from '../core/base/index.js';
import { CONFIDENTIAL, NOT_AVAILABLE } from '../core/disclosure/index.js';
import { shownMarkOf } from '../coordinator/client.js';
import type {
  ReleasedLink,
  ReleasedLinkage,
  ReleasedList,
  ReleasedStatistics,
  ShownNumber,
  ShownStatus,
} from '../coordinator/index.js';
import { gridLines, gridWidth } from './grid.js';
import { wrapText } from './text.js';

export interface LinkageText {
  /** Counts below this are not shown. */
  readonly threshold: number;
  /** With every key and every agency; else what answers whether the table can be relied on. */
  readonly detail: boolean;
}

/** How people were linked, and how well; nothing where nobody was. */
export function renderLinkage(
  linkage: ReleasedLinkage | null,
  { threshold, detail }: LinkageText,
  columns: number,
): string[] {
  if (linkage === null) return [];
  const { scheme, schemeVersion, normaliser, links, lists } = linkage;
  const introduction =
    `Scheme ${scheme}, version ${schemeVersion}; names and dates made comparable by version ${normaliser} of the rules; ` +
    `a link had to be ${wholePercent(linkage.threshold)} likely to be right.`;
  const explained = legend(linkage, detail, threshold);
  const sections = [
    ...links.map((link, index) => linkLines(link, nameOf(link, links.slice(0, index)), linkage, detail, columns)),
    ...(detail ? agencyLines(lists, columns) : []),
  ].filter((lines) => lines.length > 0);
  return [
    'How people were linked',
    ...wrapText(introduction, columns, '  '),
    ...sections.flatMap((lines) => ['', ...lines]),
    ...(explained.length === 0 ? [] : ['']),
    ...explained.flatMap((line) => wrapText(line, columns, '  ')),
  ];
}

function linkLines(
  link: ReleasedLink,
  name: string,
  { threshold }: ReleasedLinkage,
  detail: boolean,
  columns: number,
): string[] {
  const whole = link.kind === 'link' ? 'Of the population' : 'Of that list';
  const at = gridLines({
    title: '',
    side: ['Threshold'],
    columns: ['Links', whole, 'Estimated right'],
    rows: link.at.map((one) => ({
      side: [`${wholePercent(one.threshold)}${one.threshold === threshold ? ', as in the table' : ''}`],
      numbers: [countText(one.links), shareText(one.share), estimateText(one.precision)],
    })),
  });
  const recall =
    link.recall.value === null
      ? `True links that were found: ${link.recallReason === null ? shownMarkOf(link.recall.status) : `not estimable, for ${link.recallReason}`}`
      : `True links that were found, estimated: ${formatPercent(link.recall.value)}`;
  const keys = gridLines({
    title: '',
    side: ['Strictest key that both have'],
    columns: ['Links'],
    rows: link.keys.map((key) => ({ side: [key.name], numbers: [countText(key.links)] })),
  });
  const { base, linked } = link.people;
  return [
    name,
    ...(link.headline === null ? [] : wrapText(link.headline.sentence, columns, '  ', '  ')),
    '',
    ...at,
    '',
    ...wrapText(`${recall.replace(/\.$/, '')}.`, columns),
    ...(detail ? ['', `People: ${countText(base)}, linked with ${countText(linked)}.`, '', ...keys] : []),
  ];
}

/** Merges of one population's lists have one name, and go by their number. */
function nameOf({ kind, title }: ReleasedLink, before: readonly ReleasedLink[]): string {
  if (kind === 'link') return `${title}: people looked for there`;
  const step = before.filter((link) => link.kind === 'merge').length + 1;
  return `${title}: agencies brought together, step ${step}`;
}

/** What one agency says of one dataset, by the names that it goes by in a heading and at the side. */
type Known = ReleasedStatistics & { readonly heading: string; readonly name: string };

function agencyLines(lists: readonly ReleasedList[], columns: number): string[][] {
  const known = knownLists(lists);
  if (known.length === 0) return [];
  const identifiers = distinct(known.flatMap(({ missing }) => missing.map(({ identifier }) => identifier)));
  const keys = distinct(known.flatMap((list) => list.keys.map(({ name }) => name)));
  const keyOf = (list: Known, key: string): ReleasedStatistics['keys'][number] | undefined =>
    list.keys.find(({ name }) => name === key);
  const people = gridLines({
    title: '',
    side: ['Agency and dataset'],
    columns: ['People', 'Duplicate records'],
    rows: known.map((list) => ({ side: [list.name], numbers: [countText(list.people), countText(list.duplicates)] })),
  });
  const sections: readonly (readonly [
    string,
    readonly string[],
    (list: Known, row: string) => ShownNumber | undefined,
  ])[] = [
    [
      'People for whom it is missing, or can’t be used',
      identifiers,
      ({ missing }, row) => missing.find(({ identifier }) => identifier === row)?.share,
    ],
    ['People who have the key', keys, (list, row) => keyOf(list, row)?.keyed],
    ['People who lost the key, for somebody else there has it too', keys, (list, row) => keyOf(list, row)?.withdrawn],
  ];
  return [
    ['What agencies say of the people they hold', '', ...people],
    ...sections.map(([title, rows, shareOf]) => [title, '', ...byList(known, rows, shareOf, columns)]),
  ];
}

/** Long names break badly in a heading: there the dataset is named only where the agency has several. */
function knownLists(lists: readonly ReleasedList[]): readonly Known[] {
  const timesOf = (agency: string): number => lists.filter((list) => list.agency === agency).length;
  return lists.flatMap(({ agency, agencyName, dataset, statistics }) => {
    if (statistics === null) return [];
    const heading = timesOf(agency) === 1 ? agencyName : `${agencyName} ${dataset.split('.').at(-1) ?? dataset}`;
    return [{ ...statistics, heading, name: `${agencyName}, ${dataset}` }];
  });
}

/** A column for each list, or a row for each list and thing where that is too wide. */
function byList(
  lists: readonly Known[],
  rows: readonly string[],
  shareOf: (list: Known, row: string) => ShownNumber | undefined,
  columns: number,
): string[] {
  const wide = gridLines({
    title: '',
    side: [''],
    columns: lists.map(({ heading }) => heading),
    rows: rows.map((row) => ({ side: [row], numbers: lists.map((list) => shareText(shareOf(list, row))) })),
  });
  if (gridWidth(wide) <= columns) return wide;
  return gridLines({
    title: '',
    side: ['Agency and dataset', ''],
    columns: ['Share'],
    rows: lists.flatMap((list) =>
      rows.flatMap((row) => {
        const share = shareOf(list, row);
        return share === undefined ? [] : [{ side: [list.name, row], numbers: [shareText(share)] }];
      }),
    ),
  });
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

/** What marks mean that occur. */
function legend({ links, lists }: ReleasedLinkage, detail: boolean, threshold: number): string[] {
  const shares = lists.flatMap(({ statistics }) =>
    statistics === null
      ? []
      : [
          statistics.people,
          statistics.duplicates,
          ...statistics.missing.map(({ share }) => share),
          ...statistics.keys.flatMap(({ keyed, withdrawn }) => [keyed, withdrawn]),
        ],
  );
  const numbers = [
    ...links.flatMap(({ at, recall, recallReason }) => [
      ...at.flatMap(({ links: count, share, precision }) => [count, share, precision]),
      ...(recallReason === null ? [recall] : []),
    ]),
    ...(detail
      ? [
          ...links.flatMap(({ people, keys }) => [people.base, people.linked, ...keys.map((key) => key.links)]),
          ...shares,
        ]
      : []),
  ];
  const statuses = new Set(numbers.map(({ status }) => status));
  const reasons = meanings.flatMap(([status, words]) => (statuses.has(status) ? [words(threshold)] : []));
  return [
    ...(reasons.length === 0 ? [] : [`${CONFIDENTIAL} not shown: ${reasons.join('; or ')}.`]),
    ...(statuses.has('not-estimable') ? [`${NOT_AVAILABLE} not available: there is nothing to tell it from.`] : []),
    ...(detail ? [] : ['Every key, and what each agency says of its people: `tally runs <id> --linkage`.']),
  ];
}

const meanings: readonly (readonly [ShownStatus, (threshold: number) => string])[] = [
  ['few', (threshold) => `fewer than ${threshold}, or none`],
  ['most', (threshold) => `all but fewer than ${threshold}`],
  ['close', (threshold) => `fewer than ${threshold} from another number, or the same`],
  ['secondary', () => 'it would give away a number that is not shown'],
  ['withheld', () => 'it is exact, and the table would not be as safe with it'],
];

function countText({ value, status }: ShownNumber): string {
  return value === null ? shownMarkOf(status) : formatCount(value);
}

/** Whole per cent; empty where there is none to be. */
function shareText(share: ShownNumber | undefined): string {
  if (share === undefined) return '';
  return share.value === null ? shownMarkOf(share.status) : wholePercent(share.value);
}

function estimateText({ value, status }: ShownNumber): string {
  return value === null ? shownMarkOf(status) : formatPercent(value);
}

function wholePercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
