export {
  concatBytes,
  joinBytes,
  equalBytes,
  fromBase64,
  fromHex,
  lengthPrefixed,
  toBase64,
  toHex,
  uint32Bytes,
  utf8Bytes,
  wipe,
  withoutSpaceAround,
} from './bytes.js';
export { Elapsed } from './clock.js';
export type { Alarm, AlarmClock, Clock } from './clock.js';
export { CodedError, describeProblems, messageOf, withProblems } from './errors.js';
export type { ErrorDetails, Problem } from './errors.js';
export { silentLog } from './log.js';
export type { Log, LogFields } from './log.js';
export { permutation, uniformBelow } from './rng.js';
export type { Rng } from './rng.js';
export { finish, inSteps, STEP_ITEMS } from './steps.js';
export type { Steps } from './steps.js';
export {
  counted,
  formatCount,
  formatDecimal,
  formatPercent,
  listed,
  timeText,
  withoutControls,
  xmlText,
} from './text.js';
