import { OPT_OUTS } from '../templates/index.js';
import type { AskedOfAgency, LedgerClaim, LedgerRunEnd } from './agency-ledger.js';
import type { AuditEntryOf } from './entry.js';
import { answerText } from './ledger-findings.js';
import type { Contradiction } from './ledger-findings.js';
import type { LoggedRun } from './logged-runs.js';

/** What a ledger says of one run; it has a claim at least. */
export interface ClaimedRun {
  readonly agency: string;
  readonly claims: readonly LedgerClaim[];
  readonly ends: readonly LedgerRunEnd[];
  /** Whether the node had the offer proved in this very log. */
  readonly isProved: (claim: LedgerClaim) => boolean;
}

/** Holds what the log says of a run against what the agency's ledger says. */
export function compareRun(claimed: ClaimedRun, logged: LoggedRun): Contradiction[] {
  return [...compareOffer(claimed, logged), ...compareAnswer(claimed, logged), ...compareEnd(claimed, logged)];
}

function compareOffer({ agency, claims, isProved }: ClaimedRun, { offer }: LoggedRun): Contradiction[] {
  return claims.flatMap((claim): Contradiction[] => {
    const { run, entry, requester, asked } = claim;
    const accuses = isProved(claim) ? 'ledger' : 'log';
    const others = [
      ...(offer.participants.some((one) => one.agency === agency) ? [] : ['whether this agency is asked']),
      ...(requester === offer.requester ? [] : ['requester']),
      ...(asked === null ? [] : otherFields(agency, asked, offer)),
    ];
    if (others.length === 0) return [];
    const what = `Entry ${entry} of the ledger and the log's offer of run ${run} don't say the same of what was asked (${others.join(', ')})`;
    const who =
      accuses === 'ledger'
        ? 'the log is the one in which the node had the offer proved, so the ledger, or the program that wrote it, is wrong'
        : 'another thing was asked than was written into the log';
    return [{ code: 'OFFER_NOT_AS_ASKED', accuses, run, entry, message: `${what}: ${who}.` }];
  });
}

function otherFields(agency: string, asked: AskedOfAgency, offer: AuditEntryOf<'offer'>): string[] {
  const own = offer.participants.find((one) => one.agency === agency)?.datasets ?? [];
  const snapshots = own.filter(({ dataset }) => dataset !== OPT_OUTS);
  return [
    ...(asked.template === offer.template && asked.version === offer.version ? [] : ['template']),
    ...(asked.templateDigest === offer.templateDigest ? [] : ['digest of the template']),
    ...(sameText(parametersText(asked.parameters), parametersText(offer.parameters)) ? [] : ['parameters']),
    ...(asked.purpose === offer.purpose ? [] : ['purpose']),
    ...(sameText(snapshotsText(asked.snapshots), snapshotsText(snapshots)) ? [] : ['snapshots of this agency']),
  ];
}

function compareAnswer({ agency, claims, ends }: ClaimedRun, { answers, end }: LoggedRun): Contradiction[] {
  const [first] = claims;
  if (first === undefined) return [];
  const { run, entry } = first;
  const found = (message: string): Contradiction[] => [
    { code: 'ANSWER_NOT_AS_GIVEN', accuses: 'log', run, entry, message },
  ];
  const given = claims.flatMap(({ answer }) => (answer === null ? [] : [answer.refusal]));
  const logged = answers.get(agency);
  if (logged === undefined) {
    // Without every agency's share of the key, which is its answer, no run gets so far; the copy may end before it.
    if (end === null || !ends.some(({ opened }) => opened)) return [];
    return found(
      `By the ledger the agency took part in run ${run} until its share of the key was used; by the log the run ended without its answer.`,
    );
  }
  if (given.includes(logged.refusal)) return [];
  const own = given.length === 0 ? 'that it could not answer' : given.map(answerText).join(' and ');
  return found(`Run ${run}: the ledger (entry ${entry}) says ${own}, and the log ${answerText(logged.refusal)}.`);
}

function compareEnd({ claims, ends }: ClaimedRun, { end }: LoggedRun): Contradiction[] {
  const [first] = claims;
  if (first === undefined || end?.type !== 'release') return [];
  if (ends.length === 0 || ends.some(({ opened }) => opened)) return [];
  const { run, entry } = first;
  const message =
    `The log has a table of run ${run}, which by the ledger ended at this agency before its share of the key was used. ` +
    'No table can come of such a run.';
  return [{ code: 'TABLE_NOT_OPENED', accuses: 'log', run, entry, message }];
}

function parametersText(parameters: AskedOfAgency['parameters']): string[] {
  return Object.entries(parameters).map(([name, values]) => JSON.stringify([name, ...values.toSorted()]));
}

function snapshotsText(snapshots: AskedOfAgency['snapshots']): string[] {
  return snapshots.map(({ dataset, snapshot }) => JSON.stringify([dataset, snapshot]));
}

/** The same ones, in any order. */
function sameText(left: readonly string[], right: readonly string[]): boolean {
  return JSON.stringify(left.toSorted()) === JSON.stringify(right.toSorted());
}
