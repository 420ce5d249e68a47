import type { DatasetDefinition } from '../../core/templates/index.js';
import type { AgreedSource } from '../agreements.js';
import { floorLines } from '../quality/floor.js';
import { rejectedPercent } from '../quality/rejected-rows.js';
import { partText, percentText } from '../quality/shares.js';
import { REJECTION_TEXTS } from '../source/finding.js';
import type { NodeStatus } from '../status/node-status.js';
import type { Prepared, SnapshotFacts } from './prepared-snapshots.js';

const MS_PER_DAY = 86_400_000;

/** One of the agency's datasets, and the snapshot that `prepare` has made of it last. */
export interface ShownDataset {
  readonly dataset: string;
  readonly title: string;
  readonly prepared: Prepared<ShownSnapshot>;
  /** Whether the node answers from it, in words. */
  readonly atNode: string;
}

/** Exact numbers, for whoever looks after the data; what is said outside is in `told`. */
export interface ShownSnapshot {
  readonly snapshot: string;
  readonly asAt: string;
  /** `2 days old`. */
  readonly age: string;
  readonly preparedAt: string;
  /** Rows: read; left out for an opt-out, for want of consent, for a value that can't be used; the rest. */
  readonly read: number;
  readonly optedOut: number;
  readonly withoutConsent: number;
  readonly rejected: number;
  readonly kept: number;
  /** Null where the dataset has no keys of people. */
  readonly people: number | null;
  readonly duplicates: number | null;
  readonly reasons: readonly { readonly field: string; readonly words: string; readonly count: number }[];
  readonly floor: readonly {
    readonly what: string;
    readonly has: string;
    readonly asks: string;
    readonly holds: boolean;
  }[];
  readonly linkable: { readonly has: string; readonly asks: string };
  readonly keys: readonly { readonly name: string; readonly has: string }[];
  readonly fields: readonly { readonly name: string; readonly has: string; readonly asks: string | null }[];
  readonly told: ToldOutside;
}

/** What the coordinator, and through it an analyst, learns of a snapshot before anything is asked. */
export interface ToldOutside {
  readonly asAt: string;
  /** As it stands beside a table. */
  readonly rejected: string;
  /** With the node's noise in it; none where the dataset has no people. */
  readonly linkage: readonly { readonly scheme: string; readonly people: number; readonly duplicates: number }[];
}

/** @param status the node's own, as long as it runs */
export function shownDataset(
  { mapping: { definition } }: AgreedSource,
  prepared: Prepared<SnapshotFacts>,
  { status, now }: { readonly status: NodeStatus | null; readonly now: Date },
): ShownDataset {
  const { dataset, title } = definition;
  const held = status?.snapshots.find((one) => one.dataset === dataset);
  return {
    dataset,
    title,
    prepared:
      prepared.kind === 'made' ? { kind: 'made', facts: shownSnapshot(definition, prepared.facts, now) } : prepared,
    atNode:
      status === null
        ? 'not running'
        : prepared.kind === 'made' && held?.snapshot === prepared.facts.snapshot
          ? 'in force'
          : 'not yet in force: the node takes it up within seconds',
  };
}

function shownSnapshot(definition: DatasetDefinition, facts: SnapshotFacts, now: Date): ShownSnapshot {
  const { snapshot, asAt, preparedAt, rejected, leftOut, counts, statistics } = facts;
  const { records, people, linkable, keys, fields } = counts;
  const { optedOut, withoutConsent } = leftOut;
  const { quality } = definition;
  return {
    ...{ snapshot, asAt, preparedAt, optedOut, withoutConsent, people, rejected: rejected.rejected, kept: records },
    age: ageWords(asAt, now),
    // Whoever is not admitted is counted nowhere else.
    read: rejected.rows + optedOut + withoutConsent,
    duplicates: people === null ? null : records - people,
    reasons: rejected.reasons.map(({ field, reason, count }) => ({ field, words: REJECTION_TEXTS[reason], count })),
    // How many rows had a key as they were read isn't kept: `linkable` is what is left of that.
    floor: floorLines(definition, { ...rejected, onPerson: null, onCase: null, fields })
      .filter(({ path }) => path !== 'quality.minimumKeyed')
      .map(({ what, part, whole, limit, bound, holds }) => ({
        ...{ what, holds },
        has: partText(part, whole),
        asks: `${bound} ${percentText(limit)}`,
      })),
    linkable: { has: partText(linkable, records), asks: `at least ${percentText(quality.minimumKeyed)}` },
    keys: keys.map(({ name, on, present }) => ({
      name,
      has:
        on === 'person'
          ? `${partText(present, people ?? 0)} of the people`
          : `${partText(present, records)} of the rows`,
    })),
    fields: fields.map(({ name, missing }) => {
      const limit = quality.maximumMissing.get(name);
      return {
        name,
        has: partText(missing, records),
        asks: limit === undefined ? null : `at most ${percentText(limit)}`,
      };
    }),
    told: {
      asAt,
      rejected: rejectedPercent(rejected) === 0 ? 'fewer than 1 %' : `${rejectedPercent(rejected)} %`,
      linkage: statistics.map((one) => ({ scheme: one.scheme, people: one.people, duplicates: one.duplicates })),
    },
  };
}

/** In whole days since the date of the data. */
function ageWords(asAt: string, now: Date): string {
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(asAt)) / MS_PER_DAY));
  return days === 0 ? 'less than a day old' : days === 1 ? '1 day old' : `${days} days old`;
}
