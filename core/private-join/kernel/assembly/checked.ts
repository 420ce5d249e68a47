/** What the checked modules export: for tests, the field's operations too. */
import { FE } from './memory';

export * from './index';
export {
  add as fieldAdd,
  carry as fieldCarry,
  doubleSumDiff as fieldDoubleSumDiff,
  doublingParts as fieldDoublingParts,
  isNegative as fieldIsNegative,
  isZero as fieldIsZero,
  loadBytes as fieldLoadBytes,
  mul as fieldMul,
  mulSum as fieldMulSum,
  mulSumDiff as fieldMulSumDiff,
  sqr as fieldSqr,
  sqrSumDiff as fieldSqrSumDiff,
  storeBytes as fieldStoreBytes,
  sub as fieldSub,
} from './field';

export function fieldBytes(): i32 {
  return <i32>FE;
}
