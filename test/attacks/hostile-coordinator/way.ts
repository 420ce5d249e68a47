import type { EvidenceCode } from '../../../core/audit/index.js';
import type { RefusalCode } from '../../../core/private-join/index.js';
import type { Attempt, Findings, World } from './world.js';

/** What a hostile coordinator tries, so that something is answered that governance has not approved, or is hidden. */
export interface Way {
  readonly name: string;
  /** With which every node that is tried refuses. */
  readonly code: RefusalCode;
  /** Done in a world in which the question has just been answered as it should be; gives what came of each try. */
  readonly attempt: (world: World) => Promise<readonly Attempt[]>;
  /** Lines of the log of every node that was tried, beside `offer-refused`: what it shows its operator. */
  readonly told?: readonly string[];
  /** What the evidence file of every node that was tried says of the log, by the coordinator's own signatures. */
  readonly evidence?: EvidenceCode;
  /** What an auditor finds afterwards in log and ledgers; nothing where it is left out: the log tells of it all. */
  readonly found?: Findings;
}

/** Those that go by one thing, of which each says otherwise. */
export interface Ways {
  readonly by: string;
  readonly ways: readonly Way[];
}

export function ways(by: string, each: readonly Way[]): Ways {
  return { by, ways: each };
}
