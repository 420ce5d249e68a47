import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import type { Alarm, AlarmClock, Log, LogFields } from '../../../core/base/index.js';
import { createSolver, type LinearSolver } from '../../../core/disclosure/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import {
  COORDINATOR,
  createGroup,
  inlineEngine,
  memoryStores,
  NodeJoin,
  signingKey,
  type Engine,
  type Link,
  type LinkReceiver,
  type PartyId,
  type RefusalCode,
} from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  canonicalTemplate,
  identityKeys,
  NO_FLOORS,
  planRun,
  templateDigest,
  type Floors,
  type Roster,
  type RunOffer,
  type Template,
} from '../../../core/templates/index.js';
import {
  AgencyRegistry,
  auditFile,
  AuditLog,
  AuditTrail,
  createAgencyStore,
  createRunStore,
  federationHandlers,
  inlineProtector,
  openDatabase,
  RegisterFeed,
  RunFeed,
  RunService,
  TemplatesInForce,
  type LiveTemplate,
  type RunStore,
} from '../../../coordinator/index.js';
import {
  createMemoryNetwork,
  type Hello,
  type MemoryNetwork,
  type NodeConnection,
  type RegisterPart,
  type RelayObserver,
  type RunLink,
  type ServerHandlers,
  type TransportErrorCode,
} from '../../../transport/index.js';
import type { Board } from '../../../examples/bold/demo/board.js';
import type { PlainLists } from '../../support/naive-join.js';
import { seededRng } from '../../support/seeded-rng.js';
import { plainSource, worldNoise } from '../../support/world.js';
import { catalogue, template as parseBody } from '../templates/fixtures.js';
import { APPROVERS, boardFor, HeardGovernance, IN_MEMORY, publish, requesterNamed } from './governance-fixtures.js';

const party = (): ReturnType<typeof signingKey> => signingKey(generateKeyPairSync('ed25519').privateKey);
const identities = new Map(
  ['police', 'charity-a', 'charity-b', 'courts', COORDINATOR].map((name) => [name, party()] as const),
);

export function identityOf(name: PartyId): ReturnType<typeof signingKey> {
  const identity = identities.get(name);
  if (identity === undefined) throw new RangeError(`no identity for ${name}`);
  return identity;
}

const agency = (id: string, dataset: string): Roster['agencies'][number] => ({
  id,
  name: `The ${id}`,
  identityKey: identityOf(id).publicKey,
  datasets: [dataset],
});

export const roster: Roster = {
  federation: 'unit-test',
  version: 1,
  agencies: [
    agency('police', 'police.crimes'),
    agency('charity-a', 'charities.support'),
    agency('charity-b', 'charities.support'),
    agency('courts', 'courts.hearings'),
  ],
  coordinator: { identityKey: identityOf(COORDINATOR).publicKey },
};

/** Whole lines may be shown and there are no totals, so that what is suppressed is what is small and nothing else. */
export const template: Template = {
  ...parseBody(`unit: person
scheme: exact
population:
  dataset: police.crimes
  where:
    - { field: quarter, in: { parameter: quarters } }
links:
  - { dataset: charities.support, on: person, keep: all }
dimensions:
  - { field: police.crimes.withdrew }
  - { linked: charities.support, label: Supported by a charity }
parameters:
  quarters: { from: [2025-Q1, 2025-Q2], max: 2 }
`),
  disclosure: { threshold: 10, roundTo: 5, epsilon: 'none', wholeLines: 'Made up for a test, and about nobody.' },
  present: { margins: 'none' },
};

/** As the rig's board publishes it. */
export function approved(changes: Partial<Template> = {}): LiveTemplate {
  const changed = { ...template, ...changes };
  return {
    digest: templateDigest(canonicalTemplate(changed)),
    approvers: APPROVERS,
    bound: bindTemplate(changed, catalogue),
  };
}

export const TEMPLATE = template.template;
export const PARAMETERS = { quarters: ['2025-Q2', '2025-Q1'] };
export const REQUEST = { template: TEMPLATE, parameters: PARAMETERS, requester: requesterNamed('analyst') };

/**
 * 52 people: every fourth has withdrawn, every second is supported, by one charity or the other. Exact counts: withdrew
 * and supported 13, stayed and supported 13, stayed and not supported 26, everything else 0.
 */
export const lists: PlainLists = new Map([
  ['police.crimes/police', people(0, 52).map((keys, index) => ({ keys, label: index % 4 === 0 ? 1 : 2 }))],
  ['charities.support/charity-a', everySecond(0, 26)],
  ['charities.support/charity-b', everySecond(26, 52)],
]);

