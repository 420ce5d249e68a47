/**
 * The memory map, the same in both modules: each area begins where the one before ends. The memory never grows. What
 * lies below SECRETS is public (constants, tables of public keys) and survives `wipe`; all from SECRETS on is zeroed by
 * it.
 */

/** The most elements that one call takes. */
export const MAX_BATCH: i32 = 256;
/** Elements that `walk` starts from: as many as the wider module does at once. */
export const WALKERS: i32 = 4;
/** The generator's slot and three for keys. */
export const BASE_SLOTS: i32 = 4;

/** An encoding, a scalar; a ciphertext, a uniform string; an encryption of zero made beforehand. */
export const ELEMENT_BYTES: usize = 32;
export const PAIR_BYTES: usize = 64;
export const ZERO_BYTES: usize = 128;

/** A field element: two lanes of five doubles, or one lane of ten integers. */
export const FE: usize = 80;
/** A point of the Edwards curve is four field elements in a row, X, Y, Z, T or the four of its cached form. */
export const POINT: usize = 4 * FE;
/** A point of the quartic is three in a row, N, D, T. */
export const QUARTIC: usize = 3 * FE;
/** An element on its way to its encoding (encodings.ts): seven field elements. */
export const STATE: usize = 7 * FE;

/** A scalar has 64 odd digits in radix 16; tables hold the multiples 1, 3, …, 15. */
export const DIGITS: i32 = 64;
export const MULTIPLES: i32 = 8;
/** A row of a base table: the multiples for one digit, affine, for one lane: y + x, y - x, 2dxy in 40 bytes each. */
export const ROW: usize = 8 * 3 * 40;
export const BASE_TABLE: usize = 64 * ROW;

// Public: constants.

/** 128 zero bytes: what the unused lanes of a batch read, be it as encoding, scalar or uniform string. */
export const PADDING: usize = 0;
/** What they read as an encryption of zero made beforehand: s = 0, t = 1 twice. */
export const PADDING_ZERO: usize = PADDING + 128;
/** Vectors that the generated products read. */
export const MAGIC_VECTORS: usize = 64;
export const MAGIC: usize = PADDING_ZERO + ZERO_BYTES;
/** Field elements, named in the generated constants.ts. */
export const FIELD_CONSTANTS: usize = 24;
export const CONSTANTS: usize = MAGIC + MAGIC_VECTORS * 16;
/** SHA-512: 80 round constants, the initial state, the state after a block of zeros. */
export const ROUND_CONSTANTS: usize = CONSTANTS + FIELD_CONSTANTS * FE;
export const INITIAL_STATE: usize = ROUND_CONSTANTS + 640;
export const ZERO_BLOCK_STATE: usize = INITIAL_STATE + 64;
/** A byte for each slot: 1 when it has a table. */
export const FILLED_SLOTS: usize = ZERO_BLOCK_STATE + 64;

// Public: a table for each slot, at whole cache lines.

export const BASE_TABLES: usize = (FILLED_SLOTS + 16 + 63) & ~63;

// Secret: temporaries.

export const SECRETS: usize = BASE_TABLES + 4 * BASE_TABLE;
/** Of the generated products. */
export const PRODUCT_SCRATCH: usize = SECRETS;
/** Canonical words of an element; what is written for an unused lane. */
export const CANONICAL: usize = PRODUCT_SCRATCH + 64 * 16;
export const DISCARDED: usize = CANONICAL + FE;
/** Two sets (tables.ts) of four recoded scalars. */
export const SCALAR_DIGITS: usize = DISCARDED + ELEMENT_BYTES;
export const SHARE_DIGITS: usize = SCALAR_DIGITS + 4 * ELEMENT_BYTES;
/** 24 limbs of scalar arithmetic. */
export const SCALAR_LIMBS: usize = SHARE_DIGITS + 4 * ELEMENT_BYTES;
/** SHA-512: message schedule, state, block; the first digest of an expansion. */
export const SCHEDULE: usize = SCALAR_LIMBS + 24 * 8;
export const HASH_STATE: usize = SCHEDULE + 640;
export const HASH_BLOCK: usize = HASH_STATE + 64;
export const DIGEST: usize = HASH_BLOCK + 128;

// Secret: field elements, in twins: the curve code does each step for the one at x and for the one at x + TWIN
// (twins.ts).

const TWINS: usize = DIGEST + 64;
export const POWER_TEMPS: usize = TWINS;
export const POINT_TEMPS: usize = POWER_TEMPS + 12 * FE;
export const QUARTIC_TEMPS: usize = POINT_TEMPS + 4 * FE;
export const ENCODING_TEMPS: usize = QUARTIC_TEMPS + 11 * FE;
/** Two points, four points of the quartic, one field element. */
export const BATCH_TEMPS: usize = ENCODING_TEMPS + 8 * FE;
/** A running multiple, the table entry chosen, the multiples to choose from. */
export const RUNNING: usize = BATCH_TEMPS + 2 * POINT + 4 * QUARTIC + FE;
export const CHOSEN: usize = RUNNING + POINT;
export const MULTIPLES_TABLE: usize = CHOSEN + POINT;
const TWINS_END: usize = MULTIPLES_TABLE + 8 * POINT;
/**
 * The next address that isn't a multiple of 4096 bytes away but half of one: stores to one twin shall not look like
 * stores to the other to a processor that compares the lower 12 bits.
 */
export const TWIN: usize = ((TWINS_END - TWINS) & ~4095) + 4096 + 2048;

// Secret: regions that the caller reads and writes.

/** An item of at most 64 bytes for each element. */
const REGION: usize = 256 * PAIR_BYTES;
export const REGION_A: usize = (TWINS + 2 * TWIN + 63) & ~63;
export const REGION_B: usize = REGION_A + REGION;
export const REGION_C: usize = REGION_B + REGION;
export const REGION_OUT: usize = REGION_C + REGION;
/** Also takes a batch of encryptions of zero, 32 KiB. */
export const REGION_MESSAGES: usize = REGION_OUT + REGION;

// Secret: a batch's intermediate results.

/**
 * States, at most 512 (two for each ciphertext where a group is one element), or the 512 points of a base table; the
 * products of a batched inversion; a mask for each state.
 */
export const WORK: usize = REGION_MESSAGES + 131072;
export const PREFIXES: usize = WORK + 512 * STATE;
export const MASKS: usize = PREFIXES + 512 * FE;

export const END: usize = MASKS + 512;
