import { toHex } from '../base/index.js';
import { coordinatorStep, startCoordinatorRounds } from './coordinator-rounds.js';
import type { CoordinatorEffect, CoordinatorEvent, CoordinatorPhase, CoordinatorRounds } from './coordinator-rounds.js';
import { JoinError } from './errors.js';
import type { Group } from './group.js';
import { jointKey, makeShare, verifyShare } from './joint-key.js';
import { separate } from './jobs.js';
import type { Job } from './jobs.js';
import type { LinkReceiver } from './link.js';
import { match } from './match.js';
import type { BlindedList, Matches, RecordRef } from './match.js';
import type { ProtocolMessage, Share, TransferSubject } from './messages.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, TALLY } from './messages.js';
import { Party } from './party.js';
import type { PartyOptions } from './party.js';
import { CHUNK_RECORDS, COORDINATOR } from './plan.js';
import type { ListPlan, PartyId } from './plan.js';
import { recordWidth } from './records.js';

export interface CoordinatorJoinOptions extends PartyOptions {
  readonly group: Group;
  readonly observer?: { phase(phase: CoordinatorPhase): void };
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
    const { plan } = this.#coordinator;
    const matches = match(
      plan,
      plan.lists.map((list) => this.#blindedList(list)),
    );
    const writer = this.storeFor(TALLY, matches.base.length, CIPHERTEXT_BYTES);
    for (let from = 0; from < matches.base.length; from += CHUNK_RECORDS) {
      if (this.ended) return;
      const to = Math.min(from + CHUNK_RECORDS, matches.base.length);
      await writer.add(to - from, this.#combine(matches, from, to));
    }
    await writer.settle();
    if (this.ended) return;
    for (const { id } of plan.lists) this.release(this.storeOf(id));
    this.advance({ kind: 'matched' });
  }

  #combine(matches: Matches, from: number, to: number): Job {
    return {
      kind: 'combine',
      base: this.#ciphertexts(matches.base.slice(from, to)),
      linked: matches.linked.map((records) => this.#ciphertexts(records.slice(from, to))),
      jointKey: this.#key(),
    };
  }

  #ciphertexts(refs: readonly (RecordRef | null)[]): Uint8Array {
    const { plan } = this.#coordinator;
    const ciphertexts = new Uint8Array(refs.length * CIPHERTEXT_BYTES);
    refs.forEach((ref, index) => {
      const list = ref === null ? undefined : plan.lists[ref.list];
      if (ref === null || list === undefined) return;
      const record = this.storeOf(list.id).read(ref.record, ref.record + 1);
      ciphertexts.set(separate(list.keys.length, record).ciphertexts, index * CIPHERTEXT_BYTES);
    });
    return ciphertexts;
  }

  #blindedList(list: ListPlan): BlindedList {
    const store = this.storeOf(list.id);
    const width = recordWidth(list.keys.length);
    const columns: string[][] = list.keys.map(() => []);
    for (let from = 0; from < store.count; from += CHUNK_RECORDS) {
      const records = store.read(from, Math.min(from + CHUNK_RECORDS, store.count));
      for (let offset = 0; offset < records.length; offset += width) {
        columns.forEach((column, index) => {
          const start = offset + index * ELEMENT_BYTES;
          column.push(toHex(records.subarray(start, start + ELEMENT_BYTES)));
        });
      }
    }
    return { plan: list, count: store.count, columns };
  }

  /** Round 4, last step: cell numbers from elements, by looking them up. */
  async #decode(): Promise<void> {
    const { plan, engine } = this.#coordinator;
    const numbers = new Map<string, number>();
    for (let from = 0; from < plan.cells; from += CELLS_PER_JOB) {
      const to = Math.min(from + CELLS_PER_JOB, plan.cells);
      const points = await engine.run({ kind: 'multiples', from, to, step: 1 });
      for (let cell = from; cell < to; cell += 1) numbers.set(elementHex(points, cell - from), cell);
    }
    const store = this.storeOf(TALLY);
    const counts = new Float64Array(plan.cells);
    const elements = store.read(0, store.count);
    for (let index = 0; index < store.count; index += 1) {
      const cell = numbers.get(elementHex(elements, index));
      if (cell === undefined) {
        throw new JoinError('CELL_OUT_OF_RANGE', COORDINATOR, 'a tallied record is in no cell of the table');
      }
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    this.advance({ kind: 'decoded' });
    this.finish({ counts, tallied: store.count });
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

function elementHex(elements: Uint8Array, index: number): string {
  return toHex(elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES));
}
