import { equalBytes } from '../base/index.js';
import type { NoiseSource } from '../noise/index.js';
import type { Additions } from './additions.js';
import { carryOut } from './carry-out.js';
import { DECOY_SEED_BYTES } from './decoys.js';
import { JoinError } from './errors.js';
import { GroupError } from './group-error.js';
import type { Group } from './group.js';
import { jointKey, makeShare, verifyShare } from './joint-key.js';
import type { Job } from './jobs.js';
import type { LinkReceiver } from './link.js';
import type { ListSource, RowChunk } from './list-source.js';
import type { ProtocolMessage, Share, TransferSubject } from './messages.js';
import { ELEMENT_BYTES, NO_GENERATOR, SCALAR_BYTES, TALLY } from './messages.js';
import { MixerNoise } from './mixer-noise.js';
import { nodeStep, startNodeRounds } from './node-rounds.js';
import type { NodeEffect, NodeEvent, NodePhase, NodeRounds } from './node-rounds.js';
import { Party } from './party.js';
import type { PartyOptions } from './party.js';
import { COORDINATOR } from './plan.js';
import type { ListId, ListPlan, PartyId } from './plan.js';
import { ciphertextsOf, recordWidth } from './records.js';
import { makeSumShares } from './sum-shares.js';
import { drawSumNoise } from './sums.js';
import { ZeroPool, zerosOfUse } from './zero-pool.js';

export interface NodeJoinOptions extends PartyOptions {
  readonly self: PartyId;
  readonly group: Group;
  /** The provider's own rows. */
  readonly source: ListSource;
  /** The agency's noise on what the plan asks for (its `request`); null only where that asks for none. */
  readonly noise: NoiseSource | null;
  readonly observer?: NodeObserver;
}

/** Hears how the attempt gets on. */
export interface NodeObserver {
  phase(phase: NodePhase): void;
  /** Shares that are their parties' own, with other checkpoints than this node's: the attempt ends with LOG_INCONSISTENT. */
  otherCheckpoints?(shares: readonly Share[]): void;
}

/**
 * (Node) One attempt at one run: carries out the effects of `nodeStep`. Secrets are the key share yj, the blinding
 * scalar xj and the seed of its decoys; all are made here, are used in jobs, and are wiped when the attempt ends, however
 * it ends.
 */
export class NodeJoin extends Party<void> implements LinkReceiver {
  readonly #node: NodeJoinOptions;
  readonly #blinding: Uint8Array;
  readonly #noise: MixerNoise;
  #state: NodeRounds;
  #own: { readonly share: Share; readonly secret: Uint8Array } | null = null;
  #jointKey: Uint8Array | null = null;
  #remainingKey: Uint8Array | null = null;
  /** There is one where the engine works in the background, from the joint key to the end of the ring. */
  #zeros: ZeroPool | null = null;
  /** Records of the longest list that this node has made. */
  #longestOwn = 0;

  constructor(options: NodeJoinOptions) {
    super(options.self, options);
    this.#node = options;
    this.#state = startNodeRounds(options.plan);
    this.#blinding = this.guard(options.group.randomScalar(options.rng));
    const { plan, group, noise } = options;
    const seed = this.guard(options.rng.bytes(DECOY_SEED_BYTES));
    this.#noise = new MixerNoise({ plan, group, source: noise, seed, signal: this.over });
  }

