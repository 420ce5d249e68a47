import type { LinkageInput } from '../../../coordinator/index.js';
import type { CellStatus, ReleasedTable } from '../../../core/disclosure/index.js';
import { NORMALISER_VERSION, type LinkageReport, type LinkageStatistics } from '../../../core/linkage/index.js';
import { bindParameters, NO_FLOORS, planRun, runTerms, type Template } from '../../../core/templates/index.js';
import { approved, PARAMETERS, REQUEST, roster } from './fixtures.js';

/** What an agency says of 1,000 people, for the scheme of the fixtures' template. */
export function statistics(changes: Partial<LinkageStatistics> = {}): LinkageStatistics {
  return {
    scheme: 'exact',
    schemeVersion: 1,
    normaliser: NORMALISER_VERSION,
    people: 1_000,
    duplicates: 33,
    missing: { forename: 0, postcode: 123 },
    keys: [
      { name: 'exact.1', keyed: 870, withdrawn: 7 },
      { name: 'exact.2', keyed: 995, withdrawn: 28 },
    ],
    nonMatches: {
      pairs: 499_500,
      alone: [1, 2],
      sets: new Map(),
      several: 0,
      deviation: { alone: 4, sets: 4, several: 4 },
    },
    ...changes,
  };
}

/** 500 people, 400 in the linked lists, 300 links of which 280 are sure. */
export function report(changes: Partial<LinkageReport> = {}): LinkageReport {
  return {
    dataset: 'charities.support',
    scheme: 'exact',
    schemeVersion: 1,
    normaliser: NORMALISER_VERSION,
    threshold: 0.5,
    people: { base: 500, linked: 400 },
    keys: [
      { name: 'exact.1', links: 260 },
      { name: 'exact.2', links: 40 },
    ],
    at: [
      { threshold: 0.5, links: 300, precision: 0.9764 },
      { threshold: 0.9, links: 288, precision: 0.9912 },
      { threshold: 0.95, links: 276, precision: 0.9981 },
    ],
    recall: 0.9466,
    recallReason: null,
    ...changes,
  };
}

interface Case {
  readonly disclosure?: Partial<Template['disclosure']>;
  readonly reports?: readonly LinkageReport[];
  readonly statistics?: LinkageInput['statistics'];
  readonly statuses?: readonly CellStatus[];
}

/** A finished join of the fixtures' template, with the plan that every party would make of it. */
export function linkageInput({
  disclosure = {},
  reports = [report()],
  statuses = ['ok'],
  ...rest
}: Case = {}): LinkageInput {
  const { bound, digest } = approved({
    disclosure: { threshold: 10, roundTo: 5, epsilon: 1, ...disclosure },
  });
  const participants = ['police', 'charity-a', 'charity-b'].map((agency) => ({
    agency,
    datasets: [{ dataset: agency === 'police' ? 'police.crimes' : 'charities.support', snapshot: 'ab'.repeat(32) }],
    floors: NO_FLOORS,
  }));
  const parameters = bindParameters(bound, PARAMETERS);
  const offer = {
    runId: '00000000-0000-4000-8000-000000000001',
    templateDigest: digest,
    register: { size: 16, root: 'cd'.repeat(32) },
    parameters: PARAMETERS,
    requester: REQUEST.requester,
    purpose: bound.template.purpose,
    participants,
  };
  const cells = statuses.map((status) => ({ status }));
  return {
    bound,
    plan: planRun({ offer, bound, parameters, roster }),
    terms: runTerms(bound, participants),
    roster,
    statistics: rest.statistics ?? new Map([['police.crimes/police', statistics()]]),
    reports,
    table: { cells, totals: [] } as unknown as ReleasedTable,
  };
}
