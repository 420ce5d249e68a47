import { copyColumn } from './columns.js';
import { coordinatorStep, startCoordinatorRounds } from './coordinator-rounds.js';
import type { CoordinatorEffect, CoordinatorEvent, CoordinatorPhase, CoordinatorRounds } from './coordinator-rounds.js';
import { ELEMENT_WORDS, ElementIndex, TabulationHash, wordsOf } from './element-index.js';
import { JoinError } from './errors.js';
import type { Group } from './group.js';
import { jointKey, makeShare, verifyShare } from './joint-key.js';
import type { Job } from './jobs.js';
import type { LinkReceiver } from './link.js';
import { match } from './match.js';
import type { BlindedList, Matches, Places } from './match.js';
import type { ProtocolMessage, Share, TransferSubject } from './messages.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, TALLY } from './messages.js';
import { Party } from './party.js';
import type { PartyOptions } from './party.js';
import { CHUNK_RECORDS, COORDINATOR } from './plan.js';
import type { ListPlan, PartyId } from './plan.js';
import { NOWHERE } from './record-store.js';
import type { RecordStore } from './record-store.js';
import { recordWidth } from './records.js';
import { breathe, carryOut, STEP_ITEMS } from './steps.js';
import type { Steps } from './steps.js';

export interface CoordinatorJoinOptions extends PartyOptions {
  readonly group: Group;
  readonly observer?: CoordinatorObserver;
}

/** Hears how the attempt gets on. */
export interface CoordinatorObserver {
  phase(phase: CoordinatorPhase): void;
  /** A step of matching or decoding is done: work that moves nothing from party to party, nor is a job of the engine. */
  step?(): void;
}

export interface JoinResult {
  /** How many records fell into each cell number, 0..cells-1. Exact; disclosure control comes after. */
  readonly counts: Float64Array;
  /** Records in the tally. */
  readonly tallied: number;
}

/** Cell points made by one job, so that other work gets its turn. */
const CELLS_PER_JOB = 1024;

/**
 * (Coordinator) One attempt at one run: carries out the effects of `coordinatorStep`. It holds one share y0 of the
 * decryption key, sees pseudonyms of this run, and learns which cell numbers the shuffled tally holds, nothing else.
 */
export class CoordinatorJoin extends Party<JoinResult> implements LinkReceiver {
  readonly #coordinator: CoordinatorJoinOptions;
  #state: CoordinatorRounds;
  #own: { readonly share: Share; readonly secret: Uint8Array } | null = null;
  #jointKey: Uint8Array | null = null;

  constructor(options: CoordinatorJoinOptions) {
    super(COORDINATOR, options);
    this.#coordinator = options;
    this.#state = startCoordinatorRounds(options.plan);
  }

  /** Round 0: makes the coordinator's own share. Nodes may answer from then on. */
  start(): Promise<void> {
    return this.attempt(COORDINATOR, async () => {
      const { group, rng, plan, identity } = this.#coordinator;
      this.#own = makeShare(group, rng, plan.context, COORDINATOR, await this.sealingKey(), identity);
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
        case 'abort':
          // The others have to hear of it from here.
          throw new JoinError(message.code, message.party, `the run was ended by ${from}`);
        case 'working':
          // For whoever watches over deadlines: the rounds go on as they did.
          return;
        case 'joint-key':
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
      case 'announce-finished':
        for (const mixer of plan.mixers) this.send(mixer, { kind: 'finished' }).catch(() => undefined);
        return;
    }
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
    const lists = plan.lists.map((list) => this.#blindedList(list));
    const matches = await this.#inSteps(match(plan, lists, new TabulationHash(rng)));
    const count = matches.base.rows.length;
    const writer = this.storeFor(TALLY, count, CIPHERTEXT_BYTES);
    for (let from = 0; from < count; from += CHUNK_RECORDS) {
      const to = Math.min(from + CHUNK_RECORDS, count);
      await writer.add(to - from, this.#combine(matches, from, to));
      await breathe();
      this.over.throwIfAborted();
    }
    await writer.settle();
    this.over.throwIfAborted();
    for (const { id } of plan.lists) this.release(this.storeOf(id));
    this.advance({ kind: 'matched' });
  }

  #inSteps<Result>(steps: Steps<Result>): Promise<Result> {
    return carryOut(steps, this.over, () => this.#coordinator.observer?.step?.());
  }

  #combine(matches: Matches, from: number, to: number): Job {
    return {
      kind: 'combine',
      base: this.#ciphertexts(matches.base, from, to),
      linked: matches.linked.map((places) => this.#ciphertexts(places, from, to)),
      jointKey: this.#key(),
    };
  }

  /** Ciphertexts of the records from..to-1 of `places`; zero bytes, the identity twice, where there is no record. */
  #ciphertexts(places: Places, from: number, to: number): Uint8Array {
    const ciphertexts = new Uint8Array((to - from) * CIPHERTEXT_BYTES);
    for (const [list, indexes] of byList(places, from, to)) {
      const { id, keys } = this.#listNumber(list);
      const records = this.storeOf(id).gather(Uint32Array.from(indexes, (index) => places.rows[index] ?? NOWHERE));
      const width = recordWidth(keys.length);
      indexes.forEach((index, place) => {
        const end = (place + 1) * width;
        ciphertexts.set(records.subarray(end - CIPHERTEXT_BYTES, end), (index - from) * CIPHERTEXT_BYTES);
      });
    }
    return ciphertexts;
  }

  #listNumber(list: number): ListPlan {
    const plan = this.#coordinator.plan.lists[list];
    if (plan === undefined) throw new RangeError('no list of that number');
    return plan;
  }

  #blindedList(plan: ListPlan): BlindedList {
    const store = this.storeOf(plan.id);
    const width = recordWidth(plan.keys.length);
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
    const cells = await this.#cellPoints();
    const store = this.storeOf(TALLY);
    const counts = await this.#inSteps(countCells(store, cells));
    this.advance({ kind: 'decoded' });
    this.finish({ counts, tallied: store.count });
  }

