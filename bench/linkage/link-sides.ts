import { finish } from '../../core/base/index.js';
import type { Rng } from '../../core/base/index.js';
import { NORMALISER_VERSION } from '../../core/linkage/index.js';
import type { LinkageReport, NonMatches, Scheme } from '../../core/linkage/index.js';
import { TabulationHash, wordsOf } from '../../core/private-join/element-index.js';
import { ELEMENT_BYTES } from '../../core/private-join/index.js';
import type { JoinPlan, KeyColumn, ListId, ListPlan } from '../../core/private-join/index.js';
import { match } from '../../core/private-join/match.js';
import type { BlindedList } from '../../core/private-join/match.js';
import { commonPeople, scoreOf } from './score.js';
import type { Score } from './score.js';
import { columnPlaces } from './side.js';
import type { Side } from './side.js';

export interface LinkOptions {
  readonly scheme: Scheme;
  readonly threshold: number;
  /** Whether agencies' statistics decide which links are admitted; without them all are. */
  readonly admission: boolean;
  readonly rng: Rng;
}

export interface LinkedSides {
  readonly score: Score;
  /** In the order of the scheme: the links of which this is the strictest key shared, and how many of them are right. */
  readonly keys: readonly KeyScore[];
  /** What the coordinator would say of it, who doesn't know the truth. */
  readonly report: LinkageReport;
}

export interface KeyScore {
  readonly name: string;
  readonly links: number;
  readonly right: number;
}

const FIRST = 'first/a';
const SECOND = 'second/b';

/**
 * Links two sides as the coordinator would (SPEC, Round 3), and holds the links against the truth.
 * Thrown when a side is too long: JoinError BAD_COUNT.
 */
export function linkSides(first: Side, second: Side, { scheme, threshold, admission, rng }: LinkOptions): LinkedSides {
  const plan = planOf(first, second, scheme, threshold);
  const lists = plan.lists.map((list, index) => blindedList(list, index === 0 ? first : second));
  const nonMatches = new Map<ListId, NonMatches>(
    admission ? [[FIRST, first.statistics.nonMatches] as const, [SECOND, second.statistics.nonMatches] as const] : [],
  );
  const { base, linked, linkage } = finish(match(plan, lists, new TabulationHash(rng), { nonMatches }));
  const links = [...base.rows].flatMap((person, position) => {
    const other = linked[0]?.rows[position];
    const there = other === undefined ? undefined : second.truths[other];
    if (other === undefined || there === undefined) return [];
    return [{ key: strictestShared(scheme, first, person, second, other), right: first.truths[person] === there }];
  });
  const report = linkage.at(-1);
  if (report === undefined) throw new RangeError('a link without a report');
  return {
    score: scoreOf(links, commonPeople(first.truths, second.truths)),
    keys: scheme.keys.map(({ name }) => {
      const byKey = links.filter(({ key }) => key === name);
      return { name, links: byKey.length, right: byKey.filter(({ right }) => right).length };
    }),
    report,
  };
}

function planOf(first: Side, second: Side, scheme: Scheme, threshold: number): JoinPlan {
  const list = (id: ListId, role: ListPlan['role'], side: Side): ListPlan => {
    const [dataset = '', provider = ''] = id.split('/');
    return { id, dataset, provider, role, keys: keyColumns(side), labels: 1, stride: role === 'base' ? 1 : 2, sums: 0 };
  };
  return {
    runId: '00000000-0000-4000-8000-000000000000',
    context: new Uint8Array(32),
    request: new Uint8Array(32),
    mixers: ['a', 'b'],
    lists: [list(FIRST, 'base', first), list(SECOND, 'linked', second)],
    base: { dataset: 'first', unit: 'person' },
    links: [{ dataset: 'second', on: 'person', keep: 'all', agreementStride: null }],
    linkage: {
      scheme: scheme.id,
      schemeVersion: scheme.version,
      normaliser: NORMALISER_VERSION,
      keys: scheme.keys.map(({ name }) => name),
      threshold,
      captures: scheme.captures,
    },
    cells: 4,
    tableCells: [1, 3],
    noise: null,
    decoys: null,
    sums: [],
    minimumTally: 1,
  };
}

function keyColumns(side: Side): KeyColumn[] {
  return columnPlaces(side.copies).map(({ key }) => ({ name: side.keys[key]?.name ?? '', on: 'person' }));
}

function blindedList(plan: ListPlan, { truths, columns }: Side): BlindedList {
  return {
    plan,
    count: truths.length,
    pseudonyms: (column, from, to) =>
      wordsOf((columns[column] ?? new Uint8Array(0)).slice(from * ELEMENT_BYTES, to * ELEMENT_BYTES)),
  };
}

function strictestShared(scheme: Scheme, first: Side, person: number, second: Side, other: number): string | undefined {
  return scheme.keys.find(({ name }) => {
    const there = new Set(valuesOf(second, other, name));
    return valuesOf(first, person, name).some((value) => there.has(value));
  })?.name;
}

function valuesOf({ keys, copies, columns }: Side, person: number, name: string): string[] {
  return columnPlaces(copies).flatMap(({ key }, column) => {
    if (keys[key]?.name !== name) return [];
    const value = columns[column]?.subarray(person * ELEMENT_BYTES, (person + 1) * ELEMENT_BYTES);
    return value === undefined ? [] : [Buffer.from(value).toString('latin1')];
  });
}
