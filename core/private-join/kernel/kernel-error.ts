import { CodedError } from '../../base/index.js';

/** Thrown when no curve kernel can be used: each that was tried is broken or gives wrong answers here. */
export class KernelError extends CodedError<'KERNEL_UNUSABLE'> {}
