import type { Clock } from '../../../core/base/index.js';
import { parseCheckpointText, readNote } from '../../../core/audit/index.js';
import { REGISTER_FRESH_SECONDS } from '../../../core/governance/index.js';
import type { RegisterStatement, SignedRoster } from '../../../core/governance/index.js';
import type { Catalogue } from '../../../core/templates/index.js';
import type { AgencyStatus } from '../../federation/agency-registry.js';
import type { PublicRun } from '../public/public-runs.js';
import type { CertificateStanding } from '../site-services.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A registrar's word is asked for this long before nothing is answered any more. */
export const STATEMENT_WARN_HOURS = 6;
/** Certificates and rosters are renewed this long before their last day. */
export const EXPIRY_WARN_DAYS = 14;
/** Data made ready longer ago than this are worth a question. */
export const SNAPSHOT_WARN_DAYS = 31;
/** One more run with noise costs about so much: who has less left is named. */
export const BUDGET_WARN_EPSILON = 2;
/** Entries that no organisation has signed yet. */
export const WITNESS_WARN_ENTRIES = 100;

export type Level = 'good' | 'look' | 'act';

/** A line with its state, and what to do where that isn't good. */
export interface Check {
  readonly what: string;
  readonly level: Level;
  readonly status: string;
  readonly says: string;
  readonly toDo: string | null;
}

export interface OperationsView {
  readonly checks: readonly Check[];
  readonly agencies: readonly AgencyView[];
  /** Runs that have not ended, as their analysts' requests stand in the queue: how many, and since when. */
  readonly queue: { readonly underWay: number; readonly waiting: number; readonly oldest: string | null };
  readonly softwareVersion: string;
  readonly federation: string;
}

export interface AgencyView {
  readonly name: string;
  readonly check: Check;
  readonly softwareVersion: string | null;
  readonly lastSeenAt: string | null;
  readonly certificate: Check | null;
  readonly datasets: readonly DatasetState[];
}

export interface DatasetState {
  readonly title: string;
  readonly asAt: string | null;
  readonly ageDays: number | null;
  readonly epsilonLeft: number | null;
  readonly check: Check;
}

export interface OperationsSources {
  readonly clock: Clock;
  readonly agencies: readonly AgencyStatus[];
  readonly catalogue: Catalogue;
  readonly roster: SignedRoster;
  readonly stated: RegisterStatement | undefined;
  readonly isFileRefused: boolean;
  readonly log: { readonly size: number; readonly cosigned: string | undefined; readonly isClockWrong: boolean };
  /** The coordinator's first, then those that agencies were given. */
  readonly certificates: readonly CertificateStanding[];
  /** Newest first. */
  readonly runs: readonly PublicRun[];
  readonly unended: readonly { readonly submittedAt: string; readonly startedAt: string | null }[];
  readonly softwareVersion: string;
}

export function operationsView(sources: OperationsSources): OperationsView {
  const { clock, agencies, roster, stated, isFileRefused, log, certificates, unended, softwareVersion } = sources;
  const now = clock.now();
  const own = certificates.find(({ agency }) => agency === null);
  return {
    checks: [
      registerCheck(stated, isFileRefused, now),
      rosterCheck(roster, now),
      ...(own === undefined ? [] : [certificateCheck('The coordinator’s certificate', own.expiresAt, now, RENEW_OWN)]),
      witnessCheck(log),
      ...(log.isClockWrong ? [CLOCK_WRONG] : []),
    ],
    agencies: agencies.map((agency) => agencyView(agency, sources, now)),
    queue: {
      underWay: unended.filter(({ startedAt }) => startedAt !== null).length,
      waiting: unended.filter(({ startedAt }) => startedAt === null).length,
      oldest: unended.map(({ submittedAt }) => submittedAt).toSorted()[0] ?? null,
    },
    softwareVersion,
    federation: roster.federation,
  };
}

function registerCheck(stated: RegisterStatement | undefined, isFileRefused: boolean, now: Date): Check {
  const what = 'Register of governance';
  if (isFileRefused) {
    return act(
      what,
      'File refused',
      'The file says something else by now, and that is no use: what was in force stays.',
      'Read the coordinator’s log for the reason, and put the newest register in place.',
    );
  }
  if (stated === undefined) {
    return act(
      what,
      'No statement',
      'No registrar has said how far the register has got, so nothing is answered.',
      ASK_REGISTRAR,
    );
  }
  const hours = (now.getTime() - Date.parse(stated.issued)) / HOUR_MS;
  const left = REGISTER_FRESH_SECONDS / 3_600 - hours;
  const says = `A registrar’s last word is ${Math.floor(hours)} hours old. Nothing is answered when it is 24.`;
  if (left <= 0) return act(what, 'Too old', says, ASK_REGISTRAR);
  if (left <= STATEMENT_WARN_HOURS) return look(what, 'Soon too old', says, ASK_REGISTRAR);
  return good(what, 'Fresh', says);
}

