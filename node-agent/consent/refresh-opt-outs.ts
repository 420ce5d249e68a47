import type { Clock, Log, Problem, Rng } from '../../core/base/index.js';
import type { Engine } from '../../core/private-join/index.js';
import { loadAgreements } from '../agreements.js';
import type { AgreedSource } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { NodeError } from '../errors.js';
import type { PrepareStep } from '../snapshot/prepare.js';
import { readOrCreateStorageKey } from '../snapshot/storage-key.js';
import { EveryKey } from './person-keys.js';
import { prepareOptOuts } from './prepare-opt-outs.js';
import type { OptOutsInForce, PreparedOptOuts } from './prepare-opt-outs.js';
import { keyNamesOf, LINES_NAMED_MAX } from './read-opt-outs.js';
import type { ListLines } from './read-opt-outs.js';

export interface RefreshDependencies {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly engine: Engine;
  /** The operator says that lists may have lost most of their lines. */
  readonly acceptShorterLists?: boolean;
  readonly progress?: (step: PrepareStep) => void;
}

const MS_PER_SECOND = 1_000;

/**
 * Reads the opt-out lists anew and puts them in force, and nothing else. A running node takes them up by itself.
 * Thrown when none are configured: NodeError USAGE; else as loadAgreements, readOrCreateStorageKey and `readLists` say;
 * the old ones are then in force.
 */
export async function refreshOptOuts(config: NodeConfig, dependencies: RefreshDependencies): Promise<PreparedOptOuts> {
  const { roster, sources } = loadAgreements(config);
  const storageKey = readOrCreateStorageKey(config.storageKey, config.snapshots, dependencies.rng);
  try {
    const read = await readLists(config, { federation: roster.federation, sources, storageKey }, dependencies);
    if (read === undefined) {
      throw new NodeError('USAGE', 'This node’s configuration has no `optOuts`: say there where the lists are.');
    }
    read.applied.keys.wipe();
    return read.prepared;
  } finally {
    storageKey.fill(0);
  }
}

/** What lists are read for. */
export interface ListsPurpose {
  readonly federation: string;
  readonly sources: readonly AgreedSource[];
  /** Stays the caller's. */
  readonly storageKey: Uint8Array;
}

/**
 * Reads the lists and puts them in force; undefined where none are configured. Whoever gets them wipes the keys.
 * Thrown when somebody on a list could never be left out of some dataset: NodeError OPT_OUTS_UNUSABLE; else as
 * prepareOptOuts.
 */
export async function readLists(
  { optOuts, deadlines, snapshots }: NodeConfig,
  { federation, sources, storageKey }: ListsPurpose,
  { clock, rng, log, engine, acceptShorterLists, progress }: RefreshDependencies,
): Promise<OptOutsInForce | undefined> {
  if (optOuts === undefined) return undefined;
  assertUsable(optOuts.lists, sources);
  const inForce = await prepareOptOuts({
    lists: optOuts.lists,
    lockTimeoutMs: deadlines.sourceLockedSeconds * MS_PER_SECOND,
    keysInUse: keysInUse(sources),
    acceptShorter: acceptShorterLists === true,
    directory: snapshots,
    ...{ federation, storageKey, engine, clock, rng },
    ...(progress === undefined ? {} : { progress }),
  });
  report(inForce.prepared, log);
  return inForce;
}

/** What is wrong with lines of the lists, for whoever looks after them; no lines where nothing is. */
export function describeTrouble({
  withoutKeys,
  unreadable,
}: Pick<PreparedOptOuts, 'withoutKeys' | 'unreadable'>): readonly string[] {
  return [
    ...describe(
      withoutKeys,
      'make no match key that any of your datasets has, so that NOBODY IS LEFT OUT of them by these: complete or correct them',
    ),
    ...describe(unreadable, 'hold something that is no text, so that too few keys are made of them: correct them'),
  ];
}

function describe({ count, first }: ListLines, trouble: string): readonly string[] {
  if (count === 0) return [];
  const lines = `${count} ${count === 1 ? 'line' : 'lines'} of the opt-out lists`;
  return [`${lines} ${trouble} (${placesOf({ count, first })}).`];
}

function placesOf({ count, first }: ListLines): string {
  const shown = first.slice(0, LINES_NAMED_MAX);
  const named = shown.map(({ list, line }) => `list ${list} line ${line}`).join(', ');
  return count > shown.length ? `${named}, …` : named;
}

function report({ snapshot, lines, readAt, withoutKeys, unreadable }: PreparedOptOuts, log: Log): void {
  log.info({ event: 'opt-outs', snapshot, lines, readAt }, 'the opt-out lists are read and in force');
  if (withoutKeys.count > 0) {
    log.warn(
      { event: 'opt-outs-without-keys', lines: withoutKeys.count, reason: placesOf(withoutKeys) },
      'nobody is left out by lines of the opt-out lists that make no match key of any dataset',
    );
  }
  if (unreadable.count > 0) {
    log.warn(
      { event: 'opt-outs-unreadable', lines: unreadable.count, reason: placesOf(unreadable) },
      'lines of the opt-out lists hold something that is no text',
    );
  }
}

/** Names of the match keys by which anybody in these sources can be known; null where they hold nobody. */
export function keysInUse(sources: readonly Pick<AgreedSource, 'mapping'>[]): ReadonlySet<string> | null {
  const linkages = sources.flatMap(({ mapping: { definition } }) => definition.linkage ?? []);
  if (linkages.length === 0) return null;
  return new Set(linkages.flatMap(({ identifiers }) => new EveryKey(identifiers).names));
}

/**
 * A list and a dataset that have no key in common would let everybody through without a word.
 * Thrown when there are such: NodeError OPT_OUTS_UNUSABLE.
 */
export function assertUsable(
  lists: NonNullable<NodeConfig['optOuts']>['lists'],
  sources: readonly AgreedSource[],
): void {
  const named = lists.map((list) => new Set(keyNamesOf(list)));
  const problems = sources.flatMap(({ mapping: { definition } }): Problem[] => {
    if (definition.linkage === null) return [];
    const { names } = new EveryKey(definition.linkage.identifiers);
    return named.flatMap((keys, index) => {
      if (names.some((name) => keys.has(name))) return [];
      const message = `has no identifiers by which anybody in ${definition.dataset} could be known: add columns`;
      return [{ path: `optOuts.lists[${index}]`, message }];
    });
  });
  if (problems.length === 0) return;
  throw new NodeError('OPT_OUTS_UNUSABLE', 'People on an opt-out list could not be left out of every dataset.', {
    problems,
  });
}
