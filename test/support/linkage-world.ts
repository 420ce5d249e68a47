import { caseKey } from '../../core/linkage/index.js';
import type { HeldIdentifiers, LinkageStatistics, Scheme } from '../../core/linkage/index.js';
import { AGREEMENT_CLASSES } from '../../core/private-join/index.js';
import type { JoinPlan, KeyColumn, LinkPlan, ListId, ListPlan } from '../../core/private-join/index.js';
import type { FaultLevel } from '../../examples/bold/faults/index.js';
import { somePersonas, writtenRecord } from './faulty-people.js';
import { linkageOf, prepareAgency } from './linked-agency.js';
import type { Evidence, PlainRecord } from './naive-join.js';
import { seededDice } from './seeded-dice.js';
import type { SeededDice } from './seeded-dice.js';

export interface LinkageWorldOptions {
  /** Whose keys link people; where it has none everything is linked on the case. */
  readonly scheme: Scheme;
  readonly unit: 'person' | 'record';
  /** In the county; every agency knows a share of them. */
  readonly people: number;
  readonly level: FaultLevel;
  /** Of every agency's linkage statistics. */
  readonly epsilon: number | 'none';
  readonly seed: number;
  /** Whether every record of a dataset has a label of its own, so that a cell says who is linked with whom. */
  readonly isTold: boolean;
  /** Whether two of the agencies have lists of people who opted out, of whom they know as much as the others do. */
  readonly optOuts?: boolean;
}

/** What agencies with faulty records put into a run, and its plan. */
export interface LinkageWorld {
  readonly plan: JoinPlan;
  readonly lists: ReadonlyMap<ListId, readonly PlainRecord[]>;
  readonly statistics: ReadonlyMap<ListId, LinkageStatistics>;
  readonly evidence: Evidence;
}

interface Offer {
  readonly dataset: string;
  readonly role: ListPlan['role'];
  /** How it is linked; its lists have that key, those of the population both. */
  readonly on: LinkPlan['on'];
  readonly agencies: readonly string[];
  readonly held: HeldIdentifiers;
}

/** Two agencies offer each dataset. Some know people by several surnames, all by several postcodes. */
const OFFERS: readonly Offer[] = [
  { dataset: 'victims', role: 'base', on: 'person', agencies: ['a', 'b'], held: holding(2, 2) },
  { dataset: 'support', role: 'linked', on: 'person', agencies: ['c', 'd'], held: holding(1, 2) },
  { dataset: 'courts', role: 'linked', on: 'case', agencies: ['b', 'd'], held: holding(1, 1) },
];

function holding(surnames: number, postcodes: number): HeldIdentifiers {
  return new Map([
    ['forename', 1],
    ['surname', surnames],
    ['dateOfBirth', 1],
    ['postcode', postcodes],
    ['sex', 1],
  ]);
}

/** Some have opted out at one of them, some at both. */
const OPT_OUTS: Offer = {
  ...{ dataset: 'opt-outs', role: 'opt-out', on: 'person' },
  ...{ agencies: ['b', 'c'], held: holding(2, 2) },
};
const SHARE_OPTED_OUT = 0.04;

const SHARE_KNOWN = 0.6;
/** Of people whom an agency knows: those who have two records there, written at different times. */
const SHARE_TWICE = 0.15;
/** Of people: those of whom a list has two records although one was asked for. Not where lists are shuffled: see arbitrary-world. */
const SHARE_TWO_ROWS = 0.03;
const SHARE_WITHOUT_CASE = 0.1;
/** People of one case are neighbours in the county; a court may know a case twice. */
const PEOPLE_PER_CASE = 3;

