import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { logKey, witnessKey } from '../../../core/audit/index.js';
import type { NoteKey } from '../../../core/audit/index.js';
import { verifyCopy, verifyLedgers } from '../../../core/audit-entries/index.js';
import type { LedgerClaim, LogCopy, LogEvidence } from '../../../core/audit-entries/index.js';
import { CodedError } from '../../../core/base/index.js';
import type { AlarmClock } from '../../../core/base/index.js';
import { registerHead, rosterOf } from '../../../core/governance/index.js';
import { COORDINATOR, createGroup, inlineEngine } from '../../../core/private-join/index.js';
import type { Share } from '../../../core/private-join/index.js';
import { makeShare } from '../../../core/private-join/joint-key.js';
import { SEALING_KEY_BYTES } from '../../../core/private-join/messages.js';
import {
  bindParameters,
  bindTemplate,
  canonicalTemplate,
  parseTemplate,
  planRun,
  templateDigest,
} from '../../../core/templates/index.js';
import type { Roster, RunOffer } from '../../../core/templates/index.js';
import { AGENCIES } from '../../../examples/bold/agencies.js';
import { ANALYSTS } from '../../../examples/bold/demo/board.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import { makeFederationFolder } from '../../../examples/bold/demo/federation-folder.js';
import type { FederationFolder } from '../../../examples/bold/demo/federation-folder.js';
import { generateFederation } from '../../../examples/bold/federation.js';
import { boldCatalogue } from '../../../examples/bold/library.js';
import { systemClock, systemRng } from '../../../runtime/index.js';
import { HostileCoordinator } from './hostile-coordinator.js';
import type { Answer, Question } from './hostile-coordinator.js';
import { NAMED, QUESTION, templateOf } from './question.js';
import { WatchedNode } from './watched-node.js';

export const FEDERATION = 'hostile-test';
const SECOND_MS = 1_000;
const PEOPLE = 60;
const SEED = 20_261_123;
const MEMBERS = AGENCIES.filter(({ id }) => id === 'police' || id === 'courts');
const group = await createGroup();
const engine = inlineEngine(group, systemRng);

/** One question put to one node, with what the node has written into its ledger meanwhile. */
export interface Attempt extends Answer {
  readonly noted: readonly LedgerClaim[];
  /** How many shares of its key have come from the node meanwhile. */
  readonly shares: number;
}

/** What somebody finds who holds a saved log against the ledgers: codes, in the order in which they are found. */
export type Findings = readonly string[];

/** Two agencies with real nodes, whose coordinator is hostile. */
export class World {
  readonly folder: FederationFolder;
  readonly coordinator: HostileCoordinator;
  readonly clock: AlarmClock & { at: Date };
  /** Templates hold so long from here. */
  readonly #began: Date;
  readonly #directory: string;
  readonly #nodes: ReadonlyMap<string, WatchedNode>;

