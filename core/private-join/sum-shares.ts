import { concatBytes } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { splitColumns } from './columns.js';
import { compositeSeed, dleqHolds, proveDleq, sumsContextString } from './dleq.js';
import { elementSum } from './element-sums.js';
import { GroupError } from './group-error.js';
import { CIPHERTEXT_BYTES, ELEMENT_BYTES, SCALAR_BYTES } from './messages.js';
import type { ProtocolMessage } from './messages.js';
import type { PartyId } from './plan.js';
import { firstHalves, NOISED_BYTES } from './sum-jobs.js';
import type { CompositesJob } from './sum-jobs.js';
import { partsOf, runParts } from './sums.js';
import type { Part, SumsWork } from './sums.js';

/** What a mixer answers in Round 5. */
export type SumShares = Omit<Extract<ProtocolMessage, { readonly kind: 'sum-shares' }>, 'kind'>;

/** Whose shares they are. */
export interface ShareOwner {
  /** The run's. */
  readonly context: Uint8Array;
  readonly party: PartyId;
  /** Its share of the joint key, y*B. */
  readonly element: Uint8Array;
}

export interface SumShareInput {
  readonly ciphertexts: Uint8Array;
  /** As many scalars. */
  readonly noise: Uint8Array;
  /** What is left of the joint key, this mixer's own share in it. */
  readonly key: Uint8Array;
  /** y. */
  readonly secret: Uint8Array;
}

/**
 * (Mixer) Adds its noise to each sum, takes its share of what comes of it, and proves that all shares are right.
 * Thrown when a ciphertext isn't canonical or has the identity in it: GroupError; otherwise as by `runParts`.
 */
export async function makeSumShares(
  work: SumsWork & { readonly rng: Rng },
  owner: ShareOwner,
  { ciphertexts, noise, key, secret }: SumShareInput,
): Promise<SumShares> {
  const { group, rng } = work;
  const made = await runParts(work, partsOf(ciphertexts.length / CIPHERTEXT_BYTES), ({ from, to }) => ({
    kind: 'noise-sums',
    ciphertexts: ciphertexts.slice(from * CIPHERTEXT_BYTES, to * CIPHERTEXT_BYTES),
    noise: noise.slice(from * SCALAR_BYTES, to * SCALAR_BYTES),
    key,
    share: secret,
  }));
  const [noised, shares] = splitColumns(concatBytes(...made), CIPHERTEXT_BYTES, NOISED_BYTES - CIPHERTEXT_BYTES);
  const { element } = owner;
  const contextString = sumsContextString(owner.context, owner.party);
  const [M] = await composites(work, { contextString, element, noised, shares, withZ: false });
  const proof = proveDleq(group, rng, { contextString, element, M }, secret);
  return { noised, shares, proof };
}

/**
 * (Coordinator) Whether every share is y*c1 of its ciphertext, y being the secret of the owner's share of the joint key.
 * Thrown when one isn't canonical or is the identity: GroupError; otherwise as by `runParts`.
 */
export async function sumSharesHold(work: SumsWork, owner: ShareOwner, sent: SumShares): Promise<boolean> {
  const { element } = owner;
  const { noised, shares, proof } = sent;
  const contextString = sumsContextString(owner.context, owner.party);
  const [M, Z] = await composites(work, { contextString, element, noised, shares, withZ: true });
  return dleqHolds(work.group, { contextString, element, M, Z }, proof);
}

/**
 * (Coordinator) What the next mixer gets: (c1, c2 - share).
 * Thrown when an element isn't canonical: GroupError; otherwise as by `runParts`.
 */
export async function withoutShares(work: SumsWork, { noised, shares }: SumShares): Promise<Uint8Array> {
  const parts = partsOf(shares.length / ELEMENT_BYTES);
  const rest = await runParts(work, parts, ({ from, to }) => ({
    kind: 'take-shares',
    ciphertexts: noised.slice(from * CIPHERTEXT_BYTES, to * CIPHERTEXT_BYTES),
    shares: shares.slice(from * ELEMENT_BYTES, to * ELEMENT_BYTES),
  }));
  return concatBytes(...rest);
}

interface CompositesOf extends Pick<SumShares, 'noised' | 'shares'>, Pick<CompositesJob, 'contextString' | 'withZ'> {
  readonly element: Uint8Array;
}

/** M, and Z where it is asked for, else the identity. */
async function composites(
  work: SumsWork,
  { contextString, element, noised, shares, withZ }: CompositesOf,
): Promise<readonly [M: Uint8Array, Z: Uint8Array]> {
  const seed = compositeSeed(contextString, element);
  const inputs = firstHalves(noised);
  if (inputs.length !== shares.length) throw new GroupError();
  const of = (elements: Uint8Array, { from, to }: Part): Uint8Array =>
    elements.slice(from * ELEMENT_BYTES, to * ELEMENT_BYTES);
  const sums = await runParts(work, partsOf(shares.length / ELEMENT_BYTES), (part) => ({
    kind: 'composites',
    contextString,
    seed,
    from: part.from,
    inputs: of(inputs, part),
    outputs: of(shares, part),
    withZ,
  }));
  const [M, Z] = splitColumns(concatBytes(...sums), ELEMENT_BYTES, withZ ? ELEMENT_BYTES : 0);
  return [elementSum(work.group, M), elementSum(work.group, Z)];
}