export function linkageWorld(options: LinkageWorldOptions): LinkageWorld {
  const { scheme, unit, epsilon, seed, isTold } = options;
  const dice = seededDice(`linkage world ${seed}`);
  const joinsPeople = scheme.keys.length > 0;
  const offers = OFFERS.filter(({ dataset }) => joinsPeople || dataset !== 'support');
  const lists: ListPlan[] = [];
  const records = new Map<ListId, readonly PlainRecord[]>();
  const statistics = new Map<ListId, LinkageStatistics>();
  let stride = 1;
  for (const offer of offers) {
    const made = offer.agencies.map((agency) => ({
      id: `${offer.dataset}/${agency}`,
      agency,
      ...listOf(options, offer, dice),
    }));
    let label = 0;
    for (const { id, rows, told } of made) {
      records.set(
        id,
        rows.map((keys) => ({ keys, label: isTold ? (label += 1) : 1 })),
      );
      if (told !== null) statistics.set(id, told(epsilon));
    }
    const labels = Math.max(1, label);
    const { dataset, role } = offer;
    lists.push(
      ...made.map(({ id, agency, keys }) => ({ id, dataset, provider: agency, role, keys, labels, stride, sums: 0 })),
    );
    stride *= labels + 1;
  }
  if (options.optOuts === true && joinsPeople) {
    for (const agency of OPT_OUTS.agencies) {
      const id = `${OPT_OUTS.dataset}/${agency}`;
      const { keys, rows } = listOf(options, OPT_OUTS, dice);
      records.set(
        id,
        rows.map((own) => ({ keys: own, label: 0 })),
      );
      const { dataset, role } = OPT_OUTS;
      lists.push({ id, dataset, provider: agency, role, keys, labels: 0, stride: 0, sums: null });
    }
  }
  const agreementStride = scheme.captures === null ? null : stride;
  const cells = agreementStride === null ? stride : stride * AGREEMENT_CLASSES;
  const baseLabels = 1 + (lists[0]?.labels ?? 0);
  return {
    plan: {
      runId: '00000000-0000-4000-8000-000000000003',
      context: new Uint8Array(32).fill(5),
      request: new Uint8Array(32).fill(6),
      mixers: ['a', 'b', 'c', 'd'],
      lists,
      base: { dataset: 'victims', unit },
      links: offers.slice(1).map(({ dataset, on }) => ({
        dataset,
        on,
        keep: 'all',
        agreementStride: on === 'person' ? agreementStride : null,
      })),
      linkage: joinsPeople ? linkageOf(scheme) : null,
      cells,
      tableCells: Array.from({ length: cells }, (_, cell) => cell).filter((cell) => cell % baseLabels > 0),
      noise: null,
      decoys: null,
      sums: [],
      minimumTally: 0,
    },
    lists: records,
    statistics,
    evidence: new Map([...statistics].map(([id, { nonMatches }]) => [id, nonMatches])),
  };
}

interface MadeList {
  readonly keys: readonly KeyColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Null where the dataset isn't linked on the person. */
  readonly told: ((epsilon: number | 'none') => LinkageStatistics) | null;
}

/** Of people that the agency happens to know, as it has written them. */
function listOf(
  { scheme, unit, people, level, seed, isTold }: LinkageWorldOptions,
  offer: Offer,
  dice: SeededDice,
): MadeList {
  const written = somePersonas(seed, people).flatMap((persona) => {
    if (!dice.chance(offer.role === 'opt-out' ? SHARE_OPTED_OUT : SHARE_KNOWN)) return [];
    const urn = dice.chance(SHARE_WITHOUT_CASE) ? null : caseKey(`C${Math.floor(persona.person.id / PEOPLE_PER_CASE)}`);
    return Array.from({ length: dice.chance(SHARE_TWICE) ? 2 : 1 }, () => ({
      identifiers: writtenRecord(persona, level, dice.below(2 ** 31)),
      urn,
    }));
  });
  if (offer.on === 'case' || scheme.keys.length === 0) {
    return { keys: [{ name: 'case', on: 'case' }], rows: written.map(({ urn }) => [urn]), told: null };
  }
  const agency = prepareAgency({
    scheme,
    held: offer.held,
    records: written.map(({ identifiers }) => identifiers),
    dice,
  });
  const isBase = offer.role === 'base';
  const rows = Array.from({ length: agency.people.count }, (_, person) => {
    const most = (isBase && unit === 'record') || (!isTold && dice.chance(SHARE_TWO_ROWS)) ? 2 : 1;
    return [...agency.people.recordsOf(person)].slice(0, most);
  })
    .flat()
    .toSorted((one, other) => one - other);
  return {
    keys: isBase ? [...agency.columns, { name: 'case', on: 'case' }] : agency.columns,
    rows: rows.map((record) => [...(agency.keys[record] ?? []), ...(isBase ? [written[record]?.urn ?? null] : [])]),
    told: (epsilon) => agency.statistics(epsilon, dice.key()),
  };
}
