import type { ReleasedTable } from '../../core/disclosure/index.js';
import type { LinkageReport, LinkageStatistics } from '../../core/linkage/index.js';
import { noiseVariance } from '../../core/noise/index.js';
import type { JoinPlan, ListId } from '../../core/private-join/index.js';
import { OPT_OUTS, policyOf, type BoundTemplate, type Roster, type RunTerms } from '../../core/templates/index.js';
import { headline, type LinkNoise } from './headline.js';
import type { ReleasedLink, ReleasedLinkage, ReleasedList, ReleasedStatistics } from './released-linkage.js';
import {
  notShown,
  shareOfShown,
  showCount,
  showEstimate,
  showLadder,
  showParts,
  showShare,
  type ShownNumber,
} from './shown-number.js';

/** A finished join, as far as its linkage goes. */
export interface LinkageInput {
  readonly bound: BoundTemplate;
  readonly plan: JoinPlan;
  readonly terms: RunTerms;
  readonly roster: Roster;
  /** What was known of the snapshots of this run. */
  readonly statistics: ReadonlyMap<ListId, LinkageStatistics>;
  /** As the join said; not protected. */
  readonly reports: readonly LinkageReport[];
  /** That the report goes with. */
  readonly table: ReleasedTable;
}

/**
 * How much of what the join says of its links may be shown. Where decoys hide the overlaps from the coordinator, its
 * numbers have noise of their own, paid for from the budget, and all may be. Where they are exact:
 *
 * - `nothing` beside counts that have noise in them, for exact ones would undo it;
 * - `estimates` only, beside a table with numbers that are not shown, for links and people are totals of it which the
 *   audit knew nothing of;
 * - `all`, rounded, beside a table that is exact and whole.
 */
export function shownOfJoin(
  { epsilon, overlapEpsilon }: Pick<RunTerms, 'epsilon' | 'overlapEpsilon'>,
  { cells, totals }: Pick<ReleasedTable, 'cells' | 'totals'>,
): 'all' | 'estimates' | 'nothing' {
  if (overlapEpsilon !== null) return 'all';
  if (epsilon !== null) return 'nothing';
  const withheld = [...cells, ...totals].some(({ status }) => status !== 'ok' && status !== 'not-collected');
  return withheld ? 'estimates' : 'all';
}

/** What an analyst is told of how people were linked; null where nobody was. */
export function makeLinkage(input: LinkageInput): ReleasedLinkage | null {
  const { plan, reports } = input;
  if (plan.linkage === null) return null;
  const { scheme, schemeVersion, normaliser, threshold } = plan.linkage;
  return {
    scheme,
    schemeVersion,
    normaliser,
    threshold,
    links: reports.map((report) => releasedLink(report, input)),
    lists: plan.lists
      .filter(({ keys, role }) => role !== 'opt-out' && keys.some(({ on }) => on === 'person'))
      .map(({ id, dataset, provider }) => releasedList(id, dataset, provider, input)),
  };
}

