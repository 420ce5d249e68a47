import { CodedError } from '../../core/base/index.js';

export const EXAMPLE_ERROR_CODES = [
  /** A population of less than one person, or of more than the generator is made for. */
  'PEOPLE_OUT_OF_RANGE',
  'SEED_OUT_OF_RANGE',
  /** An overlap or a share of duplicates that isn't one, or of duplicates too large. */
  'SHARE_OUT_OF_RANGE',
  /** A file under sources/ isn't a mapping. */
  'BAD_SOURCE',
  /** The template asks for something of a dataset that a source's mapping has no column for. */
  'SOURCE_INCOMPLETE',
  /** A process of the federation ended when it should not have. */
  'PROGRAM_ENDED',
  /** A process of the federation didn't get to where it should be in time. */
  'PROGRAM_SILENT',
  /** A question of the demonstration ended without a table. */
  'RUN_FAILED',
] as const;
export type ExampleErrorCode = (typeof EXAMPLE_ERROR_CODES)[number];

/** Thrown by the example: its generator, the truth it is compared with, and the demonstration. */
export class ExampleError extends CodedError<ExampleErrorCode> {}