/** A measure of the population, and the same people with it: person n is 20 + n years old, every tenth says no age. */
export const AGES: Partial<Template> = { measures: [{ mean: 'police.crimes.age', range: [20, 80] }] };
const CENTRE = 50;
export const listsWithAges: PlainLists = new Map([
  ...lists,
  [
    'police.crimes/police',
    (lists.get('police.crimes/police') ?? []).map((record, index) => ({
      ...record,
      numbers: index % 10 === 9 ? [0, 0] : [20 + index - CENTRE, 1],
    })),
  ],
]);

/** Noise on everything there is. */
export const NOISY: Partial<Template> = { disclosure: { threshold: 10, roundTo: 5, epsilon: 2 } };

function people(from: number, to: number): [string, string][] {
  return Array.from({ length: to - from }, (_, index) => [`first ${from + index}`, `second ${from + index}`]);
}

function everySecond(from: number, to: number): { keys: [string, string]; label: number }[] {
  return people(from, to)
    .filter((_, index) => index % 2 === 0)
    .map((keys) => ({ keys, label: 1 }));
}

/** A clock that only the test moves. */
export class TestClock implements AlarmClock {
  #now = new Date('2026-11-22T10:00:00.000Z');
  readonly #alarms = new Map<Alarm, { readonly due: number; readonly ring: () => void }>();

  now(): Date {
    return this.#now;
  }

  advance(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1000);
    for (const [alarm, { due, ring }] of [...this.#alarms]) {
      if (due > this.#now.getTime()) continue;
      alarm.stop();
      ring();
    }
  }

  alarm(seconds: number, ring: () => void): Alarm {
    const alarm = {
      restart: () => {
        // As a timer of the system: one that has rung or was stopped stays so.
        if (this.#alarms.has(alarm)) this.#set(alarm, seconds, ring);
      },
      stop: () => {
        this.#alarms.delete(alarm);
      },
    };
    this.#set(alarm, seconds, ring);
    return alarm;
  }

  #set(alarm: Alarm, seconds: number, ring: () => void): void {
    this.#alarms.set(alarm, { due: this.#now.getTime() + seconds * 1000, ring });
  }
}

/** Remembers every line. */
export class TestLog implements Log {
  readonly lines: LogFields[] = [];

  debug(): void {
    // Nobody listens.
  }
  info(fields: LogFields): void {
    this.lines.push(fields);
  }
  warn(fields: LogFields): void {
    this.lines.push(fields);
  }
  error(fields: LogFields): void {
    this.lines.push(fields);
  }
  child(): Log {
    return this;
  }

