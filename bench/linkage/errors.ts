import { CodedError } from '../../core/base/index.js';

export const LINKAGE_FILE_ERROR_CODES = ['BAD_MAPPING', 'BAD_COLUMNS', 'BAD_CSV', 'NO_TRUTH', 'BAD_SCHEME'] as const;
export type LinkageFileErrorCode = (typeof LINKAGE_FILE_ERROR_CODES)[number];

/** A file that can't be linked as it is. */
export class LinkageFileError extends CodedError<LinkageFileErrorCode> {}
