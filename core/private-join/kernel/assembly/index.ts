/** What a module exports, beside its memory: docs/kernel.md lists it. */
import { MAX_BATCH, REGION_A, REGION_B, REGION_C, REGION_MESSAGES, REGION_OUT, ZERO_BYTES } from './memory';

export {
  addElements as add,
  addZeros,
  check,
  encrypt,
  expandMessages,
  hashToGroup,
  makeZeros,
  multiply,
  multiplyBase,
  multiplyEach,
  multiplyScalars,
  reduceScalars,
  removeShare,
  rerandomise,
  setBase,
  start,
  subtract,
  subtractScalars,
  tally,
  walk,
  wipe,
} from './batch';
export { fusedMultiplyAdd } from './field';

export function maxBatch(): i32 {
  return MAX_BATCH;
}

export function zeroBytes(): i32 {
  return <i32>ZERO_BYTES;
}

export function regionA(): usize {
  return REGION_A;
}

export function regionB(): usize {
  return REGION_B;
}

export function regionC(): usize {
  return REGION_C;
}

export function regionOut(): usize {
  return REGION_OUT;
}

export function regionMessages(): usize {
  return REGION_MESSAGES;
}
