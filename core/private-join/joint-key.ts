import { concatBytes, equalBytes, lengthPrefixed, utf8Bytes } from '../base/index.js';
import type { Rng } from '../base/index.js';
import { DOMAINS } from './domains.js';
import { JoinError } from './errors.js';
import { GroupError } from './group-error.js';
import type { Group } from './group.js';
import { verifySignature } from '../signing/index.js';
import type { SigningKey } from '../signing/index.js';
import { PROOF_BYTES, SCALAR_BYTES } from './messages.js';
import type { Share } from './messages.js';
import type { PartyId } from './plan.js';

/** Round 0: shares of the joint key, each with a proof that its maker knows the secret behind it (SPEC, Round 0). */

export interface OwnShare {
  readonly share: Share;
  /** yj; wiped at the end of the run. */
  readonly secret: Uint8Array;
}

/** What a party says with its share. */
export type ShareFacts = Pick<Share, 'party' | 'sealingKey' | 'checkpoint'>;

/** Makes this party's share: a fresh secret, its proof of knowledge and the signature that ties all to the party. */
export function makeShare(
  group: Group,
  rng: Rng,
  context: Uint8Array,
  { party, sealingKey, checkpoint }: ShareFacts,
  identity: SigningKey,
): OwnShare {
  const secret = group.randomScalar(rng);
  const element = group.multiplyBase(secret);
  const proof = prove(group, rng, context, party, secret, element);
  const signature = identity.sign(signedBytes(context, { party, element, proof, sealingKey, checkpoint }));
  return { share: { party, element, proof, sealingKey, checkpoint, signature }, secret };
}

/**
 * Checks a share of another party.
 * Thrown when the signature isn't the party's: JoinError BAD_SIGNATURE; when the proof doesn't hold, so that the party
 * may have chosen its share to cancel others out: JoinError BAD_PROOF.
 */
export function verifyShare(group: Group, context: Uint8Array, share: Share, publicKey: Uint8Array): void {
  if (!verifySignature(publicKey, signedBytes(context, share), share.signature)) {
    throw new JoinError(
      'BAD_SIGNATURE',
      share.party,
      `the key share of ${share.party} is not signed by its roster key`,
    );
  }
  if (!proofHolds(group, context, share)) {
    throw new JoinError('BAD_PROOF', share.party, `the key share of ${share.party} comes without a valid proof`);
  }
}

/** H = the sum of all shares. */
export function jointKey(group: Group, shares: readonly Share[]): Uint8Array {
  const [first, ...rest] = shares;
  if (first === undefined) throw new RangeError('no shares');
  return rest.reduce((sum, { element }) => group.add(sum, element), first.element);
}

/** Schnorr's proof of knowledge of the discrete logarithm, in the form (c, s) of RFC 9497 section 2.2. */
function prove(
  group: Group,
  rng: Rng,
  context: Uint8Array,
  party: PartyId,
  secret: Uint8Array,
  element: Uint8Array,
): Uint8Array {
  const r = group.randomScalar(rng);
  const c = challenge(group, context, party, element, group.multiplyBase(r));
  const s = group.subtractScalars(r, group.multiplyScalars(c, secret));
  r.fill(0);
  return concatBytes(c, s);
}

function proofHolds(group: Group, context: Uint8Array, { party, element, proof }: Share): boolean {
  if (proof.length !== PROOF_BYTES) return false;
  const c = proof.subarray(0, SCALAR_BYTES);
  const s = proof.subarray(SCALAR_BYTES);
  try {
    // Multiplying refuses an element that is the identity or no element at all.
    const commitment = group.add(group.multiplyBase(s), group.multiply(c, element));
    return equalBytes(c, challenge(group, context, party, element, commitment));
  } catch (thrown) {
    if (thrown instanceof GroupError) return false;
    throw thrown;
  }
}

function challenge(
  group: Group,
  context: Uint8Array,
  party: PartyId,
  element: Uint8Array,
  commitment: Uint8Array,
): Uint8Array {
  return group.hashToScalar(DOMAINS.shareProof, lengthPrefixed(context, utf8Bytes(party), element, commitment));
}

function signedBytes(context: Uint8Array, share: Omit<Share, 'signature'>): Uint8Array {
  return lengthPrefixed(
    utf8Bytes(DOMAINS.shareSignature),
    context,
    utf8Bytes(share.party),
    share.element,
    share.proof,
    share.sealingKey,
    utf8Bytes(share.checkpoint),
  );
}
