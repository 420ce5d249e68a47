import { existsSync } from 'node:fs';

import type { Clock, Rng } from '../../core/base/index.js';
import { OPT_OUTS } from '../../core/templates/index.js';
import { loadRoster, loadSources } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { freshnessOf } from '../consent/lists-freshness.js';
import type { ListsFreshness } from '../consent/lists-freshness.js';
import { listsReadFromText } from '../consent/left-out.js';
import { OptOutKeys } from '../consent/opt-out-keys.js';
import type { OptOutListConfig, OptOutsConfig } from '../consent/opt-outs-config.js';
import { optOutsLayout } from '../consent/prepare-opt-outs.js';
import { readOptOuts, requireLines } from '../consent/read-opt-outs.js';
import type { ListLines } from '../consent/read-opt-outs.js';
import { assertUsable, keysInUse } from '../consent/refresh-opt-outs.js';
import { assertNotShorter, linesInForce } from '../consent/shorter-lists.js';
import { NodeError } from '../errors.js';
import type { NodeErrorCode } from '../errors.js';
import { snapshotFiles } from '../snapshot/snapshot-files.js';
import { SnapshotReader } from '../snapshot/snapshot-reader.js';
import { readStorageKey, STORAGE_KEY_BYTES } from '../snapshot/storage-key.js';

const MS_PER_HOUR = 3_600_000;
const MS_PER_SECOND = 1_000;

export interface Failure {
  readonly code: NodeErrorCode;
  readonly message: string;
}

/** The opt-out lists of a configuration, as `prepare` would find them. No value of a line is in it. */
export interface OptOutsCheck {
  /** In the order of the configuration. */
  readonly lists: readonly ListCheck[];
  /** Of all lists together. */
  readonly lines: number;
  /** Different match keys of everybody on them, also those without sex. */
  readonly keys: number;
  /** Why `prepare` would refuse lists that can be read: too many lines, most lines lost, or nothing in common with a dataset. */
  readonly failure: Failure | null;
  readonly maximumAgeHours: number;
  /** What a running node goes by; null before lists have been read for the first time. */
  readonly inForce: ListsInForce | Failure | null;
  /** Whether `prepare` would get past the lists. */
  readonly wouldDo: boolean;
}

export interface ListCheck {
  /** What it is in: `csv`, `postgres` … */
  readonly kind: OptOutListConfig['place']['kind'];
  /** Those that the configuration has columns for. */
  readonly identifiers: readonly string[];
  readonly lines: number;
  /** As of OptOutLines. */
  readonly withoutKeys: ListLines;
  readonly unreadable: ListLines;
  /** Why it can't be read; null where it was. */
  readonly failure: Failure | null;
}

export interface ListsInForce {
  readonly readAt: string;
  /** Below 0 where that is later than now. */
  readonly ageHours: number;
  readonly freshness: ListsFreshness;
  readonly lines: number;
}

export interface OptOutsCheckDependencies {
  readonly clock: Clock;
  readonly rng: Rng;
  /** Told before the first line, and now and then, how many lines were read; what it throws ends the work. */
  readonly progress: (dataset: string, lines: number) => void;
}

/**
 * Reads the opt-out lists as `prepare` does, and counts; null where none are configured. Nothing is hashed, written, put in
 * force or sent. A list that can't be read keeps no other from being read. The roster is wanted only by lists in force.
 * Thrown: NodeError, as loadSources says; what `progress` throws.
 */
