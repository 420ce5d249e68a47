import type { NoiseSource } from '../../core/noise/index.js';
import { DISCARD_CELL, optOutLists, TALLY } from '../../core/private-join/index.js';
import type { DecoyPattern, JoinPlan, ListId, PartyId, TransferSubject } from '../../core/private-join/index.js';
import { noisyCells } from '../../core/private-join/dummies.js';
import { route } from '../../core/private-join/route.js';
import { naiveCounts } from './naive-join.js';
import type { PlainLists } from './naive-join.js';

/*
 * A run as far as numbers go: what is counted, what the coordinator and each node see, without a point of the curve.
 * For plans that count the records of one base list and keep them all; test/attacks/fast-path.test.ts compares it with
 * runs of real parties.
 */

/** What holds before anybody's noise: made once, however many runs are simulated. */
export interface ExactRun {
  readonly counts: readonly number[];
  /** How many groups of records have each signature (`signatures`). */
  readonly groups: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<ListId, number>;
}

/** What the coordinator sees of a run: all of it, for pseudonyms are random and lists shuffled. */
export interface CoordinatorView {
  readonly groups: ReadonlyMap<string, number>;
  /** By cell number, shifts subtracted; DISCARD_CELL holds the decoys that it counted. */
  readonly counts: Float64Array;
}

/** What a mixer sees: how long each list was when it came, `tally` among them. */
export type NodeView = ReadonlyMap<TransferSubject, number>;

/** Everybody's noise of one run. */
export type NoiseOf = (mixer: PartyId) => NoiseSource;

export function exactRun(plan: JoinPlan, lists: PlainLists): ExactRun {
  const bases = plan.lists.filter(({ role }) => role === 'base');
  if (bases.length !== 1 || plan.links.some(({ keep }) => keep !== 'all')) {
    throw new RangeError('the fast path is for plans that keep all records of one base list');
  }
  return {
    counts: naiveCounts(plan, lists),
    groups: signatures(plan, new Map([...lists].map(([id, records]) => [id, records.map(({ keys }) => keys)]))),
    sizes: new Map(plan.lists.map(({ id }) => [id, lists.get(id)?.length ?? 0])),
  };
}

/** The counts that a run decodes: of the cells that are asked for, which takes less time where they are few. */
export function noisyCounts(
  plan: JoinPlan,
  { counts }: ExactRun,
  noiseOf: NoiseOf,
  wanted: readonly number[] = plan.tableCells,
): Float64Array {
  const result = Float64Array.from(counts);
  for (const cell of wanted) result[cell] = (result[cell] ?? 0) + cellNoise(plan, noiseOf, cell);
  return result;
}

/** What all mixers together add to a cell, their shifts apart. */
export function cellNoise({ mixers, noise, decoys }: JoinPlan, noiseOf: NoiseOf, cell: number): number {
  const law = cell === DISCARD_CELL && decoys !== null ? (noise ?? decoys.law) : noise;
  if (law === null) return 0;
  return mixers.reduce((sum, mixer) => sum + noiseOf(mixer).draw(law, { kind: 'cell', cell }), 0);
}

/** Groups of a pattern that these mixers add. */
export function decoysOfPattern(
  { decoys }: JoinPlan,
  noiseOf: NoiseOf,
  mixers: readonly PartyId[],
  pattern: number,
): number {
  if (decoys === null) return 0;
  const { law } = decoys;
  return mixers.reduce((sum, mixer) => sum + law.bound + noiseOf(mixer).draw(law, { kind: 'decoys', pattern }), 0);
}

export function coordinatorView(plan: JoinPlan, exact: ExactRun, noiseOf: NoiseOf): CoordinatorView {
  const groups = new Map(exact.groups);
  let discarded = 0;
  (plan.decoys?.patterns ?? []).forEach((pattern, number) => {
    const added = decoysOfPattern(plan, noiseOf, plan.mixers, number);
    const name = signatureOf(pattern);
    groups.set(name, (groups.get(name) ?? 0) + added);
    if (hasBase(plan, pattern) && !hasOptOut(plan, pattern)) discarded += added;
  });
  const counts = noisyCounts(plan, exact, noiseOf);
  if (plan.decoys !== null) counts[DISCARD_CELL] = discarded + cellNoise(plan, noiseOf, DISCARD_CELL);
  return { groups, counts };
}

