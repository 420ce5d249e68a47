import { equalBytes } from '../base/index.js';
import type { Steps } from '../base/index.js';
import type { LinkageReport, LinkageStatistics, NonMatches } from '../linkage/index.js';
import { NO_ADDITIONS } from './additions.js';
import type { Additions } from './additions.js';
import { breathe, carryOut } from './carry-out.js';
import { copyColumn } from './columns.js';
import type { Tallies } from './comparison.js';
import { coordinatorStep, startCoordinatorRounds } from './coordinator-rounds.js';
import type { CoordinatorEffect, CoordinatorEvent, CoordinatorPhase, CoordinatorRounds } from './coordinator-rounds.js';
import { TabulationHash, wordsOf } from './element-index.js';
import { CoordinatorSums } from './coordinator-sums.js';
import { JoinError } from './errors.js';
import { GroupError } from './group-error.js';
import type { Group } from './group.js';
import { jointKey, makeShare, verifyShare } from './joint-key.js';
import type { Job } from './jobs.js';
import type { LinkReceiver } from './link.js';
import { match } from './match.js';
import type { BlindedList, Matches } from './match.js';
import type { ProtocolMessage, Share, TransferSubject } from './messages.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, NO_GENERATOR, TALLY } from './messages.js';
import { expectedKept, isFilledUp, tooFewLeft } from './minimum-tally.js';
import { Party } from './party.js';
import type { PartyOptions } from './party.js';
import { AGREEMENT_CLASSES, CHUNK_RECORDS, COORDINATOR } from './plan.js';
import type { JoinPlan, ListId, ListPlan, PartyId } from './plan.js';
import type { RecordStore } from './record-store.js';
import { recordWidth } from './records.js';
import type { SumShares } from './sum-shares.js';
import { cellNumbers, cellPoints, countCells, removeShifts } from './tally-cells.js';
import { agreementForTally, filledUp, gatherForTally, shownAgreement } from './tally-records.js';
import type { TalliedAgreement } from './tally-records.js';

export interface CoordinatorJoinOptions extends PartyOptions {
  readonly group: Group;
  readonly observer?: CoordinatorObserver;
  /**
   * By list what its agency says of the people in its snapshot, for the plan's scheme. Absent for agencies that say
   * nothing; what is of another scheme, or other versions, is not used.
   */
  readonly statistics?: ReadonlyMap<ListId, LinkageStatistics>;
}

/** Hears how the attempt gets on. */
export interface CoordinatorObserver {
  phase(phase: CoordinatorPhase): void;
  /** A step of matching or decoding is done: work that moves nothing from party to party, nor is a job of the engine. */
  step?(): void;
}

export interface JoinResult {
  /**
   * How many records fell into each cell number, 0..cells-1, with everybody's noise, so that one may be negative, and 0 in
   * `discardCells`. Exact where the plan has no noise. Disclosure control comes after.
   */
  readonly counts: Float64Array;
  /** Records in the tally, dummies and decoys among them. */
  readonly tallied: number;
  /** For each of the plan's columns of sums the sum in each cell number, with noise. */
  readonly sums: readonly Float64Array[];
  /** How well people could be linked: for each merging of base lists, then for each person link. Not protected yet. */
  readonly linkage: readonly LinkageReport[];
  /** What decided who was linked: of each comparison of people, in the order in which they were made. It stays here. */
  readonly comparisons: readonly Tallies[];
  /**
   * How many of the population were left out because they are in an opt-out list: people, or records where those are
   * counted. With the noise of decoys, where there are any, so that it may be negative; exact otherwise. Not protected
   * yet. Null where no agency brought such a list.
   */
  readonly leftOut: number | null;
}

/**
 * (Coordinator) One attempt at one run: carries out the effects of `coordinatorStep`. It holds one share y0 of the
 * decryption key, sees pseudonyms of this run, and learns which cell numbers the shuffled tally holds, nothing else.
 */