  /** Round 0: makes the key share and sends it. */
  start(): Promise<void> {
    return this.attempt(this.self, async () => {
      const { group, rng, plan, identity, checkpoint } = this.#node;
      const facts = { party: this.self, sealingKey: await this.sealingKey(), checkpoint };
      this.#own = makeShare(group, rng, plan.context, facts, identity);
      this.guard(this.#own.secret);
      await this.send(COORDINATOR, { kind: 'share', share: this.#own.share });
    });
  }

  message(from: PartyId, message: ProtocolMessage): void {
    if (this.ended) return;
    void this.attempt(from, () => {
      if (from !== COORDINATOR) throw wrongMessage(from);
      switch (message.kind) {
        case 'joint-key':
          this.advance({ kind: 'joint-key', shares: message.shares });
          return;
        case 'sums':
          this.advance({ kind: 'sums', ciphertexts: message.ciphertexts });
          return;
        case 'finished':
          this.advance({ kind: 'finished' });
          return;
        case 'abort':
          this.follow(new JoinError(message.code, message.party, `the run was ended by ${message.party}`));
          return;
        case 'working':
          // For whoever watches over deadlines: the rounds go on as they did.
          return;
        case 'share':
        case 'sum-shares':
          throw wrongMessage(from);
      }
    });
  }

  protected listeners(): readonly PartyId[] {
    return [COORDINATOR];
  }

  protected advance(event: NodeEvent): void {
    const before = this.#state.phase;
    const { state, effects } = nodeStep(this.#node.plan, this.self, this.#state, event);
    this.#state = state;
    if (state.phase !== before) this.#node.observer?.phase(state.phase);
    for (const effect of effects) this.#carryOut(effect);
    if (state.phase === 'ring') this.#zeros?.fill(zerosOfUse(this.#node.plan, state.steps, this.#longestOwn));
    else this.#zeros?.close();
  }

  #carryOut(effect: NodeEffect): void {
    switch (effect.kind) {
      case 'adopt-joint-key':
        this.#adoptJointKey(effect.shares);
        return;
      case 'prepare':
        void this.attempt(this.self, () => this.#prepare(effect.list));
        return;
      case 'send-on':
        void this.attempt(this.self, async () => {
          await this.sendOn(effect.subject);
          if (!this.ended) this.advance({ kind: 'sent', subject: effect.subject });
        });
        return;
      case 'share-sums':
        void this.attempt(COORDINATOR, () => this.#shareSums(effect.ciphertexts));
        return;
      case 'wipe':
        this.finish(undefined);
        return;
    }
  }

  /** Every party of the run has exactly one share, proven and signed, and this node's is the one it made. */
  #adoptJointKey(shares: readonly Share[]): void {
    const { group, plan } = this.#node;
    const parties = [COORDINATOR, ...plan.mixers];
    const byParty = new Map(shares.map((share) => [share.party, share]));
    if (shares.length !== parties.length || parties.some((party) => !byParty.has(party))) {
      throw new JoinError('BAD_PROOF', COORDINATOR, 'the joint key is not made of one share from each party');
    }
    const own = byParty.get(this.self);
    if (this.#own === null || own === undefined || !equalBytes(own.element, this.#own.share.element)) {
      throw new JoinError('BAD_PROOF', COORDINATOR, `the joint key does not contain the share of ${this.self}`);
    }
    for (const share of shares) verifyShare(group, plan.context, share, this.peerKey(share.party));
    this.#assertOneCheckpoint(shares);
    this.adoptShares(shares);
    this.#jointKey = jointKey(group, shares);
    this.#zeros = this.#zeroPool(this.#jointKey);
    // What remains of the key once this mixer and those before it have taken their shares off the tally.
    const place = plan.mixers.indexOf(this.self);
    const remaining = [COORDINATOR, ...plan.mixers.slice(place + 1)];
    this.#remainingKey = jointKey(
      group,
      shares.filter(({ party }) => remaining.includes(party)),
    );
  }

  /** The coordinator signs one checkpoint for an offer and shows it to all. It compares, too, so what is other is its doing. */
  #assertOneCheckpoint(shares: readonly Share[]): void {
    const { checkpoint, observer } = this.#node;
    const others = shares.filter((share) => share.checkpoint !== checkpoint);
    if (others.length === 0) return;
    observer?.otherCheckpoints?.(others);
    const names = others.map(({ party }) => party).join(', ');
    throw new JoinError(
      'LOG_INCONSISTENT',
      COORDINATOR,
      `the audit log was shown to ${names} under another checkpoint than to ${this.self}`,
    );
  }

  #zeroPool(key: Uint8Array): ZeroPool | null {
    const { engine } = this.#node;
    if (engine.background !== true) return null;
    const failed = (thrown: unknown): void => {
      void this.attempt(this.self, () => {
        throw thrown;
      });
    };
    return new ZeroPool({ engine, jointKey: key, signal: this.over, failed });
  }

  /** Round 1: rows to records, shuffled among decoys. */
  async #prepare(id: ListId): Promise<void> {
    const { engine, group } = this.#node;
    const list = this.#listPlan(id);
    const { labels, stride } = list;
    const rows = this.#node.source.open(id);
    try {
      this.keepGenerator(id, group.multiplyBase(this.#blinding));
      const decoys = await this.additionsTo(id);
      const count = rows.count + decoys.count;
      const writer = this.storeFor(id, count, this.widthOf(id));
      const multiples = await engine.run(
        { kind: 'multiples', from: 0, to: labels + 1, step: stride },
        { signal: this.over },
      );
      for (const chunk of rows.chunks()) {
        if (this.ended) return;
        await writer.add(chunk.count, this.#prepareJob(list, chunk, multiples));
      }
      await this.addAll(writer, decoys);
      await writer.settle();
      this.#longestOwn = Math.max(this.#longestOwn, count);
    } finally {
      rows.close();
    }
    if (!this.ended) this.advance({ kind: 'stored', subject: id });
  }

  /** @param multiples the elements of labels 0..labels */
  #prepareJob(list: ListPlan, chunk: RowChunk, multiples: Uint8Array): Job {
    const { keys, sums } = list;
    const isOptOut = sums === null;
    return {
      kind: 'prepare',
      keyColumns: keys.length,
      sums,
      keys: chunk.keys,
      labels: isOptOut ? new Uint8Array(0) : labelsOf(list, chunk, multiples),
      numbers: isOptOut ? new Uint8Array(0) : this.#numbersOf(list, chunk),
      blinding: this.#blinding,
      jointKey: this.#key(),
    };
  }

  /** The rows' numbers as scalars. */
  #numbersOf(list: ListPlan, { count, numbers }: RowChunk): Uint8Array {
    const { group, plan } = this.#node;
    const columns = plan.sums.filter(({ dataset }) => dataset === list.dataset);
    if (numbers.length !== count * columns.length) throw new RangeError('not as many numbers as the plan says');
    const scalars = new Uint8Array(numbers.length * SCALAR_BYTES);
    numbers.forEach((number, index) => {
      const { magnitude = 0 } = columns[index % columns.length] ?? {};
      if (Math.abs(number) > magnitude) throw new RangeError('a number outside the plan');
      scalars.set(group.scalar(number), index * SCALAR_BYTES);
    });
    return scalars;
  }

  /** Round 5. */
  async #shareSums(ciphertexts: Uint8Array): Promise<void> {
    const { plan, group, engine, rng, noise: source } = this.#node;
    const { share, secret } = this.#own ?? {};
    if (share === undefined || secret === undefined) throw wrongMessage(COORDINATOR);
    const noise = this.guard(await carryOut(drawSumNoise(plan, group, source), this.over));
    const shares = await makeSumShares(
      { group, engine, rng, signal: this.over },
      { context: plan.context, party: this.self, element: share.element },
      { ciphertexts, noise, key: group.add(this.#remaining(), share.element), secret },
    );
    await this.send(COORDINATOR, { kind: 'sum-shares', ...shares });
  }

  protected additionsTo(subject: TransferSubject): Promise<Additions> {
    if (subject === TALLY) return this.#noise.dummies({ jointKey: this.#key(), remainingKey: this.#remaining() });
    const list = this.#listPlan(subject);
    return Promise.resolve(this.#noise.decoys(list, this.generatorOf(subject), { jointKey: this.#key() }));
  }

  protected generatorAfter(subject: TransferSubject, received: Uint8Array): Uint8Array {
    if (subject !== TALLY) return this.#node.group.multiply(this.#blinding, received);
    if (!equalBytes(received, NO_GENERATOR)) throw new GroupError();
    return NO_GENERATOR;
  }

  protected jobFor(subject: TransferSubject, records: Uint8Array): Job {
    const jointKey = this.#key();
    if (subject === TALLY) {
      const { secret: share } = this.#own ?? {};
      if (share === undefined) throw wrongMessage(COORDINATOR);
      const sums = this.#node.plan.sums.length;
      return { kind: 'tally', sums, ciphertexts: records, share, remainingKey: this.#remaining(), jointKey };
    }
    const { keys, sums } = this.#listPlan(subject);
    const ciphertexts = (records.length / this.widthOf(subject)) * ciphertextsOf(sums);
    return {
      kind: 'hop',
      keyColumns: keys.length,
      sums,
      records,
      blinding: this.#blinding,
      jointKey,
      ...this.#zeros?.take(ciphertexts),
    };
  }

  protected widthOf(subject: TransferSubject): number {
    if (subject === TALLY) return recordWidth(0, this.#node.plan.sums.length);
    const { keys, sums } = this.#listPlan(subject);
    return recordWidth(keys.length, sums);
  }

  protected storedWidthOf(subject: TransferSubject): number {
    return this.widthOf(subject);
  }

  #key(): Uint8Array {
    if (this.#jointKey === null) throw wrongMessage(COORDINATOR);
    return this.#jointKey;
  }

  #remaining(): Uint8Array {
    if (this.#remainingKey === null) throw wrongMessage(COORDINATOR);
    return this.#remainingKey;
  }

  #listPlan(id: TransferSubject): ListPlan {
    const list = this.#node.plan.lists.find((item) => item.id === id);
    if (list === undefined) throw new JoinError('UNKNOWN_LIST', COORDINATOR, 'a list that is not in the plan');
    return list;
  }
}

/** The rows' labels as elements. */
function labelsOf({ labels: most }: ListPlan, { count, labels }: RowChunk, multiples: Uint8Array): Uint8Array {
  const elements = new Uint8Array(count * ELEMENT_BYTES);
  labels.forEach((label, index) => {
    if (label < 1 || label > most) throw new RangeError('a label outside the plan');
    elements.set(multiples.subarray(label * ELEMENT_BYTES, (label + 1) * ELEMENT_BYTES), index * ELEMENT_BYTES);
  });
  return elements;
}

function wrongMessage(from: PartyId): JoinError {
  return new JoinError('OUT_OF_ORDER', from, `${from} sent a message that does not belong here`);
}