export function nodeView(plan: JoinPlan, exact: ExactRun, noiseOf: NoiseOf, self: PartyId): NodeView {
  const patterns = plan.decoys?.patterns ?? [];
  const decoys = (mixers: readonly PartyId[], isIn: (pattern: DecoyPattern) => boolean): number =>
    patterns.reduce(
      (sum, pattern, number) => sum + (isIn(pattern) ? decoysOfPattern(plan, noiseOf, mixers, number) : 0),
      0,
    );
  const view = new Map<TransferSubject, number>();
  for (const { id } of plan.lists) {
    const way = route(plan, id);
    const before = way.slice(0, way.indexOf(self));
    const size = exact.sizes.get(id) ?? 0;
    if (before.length > 0) view.set(id, size + decoys(before, (pattern) => pattern.some(({ list }) => list === id)));
  }
  const before = plan.mixers.slice(0, plan.mixers.indexOf(self));
  const dummies = noisyCells(plan).reduce(
    (sum, { law, cells }) =>
      sum +
      cells.reduce((inner, cell) => {
        const noise = before.map((mixer) => law.bound + noiseOf(mixer).draw(law, { kind: 'cell', cell }));
        return inner + noise.reduce((most, one) => most + one, 0);
      }, 0),
    0,
  );
  const base = plan.lists.find(({ role }) => role === 'base')?.id ?? '';
  view.set(TALLY, (exact.sizes.get(base) ?? 0) + decoys(plan.mixers, (pattern) => hasBase(plan, pattern)) + dummies);
  return view;
}

function hasBase({ lists }: JoinPlan, pattern: DecoyPattern): boolean {
  return lists.some(({ id, role }) => role === 'base' && pattern.some(({ list }) => list === id));
}

/** Such decoys are left out with the people they look like; a tally that is filled up is as long as if they weren't. */
export function hasOptOut(plan: JoinPlan, pattern: DecoyPattern): boolean {
  const optOuts = optOutLists(plan).map(({ id }) => id);
  return pattern.some(({ list }) => optOuts.includes(list));
}

/**
 * Which lists have how many records that belong together, and by which keys: records that share a key, in the same
 * column, with one of a group are of that group. How many groups there are of each kind.
 * @param keys for each list and record its keys or pseudonyms in column order; null: like no other
 */
export function signatures(
  plan: JoinPlan,
  keys: ReadonlyMap<ListId, readonly (readonly (string | null)[])[]>,
): Map<string, number> {
  const records = plan.lists.flatMap((list) =>
    (keys.get(list.id) ?? []).map((own) => ({
      list: list.id,
      shared: list.keys.flatMap(({ name }, column) => {
        const key = own[column] ?? null;
        return key === null ? [] : [{ name, key: `${name} ${key}` }];
      }),
    })),
  );
  const byKey = new Map<string, number[]>();
  records.forEach(({ shared }, index) => {
    for (const { key } of shared) byKey.set(key, [...(byKey.get(key) ?? []), index]);
  });
  const groupOf = records.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (groupOf[root] !== root) root = groupOf[root] ?? root;
    return root;
  };
  for (const [first = 0, ...others] of byKey.values()) for (const other of others) groupOf[find(other)] = find(first);
  const members = new Map<number, string[]>();
  records.forEach(({ list, shared }, index) => {
    const names = shared.filter(({ key }) => (byKey.get(key)?.length ?? 0) > 1).map(({ name }) => name);
    members.set(find(index), [...(members.get(find(index)) ?? []), memberOf(list, names)]);
  });
  const counted = new Map<string, number>();
  for (const group of members.values()) {
    const name = group.toSorted().join(' + ');
    counted.set(name, (counted.get(name) ?? 0) + 1);
  }
  return counted;
}

/** The signature that groups of a pattern have. */
export function signatureOf(pattern: DecoyPattern): string {
  return pattern
    .map(({ list, shared }) => memberOf(list, shared))
    .toSorted()
    .join(' + ');
}

function memberOf(list: ListId, names: readonly string[]): string {
  return `${list}(${names.toSorted().join(', ')})`;
}
