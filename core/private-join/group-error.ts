import { CodedError } from '../base/index.js';

/** Thrown when bytes that should be group elements are not canonical encodings, or one is the identity. */
export class GroupError extends CodedError<'BAD_ELEMENT'> {
  constructor(options?: { readonly cause?: unknown }) {
    super(
      'BAD_ELEMENT',
      'bytes that should be a group element are not a canonical encoding, or are the identity',
      options,
    );
  }
}
