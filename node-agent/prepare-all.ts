import type { Clock, Log, Rng } from '../core/base/index.js';
import type { Engine } from '../core/private-join/index.js';
import { loadAgreements } from './agreements.js';
import type { AgreedSource } from './agreements.js';
import type { NodeConfig } from './config.js';
import type { OptOutsInForce, PreparedOptOuts } from './consent/prepare-opt-outs.js';
import type { AppliedOptOuts } from './consent/opt-out-matcher.js';
import { readLists } from './consent/refresh-opt-outs.js';
import { OPT_OUTS } from '../core/templates/index.js';
import { NodeError } from './errors.js';
import { snapshotInPlace } from './snapshot/snapshot-in-place.js';
import type { SnapshotInPlace } from './snapshot/snapshot-in-place.js';
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
  /** As of RefreshDependencies. */
  readonly acceptShorterLists?: boolean;
  /** Is told what was found on the opt-out lists, where there are any. */
  readonly optOutsRead?: (prepared: PreparedOptOuts) => void;
  /** Is told of each snapshot once it is in force, and what it took the place of. */
  readonly inForce?: (prepared: PreparedSnapshot, before: SnapshotInPlace) => void;
}

/**
 * Reads the opt-out lists and puts them in force; then makes a new snapshot of each source, one after the other, without
 * anybody who is on them; with `only`, of that dataset's source. A running node takes them up by itself. Where one fails, those before it are in force and it and those after it are as they were; what it
 * has hashed is kept for the next time.
 * Thrown: NodeError, as loadAgreements, readOrCreateStorageKey, readLists, openSource and prepareSnapshot say.
 */
export async function prepareAll(
  config: NodeConfig,
  { clock, rng, log, engine, acceptShorterLists = false, progress, optOutsRead, inForce }: PrepareDependencies,
  only?: string,
): Promise<readonly PreparedSnapshot[]> {
  const { roster, sources } = loadAgreements(config);
  const chosen = only === undefined ? sources : sources.filter(({ config: { dataset } }) => dataset === only);
  if (chosen.length === 0) {
    throw new NodeError('USAGE', `This node's configuration has no source for ${String(only)}.`);
  }
  const storageKey = readOrCreateStorageKey(config.storageKey, config.snapshots, rng);
  const prepared: PreparedSnapshot[] = [];
  let optOuts: OptOutsInForce | undefined;
  try {
    optOuts = await readLists(
      config,
      { federation: roster.federation, sources, storageKey },
      { ...{ clock, rng, log, engine, acceptShorterLists }, progress: (step) => progress?.(OPT_OUTS, step) },
    );
    if (optOuts !== undefined) optOutsRead?.(optOuts.prepared);
    for (const source of chosen) {
      const { dataset } = source.config;
      const before = snapshotInPlace(config.snapshots, dataset);
      const snapshot = await prepareOne(source, config, optOuts?.applied, {
        federation: roster.federation,
        storageKey,
        engine,
        clock,
        rng,
        log,
        progress: (step) => progress?.(dataset, step),
      });
      report(snapshot, log);
      inForce?.(snapshot, before);
      prepared.push(snapshot);
    }
  } finally {
    optOuts?.applied.keys.wipe();
    storageKey.fill(0);
  }
  return prepared;
}

function report({ dataset, snapshot, asAt, rows, rejected, people, keys, leftOut }: PreparedSnapshot, log: Log): void {
  const found = people === null ? {} : { people, duplicates: rows - people };
  const left = { rejected: rejected.rejected };
  log.info({ event: 'prepared', dataset, snapshot, asAt, rows, ...left, ...found }, 'a new snapshot is in force');
  const { optedOut, withoutConsent, unclearConsents } = leftOut;
  if (optedOut + withoutConsent + unclearConsents > 0) {
    log.info(
      { event: 'left-out', dataset, optedOut, withoutConsent, unclearConsents },
      'rows are not in the snapshot, for people have opted out or not consented',
    );
  }
  for (const { field, reason, count } of rejected.reasons) {
    log.warn(
      { event: 'rows-rejected', dataset, field, reason, count },
      'rows are left out, for a value that the dataset doesn’t allow; `tally node check` says which rows',
    );
  }
  for (const { name, present, withdrawn } of keys) {
    log.info(
      { event: 'key-coverage', dataset, matchKey: name, present, withdrawn },
      'people or cases may link on a key',
    );
  }
}

type Means = Pick<
  Parameters<typeof prepareSnapshot>[0],
  'federation' | 'storageKey' | 'engine' | 'clock' | 'rng' | 'log' | 'progress'
>;

async function prepareOne(
  { config: source, mapping }: AgreedSource,
  { snapshots, deadlines }: NodeConfig,
  optOuts: AppliedOptOuts | undefined,
  means: Means,
): Promise<PreparedSnapshot> {
  const options = { columns: mapping.columns, lockTimeoutMs: deadlines.sourceLockedSeconds * 1_000 };
  const asAt = source.asAt ?? means.clock.now().toISOString().slice(0, 10);
  const opened = await openSource(source.place, options);
  try {
    return await prepareSnapshot({ ...means, optOuts, mapping, source: opened, asAt, directory: snapshots });
  } finally {
    await opened.close();
  }
}
