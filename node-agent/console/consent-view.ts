import { needsConsent } from '../../core/templates/index.js';
import type { Agreements } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { describePublished, publishedLeftOut } from '../consent/left-out.js';
import { freshnessOf } from '../consent/lists-freshness.js';
import type { ListsFreshness } from '../consent/lists-freshness.js';
import type { SourcePlace } from '../source/source-config.js';
import type { OptOutsFacts, Prepared, SnapshotFacts } from './prepared-snapshots.js';

const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;

/** Who is left out of what the node answers from, as its operator sees it. */
export interface ShownConsent {
  /** `off`: no lists are configured and none were ever read. `left-over`: none are configured, and those read last go on. */
  readonly state: ListsFreshness | 'off' | 'left-over' | 'unusable';
  /** Those that the configuration names. */
  readonly lists: readonly { readonly where: string; readonly identifiers: readonly string[] }[];
  readonly maximumAgeHours: number | null;
  readonly inForce: ShownLists | null;
  /** Why what was read last is no use. */
  readonly trouble: { readonly code: string; readonly message: string } | null;
  readonly datasets: readonly ShownLeftOut[];
}

export interface ShownLists {
  readonly readAt: string;
  /** `3 hours 5 minutes`. */
  readonly age: string;
  readonly lines: number;
  readonly digest: string;
}

/** Of one dataset's snapshot. */
export interface ShownLeftOut {
  readonly dataset: string;
  readonly title: string;
  readonly needsConsent: boolean;
  /** Null where there is no snapshot that can be read. */
  readonly rows: {
    readonly optedOut: number;
    readonly withoutConsent: number;
    readonly unclear: number;
    /** What may be said outside. */
    readonly published: { readonly optedOut: string; readonly withoutConsent: string };
  } | null;
  /** For each purpose of which the mapping has the answers, in how many rows it is yes. */
  readonly consents: readonly { readonly purpose: string; readonly records: number | null }[];
  /** Purposes that the dataset allows, of which the mapping has no answers: refused with NO_CONSENT. */
  readonly withoutAnswers: readonly string[];
  /** Whether the snapshot was made without those who are on the lists in force; null where that can't be, or needn't. */
  readonly isApplied: boolean | null;
}

export interface ConsentGroundsShown {
  readonly agreements: Agreements;
  readonly datasets: ReadonlyMap<string, Prepared<SnapshotFacts>>;
  readonly optOuts: Prepared<OptOutsFacts>;
  readonly now: Date;
}

export function shownConsent(
  { optOuts: configured }: Pick<NodeConfig, 'optOuts'>,
  { agreements: { sources }, datasets, optOuts, now }: ConsentGroundsShown,
): ShownConsent {
  const lists = optOuts.kind === 'made' ? optOuts.facts : null;
  return {
    state: stateOf(configured, optOuts, now),
    lists: (configured?.lists ?? []).map(({ place, identifiers }) => ({
      where: placeWords(place),
      identifiers: [...identifiers.keys()],
    })),
    maximumAgeHours: configured?.maximumAgeHours ?? null,
    inForce: lists && { ...lists, age: ageWords(lists.readAt, now) },
    trouble: optOuts.kind === 'unusable' ? optOuts : null,
    datasets: sources.map(({ mapping: { definition, consents } }) => {
      const prepared = datasets.get(definition.dataset);
      const facts = prepared?.kind === 'made' ? prepared.facts : null;
      const purposes = consents.map(({ purpose }) => purpose);
      return {
        ...{ dataset: definition.dataset, title: definition.title, needsConsent: needsConsent(definition) },
        rows: facts && leftOutOf(facts),
        consents: purposes.map((purpose) => ({
          purpose,
          records: facts?.counts.consents.find((one) => one.purpose === purpose)?.records ?? null,
        })),
        withoutAnswers: needsConsent(definition) ? definition.purposes.filter((one) => !purposes.includes(one)) : [],
        isApplied:
          configured === undefined || lists === null || facts === null || definition.linkage === null
            ? null
            : facts.leftOut.optOuts === lists.digest,
      };
    }),
  };
}

function stateOf(configured: NodeConfig['optOuts'], optOuts: Prepared<OptOutsFacts>, now: Date): ShownConsent['state'] {
  if (optOuts.kind === 'unusable') return 'unusable';
  const lists = optOuts.kind === 'made' ? optOuts.facts : null;
  if (configured === undefined) return lists === null ? 'off' : 'left-over';
  return freshnessOf(lists, configured.maximumAgeHours * MS_PER_HOUR, now);
}

function leftOutOf({ leftOut }: SnapshotFacts): ShownLeftOut['rows'] {
  const published = publishedLeftOut(leftOut);
  return {
    ...{ optedOut: leftOut.optedOut, withoutConsent: leftOut.withoutConsent, unclear: leftOut.unclearConsents },
    published: {
      optedOut: describePublished(published.optedOut),
      withoutConsent: describePublished(published.withoutConsent),
    },
  };
}

/** Where a list is, without whoever logs in there. */
function placeWords(place: SourcePlace): string {
  switch (place.kind) {
    case 'csv':
    case 'parquet':
      return place.file;
    case 'sqlite':
      return `${selectionWords(place.selection)} in ${place.file}`;
    case 'postgres':
    case 'mysql':
    case 'mssql':
      return `${selectionWords(place.selection)} in ${place.server.database} on ${place.server.host}`;
  }
}

function selectionWords(selection: { readonly table: string } | { readonly query: string }): string {
  return 'table' in selection ? `table ${selection.table}` : 'a query';
}

/** Hours and minutes, whole ones. */
function ageWords(since: string, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / MS_PER_MINUTE));
  const hours = Math.floor(minutes / MINUTES_PER_HOUR);
  const rest = minutes % MINUTES_PER_HOUR;
  const parts = [
    ...(hours === 0 ? [] : [counted(hours, 'hour')]),
    ...(hours > 0 && rest === 0 ? [] : [counted(rest, 'minute')]),
  ];
  return parts.join(' ');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
