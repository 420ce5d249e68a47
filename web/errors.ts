import { CodedError } from '../core/base/index.js';

/** What a page is refused for, and why a server doesn't start. */
export const WEB_ERROR_CODES = ['PORT_IN_USE', 'STYLES_MISSING', 'WRONG_HOST', 'WRONG_ORIGIN', 'FORM_EXPIRED'] as const;
export type WebErrorCode = (typeof WEB_ERROR_CODES)[number];

/** Thrown when a program's pages can't be served, or a request for one can't be taken as it is. */
export class WebError extends CodedError<WebErrorCode> {}
