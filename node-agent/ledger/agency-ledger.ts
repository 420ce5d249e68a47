import type { AgencyLedger, AskedOfAgency, LedgerClaim, LedgerRunEnd } from '../../core/audit-entries/index.js';
import type { RefusalCode } from '../../core/private-join/index.js';
import { NodeError } from '../errors.js';
import type { EntryBody, LedgerEntry } from './entries.js';
import { ledgerError, ownerOf } from './ledger-file.js';
import type { LedgerOwner } from './ledger-file.js';
import { Ledger } from './ledger.js';

/** What the coordinator hears of an offer that the node only watches. */
const WATCHED: RefusalCode = 'NOT_LIVE';

/**
 * Reads a ledger, or a copy of one, for whoever holds it against the audit log: verified from its first entry, whoever's
 * it is, also while a node writes it.
 * Thrown when it was changed, or a time in it is none: NodeError LEDGER_DAMAGED; when it isn't a ledger, can't be read, or has entries that only a
 * later version knows: LEDGER_UNUSABLE.
 */
export function readAgencyLedger(file: string): AgencyLedger {
  const owner = ownerIn(file);
  const ledger = Ledger.read({ file, ...owner });
  try {
    const { entries } = ledger.head;
    const read = upTo(entries, ledger.entries());
    if (read.length < entries) {
      throw new NodeError(
        'LEDGER_UNUSABLE',
        `${file} has entries of kinds that this version doesn't know, and what they say would be missing: use the version of its node.`,
      );
    }
    const untimed = read.find(({ at }) => Number.isNaN(Date.parse(at)));
    if (untimed !== undefined) {
      throw new NodeError(
        'LEDGER_DAMAGED',
        `Entry ${untimed.number} of the ledger ${file} has no time: no node has written it so.`,
      );
    }
    const [first, last] = [read[0], read.at(-1)];
    return {
      ...owner,
      entries,
      span: first === undefined || last === undefined ? null : { from: new Date(first.at), until: new Date(last.at) },
      claims: read.flatMap(claimOf),
      ends: read.flatMap(endOf),
    };
  } finally {
    ledger.close();
  }
}

function ownerIn(file: string): LedgerOwner {
  try {
    return ownerOf(file);
  } catch (thrown) {
    throw ledgerError(file, thrown);
  }
}

/** Without what a running node writes meanwhile. */
function upTo(last: number, entries: Iterable<LedgerEntry>): LedgerEntry[] {
  const read: LedgerEntry[] = [];
  for (const entry of entries) {
    if (entry.number > last) break;
    read.push(entry);
  }
  return read;
}

function claimOf({ number, at, kind, body }: LedgerEntry): LedgerClaim[] {
  if (kind !== 'spent' && kind !== 'refused' && kind !== 'observed') return [];
  const claim = {
    ...{ entry: number, at: new Date(at), run: body.runId, head: body.log ?? null, requester: body.requester },
    ...{ asked: null, answer: null },
  };
  switch (kind) {
    case 'spent':
      return [{ ...claim, asked: askedIn(body), answer: { refusal: null } }];
    case 'observed':
      return [{ ...claim, asked: askedIn(body), answer: { refusal: WATCHED } }];
    case 'refused':
      // Not the offer's fault: the coordinator hears that this node can't go on, which is no answer.
      return [{ ...claim, answer: body.code === 'INTERNAL' ? null : { refusal: body.code } }];
  }
}

function askedIn({
  template,
  version,
  templateDigest,
  parameters,
  purpose,
  datasets,
}: EntryBody<'spent'> | EntryBody<'observed'>): AskedOfAgency {
  const snapshots = datasets.map(({ dataset, snapshot }) => ({ dataset, snapshot }));
  return { template, version, templateDigest, parameters, purpose, snapshots };
}

function endOf({ kind, body }: LedgerEntry): LedgerRunEnd[] {
  if (kind === 'answered') return [{ run: body.runId, opened: true }];
  return kind === 'failed' ? [{ run: body.runId, opened: body.opened }] : [];
}