  /** The points of all cell numbers, which have their cell's number in the index. */
  async #cellPoints(): Promise<ElementIndex> {
    const { plan, engine, rng } = this.#coordinator;
    const index = new ElementIndex(new TabulationHash(rng), plan.cells);
    for (let from = 0; from < plan.cells; from += CELLS_PER_JOB) {
      const to = Math.min(from + CELLS_PER_JOB, plan.cells);
      const points = wordsOf(await engine.run({ kind: 'multiples', from, to, step: 1 }, { signal: this.over }));
      for (let at = 0; at < points.length; at += ELEMENT_WORDS) index.add(points, at);
    }
    return index;
  }

  protected jobFor(subject: TransferSubject, records: Uint8Array): Job {
    if (subject !== TALLY) return { kind: 'check', elements: records };
    if (this.#own === null) throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'a tally before the run began');
    return { kind: 'open', ciphertexts: records, share: this.#own.secret };
  }

  protected widthOf(subject: TransferSubject): number {
    const list = this.#coordinator.plan.lists.find(({ id }) => id === subject);
    return list === undefined ? CIPHERTEXT_BYTES : recordWidth(list.keys.length);
  }

  protected storedWidthOf(subject: TransferSubject): number {
    return subject === TALLY ? ELEMENT_BYTES : this.widthOf(subject);
  }

  #key(): Uint8Array {
    if (this.#jointKey === null) throw new JoinError('OUT_OF_ORDER', COORDINATOR, 'there is no joint key yet');
    return this.#jointKey;
  }
}

/** How many elements of the tally are the point of each cell. Thrown when one is of none: JoinError CELL_OUT_OF_RANGE. */
function* countCells(tally: RecordStore, cells: ElementIndex): Steps<Float64Array> {
  const counts = new Float64Array(cells.size);
  for (let from = 0; from < tally.count; from += STEP_ITEMS) {
    const elements = wordsOf(tally.read(from, Math.min(from + STEP_ITEMS, tally.count)));
    for (let at = 0; at < elements.length; at += ELEMENT_WORDS) {
      const cell = cells.find(elements, at);
      if (cell === NOWHERE) {
        throw new JoinError('CELL_OUT_OF_RANGE', COORDINATOR, 'a tallied record is in no cell of the table');
      }
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    yield;
  }
  return counts;
}

/** Which of places from..to-1 are records of which list; those of no record are left out. */
function byList({ lists, rows }: Places, from: number, to: number): Map<number, number[]> {
  const indexes = new Map<number, number[]>();
  for (let index = from; index < to; index += 1) {
    if (rows[index] === NOWHERE) continue;
    const list = lists[index] ?? NOWHERE;
    const there = indexes.get(list);
    if (there === undefined) indexes.set(list, [index]);
    else there.push(index);
  }
  return indexes;
}