export class CoordinatorJoin extends Party<JoinResult> implements LinkReceiver {
  readonly #coordinator: CoordinatorJoinOptions;
  #state: CoordinatorRounds;
  #own: { readonly share: Share; readonly secret: Uint8Array } | null = null;
  #jointKey: Uint8Array | null = null;
  /** From the decoded tally on. */
  #sums: CoordinatorSums | null = null;
  /** From matching on. */
  #found: Pick<JoinResult, 'linkage' | 'comparisons' | 'leftOut'> = { linkage: [], comparisons: [], leftOut: null };
  #result: JoinResult | null = null;

  constructor(options: CoordinatorJoinOptions) {
    super(COORDINATOR, options);
    this.#coordinator = options;
    this.#state = startCoordinatorRounds(options.plan);
  }

  /** Round 0: makes the coordinator's own share. Nodes may answer from then on. */
  start(): Promise<void> {
    return this.attempt(COORDINATOR, async () => {
      const { group, rng, plan, identity, checkpoint } = this.#coordinator;
      const facts = { party: COORDINATOR, sealingKey: await this.sealingKey(), checkpoint };
      this.#own = makeShare(group, rng, plan.context, facts, identity);
      this.guard(this.#own.secret);
    });
  }

  message(from: PartyId, message: ProtocolMessage): void {
    if (this.ended) return;
    void this.attempt(from, () => {
      switch (message.kind) {
        case 'share':
          this.advance({ kind: 'share', from, share: message.share });
          return;
        case 'sum-shares': {
          const { noised, shares, proof } = message;
          this.advance({ kind: 'sum-shares', from, shares: { noised, shares, proof } });
          return;
        }
        case 'abort':
          // The others have to hear of it from here.
          throw new JoinError(message.code, message.party, `the run was ended by ${from}`);
        case 'working':
          // For whoever watches over deadlines: the rounds go on as they did.
          return;
        case 'joint-key':
        case 'sums':
        case 'finished':
          throw new JoinError('OUT_OF_ORDER', from, `${from} sent a message that only the coordinator sends`);
      }
    });
  }

  protected listeners(): readonly PartyId[] {
    return this.#coordinator.plan.mixers;
  }

  protected advance(event: CoordinatorEvent): void {
    const before = this.#state.phase;
    const { state, effects } = coordinatorStep(this.#coordinator.plan, this.#state, event);
    this.#state = state;
    if (state.phase !== before) this.#coordinator.observer?.phase(state.phase);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: CoordinatorEffect): void {
    const { group, plan } = this.#coordinator;
    switch (effect.kind) {
      case 'verify-share':
        verifyShare(group, plan.context, effect.share, this.peerKey(effect.share.party));
        this.#assertShownCheckpoint(effect.share);
        return;
      case 'announce-joint-key':
        this.#announceJointKey(effect.shares);
        return;
      case 'match':
        void this.attempt(COORDINATOR, () => this.#match());
        return;
      case 'send-tally':
        void this.attempt(COORDINATOR, () => this.sendOn(TALLY));
        return;
      case 'decode':
        void this.attempt(COORDINATOR, () => this.#decode());
        return;
      case 'add-up':
        void this.attempt(COORDINATOR, () => this.#addUp());
        return;
      case 'ask-for-shares':
        void this.attempt(COORDINATOR, () => this.#askForShares(effect.mixer));
        return;
      case 'take-shares':
        void this.attempt(effect.from, () => this.#takeShares(effect.from, effect.shares));
        return;
      case 'open-sums':
        void this.attempt(COORDINATOR, () => this.#openSums());
        return;
      case 'announce-finished':
        for (const mixer of plan.mixers) this.send(mixer, { kind: 'finished' }).catch(() => undefined);
        return;
    }
  }

  /** Nodes would end the run for it and not know whose fault it is: here it is known. */
  #assertShownCheckpoint({ party, checkpoint }: Share): void {
    if (checkpoint === this.#coordinator.checkpoint) return;
    throw new JoinError('LOG_INCONSISTENT', party, `${party} names another checkpoint than it was shown`);
  }

  #announceJointKey(others: readonly Share[]): void {
    const { group, plan } = this.#coordinator;
    if (this.#own === null) throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'a key share came before the run began');
    const shares = [this.#own.share, ...others];
    this.adoptShares(shares);
    this.#jointKey = jointKey(group, shares);
    // All at once: a node may send its list on as soon as it has the key, and the next must have it by then.
    void this.attempt(COORDINATOR, async () => {
      await Promise.all(plan.mixers.map((mixer) => this.send(mixer, { kind: 'joint-key', shares })));
    });
  }

  /** Round 3: link, keep, add up, re-randomise, shuffle. */
  async #match(): Promise<void> {
    const { plan, rng } = this.#coordinator;
    this.#assertOneGenerator();
    const lists = plan.lists.map((list) => this.#blindedList(list));
    const evidence = { nonMatches: nonMatchesOf(plan, this.#coordinator.statistics ?? new Map()) };
    const found = await this.#inSteps(match(plan, lists, new TabulationHash(rng), evidence));
    const { linkage, comparisons, leftOut } = found;
    this.#found = { linkage, comparisons, leftOut };
    const matches = isFilledUp(plan) ? this.#filledUp(found) : found;
    const count = matches.base.rows.length;
    const agreement = await this.#agreement(matches);
    const writer = this.storeFor(TALLY, count, this.widthOf(TALLY));
    for (let from = 0; from < count; from += CHUNK_RECORDS) {
      const to = Math.min(from + CHUNK_RECORDS, count);
      await writer.add(to - from, this.#combine(matches, agreement, from, to));
      await breathe();
      this.over.throwIfAborted();
    }
    await writer.settle();
    this.over.throwIfAborted();
    for (const { id } of plan.lists) this.release(this.storeOf(id));
    this.advance({ kind: 'matched' });
  }

  /** Nodes can't see how few are left in a tally that is filled up, so that is looked after here. */
  #filledUp(found: Matches): Matches {
    const { plan } = this.#coordinator;
    if (expectedKept(plan, found.base.rows.length) < plan.minimumTally) throw tooFewLeft(plan, COORDINATOR);
    const bases = plan.lists.filter(({ role }) => role === 'base');
    return filledUp(
      found,
      bases.reduce((sum, { id }) => sum + this.storeOf(id).count, 0),
    );
  }

  /** Lists whose generators differ were not blinded by the same scalars: nothing in them would match. */
  #assertOneGenerator(): void {
    const [first = NO_GENERATOR, ...others] = this.#coordinator.plan.lists.map(({ id }) => this.generatorOf(id));
    if (others.every((generator) => equalBytes(generator, first))) return;
    const message = 'the lists were not all blinded with the same keys, or an agency says so';
    throw new JoinError('BAD_PROOF', COORDINATOR, message);
  }

  #inSteps<Result>(steps: Steps<Result>): Promise<Result> {
    return carryOut(steps, this.over, () => this.#coordinator.observer?.step?.());
  }

  #combine(matches: Matches, agreement: TalliedAgreement | null, from: number, to: number): Job {
    const { plan } = this.#coordinator;
    const store = (id: ListId): RecordStore => this.storeOf(id);
    return {
      kind: 'combine',
      base: gatherForTally(plan, store, matches.base, from, to),
      linked: [
        ...matches.linked.map((places) => gatherForTally(plan, store, places, from, to)),
        ...(agreement === null ? [] : [agreementForTally(plan, agreement, from, to)]),
      ],
      jointKey: this.#key(),
    };
  }

  /** What agreement adds to cell numbers; null where the table doesn't show it. */
  async #agreement({ agreements }: Matches): Promise<TalliedAgreement | null> {
    const { plan, engine } = this.#coordinator;
    const shown = shownAgreement(plan);
    if (shown === null) return null;
    const classes = agreements[shown.link];
    if (classes === undefined) throw new RangeError('a link without agreements');
    const job = { kind: 'multiples', from: 0, to: AGREEMENT_CLASSES, step: shown.stride } as const;
    return { classes, points: await engine.run(job, { signal: this.over }) };
  }

  #blindedList(plan: ListPlan): BlindedList {
    const store = this.storeOf(plan.id);
    const width = this.widthOf(plan.id);
    return {
      plan,
      count: store.count,
      pseudonyms: (column, from, to) => {
        const records = { records: store.read(from, to), width, start: column * ELEMENT_BYTES };
        const elements = { records: new Uint8Array((to - from) * ELEMENT_BYTES), width: ELEMENT_BYTES, start: 0 };
        copyColumn(records, elements, ELEMENT_BYTES, to - from);
        return wordsOf(elements.records);
      },
    };
  }

  /** Round 4, last step: cell numbers from elements, by looking them up. */
  async #decode(): Promise<void> {
    const { plan, group, engine, rng, observer } = this.#coordinator;
    const points = await cellPoints(plan.cells, engine, rng, this.over);
    const records = this.storeOf(TALLY);
    const cells = await this.#inSteps(cellNumbers(records, points));
    const counts = await this.#inSteps(countCells(cells, plan.cells));
    const work = { group, engine, signal: this.over, stepped: () => observer?.step?.() };
    this.#sums = new CoordinatorSums(plan, work, { records, cells, counts: counts.slice() });
    this.#result = {
      counts: removeShifts(plan, counts),
      tallied: records.count,
      sums: [],
      ...this.#found,
    };
    this.advance({ kind: 'decoded' });
    if (plan.sums.length === 0) this.finish(this.#result);
  }

  /** Round 5, in four steps. */
  async #addUp(): Promise<void> {
    await this.#decodedSums().addUp(this.#key());
    this.advance({ kind: 'added-up' });
  }

  #askForShares(mixer: PartyId): Promise<void> {
    return this.send(mixer, { kind: 'sums', ciphertexts: this.#decodedSums().ciphertexts });
  }

  async #takeShares(from: PartyId, shares: SumShares): Promise<void> {
    const { context } = this.#coordinator.plan;
    await this.#decodedSums().takeShares({ context, party: from, element: this.shareOf(from).element }, shares);
    this.advance({ kind: 'sum-shares-taken', from });
  }

  async #openSums(): Promise<void> {
    const { secret } = this.#own ?? {};
    const result = this.#result;
    if (secret === undefined || result === null) throw new RangeError('sums before the tally');
    const sums = await this.#decodedSums().open(secret);
    this.advance({ kind: 'opened' });
    this.finish({ ...result, sums });
  }

  #decodedSums(): CoordinatorSums {
    if (this.#sums === null) throw new RangeError('sums before the tally');
    return this.#sums;
  }

  protected jobFor(subject: TransferSubject, records: Uint8Array): Job {
    if (subject !== TALLY) return { kind: 'check', elements: records };
    if (this.#own === null) throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'a tally before the run began');
    return { kind: 'open', sums: this.#coordinator.plan.sums.length, ciphertexts: records, share: this.#own.secret };
  }

  protected additionsTo(): Promise<Additions> {
    return Promise.resolve(NO_ADDITIONS);
  }

  protected generatorAfter(subject: TransferSubject, received: Uint8Array): Uint8Array {
    if (subject !== TALLY) this.#coordinator.group.check(received);
    else if (!equalBytes(received, NO_GENERATOR)) throw new GroupError();
    return received;
  }

  protected widthOf(subject: TransferSubject): number {
    const { lists, sums } = this.#coordinator.plan;
    const list = lists.find(({ id }) => id === subject);
    return list === undefined ? recordWidth(0, sums.length) : recordWidth(list.keys.length, list.sums);
  }

  /** Of the tally the opened cell and the ciphertexts of its numbers. */
  protected storedWidthOf(subject: TransferSubject): number {
    return this.widthOf(subject) - (subject === TALLY ? CIPHERTEXT_BYTES - ELEMENT_BYTES : 0);
  }

  #key(): Uint8Array {
    if (this.#jointKey === null) throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'there is no joint key yet');
    return this.#jointKey;
  }
}

/** Of the agencies whose statistics are of the keys that this run links by. */
function nonMatchesOf(
  { linkage }: JoinPlan,
  statistics: ReadonlyMap<ListId, LinkageStatistics>,
): Map<ListId, NonMatches> {
  const fitting = [...statistics].filter(
    ([, { scheme, schemeVersion, normaliser }]) =>
      scheme === linkage?.scheme && schemeVersion === linkage.schemeVersion && normaliser === linkage.normaliser,
  );
  return new Map(fitting.map(([list, { nonMatches }]) => [list, nonMatches]));
}
