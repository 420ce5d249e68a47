import type { Clock, Log, Rng } from '../core/base/index.js';
import type { Engine } from '../core/private-join/index.js';
import { loadAgreements } from './agreements.js';
import type { AgreedSource } from './agreements.js';
import type { NodeConfig } from './config.js';
import { NodeError } from './errors.js';
import { prepareSnapshot } from './snapshot/prepare.js';
import type { PreparedSnapshot, PrepareStep } from './snapshot/prepare.js';
import { readOrCreateStorageKey } from './snapshot/storage-key.js';
import { openSource } from './source/open-source.js';

export interface PrepareDependencies {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly engine: Engine;
  readonly progress?: (dataset: string, step: PrepareStep) => void;
}

/**
 * Makes a new snapshot of each source, one after the other; with `only`, of that dataset's source. A running node takes
 * them up by itself. Where one fails, those before it are in force and it and those after it are as they were; what it
 * has hashed is kept for the next time.
 * Thrown: NodeError, as loadAgreements, readOrCreateStorageKey, openSource and prepareSnapshot say.
 */
export async function prepareAll(
  config: NodeConfig,
  { clock, rng, log, engine, progress }: PrepareDependencies,
  only?: string,
): Promise<readonly PreparedSnapshot[]> {
  const { roster, sources } = loadAgreements(config);
  const chosen = only === undefined ? sources : sources.filter(({ config: { dataset } }) => dataset === only);
  if (chosen.length === 0) {
    throw new NodeError('USAGE', `This node's configuration has no source for ${String(only)}.`);
  }
  const storageKey = readOrCreateStorageKey(config.storageKey, config.snapshots, rng);
  const prepared: PreparedSnapshot[] = [];
  try {
    for (const source of chosen) {
      const { dataset } = source.config;
      const snapshot = await prepareOne(source, config, {
        federation: roster.federation,
        storageKey,
        engine,
        clock,
        rng,
        log,
        progress: (step) => progress?.(dataset, step),
      });
      report(snapshot, log);
      prepared.push(snapshot);
    }
  } finally {
    storageKey.fill(0);
  }
  return prepared;
}

function report({ dataset, snapshot, asAt, rows, people, keys }: PreparedSnapshot, log: Log): void {
  const found = people === null ? {} : { people, duplicates: rows - people };
  log.info({ event: 'prepared', dataset, snapshot, asAt, rows, ...found }, 'a new snapshot is in force');
  for (const { name, present, withdrawn } of keys) {
    log.info(
      { event: 'key-coverage', dataset, matchKey: name, present, withdrawn },
      'people or cases may link on a key',
    );
  }
}

async function prepareOne(
  { config: source, mapping }: AgreedSource,
  { snapshots, deadlines }: NodeConfig,
  means: Pick<
    Parameters<typeof prepareSnapshot>[0],
    'federation' | 'storageKey' | 'engine' | 'clock' | 'rng' | 'log' | 'progress'
  >,
): Promise<PreparedSnapshot> {
  const opened = await openSource(source.place, {
    columns: mapping.columns,
    lockTimeoutMs: deadlines.sourceLockedSeconds * 1_000,
  });
  try {
    const asAt = source.asAt ?? means.clock.now().toISOString().slice(0, 10);
    return await prepareSnapshot({ ...means, mapping, source: opened, asAt, directory: snapshots });
  } finally {
    await opened.close();
  }
}
