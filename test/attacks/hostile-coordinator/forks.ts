import type { EvidenceCode } from '../../../core/audit/index.js';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import type { FailureCode, Share } from '../../../core/private-join/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { NAMED } from './question.js';
import type { Findings, World } from './world.js';

/* One question that both agencies answer, and that each was shown to stand in the log, but not in the same. */

/** What is shown to each agency, in the order of the world's. */
export type Shown = ReadonlyMap<string, LogEvidence>;

/** A way of showing two agencies the log otherwise, and of carrying what they say of it to each other. */
export interface Fork {
  readonly name: string;
  readonly show: (world: World, offer: RunOffer) => Shown;
  /** The share of the other agency as it is handed on. `own`: the checkpoint that the receiver was shown. */
  readonly carry?: (share: Share, own: string) => Share;
  /** With which every node ends the run. */
  readonly code: FailureCode;
  /** What the evidence file of every node says of the log; undefined where there is none. */
  readonly evidence?: EvidenceCode;
  /** Whether the log can answer the evidence: it had one story, and broke the rule all the same. */
  readonly isAnswered?: boolean;
  /** What the checkpoints that the two nodes have kept prove, held together; undefined where they can both be true. */
  readonly kept?: EvidenceCode;
  /** What an auditor finds who has both ledgers and the log that was shown last. */
  readonly found: Findings;
}

/** Each agency's log has the offer after so many others that nobody is asked. `wait`: between the two, in seconds. */
function forked(hidden: readonly [number, number], wait: number): Fork['show'] {
  return (world, offer) => {
    const { coordinator, agencies } = world;
    const second = `${coordinator.file}.second`;
    coordinator.copyTo(second);
    const shown = new Map<string, LogEvidence>();
    for (const [place, agency] of agencies.entries()) {
      if (place > 0) {
        world.pass(wait);
        coordinator.use(second);
      }
      for (let run = 0; run < (hidden[place] ?? 0); run += 1) coordinator.write(world.offer(), NAMED);
      shown.set(agency, coordinator.evidence(agency, coordinator.write(offer, NAMED)));
    }
    return shown;
  };
}

/** The second agency is asked under a checkpoint of its own, after another entry was written. */
function grownBetween(world: World, offer: RunOffer): Shown {
  const { coordinator } = world;
  const [first = '', second = ''] = world.agencies;
  const written = coordinator.write(offer, NAMED);
  const before = coordinator.evidence(first, written);
  const { size, checkpoint } = coordinator.write(world.offer(), NAMED);
  return new Map([
    [first, before],
    [second, coordinator.evidence(second, { ...written, size, checkpoint })],
  ]);
}

const CODE = 'LOG_INCONSISTENT';

export const FORKS: readonly Fork[] = [
  {
    name: 'two logs of one length, each with a question that the other has not',
    show: forked([1, 1], 0),
    ...{ code: CODE, evidence: 'LOG_FORKED', kept: 'LOG_FORKED' },
    found: ['LOG_NOT_AS_SEEN'],
  },
  {
    name: 'a log with a question that another agency’s, longer since, has not',
    show: forked([1, 0], 60),
    ...{ code: CODE, evidence: 'LOG_ROLLED_BACK', kept: 'LOG_ROLLED_BACK' },
    found: ['LOG_NOT_AS_SEEN'],
  },
  {
    name: 'a log without questions that another agency’s has by now',
    show: forked([0, 2], 60),
    ...{ code: CODE, evidence: 'LOG_INCONSISTENT' },
    found: ['LOG_NOT_AS_SEEN', 'RUN_NOT_IN_LOG'],
  },
  {
    name: 'one log, but to each agency under a checkpoint of its own',
    show: grownBetween,
    ...{ code: CODE, evidence: 'LOG_INCONSISTENT', isAnswered: true },
    found: [],
  },
  {
    name: 'two logs, and to each agency the other’s share with its own checkpoint in it',
    show: forked([1, 1], 0),
    carry: (share, own) => ({ ...share, checkpoint: own }),
    ...{ code: 'BAD_SIGNATURE', kept: 'LOG_FORKED' },
    found: ['LOG_NOT_AS_SEEN'],
  },
];