const ASK_REGISTRAR = 'Ask a registrar for a new statement, and put it in the place of the old one.';
const RENEW_OWN = 'Run tally coordinator renew, then restart the coordinator.';

function rosterCheck({ version, expires }: SignedRoster, now: Date): Check {
  // It holds until the end of that day.
  const end = new Date(Date.parse(expires) + DAY_MS);
  return certificateCheck(
    `Roster, version ${version}`,
    end.toISOString(),
    now,
    'Ask the officers to sign the next roster.',
  );
}

function certificateCheck(what: string, expiresAt: string, now: Date, toDo: string): Check {
  const days = (Date.parse(expiresAt) - now.getTime()) / DAY_MS;
  if (days <= 0) return act(what, 'Ended', `It ended on ${expiresAt.slice(0, 10)}.`, toDo);
  const says = `${Math.floor(days)} days are left.`;
  return days <= EXPIRY_WARN_DAYS ? look(what, 'Ends soon', says, toDo) : good(what, 'In force', says);
}

function witnessCheck({ size, cosigned }: OperationsSources['log']): Check {
  const what = 'Public log';
  const signed = cosigned === undefined ? 0 : parseCheckpointText(readNote(cosigned).text).size;
  const lag = size - signed;
  const says = `${size} entries, ${signed} of them signed by an organisation.`;
  return lag > WITNESS_WARN_ENTRIES
    ? look(
        what,
        'Witnesses lag',
        says,
        'Look whether organisations are connected, and read their logs for audit-log-refused.',
      )
    : good(what, 'Signed', says);
}

const CLOCK_WRONG: Check = act(
  'Clock',
  'Wrong',
  'The log was signed at a time that is yet to come, so nothing can be signed now.',
  'Set the clock right. If it is right: tally coordinator correct-clock.',
);

function agencyView(agency: AgencyStatus, { catalogue, certificates, runs }: OperationsSources, now: Date): AgencyView {
  const certificate = certificates.findLast((one) => one.agency === agency.id);
  return {
    name: agency.name,
    check: connectionCheck(agency, runs),
    softwareVersion: agency.softwareVersion,
    lastSeenAt: agency.lastSeenAt,
    certificate:
      certificate === undefined
        ? null
        : certificateCheck(
            'Certificate',
            certificate.expiresAt,
            now,
            'Its node renews it when it is connected. Ask its operator.',
          ),
    datasets: agency.datasets.map(({ dataset, asAt, epsilonLeft }) => {
      const ageDays = asAt === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(asAt)) / DAY_MS));
      const check = datasetCheck(agency.state, ageDays, epsilonLeft);
      return { title: catalogue.get(dataset)?.title ?? dataset, asAt, ageDays, epsilonLeft, check };
    }),
  };
}

function connectionCheck({ id, name, state }: AgencyStatus, runs: readonly PublicRun[]): Check {
  if (state === 'never-seen') {
    return look(
      name,
      'Never seen',
      'It is in the roster, and its node has never connected.',
      'Ask its operator whether the node is installed and enrolled.',
    );
  }
  if (state === 'offline') {
    return act(
      name,
      'Offline',
      'Its node is not connected: what needs its data is refused.',
      'Ask its operator to look at the node.',
    );
  }
  if (saidPaused(id, runs)) {
    return look(name, 'Paused', 'It said so when it was last asked.', 'Ask its operator for how long.');
  }
  return good(name, 'Online', 'Its node is connected.');
}

/** A node says that it is paused only when it is asked: the last run in which it was decides. */
function saidPaused(id: string, runs: readonly PublicRun[]): boolean {
  const last = runs.find(
    ({ outcome, refusals }) => outcome === 'answered' || refusals.some(({ agency }) => agency === id),
  );
  return last?.refusals.some(({ agency, code }) => agency === id && code === 'PAUSED') ?? false;
}

function datasetCheck(state: AgencyStatus['state'], ageDays: number | null, epsilonLeft: number | null): Check {
  const what = 'Data';
  if (state !== 'online') return look(what, 'Not known', 'It is said when the node is connected.', null);
  if (ageDays === null) {
    return act(what, 'Not ready', 'The node holds no data for it.', 'Ask its operator to run tally node prepare.');
  }
  if (epsilonLeft !== null && epsilonLeft < BUDGET_WARN_EPSILON) {
    return look(what, 'Budget low', 'Soon questions are refused.', 'New data bring a new budget: ask when they come.');
  }
  if (ageDays > SNAPSHOT_WARN_DAYS) {
    return look(what, 'Old', `Made ready ${ageDays} days ago.`, 'Ask its operator to run tally node prepare.');
  }
  return good(what, 'Ready', `${ageDays} days old.`);
}

function good(what: string, status: string, says: string): Check {
  return { what, level: 'good', status, says, toDo: null };
}

function look(what: string, status: string, says: string, toDo: string | null): Check {
  return { what, level: 'look', status, says, toDo };
}

function act(what: string, status: string, says: string, toDo: string): Check {
  return { what, level: 'act', status, says, toDo };
}
