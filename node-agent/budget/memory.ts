import type { EntryBody, LedgerEntry } from '../ledger/entries.js';
import type { Ledger } from '../ledger/ledger.js';

type Spent = EntryBody<'spent'>;
/**
 * What one dataset was asked: enough to ask its snapshot again which records were in which cell.
 *
 * `context`: what the table counts them in. Cells of a linked list are seen only as far as they link to the population,
 * so two questions of it are held against each other where they link it to the same one; those of a population always.
 * `population`: which records the list has. `dimensions`: what its labels are made of. `totals`: whether they are shown.
 */
export type LocalQuestion = NonNullable<Spent['datasets'][number]['question']>;

/** A question that was asked of a snapshot and may have been answered. */
export interface RememberedQuestion extends LocalQuestion {
  readonly template: string;
  readonly version: number;
}

/** What a snapshot has cost so far, in millionths. */
export interface SnapshotSpending {
  readonly dataset: string;
  readonly snapshot: string;
  /** In all. */
  readonly spent: number;
  /** For its linkage statistics; null where they never left. */
  readonly linkage: LinkageSpending | null;
}

export interface LinkageSpending {
  /** In millionths, for all of them; 0 where there is no noise. */
  readonly spent: number;
  readonly schemes: readonly string[];
}

/** What a ledger says of the time. */
export interface ClockMarks {
  /** The latest that an entry says, from the last one on by which the operator resumed the node; undefined without any. */
  readonly latestMs: number | undefined;
  /** How often the operator has resumed the node. */
  readonly confirmations: number;
}

interface RememberedRequest {
  readonly first: Spent;
  /** Runs of it that began here. */
  runs: number;
  /** Those of them that ended before anybody could learn a count from them. */
  fruitless: number;
}

/** What the ledger says about budgets and earlier questions. Reads on in the ledger whenever it is asked to. */
export class LedgerMemory {
  readonly #ledger: Ledger;
  readonly #bySnapshot = new Map<string, number>();
  /** By dataset, then by quarter. */
  readonly #byQuarter = new Map<string, Map<string, number>>();
  /** Of snapshots whose linkage statistics may have left. */
  readonly #linkage = new Map<string, LinkageSpending>();
  readonly #requests = new Map<string, RememberedRequest>();
  /** Ids of runs that were taken part in. */
  readonly #runs = new Set<string>();
  /** When runs were taken part in, in milliseconds, in the order of the ledger. */
  readonly #runsAt: number[] = [];
  #read = 0;
  #marks: ClockMarks = { latestMs: undefined, confirmations: 0 };

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Takes in what has been appended since. Thrown when the ledger can't be read: NodeError LEDGER_DAMAGED. */
  catchUp(): void {
    for (const entry of this.#ledger.entries(this.#read)) {
      this.#take(entry);
      this.#read = entry.number;
    }
  }

  /** Millionths. */
  spentOnSnapshot(dataset: string, snapshot: string): number {
    return this.#bySnapshot.get(keyOf(dataset, snapshot)) ?? 0;
  }

  /**
   * Millionths, with what the ledger says of later quarters: it was spent before now, whatever the clock said then. So a
   * clock that was ahead opens no budget of its own, and one that is set back gives none back.
   */
  spentInQuarter(dataset: string, quarter: string): number {
    const ofQuarters = this.#byQuarter.get(dataset) ?? new Map<string, number>();
    return [...ofQuarters].reduce((sum, [one, spent]) => (one >= quarter ? sum + spent : sum), 0);
  }

  get clockMarks(): ClockMarks {
    return this.#marks;
  }

  /** Whether the request has been paid for, from these snapshots of this node. */
  hasSpent(request: string, snapshots: ReadonlyMap<string, string>): boolean {
    const known = this.#requests.get(request)?.first.datasets;
    return (
      known?.length === snapshots.size && known.every(({ dataset, snapshot }) => snapshots.get(dataset) === snapshot)
    );
  }

