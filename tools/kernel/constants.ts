import { FIELD_CONSTANTS, P } from './curve-constants.js';
import { MEMORY_PAGES } from './memory-pages.js';
import { INITIAL_STATE, ROUND_CONSTANTS } from './sha512-constants.js';

const FE_BYTES = 80;
const LIMB_BITS = 51n;
const RADIX = 1n << LIMB_BITS;
const LIMBS = 5;
const WORD_BYTES = 8;

/**
 * AssemblyScript source that names the curve's constants and writes them, and SHA-512's, into memory.
 * @param signed true when the module's limbs are signed and at most 2^50, false when they are 0..2^51 - 1
 */
export function constantsSource(signed: boolean): string {
  const limbs = signed ? signedLimbs : unsignedLimbs;
  const names = Object.keys(FIELD_CONSTANTS);
  const addresses = names.map(
    (name, index) => `export const ${name}: usize = CONSTANTS + ${String(FE_BYTES * index)};\n`,
  );
  const fields = Object.entries(FIELD_CONSTANTS).map(
    ([name, value]) => `  storeConstant(${name}, ${limbs(value).map(String).join(', ')});\n`,
  );
  return [
    `import { storeConstant, writeMagic } from './field';\n`,
    `import { CONSTANTS, FIELD_CONSTANTS, INITIAL_STATE, ROUND_CONSTANTS } from './memory';\n\n`,
    `export const MEMORY_PAGES: i32 = ${String(MEMORY_PAGES)};\n`,
    ...addresses,
    '\nexport function writeConstants(): void {\n',
    `  if (FIELD_CONSTANTS < ${String(names.length)}) ERROR('More field constants than places.');\n`,
    '  writeMagic();\n',
    ...fields,
    ...words('ROUND_CONSTANTS', ROUND_CONSTANTS),
    ...words('INITIAL_STATE', INITIAL_STATE),
    '}\n',
  ].join('');
}

/** Five limbs of 51 bits, the lowest first. */
function unsignedLimbs(value: bigint): bigint[] {
  return Array.from({ length: LIMBS }, (_, limb) => (value >> (LIMB_BITS * BigInt(limb))) & (RADIX - 1n));
}

/** Five limbs in -2^50..2^50 of the value, or of the value - p when that is nearer to 0. */
function signedLimbs(value: bigint): bigint[] {
  let rest = 2n * value > P ? value - P : value;
  return Array.from({ length: LIMBS }, () => {
    const limb = BigInt.asIntN(Number(LIMB_BITS), rest);
    rest = (rest - limb) >> LIMB_BITS;
    return limb;
  });
}

function words(address: string, values: readonly bigint[]): string[] {
  return values.map((value, index) => `  store<u64>(${address}, ${hex(value)}, ${String(WORD_BYTES * index)});\n`);
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