function releasedLink(report: LinkageReport, { bound, plan, terms, table }: LinkageInput): ReleasedLink {
  const policy = policyOf(terms);
  const { dataset, recallReason } = report;
  const kind = dataset === plan.base.dataset ? 'merge' : 'link';
  const shows = shownOfJoin(terms, table);

  const ascending = report.at.toSorted((a, b) => a.threshold - b.threshold);
  const inForce = ascending.findIndex(({ threshold }) => threshold === report.threshold);
  const ladder = showLadder(
    [report.people.base, report.people.linked],
    ascending.map(({ links }) => links),
    inForce,
    policy,
  );
  const total = ladder[inForce] ?? notShown('few');
  const possible = possibleKeys(plan, dataset);
  const keys = report.keys.filter(({ name }) => possible.has(name));
  const keyLinks = showParts(
    total,
    keys.map(({ links }) => links),
    policy,
  );
  const counted = (one: ShownNumber): ShownNumber => (shows === 'all' ? one : notShown('withheld'));
  const estimated = (one: ShownNumber): ShownNumber => (shows === 'nothing' ? notShown('withheld') : one);
  // Two lists less the merged one are those in both: where that is not shown, neither are they.
  const sideShown = (count: number): ShownNumber =>
    counted(kind === 'merge' && total.value === null ? notShown('secondary') : showCount(count, policy));

  const people = { base: sideShown(report.people.base), linked: sideShown(report.people.linked) };
  const whole = kind === 'merge' ? people.linked : people.base;
  const at = ascending.map(({ threshold, links, precision }, index) => {
    const one = counted(ladder[index] ?? notShown('few'));
    return {
      threshold,
      links: one,
      share: shareOfShown(one, whole),
      precision: estimated(showEstimate(precision, links, policy)),
    };
  });
  const recall = estimated(showEstimate(report.recall, ascending[inForce]?.links ?? 0, policy));
  return {
    kind,
    dataset,
    title:
      [bound.population, ...bound.links].find((list) => list.dataset.dataset === dataset)?.dataset.title ?? dataset,
    people,
    keys: keys.map(({ name }, index) => ({ name, links: counted(keyLinks[index] ?? notShown('few')) })),
    at,
    recall,
    recallReason: recall.status === 'not-estimable' ? (recallReason ?? 'it can’t be told') : null,
    headline: kind === 'merge' ? null : headline(people.base, at, linkNoise(plan, dataset), policy),
  };
}

/** Keys that both sides have a column for. That nobody links by another is no secret, and nothing is shown of it. */
function possibleKeys({ lists, base }: JoinPlan, dataset: string): ReadonlySet<string> {
  const columnsOf = (wanted: string): readonly string[] =>
    lists.filter((list) => list.dataset === wanted).flatMap(({ keys }) => keys.map(({ name }) => name));
  const linked = new Set(columnsOf(dataset));
  return new Set(columnsOf(base.dataset).filter((name) => linked.has(name)));
}

/** What decoys leave in the number of links to a dataset, and of people in the population: their expectation is off. */
function linkNoise({ decoys, mixers, lists, base }: JoinPlan, dataset: string): LinkNoise {
  if (decoys === null) return { links: 0, people: 0 };
  const datasetOf = new Map(lists.map((list) => [list.id, list.dataset]));
  // Decoys that share a key with somebody who opted out link with nobody.
  const touching = decoys.patterns
    .map((pattern) => new Set(pattern.map(({ list }) => datasetOf.get(list))))
    .filter((datasets) => !datasets.has(OPT_OUTS));
  const deviation = (groups: number): number => Math.sqrt(mixers.length * groups * noiseVariance(decoys.law));
  return {
    links: deviation(touching.filter((datasets) => datasets.has(base.dataset) && datasets.has(dataset)).length),
    people: deviation(touching.filter((datasets) => datasets.has(base.dataset)).length),
  };
}

function releasedList(
  id: ListId,
  dataset: string,
  agency: string,
  { roster, statistics, terms }: LinkageInput,
): ReleasedList {
  const known = statistics.get(id);
  return {
    agency,
    agencyName: roster.agencies.find((one) => one.id === agency)?.name ?? agency,
    dataset,
    statistics: known === undefined ? null : releasedStatistics(known, terms),
  };
}

function releasedStatistics(known: LinkageStatistics, terms: RunTerms): ReleasedStatistics {
  const policy = policyOf(terms);
  const { people, duplicates, missing, keys, nonMatches } = known;
  return {
    noisy: Object.values(nonMatches.deviation).some((deviation) => deviation > 0),
    people: showCount(people, policy),
    duplicates: showCount(duplicates, policy),
    missing: Object.entries(missing).map(([identifier, count]) => ({
      identifier,
      share: showShare(count, people, policy),
    })),
    keys: keys.map(({ name, keyed, withdrawn }) => ({
      name,
      keyed: showShare(keyed, people, policy),
      withdrawn: showShare(withdrawn, people, policy),
    })),
  };
}
