import type { Clock } from '../core/base/index.js';
import { quarterOf } from '../core/templates/index.js';
import { loadAgreements } from './agreements.js';
import { LedgerMemory } from './budget/memory.js';
import type { LinkageSpending } from './budget/memory.js';
import { fromMillionths, toMillionths } from './budget/millionths.js';
import type { NodeConfig } from './config.js';
import { Ledger } from './ledger/ledger.js';

/** Digits of a snapshot's id that tell it from the others of one agency. */
const SHOWN_DIGITS = 12;

/**
 * That the ledger is whole, for a person; also while the node runs.
 * Thrown when it isn't, or can't be read: NodeError LEDGER_DAMAGED, LEDGER_UNUSABLE; else as `loadAgreements` says.
 */
export function describeLedger(config: NodeConfig): string {
  return withLedger(config, (ledger) => {
    const { entries, hash } = ledger.head;
    return `The ledger ${config.ledger} is whole: ${entries} entries, the last with hash ${hash}.\n`;
  });
}

/** What was spent of every dataset's budget, for a person. Thrown as `describeLedger` says. */
export function describeBudget(config: NodeConfig, clock: Clock): string {
  const quarter = quarterOf(clock.now().toISOString().slice(0, 10));
  const { perSnapshot, perQuarter } = config.policy.budget;
  return withLedger(config, (ledger) => {
    const memory = new LedgerMemory(ledger);
    memory.catchUp();
    const ofDataset = ({ dataset }: NodeConfig['sources'][number]): readonly string[] => [
      dataset,
      `  ${quarter}: ${spentOf(memory.spentInQuarter(dataset, quarter), perQuarter)}`,
      ...memory
        .snapshots()
        .filter((one) => one.dataset === dataset)
        .flatMap(({ snapshot, spent, linkage }) => [
          `  snapshot ${snapshot.slice(0, SHOWN_DIGITS)}: ${spentOf(spent, perSnapshot)}`,
          ...(linkage === null ? [] : [`    ${linkageOf(linkage)}`]),
        ]),
    ];
    return `${config.sources.flatMap(ofDataset).join('\n')}\n`;
  });
}

function linkageOf({ spent, schemes }: LinkageSpending): string {
  const cost = spent === 0 ? 'given without noise' : `${fromMillionths(spent)} of it`;
  return `linkage statistics (${schemes.join(', ')}): ${cost}`;
}

function spentOf(spent: number, limit: number): string {
  const left = Math.max(0, toMillionths(limit) - spent);
  return `${fromMillionths(spent)} of ${limit} spent, ${fromMillionths(left)} left`;
}

function withLedger<T>(config: NodeConfig, use: (ledger: Ledger) => T): T {
  const { agency, roster } = loadAgreements(config);
  const ledger = Ledger.read({ file: config.ledger, federation: roster.federation, agency: agency.id });
  try {
    return use(ledger);
  } finally {
    ledger.close();
  }
}
