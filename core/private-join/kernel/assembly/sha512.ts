/** SHA-512 (FIPS 180-4) of a message given in pieces. The length of a message is public. */
import { HASH_BLOCK, HASH_STATE, INITIAL_STATE, ROUND_CONSTANTS, SCHEDULE } from './memory';

export const BLOCK_BYTES: usize = 128;
export const DIGEST_BYTES: usize = 64;
const LENGTH_BYTES: usize = 16;
const ROUNDS: usize = 80;

let used: usize = 0;
let total: usize = 0;

/** Starts from the state at `state`, in which `absorbed` bytes (whole blocks) are already. */
export function startFrom(state: usize, absorbed: usize): void {
  memory.copy(HASH_STATE, state, DIGEST_BYTES);
  used = 0;
  total = absorbed;
}

export function start512(): void {
  startFrom(INITIAL_STATE, 0);
}

export function absorb(bytes: usize, length: usize): void {
  total += length;
  while (length > 0) {
    const taken = min(length, BLOCK_BYTES - used);
    memory.copy(HASH_BLOCK + used, bytes, taken);
    used += taken;
    bytes += taken;
    length -= taken;
    if (used == BLOCK_BYTES) {
      compress();
      used = 0;
    }
  }
}

export function absorbByte(byte: u8): void {
  store<u8>(HASH_BLOCK + used, byte);
  used++;
  total++;
  if (used == BLOCK_BYTES) {
    compress();
    used = 0;
  }
}

/** The state, to start from again; only at the end of a block. */
export function saveState(o: usize): void {
  memory.copy(o, HASH_STATE, DIGEST_BYTES);
}

export function finish(digest: usize): void {
  const bits = (<u64>total) << 3;
  absorbByte(0x80);
  if (used > BLOCK_BYTES - LENGTH_BYTES) {
    memory.fill(HASH_BLOCK + used, 0, BLOCK_BYTES - used);
    compress();
    used = 0;
  }
  memory.fill(HASH_BLOCK + used, 0, BLOCK_BYTES - used);
  store<u64>(HASH_BLOCK, bswap(bits), BLOCK_BYTES - 8);
  compress();
  for (let i: usize = 0; i < DIGEST_BYTES; i += 8) store<u64>(digest + i, bswap(load<u64>(HASH_STATE + i)));
}

function choose(x: u64, y: u64, z: u64): u64 {
  return z ^ (x & (y ^ z));
}

function majority(x: u64, y: u64, z: u64): u64 {
  return (x & y) | (z & (x | y));
}

function bigSigma0(x: u64): u64 {
  return rotr(x, 28) ^ rotr(x, 34) ^ rotr(x, 39);
}

function bigSigma1(x: u64): u64 {
  return rotr(x, 14) ^ rotr(x, 18) ^ rotr(x, 41);
}

function smallSigma0(x: u64): u64 {
  return rotr(x, 1) ^ rotr(x, 8) ^ (x >> 7);
}

function smallSigma1(x: u64): u64 {
  return rotr(x, 19) ^ rotr(x, 61) ^ (x >> 6);
}

/** One block at HASH_BLOCK into HASH_STATE. */
function compress(): void {
  for (let i: usize = 0; i < 16; i++) store<u64>(SCHEDULE + 8 * i, bswap(load<u64>(HASH_BLOCK + 8 * i)));
  for (let i: usize = 16; i < ROUNDS; i++) {
    const p = SCHEDULE + 8 * i;
    const word =
      smallSigma1(load<u64>(p - 16)) + load<u64>(p - 56) + smallSigma0(load<u64>(p - 120)) + load<u64>(p - 128);
    store<u64>(p, word);
  }
  let a = load<u64>(HASH_STATE);
  let b = load<u64>(HASH_STATE, 8);
  let c = load<u64>(HASH_STATE, 16);
  let d = load<u64>(HASH_STATE, 24);
  let e = load<u64>(HASH_STATE, 32);
  let f = load<u64>(HASH_STATE, 40);
  let g = load<u64>(HASH_STATE, 48);
  let h = load<u64>(HASH_STATE, 56);
  for (let i: usize = 0; i < 8 * ROUNDS; i += 8) {
    const t1 = h + bigSigma1(e) + choose(e, f, g) + load<u64>(ROUND_CONSTANTS + i) + load<u64>(SCHEDULE + i);
    const t2 = bigSigma0(a) + majority(a, b, c);
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  addToState(0, a);
  addToState(8, b);
  addToState(16, c);
  addToState(24, d);
  addToState(32, e);
  addToState(40, f);
  addToState(48, g);
  addToState(56, h);
}

function addToState(offset: usize, word: u64): void {
  store<u64>(HASH_STATE + offset, load<u64>(HASH_STATE + offset) + word);
}
