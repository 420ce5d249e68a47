/** What the kernel is measured at. Those that the protocol does to lists have a cost in whole runs, too. */
export const OPERATIONS = {
  hash: 'hash to group, from 64 bytes',
  'hash-message': 'hash to group, from a message',
  'hash-multiply': 'hash to group from 64 bytes, then multiply',
  check: 'decode and check',
  multiply: 'multiply, one scalar for all',
  'multiply-each': 'multiply, a scalar each',
  add: 'add two elements',
  walk: 'walk 64 elements (logarithms)',
  'fixed-base': 'fixed base',
  encrypt: 'ElGamal: encrypt',
  rerandomise: 'ElGamal: re-randomise',
  zeros: 'ElGamal: make a zero in advance',
  'rerandomise-with-zeros': 'ElGamal: re-randomise with it',
  'remove-share': 'ElGamal: take a share off',
  tally: 'ElGamal: take a share off, re-randomise',
  x25519: 'X25519',
} as const;
export type OperationName = keyof typeof OPERATIONS;

/** Microseconds for one element, or one ciphertext where the operation is ElGamal's. */
export type OperationCosts = Readonly<Partial<Record<OperationName, number>>>;

/** Whose code is measured. */
export const LIBRARIES = {
  fma: 'tallystick FMA',
  i64: 'tallystick i64',
  libsodium: 'libsodium WASM',
  noble: '@noble/curves',
  sodium: 'sodium-native',
} as const;
export type LibraryName = keyof typeof LIBRARIES;

/** One operation of one library, ready to be timed. */
export interface TimedOperation {
  readonly library: LibraryName;
  readonly operation: OperationName;
  /** Does it to the first `count` elements of the material, 1..MAX_COUNT. Every library has to give the same bytes. */
  readonly run: (count: number) => unknown;
  /** False where there are no bytes to compare, or chance is in them. */
  readonly comparable: boolean;
}

/** Elements in one call: a chunk of a transfer. */
export const MAX_COUNT = 256;

/** Operations by name, each a function of what it is done to. */
export type Operations<Result> = Readonly<Partial<Record<OperationName, (count: number) => Result>>>;

export function timedOperations(library: LibraryName, operations: Operations<unknown>): TimedOperation[] {
  return Object.entries(operations).map(([operation, run]) => ({
    library,
    operation: operation as OperationName,
    run,
    comparable: true,
  }));
}

export function incomparable(timed: TimedOperation): TimedOperation {
  return { ...timed, comparable: false };
}
