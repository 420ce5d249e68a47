import { fromHex } from '../core/base/index.js';
import type { Clock } from '../core/base/index.js';
import { quarterOf } from '../core/templates/index.js';
import { loadAgreements } from './agreements.js';
import { LedgerMemory } from './budget/memory.js';
import { fromMillionths, toMillionths } from './budget/millionths.js';
import type { NodeConfig } from './config.js';
import { NodeError } from './errors.js';
import { copyLedger } from './ledger/copy-ledger.js';
import type { LedgerEntry } from './ledger/entries.js';
import { describeEntry } from './ledger/entry-text.js';
import type { LedgerOwner } from './ledger/ledger-file.js';
import { Ledger } from './ledger/ledger.js';
import { loadPolicy } from './policy/policy-file.js';

/** Digits of a snapshot's id that tell it from the others of one agency. */
const SHOWN_DIGITS = 12;

/** What a command found: in words, and for a program. */
export interface Found {
  readonly text: string;
  readonly json: unknown;
}

/**
 * That the ledger is whole; also while the node runs.
 * @param noted hash of an entry that it has to have, 64 hexadecimal digits
 * Thrown when it isn't, or can't be read: NodeError LEDGER_DAMAGED, LEDGER_UNUSABLE; when it hasn't the entry:
 * LEDGER_OLDER; else as `loadAgreements` says.
 */
export function ledgerReport(config: NodeConfig, noted?: string): Found {
  return withLedger(config, (ledger) => {
    const { entries, hash } = ledger.head;
    if (noted !== undefined && !ledger.has(fromHex(noted))) {
      throw new NodeError(
        'LEDGER_OLDER',
        `The ledger ${config.ledger} is whole, with ${entries} entries, but has none with the hash ${noted}: it is an ` +
          'older copy, or entries were cut off at its end. What it lacks was given away all the same: put a newer copy in its place.',
      );
    }
    return {
      text: `The ledger ${config.ledger} is whole: ${entries} entries, the last with hash ${hash}.\n`,
      json: { ledger: config.ledger, entries, hash },
    };
  });
}

/** Writes a copy of the ledger; also while the node runs. Thrown as `copyLedger` says; else as `loadAgreements`. */
export function ledgerCopyReport(config: NodeConfig, to: string): Found {
  const { entries, hash } = copyLedger(ownLedger(config), to);
  return {
    text: `Copied ${entries} entries, the last with hash ${hash}, to ${to}.\n`,
    json: { ledger: config.ledger, copy: to, entries, hash },
  };
}

/** Its entries in words, oldest first; the newest ones only where it is said how many. Thrown as `ledgerReport` says. */
export function entriesReport(config: NodeConfig, last?: number): Found {
  const entries = ledgerEntries(config, last);
  const lines = entries.flatMap(describeEntry);
  return {
    text: lines.length === 0 ? 'The ledger has no entries yet.\n' : `${lines.join('\n')}\n`,
    json: { ledger: config.ledger, entries },
  };
}

/** Oldest first; the newest ones only where it is said how many. Thrown as `ledgerReport` says. */
function ledgerEntries(config: NodeConfig, last?: number): readonly LedgerEntry[] {
  return withLedger(config, (ledger) => [...ledger.entries(Math.max(0, ledger.head.entries - (last ?? Infinity)))]);
}

/** What was spent of every dataset's budget. Thrown as `ledgerReport` says. */
export function budgetReport(config: NodeConfig, clock: Clock): Found {
  const datasets = spending(config, clock);
  return { text: `${datasets.flatMap(linesOf).join('\n')}\n`, json: { datasets } };
}

/** Of every dataset that has a source. Thrown as `ledgerReport` says. */
export function spending(config: NodeConfig, clock: Clock): readonly DatasetSpending[] {
  const quarter = quarterOf(clock.now().toISOString().slice(0, 10));
  const { budget } = loadPolicy(config.policy).policy;
  return withLedger(config, (ledger) => {
    const memory = new LedgerMemory(ledger);
    memory.catchUp();
    return config.sources.map(({ dataset }) => ({
      dataset,
      quarter,
      ...spentOf(memory.spentInQuarter(dataset, quarter), budget.perQuarter),
      snapshots: memory
        .snapshots()
        .filter((one) => one.dataset === dataset)
        .map(({ snapshot, spent, linkage }) => ({
          snapshot,
          ...spentOf(spent, budget.perSnapshot),
          linkage: linkage && { schemes: linkage.schemes, spent: fromMillionths(linkage.spent) },
        })),
    }));
  });
}

/** Privacy loss, epsilon. */
interface Spent {
  readonly spent: number;
  readonly limit: number;
  readonly left: number;
}

export interface DatasetSpending extends Spent {
  readonly dataset: string;
  readonly quarter: string;
  readonly snapshots: readonly SnapshotSpending[];
}

interface SnapshotSpending extends Spent {
  readonly snapshot: string;
  readonly linkage: { readonly schemes: readonly string[]; readonly spent: number } | null;
}

function spentOf(spent: number, limit: number): Spent {
  return { spent: fromMillionths(spent), limit, left: fromMillionths(Math.max(0, toMillionths(limit) - spent)) };
}

function linesOf({ dataset, quarter, snapshots, ...ofQuarter }: DatasetSpending): readonly string[] {
  const ofSnapshots = snapshots.flatMap(({ snapshot, linkage, ...own }) => [
    `  snapshot ${snapshot.slice(0, SHOWN_DIGITS)}: ${inWords(own)}`,
    ...(linkage === null
      ? []
      : [
          `    linkage statistics (${linkage.schemes.join(', ')}): ` +
            (linkage.spent === 0 ? 'given without noise' : `${linkage.spent} of it`),
        ]),
  ]);
  return [dataset, `  ${quarter}: ${inWords(ofQuarter)}`, ...ofSnapshots];
}

function inWords({ spent, limit, left }: Spent): string {
  return `${spent} of ${limit} spent, ${left} left`;
}

export function withLedger<T>(config: NodeConfig, use: (ledger: Ledger) => T): T {
  const ledger = Ledger.read(ownLedger(config));
  try {
    return use(ledger);
  } finally {
    ledger.close();
  }
}

function ownLedger(config: NodeConfig): LedgerOwner & { readonly file: string } {
  const { agency, roster } = loadAgreements(config);
  return { file: config.ledger, federation: roster.federation, agency: agency.id };
}
