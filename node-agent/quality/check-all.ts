import type { Clock } from '../../core/base/index.js';
import { loadSources } from '../agreements.js';
import type { AgreedSource } from '../agreements.js';
import type { NodeConfig } from '../config.js';
import { NodeError } from '../errors.js';
import type { NodeErrorCode } from '../errors.js';
import { openSource } from '../source/open-source.js';
import { checkSource } from './check-source.js';
import type { CheckedSource } from './check-source.js';

/** What became of one source: it was read, or it can't be. */
export interface SourceCheck {
  readonly dataset: string;
  /** ISO date of the data. */
  readonly asAt: string;
  /** Null where it can't be read. */
  readonly checked: CheckedSource | null;
  /** Why not; null where it was. */
  readonly failure: { readonly code: NodeErrorCode; readonly message: string } | null;
}

export interface CheckDependencies {
  readonly clock: Clock;
  /** Told before the first row, and after each batch, how many rows of a dataset's source were read. */
  readonly progress: (dataset: string, rows: number) => void;
}

/**
 * Checks each source, one after the other; with `only`, that dataset's. One that can't be read keeps no other from being
 * checked.
 * Thrown: NodeError, as loadSources says; USAGE when there is no such source; what `progress` throws.
 */
export async function checkAll(
  config: NodeConfig,
  { clock, progress }: CheckDependencies,
  only?: string,
): Promise<readonly SourceCheck[]> {
  const sources = loadSources(config);
  const chosen = only === undefined ? sources : sources.filter(({ config: { dataset } }) => dataset === only);
  if (chosen.length === 0) {
    throw new NodeError('USAGE', `This node's configuration has no source for ${String(only)}.`);
  }
  const checks: SourceCheck[] = [];
  for (const source of chosen) {
    const asAt = source.config.asAt ?? clock.now().toISOString().slice(0, 10);
    const { dataset } = source.config;
    progress(dataset, 0);
    checks.push({ dataset, asAt, ...(await readable(() => checkOne(source, config, asAt, progress))) });
  }
  return checks;
}

async function checkOne(
  { config: source, mapping }: AgreedSource,
  { deadlines }: NodeConfig,
  asAt: string,
  progress: CheckDependencies['progress'],
): Promise<CheckedSource> {
  const opened = await openSource(source.place, {
    columns: mapping.columns,
    lockTimeoutMs: deadlines.sourceLockedSeconds * 1_000,
  });
  try {
    return await checkSource(mapping, opened, asAt, (rows) => progress(source.dataset, rows));
  } finally {
    await opened.close();
  }
}

async function readable(check: () => Promise<CheckedSource>): Promise<Pick<SourceCheck, 'checked' | 'failure'>> {
  try {
    return { checked: await check(), failure: null };
  } catch (thrown) {
    if (!(thrown instanceof NodeError) || thrown.code === 'CHECK_STOPPED') throw thrown;
    return { checked: null, failure: { code: thrown.code, message: thrown.message } };
  }
}
