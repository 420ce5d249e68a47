import type { ReleasedLink, ReleasedLinkage, ReleasedList } from '../linkage/released-linkage.js';
import { shownMarkOf, type ShownNumber } from '../linkage/shown-number.js';
import type { CsvField } from './csv.js';

export const LINKAGE_COLUMNS = [
  'quantity',
  'agency',
  'dataset',
  'merge',
  'key',
  'identifier',
  'threshold',
  'value',
  'status',
  'reason',
  'shorthand',
] as const;

/** What a number of the report is of; empty where it is of nothing of that sort. */
interface LinkageRow {
  readonly quantity: string;
  readonly agency?: string;
  readonly dataset?: string;
  /** 1, 2, … where lists of the population were merged. */
  readonly merge?: number;
  readonly key?: string;
  readonly identifier?: string;
  readonly threshold?: number;
  readonly number: ShownNumber;
  /** In words, where there is more to say than the status does. */
  readonly reason?: string | null;
}

/** A linkage report as CSV: a row for each number, the header first. */
export function linkageRows(linkage: ReleasedLinkage): CsvField[][] {
  const { schemeVersion, normaliser, threshold, links, lists } = linkage;
  const fact = (quantity: string, value: number): LinkageRow => ({ quantity, number: { value, status: 'ok' } });
  const merges = links.filter(({ kind }) => kind === 'merge');
  const rows: readonly LinkageRow[] = [
    { ...fact('scheme-version', schemeVersion), reason: linkage.scheme },
    fact('normaliser-version', normaliser),
    fact('threshold-in-force', threshold),
    ...links.flatMap((link) => linkRows(link, merges.indexOf(link) + 1)),
    ...lists.flatMap(listRows),
  ];
  return [[...LINKAGE_COLUMNS], ...rows.map(fields)];
}

function linkRows(link: ReleasedLink, merge: number): LinkageRow[] {
  const { dataset, people, at, keys, recall, recallReason, headline } = link;
  const of = { dataset, ...(merge === 0 ? {} : { merge }) };
  return [
    { ...of, quantity: 'people-base', number: people.base },
    { ...of, quantity: 'people-linked', number: people.linked },
    ...at.flatMap(({ threshold, links, share, precision }) => [
      { ...of, quantity: 'links', threshold, number: links },
      { ...of, quantity: 'share-linked', threshold, number: share },
      { ...of, quantity: 'precision', threshold, number: precision },
    ]),
    { ...of, quantity: 'recall', number: recall, reason: recallReason },
    ...(headline === null
      ? []
      : [{ ...of, quantity: `headline-${headline.verdict}`, number: NOTHING, reason: headline.sentence }]),
    ...keys.map(({ name, links }) => ({ ...of, quantity: 'links-by-key', key: name, number: links })),
  ];
}

function listRows({ agency, dataset, statistics }: ReleasedList): LinkageRow[] {
  const of = { agency, dataset };
  if (statistics === null) {
    return [{ ...of, quantity: 'people', number: NOTHING, reason: 'The agency gave no statistics for this snapshot.' }];
  }
  const { people, duplicates, missing, keys } = statistics;
  return [
    { ...of, quantity: 'people', number: people },
    { ...of, quantity: 'duplicates', number: duplicates },
    ...missing.map(({ identifier, share }) => ({ ...of, quantity: 'share-missing', identifier, number: share })),
    ...keys.flatMap(({ name, keyed, withdrawn }) => [
      { ...of, quantity: 'share-keyed', key: name, number: keyed },
      { ...of, quantity: 'share-withdrawn', key: name, number: withdrawn },
    ]),
  ];
}

const NOTHING: ShownNumber = { value: null, status: 'not-estimable' };

function fields({ number, ...row }: LinkageRow): CsvField[] {
  return [
    row.quantity,
    row.agency ?? null,
    row.dataset ?? null,
    row.merge ?? null,
    row.key ?? null,
    row.identifier ?? null,
    row.threshold ?? null,
    number.value,
    number.status,
    row.reason ?? null,
    shownMarkOf(number.status),
  ];
}
