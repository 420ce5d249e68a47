import { CodedError } from '../../base/index.js';

export const KERNEL_ERROR_CODES = ['KERNEL_UNUSABLE'] as const;
export type KernelErrorCode = (typeof KERNEL_ERROR_CODES)[number];

/** Thrown when no module of the curve kernel can be used: each is broken, or gives wrong answers on this machine. */
export class KernelError extends CodedError<KernelErrorCode> {}
