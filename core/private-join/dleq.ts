import { createHash } from 'node:crypto';

import { concatBytes, equalBytes, toHex, utf8Bytes, wipe } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { DOMAINS } from './domains.js';
import { GroupError } from './group-error.js';
import { elementSum } from './element-sums.js';
import type { Group } from './group.js';
import { ELEMENT_BYTES, PROOF_BYTES, SCALAR_BYTES } from './messages.js';
import type { PartyId } from './plan.js';

/**
 * One proof that a list of elements was multiplied with one secret, k: D[i] = k*C[i] and K = k*B (RFC 9497 section 2.2,
 * B the generator). Names are the RFC's. It is bound to a purpose by the RFC's `contextString`, which here says which
 * run and which party; a proof under one context string holds under no other.
 *
 * The elements go through `composites`, chunk by chunk and in any order, and what the chunks give is added up; so a list
 * of thousands is no long piece of work.
 */

/** SHA-512. */
export const SEED_BYTES = 64;
/** Indexes are encoded in two bytes. */
export const MAX_COMPOSITES = 65_536;

/** Some of the elements of a proof. */
export interface CompositesInput {
  readonly contextString: string;
  /** `compositeSeed` of the secret's element. */
  readonly seed: Uint8Array;
  /** Index of the first. */
  readonly from: number;
  /** C, n elements. */
  readonly inputs: Uint8Array;
  /** D, n elements. */
  readonly outputs: Uint8Array;
}

/** The composites of all elements: M = sum of d[i]*C[i] and Z = sum of d[i]*D[i]. */
export interface Composites {
  readonly M: Uint8Array;
  readonly Z: Uint8Array;
}

/** The context string of a party's proof in Round 5. */
export function sumsContextString(context: Uint8Array, party: PartyId): string {
  return `${DOMAINS.sumsProof}/${toHex(context)}/${party}`;
}

/** ComputeComposites, first step. @param element K = k*B */
export function compositeSeed(contextString: string, element: Uint8Array): Uint8Array {
  const transcript = prefixed(element, utf8Bytes(`Seed-${contextString}`));
  return new Uint8Array(createHash('sha512').update(transcript).digest());
}

/** The scalars d[from], d[from + 1], … Thrown when an index doesn't fit into its two bytes: RangeError. */
export function compositeScalars(
  group: Group,
  { contextString, seed, from, inputs, outputs }: CompositesInput,
): Uint8Array {
  const count = inputs.length / ELEMENT_BYTES;
  if (outputs.length !== inputs.length) throw new RangeError('not as many outputs as inputs');
  if (from + count > MAX_COMPOSITES) throw new RangeError('a proof of more elements than one may have');
  const scalars = new Uint8Array(count * SCALAR_BYTES);
  const domain = `HashToScalar-${contextString}`;
  for (let index = 0; index < count; index += 1) {
    const transcript = concatBytes(
      prefixed(seed),
      shortBytes(from + index),
      prefixed(elementAt(inputs, index), elementAt(outputs, index)),
      utf8Bytes('Composite'),
    );
    scalars.set(group.hashToScalar(domain, transcript), index * SCALAR_BYTES);
  }
  return scalars;
}

/**
 * GenerateProof, from the composites on. Whoever knows k computes Z as k*M.
 * @param randomScalar r, for tests with published vectors; drawn where it isn't given
 * @returns (c, s), 64 bytes
 */
export function proveDleq(
  group: Group,
  rng: Rng,
  statement: { readonly contextString: string; readonly element: Uint8Array; readonly M: Uint8Array },
  secret: Uint8Array,
  randomScalar: Uint8Array = group.randomScalar(rng),
): Uint8Array {
  const { contextString, element, M } = statement;
  const Z = group.multiply(secret, M);
  const r = randomScalar;
  const t2 = group.multiplyBase(r);
  const t3 = group.multiply(r, M);
  const c = challenge(group, contextString, [element, M, Z, t2, t3]);
  const s = group.subtractScalars(r, group.multiplyScalars(c, secret));
  wipe(r);
  return concatBytes(c, s);
}

/** VerifyProof, from the composites on. */
export function dleqHolds(
  group: Group,
  statement: { readonly contextString: string; readonly element: Uint8Array } & Composites,
  proof: Uint8Array,
): boolean {
  const { contextString, element, M, Z } = statement;
  if (proof.length !== PROOF_BYTES) return false;
  const c = proof.subarray(0, SCALAR_BYTES);
  const s = proof.subarray(SCALAR_BYTES);
  try {
    // Multiplying refuses an element that is the identity or no element at all.
    const t2 = group.add(group.multiplyBase(s), group.multiply(c, element));
    const t3 = group.add(group.multiply(s, M), group.multiply(c, Z));
    return equalBytes(c, challenge(group, contextString, [element, M, Z, t2, t3]));
  } catch (thrown) {
    if (thrown instanceof GroupError) return false;
    throw thrown;
  }
}

/** Sum of scalars[i] * elements[i]. Thrown when an element isn't canonical or is the identity: GroupError. */
export function weightedSum(group: Group, scalars: Uint8Array, elements: Uint8Array): Uint8Array {
  return elementSum(group, group.multiplyEach(scalars, elements));
}

function challenge(group: Group, contextString: string, elements: readonly Uint8Array[]): Uint8Array {
  const transcript = concatBytes(prefixed(...elements), utf8Bytes('Challenge'));
  return group.hashToScalar(`HashToScalar-${contextString}`, transcript);
}

function elementAt(elements: Uint8Array, index: number): Uint8Array {
  return elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
}

/** Each string preceded by its length in two bytes, as in RFC 9497 (the rest of the protocol has four). */
function prefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((part) => [shortBytes(part.length), part]));
}

/** I2OSP(number, 2). */
function shortBytes(number: number): Uint8Array {
  return Uint8Array.of(number >>> 8, number & 255);
}