  /** Whether a run of this id was taken part in. */
  hasRun(runId: string): boolean {
    return this.#runs.has(runId);
  }

  /** Whether the linkage statistics of the snapshot have been paid for; where they cost nothing, whether they left. */
  hasSpentOnLinkage(dataset: string, snapshot: string): boolean {
    return this.#linkage.has(keyOf(dataset, snapshot));
  }

  /** Oldest first; those of which no run got so far that a count could be known are left out. */
  questionsOf(dataset: string, snapshot: string): readonly RememberedQuestion[] {
    return [...this.#requests.values()]
      .filter(({ runs, fruitless }) => runs > fruitless)
      .flatMap(({ first: { template, version, datasets } }) =>
        datasets.flatMap((part) =>
          part.dataset === dataset && part.snapshot === snapshot && part.question !== null
            ? [{ ...part.question, template, version }]
            : [],
        ),
      );
  }

  /** When the runs were taken part in that began after that time, oldest first. Milliseconds. */
  runsAfter(time: number): readonly number[] {
    return this.#runsAt.filter((at) => at > time).toSorted((left, right) => left - right);
  }

  /** For each snapshot that something was spent on, oldest first. */
  snapshots(): readonly SnapshotSpending[] {
    return [...this.#bySnapshot].map(([key, spent]) => {
      const [dataset = '', snapshot = ''] = key.split(SEPARATOR);
      return { dataset, snapshot, spent, linkage: this.#linkage.get(key) ?? null };
    });
  }

  #take({ kind, at, body }: LedgerEntry): void {
    this.#mark(kind === 'resumed', Date.parse(at));
    switch (kind) {
      case 'spent':
        this.#runsAt.push(Date.parse(at));
        this.#spent(body);
        return;
      case 'failed': {
        const request = this.#requests.get(body.request);
        if (request !== undefined && !body.opened) request.fruitless += 1;
        return;
      }
      case 'linkage': {
        const { dataset, snapshot, quarter, spent, schemes } = body;
        this.#linkage.set(keyOf(dataset, snapshot), { spent, schemes });
        add(this.#bySnapshot, keyOf(dataset, snapshot), spent);
        this.#addToQuarter(dataset, quarter, spent);
        return;
      }
      case 'refused':
      case 'answered':
      case 'observed':
      case 'policy':
      case 'snapshot':
      case 'paused':
      case 'resumed':
        return;
    }
  }

  #addToQuarter(dataset: string, quarter: string, millionths: number): void {
    const ofQuarters = this.#byQuarter.get(dataset) ?? new Map<string, number>();
    this.#byQuarter.set(dataset, ofQuarters);
    add(ofQuarters, quarter, millionths);
  }

  /** Whoever resumes a node has looked at its clock: what was written by another one before counts no more. */
  #mark(isConfirmed: boolean, atMs: number): void {
    const { latestMs, confirmations } = this.#marks;
    this.#marks = isConfirmed
      ? { latestMs: atMs, confirmations: confirmations + 1 }
      : { latestMs: Math.max(latestMs ?? atMs, atMs), confirmations };
  }

  #spent(body: Spent): void {
    const { runId, request, spent, quarter, datasets } = body;
    this.#runs.add(runId);
    for (const { dataset, snapshot } of datasets) {
      add(this.#bySnapshot, keyOf(dataset, snapshot), spent);
      this.#addToQuarter(dataset, quarter, spent);
    }
    const known = this.#requests.get(request);
    if (known === undefined) this.#requests.set(request, { first: body, runs: 1, fruitless: 0 });
    else known.runs += 1;
  }
}

/** Stands in no dataset's name. */
const SEPARATOR = ' ';

function keyOf(dataset: string, of: string): string {
  return `${dataset}${SEPARATOR}${of}`;
}

function add(totals: Map<string, number>, key: string, millionths: number): void {
  totals.set(key, (totals.get(key) ?? 0) + millionths);
}
