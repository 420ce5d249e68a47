/**
 * What both WebAssembly modules export (docs/kernel.md says how they do it). Pointers are byte addresses in `memory`,
 * which never grows; `n` elements, 1..MAX_BATCH. Scalars are 32 bytes, little-endian, below the group's order.
 *
 * Functions that return a number of bad elements count those that aren't canonical encodings (RFC 9496 section 4.3.1);
 * when it isn't 0 the output is to be thrown away. The identity is a canonical encoding.
 */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  maxBatch(): number;
  /** Bytes of an encryption of zero made in advance: at most MESSAGE_BYTES / MAX_BATCH / 2. */
  zeroBytes(): number;
  /** Regions of REGION_BYTES each. */
  regionA(): number;
  regionB(): number;
  regionC(): number;
  regionOut(): number;
  /** A region of MESSAGE_BYTES. */
  regionMessages(): number;
  /** Builds constants and the table of base 0, the generator. Called once, before everything else. */
  start(): undefined;
  /** 1 where a relaxed multiply-add rounds once, which WebAssembly leaves to the processor; always 1 of i64. */
  fusedMultiplyAdd(): number;

  check(elements: number, n: number): number;
  /** 64 uniform bytes each to elements (RFC 9496 section 4.3.4). */
  hashToGroup(uniform: number, out: number, n: number): undefined;
  /**
   * expand_message_xmd with SHA-512 to 64 bytes each (RFC 9380 section 5.3.1).
   * @param messages one after the other
   * @param ends n numbers of 4 bytes, little-endian: where each message ends, counted from `messages`
   * @param dst 1..255 bytes, without the byte of their length
   */
  expandMessages(messages: number, ends: number, dst: number, dstLength: number, out: number, n: number): undefined;
  multiply(scalar: number, elements: number, out: number, n: number): number;
  multiplyEach(scalars: number, elements: number, out: number, n: number): number;
  /** Builds the table of slot 1..BASE_SLOTS-1. 1 when done, 0 when the element isn't canonical. */
  setBase(slot: number, element: number): number;
  multiplyBase(slot: number, scalars: number, out: number, n: number): undefined;
  /** (r*B, m + r*H), H being the base of the slot. */
  encrypt(slot: number, r: number, elements: number, out: number, n: number): number;
  /** (c1 + r*B, c2 + r*H). */
  rerandomise(slot: number, r: number, ciphertexts: number, out: number, n: number): number;
  /** n encryptions of zero (r*B, r*H), zeroBytes() each, in a form that both modules share. */
  makeZeros(slot: number, r: number, out: number, n: number): undefined;
  addZeros(zeros: number, ciphertexts: number, out: number, n: number): number;
  /** c2 - share*c1, 32 bytes each. */
  removeShare(share: number, ciphertexts: number, out: number, n: number): number;
  /** (c1 + r*B, c2 - share*c1 + r*H). */
  tally(share: number, slot: number, r: number, ciphertexts: number, out: number, n: number): number;
  add(left: number, right: number, out: number, n: number): number;
  subtract(left: number, right: number, out: number, n: number): number;
  /**
   * 2*(starts[i mod WALKERS] + floor(i / WALKERS)*step) for i = 0..n-1.
   * @param starts WALKERS elements, whatever n is
   */
  walk(starts: number, step: number, out: number, n: number): number;
  /** 64 bytes each, little-endian, modulo the order. */
  reduceScalars(wide: number, out: number, n: number): undefined;
  multiplyScalars(a: number, b: number, out: number): undefined;
  subtractScalars(a: number, b: number, out: number): undefined;
  /** Zeroes everything but constants and base tables. */
  wipe(): undefined;
}

/** FMA is twice as fast or more and needs relaxed SIMD; i64 runs everywhere. They give the same bytes. */
export type KernelKind = 'fma' | 'i64';

/** A module that is ready for use. */
export interface LoadedKernel {
  readonly kind: KernelKind;
  readonly exports: KernelExports;
  /** Why a faster module isn't the one; null where none was passed over. */
  readonly passedOver: string | null;
}

/** Elements of one call. */
export const MAX_BATCH = 256;
/** Elements that a walk starts from. */
export const WALKERS = 4;
/** Each region but that of the messages. */
export const REGION_BYTES = MAX_BATCH * 64;
export const MESSAGE_BYTES = 131_072;
/** Slot 0 is the generator's. */
export const BASE_SLOTS = 4;
