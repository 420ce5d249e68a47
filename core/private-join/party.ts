import { permutation, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import type { Additions } from './additions.js';
import { EngineError } from './engine.js';
import type { Engine } from './engine.js';
import { JoinError } from './errors.js';
import { GroupError } from './group-error.js';
import type { SigningKey } from '../signing/index.js';
import type { Job } from './jobs.js';
import type { Link } from './link.js';
import { NO_GENERATOR } from './messages.js';
import type { ProtocolMessage, Share, TransferHeader, TransferSubject } from './messages.js';
import { CHUNK_RECORDS } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';
import type { RecordStore, RecordStores } from './record-store.js';
import { route } from './route.js';
import { makeSealingKeyPair, openTransfer, sealTransfer } from './seal.js';
import type { SealedTransfer, SealingKeyPair } from './seal.js';
import { JobPlaces, ShuffledWriter } from './shuffled-writer.js';
import type { TransferEvent } from './transfer-steps.js';

/** What a party needs to take part in one run. Everything that acts on the world is passed in. */
export interface PartyOptions {
  readonly plan: JoinPlan;
  readonly identity: SigningKey;
  /** Raw Ed25519 roster keys of every party of the run. */
  readonly peers: ReadonlyMap<PartyId, Uint8Array>;
  readonly link: Link;
  readonly engine: Engine;
  readonly stores: RecordStores;
  readonly rng: Rng;
  /**
   * The audit log's checkpoint under which this party was shown the offer; the coordinator's is what it showed everybody.
   * A signed note, with the log's signature alone.
   */
  readonly checkpoint: string;
}

/** Result of a run at one party, and the one way in which it ends. */
interface Outcome<Result> {
  readonly promise: Promise<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: JoinError) => void;
}

/**
 * What nodes and the coordinator have in common: transfers in and out, the stores lists are shuffled in, secrets, and
 * ending exactly once, with everything wiped.
 */
export abstract class Party<Result> {
  readonly self: PartyId;
  readonly #options: PartyOptions;
  /** The store in which a subject is now; older ones of the same subject may still be on their way out. */
  readonly #current = new Map<TransferSubject, RecordStore>();
  readonly #stores = new Set<RecordStore>();
  readonly #outcome: Outcome<Result> = makeOutcome();
  readonly #secrets: Uint8Array[] = [];
  readonly #places: JobPlaces;
  readonly #over = new AbortController();
  /** Of each list as this party holds it. */
  readonly #generators = new Map<TransferSubject, Uint8Array>();
  #sealing: SealingKeyPair | null = null;
  #shares: ReadonlyMap<PartyId, Share> = new Map();

  protected constructor(self: PartyId, options: PartyOptions) {
    this.self = self;
    this.#options = options;
    this.#places = new JobPlaces(options.engine);
  }

  /** Resolves when the run is finished at this party; rejects with JoinError however else it ends. */
  get outcome(): Promise<Result> {
    return this.#outcome.promise;
  }

  get ended(): boolean {
    return this.over.aborted;
  }