  of(event: string): LogFields[] {
    return this.lines.filter((line) => line['event'] === event);
  }
}

/** What an agency does with an offer. */
export type Behaviour =
  'accept' | 'silent' | 'vanish' | 'abort' | 'stall' | 'break' | 'no-sums' | { readonly refuse: RefusalCode };

export interface RigOptions {
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  readonly reveal?: boolean;
  /** Database file; in memory when not given. */
  readonly database?: string;
  /** Agencies that are connected from the start: all that the template asks, unless said otherwise. */
  readonly online?: readonly string[];
  readonly templates?: readonly LiveTemplate[];
  /** Officers of the register, who publish nothing by themselves; else one of the database, new in memory. */
  readonly board?: Board;
  /** True: neither a table nor a failure can be written the first time. */
  readonly failsToWrite?: boolean;
  /** What the coordinator's engine is to do otherwise. */
  readonly engine?: (engine: Engine) => Engine;
  readonly solver?: LinearSolver;
  readonly lists?: PlainLists;
  /** What agencies ask beyond templates, and what they have left; nothing, and a lot, where not said. */
  readonly floors?: Readonly<Record<string, Floors>>;
  readonly epsilonLeft?: Readonly<Record<string, number>>;
}

/** How long an agency may be silent in a rig, by its clock. */
export const DEADLINE_SECONDS = 30;

/** What an agency has left of its budget where a test says nothing else. */
export const EPSILON_LEFT = 10;
const SNAPSHOT = 'ab'.repeat(32);

const group = await createGroup();
const realSolver = await createSolver();

/** A disk that is full until the first run has ended. */
function failingOnce(store: RunStore): RunStore {
  const failed = new Set<string>();
  const failing =
    <Rest extends unknown[], Result>(name: string, write: (...rest: Rest) => Result) =>
    (...rest: Rest): Result => {
      if (failed.has(name)) return write(...rest);
      failed.add(name);
      throw new Error('disk full');
    };
  return {
    putRun: (request) => store.putRun(request),
    getRun: (id) => store.getRun(id),
    listRuns: (...rest) => store.listRuns(...rest),
    unfinishedRuns: () => store.unfinishedRuns(),
    putAsked: (id, asked) => store.putAsked(id, asked),
    putEvent: (id, event) => store.putEvent(id, event),
    endRun: failing('endRun', (...rest: Parameters<RunStore['endRun']>) => store.endRun(...rest)),
    finishRun: failing('finishRun', (...rest: Parameters<RunStore['finishRun']>) => store.finishRun(...rest)),
    replayRun: (id, event, original, asked) => store.replayRun(id, event, original, asked),
    findReleased: (digest) => store.findReleased(digest),
    wasOffered: (digest) => store.wasOffered(digest),
    listReleased: (digest, participants) => store.listReleased(digest, participants),
    getEvents: (id, sequence) => store.getEvents(id, sequence),
    getPhases: (id) => store.getPhases(id),
    getRelease: (id) => store.getRelease(id),
  };
}

/** A run service with its store and registry, real joins, and agencies in this process that behave as told. */
export class Rig {
  readonly clock = new TestClock();
  readonly log = new TestLog();
  readonly registry: AgencyRegistry;
  readonly service: RunService;
  readonly audit: AuditTrail;
  readonly auditLog: AuditLog;
  /** What came with offers, in their order. */
  readonly evidence: (LogEvidence | undefined)[] = [];
  /** How much of the log each agency says that it has verified, the next time it connects or `says`. */
  readonly logSizes: Record<string, number> = {};
  readonly feed = new RunFeed();
  readonly templates: TemplatesInForce;
  /** What the coordinator has heard of the register; its officers are at `governance.board`. */
  readonly governance: HeardGovernance;
  readonly registerFeed: RegisterFeed;
  /** What agencies were sent of the register. */
  readonly registerParts: { readonly agency: string; readonly part: RegisterPart }[] = [];
  /** How many entries of it each agency says that it has, the next time it connects; all, unless said otherwise. */
  readonly registerSizes: Record<string, number> = {};
  readonly offers: RunOffer[] = [];
  readonly handlers: ServerHandlers;
  readonly behaviours: Record<string, Behaviour>;
  /** By agency; what it says the next time it connects or `says`. */
  readonly floors: Record<string, Floors>;
  readonly epsilonLeft: Record<string, number>;
  readonly snapshots: Record<string, string> = {};
  readonly rejectedPercent: Record<string, number> = {};
  readonly linkage: Record<string, readonly LinkageStatistics[]> = {};
  /** What is in the snapshots; of runs from then on. */
  lists: PlainLists;
  /** What each agency was told on its control stream and its link. */
  readonly heard: { readonly agency: string; readonly kind: string; readonly code?: string }[] = [];
  /** Ends without a word, as a process that is killed: only what is in the database is left. */
  readonly crash: () => void;
  readonly #network = new Map<string, { readonly network: MemoryNetwork; readonly observer: RelayObserver }>();