  private constructor(directory: string, folder: FederationFolder, clock: World['clock']) {
    this.#directory = directory;
    this.folder = folder;
    this.clock = clock;
    this.#began = clock.at;
    const roster = rosterOf(folder.board.roster);
    this.coordinator = new HostileCoordinator({ folder: join(directory, COORDINATOR), board: folder.board, clock });
    this.#nodes = new Map(
      MEMBERS.map(({ id }) => {
        const configFile = folder.writeNodeConfig(id, 'localhost:1');
        return [id, new WatchedNode({ agency: id, configFile, roster, clock, engine })];
      }),
    );
  }

  static async open(): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), 'tallystick-hostile-'));
    // Registrars give times to the second.
    const at = new Date(Math.floor(Date.now() / SECOND_MS) * SECOND_MS);
    const clock: World['clock'] = { ...systemClock, at, now: () => clock.at };
    const { sources } = generateFederation({ people: PEOPLE, seed: SEED, directory: join(directory, 'data') });
    const folder = await makeFederationFolder({
      ...{ directory, federation: FEDERATION, agencies: MEMBERS, clock, workers: 1 },
      sources: sources.filter(({ agency }) => MEMBERS.some(({ id }) => id === agency)),
      templates: [templateOf(1, at)],
    });
    const world = new World(directory, folder, clock);
    await world.coordinator.start();
    for (const node of world.nodes) {
      await node.prepare();
      await world.#connect(node);
    }
    return world;
  }

  get board(): Board {
    return this.folder.board;
  }

  get roster(): Roster {
    return rosterOf(this.board.roster);
  }

  get nodes(): readonly WatchedNode[] {
    return [...this.#nodes.values()];
  }

  get agencies(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** The log's, with the coordinator's key of the roster. */
  get logKey(): NoteKey {
    return logKey(FEDERATION, this.roster.coordinator.identityKey);
  }

  node(agency: string): WatchedNode {
    const node = this.#nodes.get(agency);
    if (node === undefined) throw new RangeError(`there is no agency ${agency}`);
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.coordinator.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async restart(agency: string): Promise<void> {
    const node = this.node(agency);
    await node.stop();
    await this.#connect(node);
  }

  /** The operator puts the registrar's newest word in place, and nothing else. */
  writeStatement(agency: string): void {
    writeFileSync(join(this.folder.agencyFolder(agency), 'register-statement.json'), this.board.statement());
  }

  /** Moves everybody's clock. */
  pass(seconds: number): void {
    this.clock.at = new Date(this.clock.at.getTime() + seconds * SECOND_MS);
  }

  readonly template = (version: number, expires?: Date): string => templateOf(version, this.#began, expires);

  digest(version: number): string {
    return templateDigest(canonicalTemplate(parseTemplate(this.template(version))));
  }

  /** Hands out all that governance has signed, as an honest coordinator does. */
  async tellAll(): Promise<void> {
    const { entries } = this.board;
    await this.coordinator.tell({ first: 0, entries, statement: this.board.statement() });
  }

  /** What everybody has agreed on, in a run of its own; with changes. */
  offer(changes: Partial<RunOffer> = {}): RunOffer {
    const register = registerHead(this.board.entries);
    const asked = { templateDigest: this.digest(1), register, requester: `analyst@${ANALYSTS}`, ...QUESTION };
    return { ...this.coordinator.offer(asked), ...changes };
  }

  /** Writes the offer down, and puts it to these agencies as it is. */
  async ask(offer: RunOffer, named: Question = NAMED, agencies = this.agencies): Promise<readonly Attempt[]> {
    const written = this.coordinator.write(offer, named);
    const attempts: Attempt[] = [];
    for (const agency of agencies) {
      attempts.push(await this.put(agency, offer, this.coordinator.evidence(agency, written)));
    }
    return attempts;
  }

  /** Puts it to one agency with whatever evidence, and writes its answer down, or doesn't. */
  async put(agency: string, offer: RunOffer, evidence: LogEvidence | undefined, isNoted = true): Promise<Attempt> {
    const node = this.node(agency);
    const { shares } = this.coordinator;
    const before = { claims: node.claims.length, shares: shares.length };
    const answer = await this.coordinator.ask(agency, offer, evidence);
    if (isNoted) this.coordinator.note(answer);
    return { ...answer, noted: node.claims.slice(before.claims), shares: shares.length - before.shares };
  }

  /** A share of the key as the coordinator makes it for a run, with whatever checkpoint. */
  share(offer: RunOffer, checkpoint: string): Share {
    const bound = bindTemplate(parseTemplate(this.template(NAMED.version)), boldCatalogue());
    const parameters = bindParameters(bound, offer.parameters);
    const { context } = planRun({ offer, bound, parameters, roster: this.roster });
    const facts = { party: COORDINATOR, sealingKey: systemRng.bytes(SEALING_KEY_BYTES), checkpoint };
    return makeShare(group, systemRng, context, facts, this.coordinator.identity).share;
  }

  /** Of the log, as nodes have kept them. */
  get checkpoints(): readonly string[] {
    return this.nodes.flatMap(({ checkpoint }) => (checkpoint === undefined ? [] : [checkpoint]));
  }

  /** What an auditor finds, who has the register from governance, the agencies' ledgers and the checkpoints they kept. */
  audited(copy: LogCopy = this.coordinator.copy(), earlier = this.checkpoints): Findings {
    const { federation, agencies } = this.roster;
    const witnesses = new Map(agencies.map(({ id, identityKey }) => [id, witnessKey(federation, id, identityKey)]));
    const grounds = { log: this.logKey, federation, witnesses };
    const ledgers = this.nodes.map(({ ledger }) => ledger);
    try {
      const verified = verifyCopy(copy, { ...grounds, earlier, register: this.board.entries });
      const held = verifyLedgers(copy, verified, federation, ledgers);
      const found = held.flatMap(({ contradictions, questions }) => [...contradictions, ...questions]);
      return [...new Set(found.map(({ code }) => code))];
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      return [String(thrown.code)];
    }
  }

  async #connect(node: WatchedNode): Promise<void> {
    const arrived = this.coordinator.arrival(node.agency);
    await node.start(this.coordinator.address);
    await arrived;
  }
}
