import { leafHash, rootOf } from '../../../core/audit/index.js';
import { AUDIT_LOG_FORMAT, entryBytes, verifyCopy, verifyLedgers } from '../../../core/audit-entries/index.js';
import type {
  AgencyLedger,
  AskedOfAgency,
  AuditEntry,
  AuditEntryOf,
  LedgerClaim,
  LogCopy,
  LogHead,
  VerifiedLedger,
} from '../../../core/audit-entries/index.js';
import { toHex, utf8Bytes } from '../../../core/base/index.js';
import { registerHead } from '../../../core/governance/index.js';
import { checkpointOf, FEDERATION, log, MemoryLog, seconds } from './audit-fixtures.js';

/* A small log with three runs, and the ledger that the node of police has of it. */

export const RUNS = [1, 2, 3].map((number) => `${number}f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c`) as [
  string,
  string,
  string,
];
export const [first, second, third] = RUNS;
const digest = 'ab'.repeat(32);
const snapshot = 'cd'.repeat(32);
const at = seconds(0).toISOString();
/** Of a register nothing is looked at here but that it is the same. */
const REGISTER = [utf8Bytes('the first roster')];

export const offer = (run: string, changes: Partial<AuditEntryOf<'offer'>> = {}): AuditEntryOf<'offer'> => ({
  ...{ type: 'offer', at, run, digest, template: 'support-by-offence', version: 3, templateDigest: digest },
  register: registerHead(REGISTER),
  ...{ parameters: { quarters: ['2025-Q2', '2025-Q1'] }, requester: 'analyst@justice', purpose: 'research-statistics' },
  participants: [
    {
      agency: 'police',
      datasets: [
        { dataset: 'police.crimes', snapshot },
        { dataset: 'opt-outs', snapshot: digest },
      ],
    },
    { agency: 'charity', datasets: [] },
  ],
  ...changes,
});
export const answer = (run: string, agency = 'police', refusal: string | null = null): AuditEntry => ({
  ...{ type: 'answer', at, run, agency, refusal },
});
export const release = (run: string): AuditEntry => ({ type: 'release', at, run, digest, suppressed: 2 });
export const failure = (run: string): AuditEntry => ({ type: 'failure', at, run, code: 'REFUSED' });
export const opened: AuditEntry = { type: 'opened', at, format: AUDIT_LOG_FORMAT, federation: FEDERATION };

function told(entry: Uint8Array, index: number): AuditEntry {
  return { type: 'register', at, index, leaf: toHex(leafHash(entry)) };
}

/** One run with a table, one that police refused, one that it took part in and that failed. */
export const LOGGED: readonly AuditEntry[] = [
  ...[opened, ...REGISTER.map(told), offer(first), answer(first, 'charity'), answer(first), release(first)],
  ...[offer(second), answer(second, 'police', 'PAUSED'), failure(second)],
  ...[offer(third), answer(third), failure(third)],
];

export function copyOf(entries: readonly AuditEntry[], signedAtSeconds = 60): LogCopy {
  const bytes = entries.map(entryBytes);
  const root = rootOf(new MemoryLog(bytes), bytes.length);
  return {
    checkpoint: checkpointOf(root, bytes.length, signedAtSeconds).note,
    cosigned: null,
    entries: bytes,
  };
}

/** The log as a node sees it with the offer of a run. */
export function headAt(run: string, entries: readonly AuditEntry[] = LOGGED): LogHead {
  const size = entries.findIndex((entry) => entry.type === 'offer' && entry.run === run) + 1;
  if (size === 0) throw new RangeError('no such run');
  return headOf(size, entries);
}

export function headOf(size: number, entries: readonly AuditEntry[] = LOGGED): LogHead {
  return { size, root: toHex(rootOf(new MemoryLog(entries.map(entryBytes)), size)) };
}

export const asked: AskedOfAgency = {
  ...{ template: 'support-by-offence', version: 3, templateDigest: digest, purpose: 'research-statistics' },
  parameters: { quarters: ['2025-Q1', '2025-Q2'] },
  snapshots: [{ dataset: 'police.crimes', snapshot }],
};

/** That police took part. */
export const tookPart = (entry: number, run: string, head: LogHead | null = headAt(run)): LedgerClaim => ({
  ...{ entry, at: seconds(entry), run, head, requester: 'analyst@justice', asked, answer: { refusal: null } },
});
export const refused = (
  entry: number,
  run: string,
  refusal: string,
  head: LogHead | null = headAt(run),
): LedgerClaim => ({ ...tookPart(entry, run, head), asked: null, answer: { refusal } });

export const CLAIMS = [tookPart(2, first), refused(4, second, 'PAUSED'), tookPart(5, third)] as const;

export function ledgerOf(claims: readonly LedgerClaim[], changes: Partial<AgencyLedger> = {}): AgencyLedger {
  return {
    ...{ federation: FEDERATION, agency: 'police', entries: 6, span: { from: seconds(1), until: seconds(6) }, claims },
    ends: [
      { run: first, opened: true },
      { run: third, opened: false },
    ],
    ...changes,
  };
}

export function compared(
  entries: readonly AuditEntry[] = LOGGED,
  ledger: AgencyLedger = ledgerOf(CLAIMS),
  signedAtSeconds = 60,
): VerifiedLedger {
  const copy = copyOf(entries, signedAtSeconds);
  const verified = verifyCopy(copy, {
    log,
    federation: FEDERATION,
    witnesses: new Map(),
    earlier: [],
    register: REGISTER,
  });
  const [found] = verifyLedgers(copy, verified, FEDERATION, [ledger]);
  if (found === undefined) throw new RangeError('no ledger was compared');
  return found;
}
