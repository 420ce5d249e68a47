import { createPrivateKey, randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { AuditLog } from '../../../coordinator/audit/audit-log.js';
import { AuditTrail } from '../../../coordinator/audit/audit-trail.js';
import type { LoggedOffer } from '../../../coordinator/audit/audit-trail.js';
import type { LogCopy, LogEvidence } from '../../../core/audit-entries/index.js';
import { silentLog } from '../../../core/base/index.js';
import type { AlarmClock } from '../../../core/base/index.js';
import { rosterOf } from '../../../core/governance/index.js';
import { COORDINATOR, isRefusalCode, signingKey } from '../../../core/private-join/index.js';
import type { FailureCode, RefusalCode, Share, SigningKey } from '../../../core/private-join/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { createFederationServer, partsOf } from '../../../transport/index.js';
import type { FederationServer, FromNode, NodeConnection, RegisterUpdate, ToNode } from '../../../transport/index.js';

/** What a node says to an offer: that it takes part, or why not. */
export interface Answer {
  readonly agency: string;
  readonly runId: string;
  readonly code: 'ANSWERED' | RefusalCode | FailureCode;
}

/** What it asks by, and what it writes down of that. */
export interface Question {
  readonly template: string;
  readonly version: number;
}

export interface HostileCoordinatorOptions {
  /** The coordinator's own, with its keys. */
  readonly folder: string;
  readonly board: Board;
  readonly clock: AlarmClock;
}

const STOP_MS = 1_000;

/**
 * A coordinator that has the real one's keys, certificate and disk, and says whatever it likes: the honest pieces of the
 * product that carry and write, without the one that decides.
 */
export class HostileCoordinator {
  readonly identity: SigningKey;
  readonly file: string;
  readonly #options: HostileCoordinatorOptions;
  readonly #server: FederationServer;
  readonly #nodes = new Map<string, NodeConnection>();
  readonly #arrivals = new Map<string, () => void>();
  readonly #waiting = new Map<string, (code: Answer['code']) => void>();
  /** `agency run` of each share of a key that has come: without it nobody can open what an agency sends. */
  readonly shares: string[] = [];
  readonly #shares = new Map<string, Share>();
  /** What its log is to tell of the register, where it holds back the rest. */
  known: readonly Uint8Array[] | undefined;
  audit: AuditLog;
  trail: AuditTrail;
  #port = 0;

  constructor(options: HostileCoordinatorOptions) {
    const { folder, board, clock } = options;
    const text = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
    this.#options = options;
    this.identity = signingKey(createPrivateKey(text('identity.pem')));
    this.file = join(folder, 'coordinator.db.audit');
    [this.audit, this.trail] = this.#openLog(this.file);
    const { federation, agencies } = board.roster;
    this.#server = createFederationServer(
      {
        ...{ federation, host: '127.0.0.1', port: 0, softwareVersion: '0.0.0', log: silentLog, clock },
        agencies: new Set(agencies.map(({ id }) => id)),
        tls: {
          authority: text('tls', 'authority.crt'),
          certificate: text('tls', 'party.crt'),
          privateKey: text('tls', 'party.key'),
        },
      },
      {
        connected: (node) => {
          this.#nodes.set(node.agency, node);
          this.trail.connected(node.agency, node.hello.logSize);
          this.#arrivals.get(node.agency)?.();
        },
        received: (agency, message) => this.#received(agency, message),
        disconnected: (agency) => void this.#nodes.delete(agency),
      },
    );
  }

  get address(): string {
    return `localhost:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#port = (await this.#server.start()).port;
  }

  async stop(): Promise<void> {
    await this.#server.stop(STOP_MS);
    this.audit.close();
  }

  /** Resolves when the agency's node has connected; ask before it starts. */
  arrival(agency: string): Promise<void> {
    return new Promise((resolve) => this.#arrivals.set(agency, resolve));
  }

  /** Goes on with another file as its log. */
  use(file: string): void {
    this.audit.close();
    [this.audit, this.trail] = this.#openLog(file);
    for (const { agency, hello } of this.#nodes.values()) this.trail.connected(agency, hello.logSize);
  }

  /** Makes a backup of the log, which a restore could bring back. */
  copyTo(file: string): void {
    this.audit.close();
    copyFileSync(this.file, file);
    [this.audit, this.trail] = this.#openLog(this.file);
    for (const { agency, hello } of this.#nodes.values()) this.trail.connected(agency, hello.logSize);
  }

  /** Hands out of the register what it likes to whom it likes. */
  async tell(update: RegisterUpdate, agencies: Iterable<string> = this.#nodes.keys()): Promise<void> {
    for (const agency of agencies) {
      for (const part of partsOf(update)) await this.say(agency, { kind: 'register', part });
    }
  }

  async say(agency: string, message: ToNode): Promise<void> {
    await this.#node(agency).send(message);
  }

  /** As an honest one would make it, of what every node has said of itself. */
  offer(asked: Pick<RunOffer, 'templateDigest' | 'register' | 'parameters' | 'requester' | 'purpose'>): RunOffer {
    const participants = this.#options.board.roster.agencies.map(({ id }) => {
      const { snapshots, floors } = this.#node(id).hello;
      const datasets = snapshots.map(({ dataset, snapshot }) => ({ dataset, snapshot }));
      return { agency: id, datasets, floors };
    });
    return { runId: randomUUID(), ...asked, participants };
  }

  /** Writes it into the log as it is. */
  write(offer: RunOffer, named: Question): LoggedOffer {
    this.trail.register(this.known ?? this.#options.board.entries);
    return this.trail.offer(offer, named);
  }

  evidence(agency: string, written: LoggedOffer): LogEvidence {
    return this.trail.evidenceFor(agency, written);
  }

  /** Resolves with what the node says; where it takes part, the run is called off at once. */
  async ask(agency: string, offer: RunOffer, evidence: LogEvidence | undefined): Promise<Answer> {
    const { runId } = offer;
    const answer = await this.begin(agency, offer, evidence);
    if (answer.code === 'ANSWERED') {
      const message = { kind: 'abort', code: 'CANCELLED', party: COORDINATOR } as const;
      await this.say(agency, { kind: 'protocol', runId, message });
    }
    return answer;
  }

  /** The same; where it takes part, the node waits for everybody's shares. */
  async begin(agency: string, offer: RunOffer, evidence: LogEvidence | undefined): Promise<Answer> {
    const { runId } = offer;
    const code = this.#answerOf(agency, runId);
    await this.say(agency, { kind: 'offer', offer, ...(evidence === undefined ? {} : { evidence }) });
    return { agency, runId, code: await code };
  }

  /** Hands a node that takes part these shares as everybody's; resolves when it has ended the run, with its code. */
  async key(agency: string, runId: string, shares: readonly Share[]): Promise<Answer> {
    const code = this.#answerOf(agency, runId);
    await this.say(agency, { kind: 'protocol', runId, message: { kind: 'joint-key', shares } });
    return { agency, runId, code: await code };
  }

  shareOf(agency: string, runId: string): Share {
    const share = this.#shares.get(`${agency} ${runId}`);
    if (share === undefined) throw new RangeError(`${agency} has sent no share`);
    return share;
  }

  /** Writes into the log what the node has answered. */
  note({ agency, runId, code }: Answer): void {
    this.trail.answered(runId, agency, isRefusalCode(code) ? code : null);
  }

  /** As anybody who has a token can save it. */
  copy(): LogCopy {
    const checkpoint = this.audit.checkpoint();
    const entries = this.audit.entries(0, this.audit.head.size);
    return { checkpoint, cosigned: this.audit.cosignedBy(1) ?? null, entries };
  }

  #openLog(file: string): [AuditLog, AuditTrail] {
    const { board, clock } = this.#options;
    const audit = AuditLog.open({ file, federation: board.roster.federation, key: this.identity, clock });
    const trail = new AuditTrail({ audit, roster: () => rosterOf(board.roster), clock, log: silentLog });
    return [audit, trail];
  }

  #node(agency: string): NodeConnection {
    const node = this.#nodes.get(agency);
    if (node === undefined) throw new RangeError(`${agency} is not connected`);
    return node;
  }

  #received(agency: string, message: FromNode): void {
    if (message.kind === 'cosignature') this.trail.cosigned(agency, message.size, message.line);
    if (message.kind === 'refusal') this.#answer(agency, message.runId, message.code);
    if (message.kind !== 'protocol') return;
    const { runId } = message;
    if (message.message.kind === 'share') {
      this.shares.push(`${agency} ${runId}`);
      this.#shares.set(`${agency} ${runId}`, message.message.share);
      this.#answer(agency, runId, 'ANSWERED');
    }
    if (message.message.kind === 'abort') this.#answer(agency, runId, message.message.code);
  }

  #answerOf(agency: string, runId: string): Promise<Answer['code']> {
    return new Promise((resolve) => this.#waiting.set(`${agency} ${runId}`, resolve));
  }

  #answer(agency: string, runId: string, code: Answer['code']): void {
    this.#waiting.get(`${agency} ${runId}`)?.(code);
  }
}
