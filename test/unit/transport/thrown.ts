import { TransportError } from '../../../transport/index.js';

/** Code of what a function throws, and the field that its message names; undefined when it throws nothing. */
export function errorOf(work: () => unknown): { readonly code: string; readonly field: string } | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { code: error.code, field: error.message.split(': ')[0] ?? '' };
  }
}
