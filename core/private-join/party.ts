import { permutation, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import type { Engine } from './engine.js';
import { JoinError } from './errors.js';
import { GroupError } from './group-error.js';
import type { SigningKey } from './identity.js';
import type { Job } from './jobs.js';
import type { Link } from './link.js';
import type { ProtocolMessage, Share, TransferHeader, TransferSubject } from './messages.js';
import { CHUNK_RECORDS } from './plan.js';
import type { JoinPlan, PartyId } from './plan.js';
import type { RecordStore, RecordStores } from './record-store.js';
import { route } from './route.js';
import { makeSealingKeyPair, openTransfer, sealTransfer } from './seal.js';
import type { SealedTransfer, SealingKeyPair } from './seal.js';
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
  #sealing: SealingKeyPair | null = null;
  #shares: ReadonlyMap<PartyId, Share> = new Map();
  /** How the attempt ended here; null while it goes on. */
  #ending: Ending | null = null;

  protected constructor(self: PartyId, options: PartyOptions) {
    this.self = self;
    this.#options = options;
  }

  /** Resolves when the run is finished at this party; rejects with JoinError however else it ends. */
  get outcome(): Promise<Result> {
    return this.#outcome.promise;
  }

  get ended(): boolean {
    return this.#ending !== null;
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
    if (this.#end('finished')) this.#outcome.resolve(result);
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
        this.abort(asJoinError(thrown, from));
      });
  }

  /** Receives one transfer into a store, each chunk worked on and put at its shuffled places. */
  async transfer(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#receive(from, header, chunks);
    } catch (thrown) {
      const error = asJoinError(thrown, from);
      this.abort(error);
      throw error;
    }
  }

  async #receive(from: PartyId, header: TransferHeader, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    this.#assertGoingOn();
    const sealing = this.#sealing;
    if (sealing === null) throw new JoinError('OUT_OF_ORDER', from, `${from} sent a transfer before any key`);
    this.advance({ kind: 'transfer-opened', header });
    const open = await openTransfer(this.#options.plan.context, header, sealing, this.peerKey(from));
    const { subject, count } = header;
    const mixer = this.storeFor(subject, count, this.storedWidthOf(subject));
    const width = this.widthOf(subject);
    for await (const sealed of chunks) {
      const records = await open(sealed);
      this.#assertGoingOn();
      this.advance({ kind: 'chunk-opened', subject, records: records.length / width });
      await mixer.add(records.length / width, this.jobFor(subject, records));
    }
    this.advance({ kind: 'transfer-closed', subject });
    await mixer.settle();
    if (!this.ended) this.advance({ kind: 'stored', subject });
  }

  /** A store for `count` records and a fresh shuffle of its places. */
  protected storeFor(subject: TransferSubject, count: number, width: number): ShuffledWriter {
    const store = this.#options.stores.create(count, width);
    this.#stores.add(store);
    this.#current.set(subject, store);
    return new ShuffledWriter(store, permutation(this.#options.rng, count), this.#options.engine, () => this.ended);
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
    const facts = { subject, hop, from: this.self, to, count: store.count };
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
      this.#assertGoingOn();
      yield await transfer.seal(store.read(from, Math.min(from + CHUNK_RECORDS, store.count)));
    }
  }

  /**
   * Whoever is in the middle of a transfer hears how the attempt ended: on another way than the abort message, but the
   * same. Thrown when it has ended: JoinError.
   */
  #assertGoingOn(): void {
    const ending = this.#ending;
    if (ending === null) return;
    throw ending === 'finished' ? new JoinError('OUT_OF_ORDER', this.self, 'this run has finished') : ending;
  }

  /** True the first time. Wipes every secret and every list. */
  #end(ending: Ending): boolean {
    if (this.#ending !== null) return false;
    this.#ending = ending;
    wipe(...this.#secrets);
    this.#sealing = null;
    for (const store of this.#stores) store.dispose();
    this.#stores.clear();
    this.#current.clear();
    return true;
  }
}

type Ending = JoinError | 'finished';

interface StoredEvent {
  readonly kind: 'stored';
  readonly subject: TransferSubject;
}

/** Fills a store at shuffled places, with as many jobs under way as the engine can use: that bounds memory. */
export class ShuffledWriter {
  readonly #store: RecordStore;
  readonly #places: Uint32Array;
  readonly #engine: Engine;
  readonly #abandoned: () => boolean;
  readonly #underWay = new Set<Promise<void>>();
  #taken = 0;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(store: RecordStore, places: Uint32Array, engine: Engine, abandoned: () => boolean) {
    this.#store = store;
    this.#places = places;
    this.#engine = engine;
    this.#abandoned = abandoned;
  }

  /** Takes the job that makes the next `count` records; resolves when there is room for more. */
  async add(count: number, job: Job): Promise<void> {
    const places = this.#places.subarray(this.#taken, this.#taken + count);
    this.#taken += count;
    const done = this.#finish(places, job).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
    while (this.#underWay.size > this.#engine.parallelism) await Promise.race(this.#underWay);
    this.#rethrow();
  }

  /** Resolves when every record is in the store. Rejects with what a job threw. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#rethrow();
  }

  async #finish(places: Uint32Array, job: Job): Promise<void> {
    try {
      const records = await this.#engine.run(job);
      if (!this.#abandoned()) this.#store.put(places, records);
    } catch (thrown) {
      this.#failure ??= { thrown };
    }
  }

  #rethrow(): void {
    if (this.#failure !== null) throw this.#failure.thrown;
  }
}

/** What goes wrong with another party's bytes is that party's; anything unforeseen is this process's. */
function asJoinError(thrown: unknown, from: PartyId): JoinError {
  if (thrown instanceof JoinError) return thrown;
  if (thrown instanceof GroupError) {
    return new JoinError('BAD_ENCODING', from, `${from} sent bytes that are not a group element`, { cause: thrown });
  }
  return new JoinError('INTERNAL', from, 'an unforeseen error ended the run; the log of this process has it', {
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
