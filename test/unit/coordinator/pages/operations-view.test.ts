import { describe, expect, it } from 'vitest';
import {
  BUDGET_WARN_EPSILON,
  EXPIRY_WARN_DAYS,
  operationsView,
  SNAPSHOT_WARN_DAYS,
  STATEMENT_WARN_HOURS,
} from '../../../../coordinator/pages/operations/operations-view.js';
import type { OperationsSources } from '../../../../coordinator/pages/operations/operations-view.js';
import type { PublicRun } from '../../../../coordinator/pages/public/public-runs.js';
import type { AgencyStatus } from '../../../../coordinator/index.js';
import { boardOf } from '../governance-fixtures.js';
import { roster, TestClock } from '../fixtures.js';
import { catalogue } from '../../templates/fixtures.js';

const clock = new TestClock();
const NOW = clock.now().getTime();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (after: number): string => new Date(NOW + after).toISOString();

const police = (
  changes: Partial<AgencyStatus> = {},
  dataset: Partial<AgencyStatus['datasets'][number]> = {},
): AgencyStatus => ({
  ...{ id: 'police', name: 'The police', state: 'online', lastSeenAt: at(0), softwareVersion: '1.0.0', floors: null },
  datasets: [{ dataset: 'police.crimes', asAt: at(-DAY), epsilonLeft: 10, ...dataset }],
  ...changes,
});

function viewOf(changes: Partial<OperationsSources> = {}): ReturnType<typeof operationsView> {
  const signed = boardOf(roster, clock).roster;
  return operationsView({
    ...{
      clock,
      catalogue,
      roster: signed,
      agencies: [police()],
      isFileRefused: false,
      certificates: [],
      runs: [],
      unended: [],
    },
    stated: { federation: 'unit-test', roster: 1, size: 1, root: 'r', issued: at(-HOUR) },
    log: { size: 10, cosigned: undefined, isClockWrong: false },
    softwareVersion: '1.0.0',
    ...changes,
  });
}

const statusOf = (what: string, changes: Partial<OperationsSources>): string | undefined =>
  viewOf(changes).checks.find((check) => check.what === what)?.status;
const stated = (issued: string): Partial<OperationsSources> => ({
  stated: { federation: 'unit-test', roster: 1, size: 1, root: 'r', issued },
});

describe('operations', () => {
  it('warns before a registrar’s word is too old, and says when it is', () => {
    const what = 'Register of governance';
    const warn = 24 - STATEMENT_WARN_HOURS;
    expect(statusOf(what, stated(at(-warn * HOUR + 1)))).toBe('Fresh');
    expect(statusOf(what, stated(at(-warn * HOUR)))).toBe('Soon too old');
    expect(statusOf(what, stated(at(-24 * HOUR + 1)))).toBe('Soon too old');
    expect(statusOf(what, stated(at(-24 * HOUR)))).toBe('Too old');
    expect(statusOf(what, { stated: undefined })).toBe('No statement');
    expect(statusOf(what, { isFileRefused: true })).toBe('File refused');
  });

  it('warns before certificates and the roster end', () => {
    const own = (after: number): Partial<OperationsSources> => ({
      certificates: [{ agency: null, expiresAt: at(after) }],
    });
    const what = 'The coordinator’s certificate';
    expect(statusOf(what, {})).toBeUndefined();
    expect(statusOf(what, own(EXPIRY_WARN_DAYS * DAY + 1))).toBe('In force');
    expect(statusOf(what, own(EXPIRY_WARN_DAYS * DAY))).toBe('Ends soon');
    expect(statusOf(what, own(0))).toBe('Ended');
    const { roster: signed } = { roster: boardOf(roster, clock).roster };
    expect(statusOf('Roster, version 1', { roster: { ...signed, expires: at(0).slice(0, 10) } })).toBe('Ends soon');
    expect(statusOf('Roster, version 1', { roster: { ...signed, expires: at(-DAY).slice(0, 10) } })).toBe('Ended');
    const given = [
      { agency: 'police', expiresAt: at(-1) },
      { agency: 'police', expiresAt: at(90 * DAY) },
    ];
    expect(viewOf({ certificates: given }).agencies[0]?.certificate?.status).toBe('In force');
  });

  it('says of each organisation whether it was ever seen, is connected, or said that it is paused', () => {
    const check = (agency: AgencyStatus, runs: readonly PublicRun[] = []): string | undefined =>
      viewOf({ agencies: [agency], runs }).agencies[0]?.check.status;
    const refusal = { agency: 'police', agencyName: 'The police', code: 'PAUSED', words: '' };
    const refused = { outcome: 'refused', refusals: [refusal] } as unknown as PublicRun;
    const answered = { outcome: 'answered', refusals: [] } as unknown as PublicRun;
    expect(check(police())).toBe('Online');
    expect(check(police({ state: 'never-seen' }))).toBe('Never seen');
    expect(check(police({ state: 'offline' }))).toBe('Offline');
    expect(check(police(), [refused, answered])).toBe('Paused');
    expect(check(police(), [answered, refused])).toBe('Online');
  });

  it('says of data whether they are there, how old they are and what is left to ask', () => {
    const check = (
      dataset: Partial<AgencyStatus['datasets'][number]>,
      agency: Partial<AgencyStatus> = {},
    ): string | undefined => viewOf({ agencies: [police(agency, dataset)] }).agencies[0]?.datasets[0]?.check.status;
    expect(check({})).toBe('Ready');
    expect(check({ asAt: null })).toBe('Not ready');
    expect(check({}, { state: 'offline' })).toBe('Not known');
    expect(check({ asAt: at(-SNAPSHOT_WARN_DAYS * DAY) })).toBe('Ready');
    expect(check({ asAt: at(-(SNAPSHOT_WARN_DAYS + 1) * DAY) })).toBe('Old');
    expect(check({ epsilonLeft: BUDGET_WARN_EPSILON })).toBe('Ready');
    expect(check({ epsilonLeft: BUDGET_WARN_EPSILON - 0.01 })).toBe('Budget low');
  });

  it('counts runs under way and waiting, and says whether anybody has signed the log', () => {
    const unended = [
      { submittedAt: at(-60), startedAt: null },
      { submittedAt: at(-90), startedAt: at(-80) },
    ];
    expect(viewOf({ unended }).queue).toEqual({ underWay: 1, waiting: 1, oldest: at(-90) });
    expect(statusOf('Public log', {})).toBe('Signed');
    expect(statusOf('Public log', { log: { size: 101, cosigned: undefined, isClockWrong: false } })).toBe(
      'Witnesses lag',
    );
    expect(statusOf('Clock', { log: { size: 1, cosigned: undefined, isClockWrong: true } })).toBe('Wrong');
  });
});
