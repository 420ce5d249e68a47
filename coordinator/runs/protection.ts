import type { Log } from '../../core/base/index.js';
import { DisclosureError, type ReleasedTable } from '../../core/disclosure/index.js';
import { COORDINATOR, JoinError } from '../../core/private-join/index.js';
import { policyOf, presentationOf, type BoundTemplate, type DecodedTable } from '../../core/templates/index.js';
import type { RunStore } from '../store/run-store.js';
import { earlierTables } from './earlier-tables.js';
import type { PreparedRun } from './prepared-run.js';
import type { Protector } from './protector.js';
import type { Run } from './run.js';

export interface ProtectionDeps {
  readonly protector: Protector;
  readonly store: Pick<RunStore, 'listReleased' | 'getRelease'>;
  readonly log: Log;
}

/**
 * What may be shown of a run's counts and sums, considering what was released before.
 * Rejects when that can't be told: JoinError DISCLOSURE_FAILED. Nothing may be released then.
 */
export async function protectRun(
  { table, noise, measures }: DecodedTable,
  { participation, terms }: Pick<PreparedRun, 'participation' | 'terms'>,
  { id: runId, templateDigest, parameters }: Pick<Run, 'id' | 'templateDigest' | 'parameters'>,
  bound: BoundTemplate,
  { protector, store, log }: ProtectionDeps,
): Promise<ReleasedTable> {
  try {
    const question = { templateDigest, participants: participation.participants, parameters };
    const { tables: earlier, left } = earlierTables(store, question, table);
    if (left > 0)
      log.warn({ event: 'releases-not-compared', runId, count: left }, 'too many earlier releases to compare all');
    const presentation = presentationOf(bound);
    return await protector.protect({ table, noise, measures, presentation, earlier }, policyOf(terms));
  } catch (cause) {
    // What exactly went wrong is for the log; an analyst can't do anything with it.
    const why = cause instanceof DisclosureError ? ` (${cause.code})` : '';
    throw new JoinError('DISCLOSURE_FAILED', COORDINATOR, `the table could not be protected${why}`, { cause });
  }
}
