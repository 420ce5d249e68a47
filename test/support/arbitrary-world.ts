import fc from 'fast-check';

import type { JoinPlan, LinkPlan, ListPlan, PartyId } from '../../core/private-join/index.js';
import type { PlainLists, PlainRecord } from './naive-join.js';
import { linkageOver, list, optOutList, tableCells } from './plans.js';

export interface World {
  readonly plan: JoinPlan;
  readonly lists: PlainLists;
}

const AGENCIES: readonly PartyId[] = ['a', 'b', 'c', 'd'];
const DATASETS = ['support', 'courts'] as const;

export interface WorldBounds {
  /** Agencies that offer one dataset, at most. */
  readonly offers: number;
  /** Records of a list, at most. */
  readonly records: number;
  /** Key columns on the person. */
  readonly levels: number;
  /** Different values of a key column: the fewer, the more people share one. */
  readonly values: number;
  /** Numbers that a record has to be added up, at most; none where absent. */
  readonly sums?: number;
  /** Records of an agency's opt-out list, at most; no agency has one where absent. */
  readonly optOuts?: number;
}

/** Largest absolute value of a number in these worlds. */
const MAGNITUDE = 9;

/**
 * Random worlds that are small enough to run the whole join in: collisions are the rule, not the exception. Lists are
 * shuffled on their way, so nobody can say which of two records of one person in a list stands for the person: as agencies
 * do, these put in one where one is asked for.
 */
export const arbitraryWorld: fc.Arbitrary<World> = worldsOf({
  offers: 2,
  records: 6,
  levels: 2,
  values: 5,
  sums: 2,
  optOuts: 2,
}).map(({ plan, lists }) => ({
  plan,
  lists: new Map(
    plan.lists.map((list) => {
      const records = lists.get(list.id) ?? [];
      return [list.id, list.role === 'base' && plan.base.unit === 'record' ? records : oneOfEachPerson(list, records)];
    }),
  ),
}));

/** Of records that share a key on the person, directly or by others, the first. */
function oneOfEachPerson({ keys }: ListPlan, records: readonly PlainRecord[]): PlainRecord[] {
  const onPerson = keys.flatMap(({ on }, column) => (on === 'person' ? [column] : []));
  const shares = (one: PlainRecord, other: PlainRecord): boolean =>
    onPerson.some((column) => one.keys[column] !== null && one.keys[column] === other.keys[column]);
  const taken = new Set<PlainRecord>();
  return records.filter((record) => {
    if (taken.has(record)) return false;
    const person = [record];
    for (const member of person) {
      taken.add(member);
      person.push(...records.filter((other) => !person.includes(other) && shares(member, other)));
    }
    return true;
  });
}

/**
 * Random worlds with everything that can go wrong in them: two to four agencies, datasets that several of them offer or
 * that nobody has rows of, people twice in a list, missing keys, keys that collide at one level and not another.
 */
export function worldsOf(bounds: WorldBounds): fc.Arbitrary<World> {
  const people = Array.from({ length: bounds.levels }, (_, index) => `exact.${index + 1}`);
  return fc
    .record({
      agencies: fc.integer({ min: 2, max: 4 }),
      optOuts: fc.nat(bounds.optOuts === undefined ? 0 : 3),
      unit: fc.constantFrom('person' as const, 'record' as const),
      baseOffers: fc.integer({ min: 1, max: bounds.offers }),
      baseLabels: fc.integer({ min: 1, max: 3 }),
      baseSums: fc.nat(bounds.sums ?? 0),
      links: fc.array(
        fc.record({
          on: fc.constantFrom('person' as const, 'case' as const),
          keep: fc.constantFrom('all' as const, 'linked' as const, 'not-linked' as const),
          offers: fc.integer({ min: 1, max: bounds.offers }),
          first: fc.nat(3),
          labels: fc.integer({ min: 1, max: 3 }),
          sums: fc.nat(bounds.sums ?? 0),
        }),
        { maxLength: DATASETS.length },
      ),
    })
    .chain(({ agencies, optOuts, unit, baseOffers, baseLabels, baseSums, links }) => {
      const parties = AGENCIES.slice(0, agencies);
      const lists: ListPlan[] = parties
        .slice(0, baseOffers)
        .map((party) => list('victims', party, 'base', [...people, 'case'], baseLabels, 1, baseSums));
      let stride = baseLabels + 1;
      const linkPlans: LinkPlan[] = links.map(({ on, keep, offers, first, labels, sums }, index) => {
        const dataset = DATASETS[index] ?? '';
        const providers = parties.filter((_, place) => (place - (first % agencies) + agencies) % agencies < offers);
        const keys = on === 'case' ? ['case'] : people;
        lists.push(...providers.map((party) => list(dataset, party, 'linked', keys, labels, stride, sums)));
        stride *= labels + 1;
        return { dataset, on, keep, agreementStride: null };
      });
      const linkage = linkageOver(lists);
      if (unit === 'person' || links.some(({ on }) => on === 'person')) {
        lists.push(...parties.slice(0, optOuts).map((party) => optOutList(party, people)));
      }
      const plan: JoinPlan = {
        runId: '00000000-0000-4000-8000-000000000002',
        context: new Uint8Array(32).fill(3),
        request: new Uint8Array(32).fill(4),
        mixers: parties,
        lists,
        base: { dataset: 'victims', unit },
        links: linkPlans,
        linkage,
        cells: stride,
        tableCells: tableCells(lists, linkPlans, stride),
        noise: null,
        decoys: null,
        sums: [baseSums, ...links.map(({ sums }) => sums)].flatMap((columns, index) =>
          Array.from({ length: columns }, () => ({
            dataset: index === 0 ? 'victims' : (DATASETS[index - 1] ?? ''),
            magnitude: MAGNITUDE,
            noise: null,
          })),
        ),
        minimumTally: 0,
      };
      return fc
        .tuple(
          ...lists.map((item) => {
            const maxLength = item.role === 'opt-out' ? (bounds.optOuts ?? 0) : bounds.records;
            return fc.array(arbitraryRecord(item, bounds.values), { maxLength });
          }),
        )
        .map((records) => ({
          plan,
          lists: new Map(lists.map((item, index) => [item.id, records[index] ?? []])),
        }));
    });
}

function arbitraryRecord(plan: ListPlan, values: number): fc.Arbitrary<PlainRecord> {
  const key = fc.option(
    fc.nat(values - 1).map((value) => `v${value}`),
    { freq: 5, nil: null },
  );
  return fc.record({
    keys: fc.tuple(...plan.keys.map(() => key)),
    label: fc.integer({ min: Math.min(1, plan.labels), max: plan.labels }),
    numbers: fc.tuple(...Array.from({ length: plan.sums ?? 0 }, () => fc.integer({ min: -MAGNITUDE, max: MAGNITUDE }))),
  });
}
