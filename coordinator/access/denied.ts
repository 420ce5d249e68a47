import { CodedError } from '../../core/base/index.js';

/** Why somebody may not use a page. */
export const DENIED_CODES = ['SIGN_IN_NEEDED', 'NOT_YOUR_ROLE'] as const;
export type DeniedCode = (typeof DENIED_CODES)[number];

/** Thrown when a page is not for whoever asks for it. */
export class Denied extends CodedError<DeniedCode> {}