export async function checkOptOuts(
  config: NodeConfig,
  { clock, rng, progress }: OptOutsCheckDependencies,
): Promise<OptOutsCheck | null> {
  const { optOuts } = config;
  if (optOuts === undefined) return null;
  const sources = loadSources(config);
  // Keys are counted here and forgotten: the agency's own storage key, which there may not be yet, is not needed.
  const keys = new OptOutKeys(rng.bytes(STORAGE_KEY_BYTES));
  try {
    progress(OPT_OUTS, 0);
    const lists: ListCheck[] = [];
    let lines = 0;
    for (const [index, list] of optOuts.lists.entries()) {
      const options = {
        keys,
        keysInUse: keysInUse(sources),
        lockTimeoutMs: config.deadlines.sourceLockedSeconds * MS_PER_SECOND,
      };
      const before = lines;
      const check = await checkList(list, index + 1, {
        ...options,
        progress: (read) => progress(OPT_OUTS, before + read),
      });
      lists.push(check);
      lines += check.lines;
    }
    const failure = await failureOf(() => {
      requireLines(lines);
      assertUsable(optOuts.lists, sources);
      // What can't be read is said of its list.
      if (lists.some((list) => list.failure !== null)) return;
      const linesOfLists = lists.map((list) => list.lines);
      assertNotShorter({ lines, linesOfLists }, linesInForce(snapshotFiles(config.snapshots, OPT_OUTS).snapshot));
    });
    const inForce = await listsInForce(config, optOuts, clock);
    const { maximumAgeHours } = optOuts;
    const wouldDo = failure === null && lists.every((list) => list.failure === null) && !isRefused(inForce);
    return { lists, lines, keys: keys.size, failure, maximumAgeHours, inForce, wouldDo };
  } finally {
    keys.wipe();
  }
}

/** A storage key that can't be used keeps `prepare` from anything; a snapshot that can't is replaced by it. */
function isRefused(inForce: OptOutsCheck['inForce']): boolean {
  return inForce !== null && 'code' in inForce && !inForce.code.startsWith('SNAPSHOT_');
}

interface ListMeans {
  readonly keys: OptOutKeys;
  readonly keysInUse: ReadonlySet<string> | null;
  readonly lockTimeoutMs: number;
  readonly progress: (lines: number) => void;
}

async function checkList(list: OptOutListConfig, number: number, means: ListMeans): Promise<ListCheck> {
  const named = ({ count, first }: ListLines): ListLines => ({
    count,
    first: first.map(({ line }) => ({ list: number, line })),
  });
  const none: ListLines = { count: 0, first: [] };
  let found = { lines: 0, withoutKeys: none, unreadable: none };
  const failure = await failureOf(async () => {
    found = await readOptOuts({ lists: [list], take: () => Promise.resolve(), ...means });
  });
  const { lines, withoutKeys, unreadable } = found;
  return {
    ...{ kind: list.place.kind, identifiers: [...list.identifiers.keys()], lines, failure },
    ...{ withoutKeys: named(withoutKeys), unreadable: named(unreadable) },
  };
}

async function listsInForce(
  config: NodeConfig,
  { maximumAgeHours }: OptOutsConfig,
  clock: Clock,
): Promise<OptOutsCheck['inForce']> {
  const { snapshot: file } = snapshotFiles(config.snapshots, OPT_OUTS);
  if (!existsSync(file)) return null;
  let found: ListsInForce | null = null;
  const failure = await failureOf(async () => {
    const { federation } = loadRoster(config).roster;
    const storageKey = readStorageKey(config.storageKey);
    try {
      const reader = await SnapshotReader.open(file, optOutsLayout(federation), storageKey);
      if (reader === undefined) return;
      const read = listsReadFromText(reader.consent);
      reader.close();
      const now = clock.now();
      const freshness = freshnessOf(read, maximumAgeHours * MS_PER_HOUR, now);
      found = {
        readAt: read.readAt,
        ageHours: (now.getTime() - Date.parse(read.readAt)) / MS_PER_HOUR,
        freshness,
        lines: read.lines,
      };
    } finally {
      storageKey.fill(0);
    }
  });
  return failure ?? found;
}

async function failureOf(work: () => void | Promise<void>): Promise<Failure | null> {
  try {
    await work();
    return null;
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code === 'CHECK_STOPPED') throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}
