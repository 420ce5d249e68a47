import { CodedError } from '../../core/base/index.js';
import type { RefusalCode } from '../../core/private-join/index.js';

/**
 * Thrown when the node says no to an offer before it reads a row. Its message goes to the coordinator and from there to
 * the analyst.
 */
export class Refusal extends CodedError<RefusalCode> {}