  constructor(options: RigOptions = {}) {
    this.behaviours = { ...options.behaviours };
    this.floors = { ...options.floors };
    this.epsilonLeft = { ...options.epsilonLeft };
    this.lists = options.lists ?? lists;
    const database = openDatabase(options.database ?? IN_MEMORY);
    this.crash = () => {
      if (database.open) database.close();
      this.auditLog.close();
    };
    onTestFinished(this.crash);
    const board = options.board ?? boardFor(options.database ?? IN_MEMORY, roster, this.clock);
    const templates = options.templates ?? (options.board === undefined ? [approved()] : []);
    publish(
      board,
      templates.map(({ bound }) => bound.template),
    );
    this.governance = new HeardGovernance(board);
    this.registerFeed = new RegisterFeed(this.governance, this.log);
    this.registry = new AgencyRegistry(this.roster.agencies, createAgencyStore(database), this.clock, this.log);
    const rng = seededRng('coordinator');
    const auditLog = AuditLog.open({
      file: options.database === undefined ? IN_MEMORY : auditFile(options.database),
      federation: roster.federation,
      key: identityOf(COORDINATOR),
      clock: this.clock,
    });
    this.auditLog = auditLog;
    this.audit = new AuditTrail({ audit: auditLog, roster: () => this.roster, clock: this.clock, log: this.log });
    this.audit.register(this.governance.copy.entries);
    this.templates = new TemplatesInForce(catalogue);
    this.templates.take(this.governance.register);
    const { governance } = this;
    this.service = new RunService({
      get roster() {
        return governance.roster;
      },
      get register() {
        return governance.copy.head;
      },
      governance,
      registry: this.registry,
      audit: this.audit,
      federation: { openRun: (id, agencies, receiver, observer) => this.#open(id, agencies, receiver, observer) },
      identity: identityOf(COORDINATOR),
      group,
      engine: (options.engine ?? ((engine) => engine))(inlineEngine(group, rng)),
      stores: memoryStores,
      protector: inlineProtector(options.solver ?? realSolver),
      rng,
      clock: this.clock,
      log: this.log,
      deadlines: {
        offerAnswerSeconds: DEADLINE_SECONDS,
        roundProgressSeconds: DEADLINE_SECONDS,
      },
      templates: this.templates,
      store: options.failsToWrite !== true ? createRunStore(database) : failingOnce(createRunStore(database)),
      feed: this.feed,
      newRunId: randomUUID,
      cpuSeconds: () => 0,
      revealUnprotectedCounts: options.reveal ?? false,
    });
    this.handlers = federationHandlers(this.registry, this.audit, this.registerFeed, () => this.service, this.log);
    for (const name of options.online ?? ['police', 'charity-a', 'charity-b']) this.connect(name);
  }

  connect(
    name: string,
    datasets: readonly string[] = roster.agencies.find(({ id }) => id === name)?.datasets ?? [],
  ): void {
    this.handlers.connected(this.connection(name, datasets));
  }

  /** The one in force. */
  get roster(): Roster {
    return this.governance.roster;
  }

  /** Hears what the board has signed, and does as the running coordinator; ending connections is its server's part. */
  takeRegister(): void {
    this.governance.hear();
    this.audit.register(this.governance.copy.entries);
    this.templates.take(this.governance.register);
    this.registry.take(this.roster.agencies);
    this.service.registerChanged();
    this.registerFeed.changed();
  }

  disconnect(name: string, code: TransportErrorCode = 'CONNECTION_LOST'): void {
    this.handlers.disconnected(name, 'gone', code);
  }

  connection(name: string, datasets: readonly string[]): NodeConnection {
    return {
      agency: name,
      hello: this.#hello(name, datasets),
      send: async (message) => {
        if (message.kind === 'register') {
          this.registerParts.push({ agency: name, part: message.part });
          return;
        }
        this.heard.push({ agency: name, kind: message.kind });
        if (message.kind !== 'offer') return;
        this.evidence.push(message.evidence);
        await this.#answer(name, message.offer, message.evidence?.checkpoint);
      },
      disconnect: (reason) => {
        this.heard.push({ agency: name, kind: 'disconnect', code: reason });
      },
    };
  }

  /** The agency says anew what it holds, after a test has changed that. */
  says(name: string): void {
    const datasets = roster.agencies.find(({ id }) => id === name)?.datasets ?? [];
    this.handlers.received(name, { kind: 'hello', hello: this.#hello(name, datasets) });
  }

  #hello(name: string, datasets: readonly string[]): Hello {
    const snapshot = this.snapshots[name] ?? SNAPSHOT;
    const epsilonLeft = this.epsilonLeft[name] ?? EPSILON_LEFT;
    return {
      softwareVersion: '9.9.9',
      snapshots: datasets.map((dataset) => ({
        dataset,
        snapshot,
        asAt: '2026-10-31',
        epsilonLeft,
        linkage: this.linkage[name] ?? [],
        rejectedPercent: this.rejectedPercent[name] ?? 0,
      })),
      floors: this.floors[name] ?? NO_FLOORS,
      logSize: this.logSizes[name] ?? 0,
      registerSize: this.registerSizes[name] ?? this.governance.copy.head.size,
    };
  }

  /** Resolves when the run is in one of the four states in which it stays. */
  async ended(id: string): Promise<string> {
    for (;;) {
      const { state } = this.service.get(id).run;
      if (['finished', 'refused', 'failed', 'cancelled'].includes(state)) return state;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Resolves when the run has got to that state, or has ended. */
  async reached(id: string, wanted: string): Promise<void> {
    while (![wanted, 'finished', 'refused', 'failed', 'cancelled'].includes(this.service.get(id).run.state)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Resolves when all these events of the run have been written down, as `name` or `name party`. */
  async told(id: string, ...wanted: readonly string[]): Promise<void> {
    const events = (): string[] =>
      this.service.get(id).events.map(({ name, party }) => (party === null ? name : `${name} ${party}`));
    while (!wanted.every((event) => events().includes(event))) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Says in an agency's name that it is at work. Resolves when the coordinator has heard it. */
  async saysWorking(id: string, agency: string): Promise<void> {
    await this.#network.get(id)?.network.link(agency).send(COORDINATOR, { kind: 'working' });
  }

  /** How often an agency has been told that somebody is at work. */
  toldWorking(agency: string): number {
    return this.heard.filter((message) => message.agency === agency && message.kind === 'working').length;
  }

  /** Resolves when that many offers have come to agencies. */
  async offered(count: number): Promise<void> {
    while (this.offers.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Resolves when each of these lists is with that agency. Follow a run from its start: what was before isn't seen. */
  async held(id: string, agency: string, ...subjects: readonly string[]): Promise<void> {
    const holders = new Map<string, string>();
    await new Promise<void>((resolve) => {
      const stop = this.service.follow(id, 0, {
        event: () => undefined,
        over: () => undefined,
        progress: ({ subject, from }) => {
          holders.set(subject, from);
          if (!subjects.every((wanted) => holders.get(wanted) === agency)) return;
          stop();
          resolve();
        },
      });
    });
  }

  #open(runId: string, _agencies: readonly PartyId[], receiver: LinkReceiver, observer: RelayObserver): RunLink {
    const network = createMemoryNetwork();
    network.register(COORDINATOR, receiver);
    this.#network.set(runId, { network, observer });
    const link = network.link(COORDINATOR);
    return {
      link: {
        send: async (to, message) => {
          this.heard.push({
            agency: to,
            kind: message.kind,
            ...(message.kind === 'abort' ? { code: message.code } : {}),
          });
          await link.send(to, message);
        },
        transfer: (header, chunks) => observed(link, observer).transfer(header, chunks),
      },
      close: (failure) => {
        this.heard.push({ agency: 'relay', kind: 'close', ...(failure === undefined ? {} : { code: failure }) });
      },
    };
  }

  async #answer(name: string, offer: RunOffer, checkpoint = ''): Promise<void> {
    this.offers.push(offer);
    const behaviour = this.behaviours[name] ?? 'accept';
    const run = this.#network.get(offer.runId);
    if (run === undefined || behaviour === 'silent') return;
    if (behaviour === 'vanish') {
      this.disconnect(name);
    } else if (typeof behaviour === 'object') {
      const { refuse: code } = behaviour;
      this.handlers.received(name, { kind: 'refusal', runId: offer.runId, code, reason: `${name} says no` });
    } else {
      const asked = this.templates.list().find(({ digest }) => digest === offer.templateDigest);
      if (asked === undefined) throw new RangeError('an offer of a template there is not');
      const { bound } = asked;
      const parameters = bindParameters(bound, offer.parameters);
      const plan = planRun({ offer, bound, parameters, roster: this.roster });
      const rng = seededRng(name);
      const link = misbehaving(behaviour, observed(run.network.link(name), run.observer), run.observer);
      const join = new NodeJoin({
        plan,
        self: name,
        identity: identityOf(name),
        peers: identityKeys(roster),
        link,
        engine: inlineEngine(group, rng),
        stores: memoryStores,
        rng,
        group,
        source: plainSource(group, plan, this.lists),
        noise: worldNoise(plan, name),
        checkpoint,
      });
      run.network.register(name, join);
      await join.start();
      if (behaviour === 'abort') {
        await link.send(COORDINATOR, { kind: 'abort', code: 'SNAPSHOT_UNREADABLE', party: name });
      }
    }
  }
}

function misbehaving(behaviour: Behaviour, link: Link, observer: RelayObserver): Link {
  if (behaviour === 'no-sums') {
    return {
      send: (to, message) => (message.kind === 'sum-shares' ? Promise.resolve() : link.send(to, message)),
      transfer: (header, chunks) => link.transfer(header, chunks),
    };
  }
  if (behaviour !== 'stall' && behaviour !== 'break') return link;
  return {
    send: (to, message) => link.send(to, message),
    transfer: (header) => {
      observer.opened(header, header.count);
      if (behaviour === 'break') observer.failed(header, 'BAD_CHUNK');
      return new Promise(() => undefined);
    },
  };
}

/** Tells the coordinator's observer what a relay between processes would. */
function observed(link: Link, observer: RelayObserver): Link {
  return {
    send: (to, message) => link.send(to, message),
    transfer: async (header, chunks) => {
      observer.opened(header, header.count);
      await link.transfer(header, counted(chunks));
      observer.closed(header);

      async function* counted(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
        for await (const chunk of source) {
          observer.chunk(header, chunk.length);
          yield chunk;
        }
      }
    },
  };
}
