import { AuditError } from '../audit/index.js';
import { counted, timeText } from '../base/index.js';
import type { AgencyLedger, LedgerClaim } from './agency-ledger.js';
import { compareRun } from './compare-run.js';
import type { LogCopy } from './log-copy.js';
import { loggedRuns } from './logged-runs.js';
import type { LoggedRun } from './logged-runs.js';
import type { Contradiction, OpenQuestion } from './ledger-findings.js';
import { SeenHeads } from './seen-heads.js';
import { unknownAnswers } from './unknown-answers.js';
import { rootsAt } from './verify-copy.js';
import type { VerifiedCopy } from './verify-copy.js';

/** What came of holding an agency's ledger against a copy of the log. It holds where there are no contradictions. */
export interface VerifiedLedger {
  readonly agency: string;
  readonly entries: number;
  readonly span: AgencyLedger['span'];
  /** Sizes of the log as the node saw it, each of which this copy continues; the smallest first. */
  readonly continues: readonly number[];
  /** Runs that log and ledger say the same of. */
  readonly agreed: number;
  /** Those of them of which the log has no answer of this agency: they ended before it came, or it is still awaited. */
  readonly unanswered: number;
  readonly contradictions: readonly Contradiction[];
  readonly questions: readonly OpenQuestion[];
}

/**
 * Holds the ledgers of agencies, whose chains have been verified, against a copy of the log that has been verified.
 * Thrown when a ledger is of another federation: AuditError OTHER_LEDGER. What they say otherwise than the log is in the result.
 */
export function verifyLedgers(
  copy: LogCopy,
  verified: VerifiedCopy,
  federation: string,
  ledgers: readonly AgencyLedger[],
): VerifiedLedger[] {
  const foreign = ledgers.find((ledger) => ledger.federation !== federation);
  if (foreign !== undefined) {
    throw new AuditError(
      'OTHER_LEDGER',
      `The ledger of ${foreign.agency} is of the federation ${foreign.federation}, and the log of ${federation}: name the ledger of a node of ${federation}.`,
    );
  }
  const { checkpoint, entries } = verified;
  const heads = ledgers.flatMap(({ claims }) => claims.flatMap(({ head }) => (head === null ? [] : [head])));
  const roots = rootsAt(copy.entries, heads);
  const runs = loggedRuns(entries);
  return ledgers.map((ledger) => verifyLedger(ledger, runs, new SeenHeads(ledger, checkpoint, roots)));
}

function verifyLedger(ledger: AgencyLedger, logged: ReadonlyMap<string, LoggedRun>, heads: SeenHeads): VerifiedLedger {
  const { agency, entries, span } = ledger;
  const claimed = byRun(ledger.claims);
  const ends = byRun(ledger.ends);
  const contradictions: Contradiction[] = [];
  const unproved: LedgerClaim[] = [];
  let [agreed, unanswered] = [0, 0];
  for (const [run, claims] of claimed) {
    const inLog = logged.get(run);
    const missing = missingOffer(claims, inLog, heads);
    contradictions.push(...missing);
    if (inLog === undefined) {
      if (claims.every(({ head }) => head === null)) unproved.push(...claims.slice(0, 1));
      continue;
    }
    const isProved = ({ head }: LedgerClaim): boolean => head !== null && heads.standing(head) === 'holds';
    const differences = compareRun({ agency, claims, ends: ends.get(run) ?? [], isProved }, inLog);
    contradictions.push(...differences);
    if (missing.length + differences.length > 0) continue;
    agreed += 1;
    if (!inLog.answers.has(agency)) unanswered += 1;
  }
  const unknown = unknownAnswers(ledger, logged, heads.held);
  return {
    ...{ agency, entries, span, continues: heads.held, agreed, unanswered },
    contradictions: [...heads.contradictions(), ...contradictions, ...unknown.contradictions],
    questions: [...heads.questions(), ...notProved(unproved), ...unknown.questions],
  };
}

function byRun<T extends { readonly run: string }>(items: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.run);
    if (group === undefined) groups.set(item.run, [item]);
    else group.push(item);
  }
  return groups;
}

/** That an offer isn't where the node had it proved. */
function missingOffer(
  claims: readonly LedgerClaim[],
  logged: LoggedRun | undefined,
  heads: SeenHeads,
): Contradiction[] {
  for (const { head, run, entry, at } of claims) {
    if (head === null) continue;
    const standing = heads.standing(head);
    if (standing === 'longer' || (logged !== undefined && logged.index < head.size)) continue;
    const accuses = standing === 'holds' ? 'ledger' : 'log';
    const what = `Entry ${entry} of the ledger (${timeText(at)}) has run ${run} in the log's first ${head.size} entries, and this copy has not`;
    const who =
      accuses === 'ledger'
        ? 'by its root the log is the same, so the ledger, or the program that wrote it, is wrong'
        : 'what was asked has been taken out of the log, or was never in this one';
    return [{ code: 'RUN_NOT_IN_LOG', accuses, run, entry, message: `${what}: ${who}.` }];
  }
  return [];
}

function notProved(claims: readonly LedgerClaim[]): OpenQuestion[] {
  const [first] = claims;
  if (first === undefined) return [];
  return [
    {
      code: 'OFFER_NOT_PROVED',
      runs: claims.map(({ run }) => run),
      message:
        `${counted(claims.length, 'offer')} of the ledger, the first in entry ${first.entry} (${timeText(first.at)}), came ` +
        'without a proof that the log has it, and this copy has none of them: look in the ledger why they were refused; ' +
        'offers from before there was an audit log are among them, too.',
    },
  ];
}