  /**
   * Aborts when the attempt has ended here. Whoever is in the middle of something hears by the reason, a JoinError, how
   * it ended: on another way than the abort message, but the same.
   */
  protected get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Ends the attempt here and tells the others. Does nothing when it has ended already. */
  abort(error: JoinError): void {
    if (!this.#end(error)) return;
    this.#outcome.reject(error);
    for (const party of this.listeners()) {
      // Whoever can't be reached finds out by the loss of the connection.
      this.#options.link.send(party, { kind: 'abort', code: error.code, party: error.party }).catch(() => undefined);
    }
  }

  /** Whom this party tells that it has ended its attempt. */
  protected abstract listeners(): readonly PartyId[];
  /** Advances the rounds and carries out what follows. */
  protected abstract advance(event: TransferEvent | StoredEvent): void;
  /** The work on one chunk of a subject. */
  protected abstract jobFor(subject: TransferSubject, records: Uint8Array): Job;
  /** What this party adds to a subject that it receives: dummies to the tally, decoys to a list. */
  protected abstract additionsTo(subject: TransferSubject): Promise<Additions>;
  /**
   * The generator of a subject as this party holds it, from the one that came with it.
   * Thrown when it isn't one: GroupError.
   */
  protected abstract generatorAfter(subject: TransferSubject, received: Uint8Array): Uint8Array;
  /** Bytes of a record of the subject as it is sent. */
  protected abstract widthOf(subject: TransferSubject): number;
  /** Bytes of what this party keeps of a record that it received. */
  protected abstract storedWidthOf(subject: TransferSubject): number;

  /** The sealing key of this run at this party, made at the first call. */
  protected async sealingKey(): Promise<Uint8Array> {
    this.#sealing ??= await makeSealingKeyPair(this.#options.rng);
    return this.#sealing.publicKey;
  }

  /** Remembers a secret that is to be wiped when the run ends, and hands it back. */
  protected guard(secret: Uint8Array): Uint8Array {
    this.#secrets.push(secret);
    if (this.ended) wipe(secret);
    return secret;
  }

  protected adoptShares(shares: readonly Share[]): void {
    this.#shares = new Map(shares.map((share) => [share.party, share]));
  }

  /** A party's part of the joint key. Thrown before it is adopted: RangeError. */
  protected shareOf(party: PartyId): Share {
    const share = this.#shares.get(party);
    if (share === undefined) throw new RangeError('no share of that party');
    return share;
  }

  protected peerKey(party: PartyId): Uint8Array {
    const key = this.#options.peers.get(party);
    if (key === undefined) throw new JoinError('CONTEXT_MISMATCH', party, `${party} takes no part in this run`);
    return key;
  }

  protected send(to: PartyId, message: ProtocolMessage): Promise<void> {
    return this.#options.link.send(to, message);
  }

  /** Ends the run well. */
  protected finish(result: Result): void {
    const late = new JoinError('OUT_OF_ORDER', this.self, 'this run has finished');
    if (this.#end(late)) this.#outcome.resolve(result);
  }

  /** Ends the run because another party ended it: no need to tell anybody. */
  protected follow(error: JoinError): void {
    if (this.#end(error)) this.#outcome.reject(error);
  }

  /** Runs a piece of the protocol; whatever it throws ends the run with a code. */
  protected attempt(from: PartyId, work: () => void | Promise<void>): Promise<void> {
    return Promise.resolve()
      .then(work)
      .catch((thrown: unknown) => {
        this.abort(asJoinError(thrown, from, this.self));
      });
  }

  /** Receives one transfer into a store, each chunk worked on and put at its shuffled places. */
  async transfer(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#receive(from, header, chunks);
    } catch (thrown) {
      const error = asJoinError(thrown, from, this.self);
      this.abort(error);
      throw error;
    }
  }

  async #receive(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.over.throwIfAborted();
    const sealing = this.#sealing;
    if (sealing === null) throw new JoinError('OUT_OF_ORDER', from, `${from} sent a transfer before any key`);
    this.advance({ kind: 'transfer-opened', header });
    const open = await openTransfer(this.#options.plan.context, header, sealing, this.peerKey(from));
    const { subject, count } = header;
    this.keepGenerator(subject, this.generatorAfter(subject, header.generator));
    const additions = await this.additionsTo(subject);
    const mixer = this.storeFor(subject, count + additions.count, this.storedWidthOf(subject));
    const width = this.widthOf(subject);
    for await (const sealed of chunks) {
      const records = await open(sealed);
      this.over.throwIfAborted();
      this.advance({ kind: 'chunk-opened', subject, records: records.length / width });
      await mixer.add(records.length / width, this.jobFor(subject, records));
    }
    this.advance({ kind: 'transfer-closed', subject });
    await this.addAll(mixer, additions);
    await mixer.settle();
    if (!this.ended) this.advance({ kind: 'stored', subject });
  }

  /** A store for `count` records and a fresh shuffle of its places. */
  protected storeFor(subject: TransferSubject, count: number, width: number): ShuffledWriter {
    // Nobody would dispose of a store that is made after the end.
    this.over.throwIfAborted();
    const store = this.#options.stores.create(count, width);
    this.#stores.add(store);
    this.#current.set(subject, store);
    const { rng, engine } = this.#options;
    const positions = permutation(rng, count);
    return new ShuffledWriter({ store, positions, engine, places: this.#places, signal: this.over });
  }

  protected async addAll(writer: ShuffledWriter, additions: Additions): Promise<void> {
    for (const { count, job } of additions.batches()) {
      this.over.throwIfAborted();
      await writer.add(count, job);
    }
  }

  protected keepGenerator(subject: TransferSubject, generator: Uint8Array): void {
    this.#generators.set(subject, generator);
  }

  /** NO_GENERATOR of what has none: the tally. */
  protected generatorOf(subject: TransferSubject): Uint8Array {
    return this.#generators.get(subject) ?? NO_GENERATOR;
  }

  protected storeOf(subject: TransferSubject): RecordStore {
    const store = this.#current.get(subject);
    if (store === undefined) throw new RangeError('no store of that name');
    return store;
  }

  protected release(store: RecordStore): void {
    store.dispose();
    this.#stores.delete(store);
  }

  /** Sends what was stored on to the next party of its route, sealed, and forgets it. */
  protected async sendOn(subject: TransferSubject): Promise<void> {
    const { plan, rng, identity, link } = this.#options;
    const stations = route(plan, subject);
    const hop = stations.indexOf(this.self);
    const to = stations[hop + 1];
    const recipientKey = to === undefined ? undefined : this.#shares.get(to)?.sealingKey;
    if (to === undefined || recipientKey === undefined) throw new RangeError('the route ends here');
    const store = this.storeOf(subject);
    const facts = { subject, hop, from: this.self, to, count: store.count, generator: this.generatorOf(subject) };
    const sealed = await sealTransfer(rng, plan.context, facts, recipientKey, identity);
    try {
      await link.transfer(sealed.header, this.#sealedChunks(store, sealed));
    } catch (cause) {
      if (cause instanceof JoinError) throw cause;
      throw new JoinError('PARTY_LOST', to, `a list could not be handed to ${to}`, { cause });
    }
    this.release(store);
  }

  async *#sealedChunks(store: RecordStore, transfer: SealedTransfer): AsyncGenerator<Uint8Array, void, undefined> {
    for (let from = 0; from < store.count; from += CHUNK_RECORDS) {
      this.over.throwIfAborted();
      yield await transfer.seal(store.read(from, Math.min(from + CHUNK_RECORDS, store.count)));
    }
  }

  /** True the first time. Wipes every secret and every list; jobs that haven't begun never do. */
  #end(reason: JoinError): boolean {
    if (this.ended) return false;
    this.#over.abort(reason);
    wipe(...this.#secrets);
    this.#sealing = null;
    for (const store of this.#stores) store.dispose();
    this.#stores.clear();
    this.#current.clear();
    return true;
  }
}

interface StoredEvent {
  readonly kind: 'stored';
  readonly subject: TransferSubject;
}

/** What goes wrong with another party's bytes is that party's; anything unforeseen is this process's. */
function asJoinError(thrown: unknown, from: PartyId, self: PartyId): JoinError {
  if (thrown instanceof JoinError) return thrown;
  if (thrown instanceof EngineError) {
    return new JoinError('WORKER_FAILED', self, `the threads of ${self} that do the arithmetic broke down`, {
      cause: thrown,
    });
  }
  if (thrown instanceof GroupError) {
    return new JoinError('BAD_ENCODING', from, `${from} sent bytes that are not a group element`, { cause: thrown });
  }
  return new JoinError('INTERNAL', self, 'an unforeseen error ended the run; the log of this process has it', {
    cause: thrown,
  });
}

function makeOutcome<Result>(): Outcome<Result> {
  let resolve: (result: Result) => void = () => undefined;
  let reject: (error: JoinError) => void = () => undefined;
  const promise = new Promise<Result>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  // An owner that doesn't wait for the outcome isn't an unhandled rejection; one that does still sees it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
