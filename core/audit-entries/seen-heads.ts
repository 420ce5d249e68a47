import { MAX_AHEAD_SECONDS } from '../audit/index.js';
import type { Checkpoint } from '../audit/index.js';
import { counted, timeText, toHex } from '../base/index.js';
import type { AgencyLedger, LedgerClaim, LogHead } from './agency-ledger.js';
import type { Contradiction, OpenQuestion } from './ledger-findings.js';

const SECOND_MS = 1_000;

/** How a log as a node saw it stands to a copy: `holds`, the copy begins with it; `longer`, it has more than the copy. */
export type HeadStanding = 'holds' | 'differs' | 'longer';

type HeadClaim = LedgerClaim & { readonly head: LogHead };

/** The log as a ledger says that its node saw it, held against a copy. */
export class SeenHeads {
  readonly #checkpoint: Checkpoint;
  readonly #roots: ReadonlyMap<number, Uint8Array>;
  /** The smallest first, of those of one size the first entry. */
  readonly #claims: readonly HeadClaim[];

  /** `roots`: of the copy, by size, for every head of the ledger that is no longer than it. */
  constructor({ claims }: AgencyLedger, checkpoint: Checkpoint, roots: ReadonlyMap<number, Uint8Array>) {
    this.#checkpoint = checkpoint;
    this.#roots = roots;
    this.#claims = claims
      .flatMap((claim) => (claim.head === null ? [] : [{ ...claim, head: claim.head }]))
      .toSorted((left, right) => left.head.size - right.head.size);
  }

  standing({ size, root }: LogHead): HeadStanding {
    if (size > this.#checkpoint.size) return 'longer';
    const own = this.#roots.get(size);
    return own !== undefined && toHex(own) === root ? 'holds' : 'differs';
  }

  /** Those that the copy continues: each size once, the smallest first. */
  get held(): readonly number[] {
    return [...new Set(this.#of('holds').map(({ head }) => head.size))];
  }

  contradictions(): Contradiction[] {
    return [...this.#notAsSeen(), ...this.#shorter()];
  }

  questions(): OpenQuestion[] {
    const longer = this.#of('longer');
    const largest = longer.at(-1);
    if (largest === undefined || this.#shorter().length > 0) return [];
    const runs = [...new Set(longer.map(({ run }) => run))];
    return [
      {
        code: 'COPY_OLDER_THAN_LEDGER',
        runs,
        message:
          `This copy has ${counted(this.#checkpoint.size, 'entry', 'entries')}, and the node has seen ${largest.head.size}: ` +
          `${counted(runs.length, 'run of the ledger is', 'runs of the ledger are')} newer than the copy. ` +
          'That contradicts nothing: save a newer copy to compare them.',
      },
    ];
  }

  #notAsSeen(): Contradiction[] {
    const differing = this.#of('differs');
    const [first] = differing;
    if (first === undefined) return [];
    const agreed = this.held.filter((size) => size < first.head.size).at(-1);
    const seen =
      differing.length === 1
        ? `Entry ${first.entry} of the ledger (${timeText(first.at)}) has`
        : `${differing.length} entries of the ledger, the first of them ${first.entry} (${timeText(first.at)}), have`;
    return [
      {
        code: 'LOG_NOT_AS_SEEN',
        accuses: 'log',
        run: null,
        entry: first.entry,
        message:
          `${seen} another root of the log's first ${counted(first.head.size, 'entry', 'entries')} than this copy: ` +
          `the log was rewritten, or the agency was shown another one. ` +
          (agreed === undefined ? '' : `They agree in the first ${agreed}. `) +
          'Keep both files and the checkpoint beside the ledger, which the log has signed, and tell governance.',
      },
    ];
  }

  /**
   * A log's sizes grow with its times, and a node takes no checkpoint that is more than MAX_AHEAD_SECONDS ahead of its
   * clock. So what it saw was signed before its entry's time and that, and a later checkpoint can't be smaller.
   */
  #shorter(): Contradiction[] {
    const { at, size } = this.#checkpoint;
    const seen = this.#of('longer').find((claim) => claim.at.getTime() + MAX_AHEAD_SECONDS * SECOND_MS < at.getTime());
    if (seen === undefined) return [];
    return [
      {
        code: 'LOG_SHORTER_THAN_SEEN',
        accuses: 'log',
        run: null,
        entry: seen.entry,
        message:
          `By entry ${seen.entry} of the ledger (${timeText(seen.at)}) the log had ${seen.head.size} entries, and this copy, ` +
          `signed on ${timeText(at)}, has ${size}: the log has lost entries. ` +
          'Keep both files and the checkpoint beside the ledger, which the log has signed, and tell governance.',
      },
    ];
  }

  #of(standing: HeadStanding): HeadClaim[] {
    return this.#claims.filter(({ head }) => this.standing(head) === standing);
  }
}
