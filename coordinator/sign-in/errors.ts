import { CodedError } from '../../core/base/index.js';

/** Why somebody who wanted to sign in is not signed in. */
export const SIGN_IN_ERROR_CODES = [
  'SIGN_IN_NOT_BEGUN',
  'SIGN_IN_MISMATCH',
  'SIGN_IN_EXPIRED',
  'SIGN_IN_CANCELLED',
  'SIGN_IN_REFUSED',
  'SIGN_IN_CODE_USED',
  'SIGN_IN_NOT_GENUINE',
  'SIGN_IN_UNAVAILABLE',
  'SIGN_IN_NOT_SECURE',
  'NO_ROLE',
] as const;
export type SignInErrorCode = (typeof SIGN_IN_ERROR_CODES)[number];

/** Thrown when somebody can't be signed in; the message is for them, and for no log. */
export class SignInError extends CodedError<SignInErrorCode> {}

/** What the page of each says. Nothing that came with the request is in any of them. */
export const SIGN_IN_REFUSALS: Readonly<
  Record<SignInErrorCode, { readonly status: number; readonly title: string; readonly message: string }>
> = {
  SIGN_IN_NOT_BEGUN: {
    status: 400,
    title: 'This sign-in was not begun here',
    message:
      'This browser has no sign-in under way: it is finished already, or the browser keeps no cookies. Begin again.',
  },
  SIGN_IN_MISMATCH: {
    status: 400,
    title: 'This is the answer to another sign-in',
    message:
      'What the sign-in service answered does not belong to a sign-in of this browser. If a link led you here, do ' +
      'not use it again. Begin anew.',
  },
  SIGN_IN_EXPIRED: {
    status: 400,
    title: 'Signing in took too long',
    message: 'Between the beginning and the end of a sign-in there may be ten minutes. Begin again.',
  },
  SIGN_IN_CANCELLED: {
    status: 403,
    title: 'You did not sign in',
    message: 'The sign-in service says that the sign-in was called off. You can begin again.',
  },
  SIGN_IN_REFUSED: {
    status: 502,
    title: 'The sign-in service did not sign you in',
    message: 'It gave an error in the place of an answer. Try again; if it stays so, tell whoever runs this service.',
  },
  SIGN_IN_CODE_USED: {
    status: 400,
    title: 'This sign-in is used up',
    message: 'The code in the address was used before, or is too old. Begin again.',
  },
  SIGN_IN_NOT_GENUINE: {
    status: 502,
    title: 'The answer of the sign-in service can’t be believed',
    message: 'What it says of you did not pass a check, so you are not signed in. Tell whoever runs this service.',
  },
  SIGN_IN_UNAVAILABLE: {
    status: 503,
    title: 'You can’t sign in just now',
    message:
      'The service by which people sign in does not answer. What is public can be read without it. Try again in some ' +
      'minutes; if it stays so, tell whoever runs this service.',
  },
  SIGN_IN_NOT_SECURE: {
    status: 400,
    title: 'Open this page by its https address',
    message:
      'It was asked for without TLS, and signing in needs it. If you did open it by https, the proxy before this ' +
      'service does not say so: it has to send X-Forwarded-Proto.',
  },
  NO_ROLE: {
    status: 403,
    title: 'You have no role here',
    message:
      'The sign-in service knows you, but here nobody has given you a role, so you are not signed in. What is public ' +
      'you can read without one. If you need a role, ask whoever runs this service.',
  },
};

/** @param cause for the log's reader; it never reaches the page */
export function refuseSignIn(code: SignInErrorCode, cause?: unknown): SignInError {
  return new SignInError(code, SIGN_IN_REFUSALS[code].message, { cause });
}
