import type { SourceValue } from '../source/source.js';

/** What somebody has answered when asked whether their data may be used. Whatever is neither is no, and is counted. */
export type Consent = 'yes' | 'no' | 'unclear';

const YES: ReadonlySet<string> = new Set(['yes', 'y', 'true', 't', '1']);
const NO: ReadonlySet<string> = new Set(['no', 'n', 'false', 'f', '0']);

/** Capital letters and blanks around it mean nothing. Nothing recorded is no answer. */
export function readConsent(value: SourceValue): Consent {
  if (value === null || value instanceof Uint8Array) return 'unclear';
  const answer = String(value).trim().toLowerCase();
  if (YES.has(answer)) return 'yes';
  return NO.has(answer) ? 'no' : 'unclear';
}
