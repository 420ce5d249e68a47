import { logKey } from '../../../core/audit/index.js';
import type { LedgerClaim } from '../../../core/audit-entries/index.js';
import { CodedError, silentLog } from '../../../core/base/index.js';
import type { AlarmClock, Log, LogFields } from '../../../core/base/index.js';
import type { Engine } from '../../../core/private-join/index.js';
import type { Roster } from '../../../core/templates/index.js';
import { CheckpointStore, createNode, loadConfig, prepareAll, readAgencyLedger } from '../../../node-agent/index.js';
import type { Node, NodeConfig } from '../../../node-agent/index.js';
import type { LedgerEntry } from '../../../node-agent/ledger/entries.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { systemRng } from '../../../runtime/index.js';

export interface WatchedNodeOptions {
  readonly agency: string;
  readonly configFile: string;
  readonly roster: Roster;
  readonly clock: AlarmClock;
  readonly engine: Engine;
}

/** An agency's node as it is, and what its operator can find afterwards: the lines of its log, its ledger, its files. */
export class WatchedNode {
  readonly agency: string;
  readonly #options: WatchedNodeOptions;
  readonly #config: NodeConfig;
  readonly #events: LogFields[] = [];
  #node: Node | undefined;

  constructor(options: WatchedNodeOptions) {
    this.agency = options.agency;
    this.#options = options;
    this.#config = loadConfig(options.configFile);
  }

  async prepare(): Promise<void> {
    const { clock, engine } = this.#options;
    await prepareAll(this.#config, { clock, rng: systemRng, log: silentLog, engine });
  }

  async start(address: string): Promise<void> {
    const { clock, engine } = this.#options;
    const coordinator = { ...this.#config.coordinator, address };
    this.#node = createNode({ ...this.#config, coordinator }, { clock, rng: systemRng, log: this.#log, engine });
    await this.#node.start();
  }

  async stop(): Promise<void> {
    await this.#node?.stop();
  }

  /** Forgets the lines of its log so far. */
  forget(): void {
    this.#events.length = 0;
  }

  /** Lines of its log with a code, or with an error that has one: `event CODE`. Of an error that wraps another, that one's. */
  get told(): readonly string[] {
    return this.#events.flatMap(({ event, code, err }) => {
      const said = typeof code === 'string' ? code : codeIn(err);
      return said === undefined ? [] : [`${String(event)} ${said}`];
    });
  }

  /** Files with what accuses the audit log. */
  get evidenceFiles(): readonly string[] {
    return this.#events.flatMap(({ evidence }) => (typeof evidence === 'string' ? [evidence] : []));
  }

  get ledger(): ReturnType<typeof readAgencyLedger> {
    return readAgencyLedger(this.#config.ledger);
  }

  get claims(): readonly LedgerClaim[] {
    return this.ledger.claims;
  }

  /** What its operator reads in the ledger. */
  get entries(): readonly LedgerEntry[] {
    const { federation } = this.#options.roster;
    const ledger = Ledger.read({ file: this.#config.ledger, agency: this.agency, federation });
    try {
      return [...ledger.entries()];
    } finally {
      ledger.close();
    }
  }

  /** The last checkpoint of the audit log that it has kept, as a note; undefined before the first. */
  get checkpoint(): string | undefined {
    const { federation, coordinator } = this.#options.roster;
    return new CheckpointStore(this.#config.ledger, logKey(federation, coordinator.identityKey)).last?.note;
  }

  get #log(): Log {
    const note = (fields: LogFields): void => {
      if ('event' in fields) this.#events.push(fields);
    };
    const log: Log = { debug: () => undefined, info: note, warn: note, error: note, child: () => log };
    return log;
  }
}

function codeIn(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  return codeIn(thrown.cause) ?? (thrown instanceof CodedError ? String(thrown.code) : undefined);
}
