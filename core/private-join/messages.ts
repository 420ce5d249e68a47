import type { FailureCode } from './errors.js';
import type { PartyId } from './plan.js';

/** Bytes of an encoded group element and of an encoded scalar (RFC 9496 section 4.3). */
export const ELEMENT_BYTES = 32;
export const SCALAR_BYTES = 32;
/** Two group elements (c1, c2). */
export const CIPHERTEXT_BYTES = 2 * ELEMENT_BYTES;
/** Challenge and response of a Schnorr proof. */
export const PROOF_BYTES = 2 * SCALAR_BYTES;
/** A transfer without a list's generator: the tally's. */
export const NO_GENERATOR: Uint8Array = new Uint8Array(ELEMENT_BYTES);
/** X25519 public key of HPKE, which is also the length of its encapsulated key (RFC 9180 section 7.1). */
export const SEALING_KEY_BYTES = 32;

/** Round 0: a party's part of the joint key, proven and signed. */
export interface Share {
  readonly party: PartyId;
  /** Yj = yj * B, 32 bytes. */
  readonly element: Uint8Array;
  /** Schnorr proof of knowledge of yj, 64 bytes. */
  readonly proof: Uint8Array;
  /** HPKE key of this run to which lists for this party are sealed, 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** The audit log's checkpoint under which the party was shown the offer: a signed note, with the log's signature alone. */
  readonly checkpoint: string;
  /** Ed25519 by the party's roster key over all of the above and the context, 64 bytes. */
  readonly signature: Uint8Array;
}

/** What moves in one transfer: a list on its way round the ring (its ListId), or the TALLY. */
export type TransferSubject = string;
/** No list's id, for those contain a `/`. */
export const TALLY = 'tally';

/**
 * Announces a transfer. It is signed by the sender's roster key and binds the HPKE encapsulation, so that nobody but
 * the sender can have sealed the chunks, and the coordinator that relays them can neither read nor swap them.
 */
export interface TransferHeader {
  readonly subject: TransferSubject;
  /** Place of the sender on the subject's route, counted from 0: a provider sends hop 0 (route.ts). */
  readonly hop: number;
  readonly from: PartyId;
  readonly to: PartyId;
  /** Records in the whole transfer. */
  readonly count: number;
  /**
   * (Π x)·B over the mixers that have worked on the list so far, 32 bytes: with it the next makes decoys whose
   * pseudonyms come out alike in every list. NO_GENERATOR for the tally.
   */
  readonly generator: Uint8Array;
  /** HPKE encapsulated key, 32 bytes. */
  readonly encapsulatedKey: Uint8Array;
  /** Ed25519 over all of the above and the context, 64 bytes. */
  readonly signature: Uint8Array;
}

/** Small messages of the protocol; lists move in transfers. */
export type ProtocolMessage =
  | { readonly kind: 'share'; readonly share: Share }
  /** The coordinator tells every node all shares, its own among them. */
  | { readonly kind: 'joint-key'; readonly shares: readonly Share[] }
  /** The sender ended its attempt; whoever hears it ends theirs. */
  | { readonly kind: 'abort'; readonly code: FailureCode; readonly party: PartyId }
  /**
   * Round 5, to one mixer after the other: the sums of every column in every cell, still under its key and those after
   * it. tableCells * columns ciphertexts, cell by cell.
   */
  | { readonly kind: 'sums'; readonly ciphertexts: Uint8Array }
  /**
   * Its answer: the same with its noise in them and re-randomised (`noised`), its share of each (`shares`, y·c1 of
   * those, 32 bytes each) and one proof that all are (64 bytes). The next sees c2 less the share.
   */
  | {
      readonly kind: 'sum-shares';
      readonly noised: Uint8Array;
      readonly shares: Uint8Array;
      readonly proof: Uint8Array;
    }
  /** The coordinator has decoded the tally, and opened the sums; nodes wipe their keys. */
  | { readonly kind: 'finished' }
  /**
   * The sender has got on with its part, or has heard that somebody else has, so whoever waits goes on waiting: long
   * work moves nothing from party to party. It says nothing of what or how much.
   */
  | { readonly kind: 'working' };

/** A party that gets on with its part says so no more often than this. Deadlines for progress are several times as long. */
export const WORKING_SECONDS = 5;
