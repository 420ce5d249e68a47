/**
 * Of the whole file. 128 answers with their proofs take 350 kB of what is signed, the checkpoint 130 and the offer 65;
 * base64 makes four bytes of three.
 */
export const MAX_PROVENANCE_BYTES = 1_048_576;
/** Of one inclusion proof: one for each level of the longest log that there may be, and some to spare. */
export const MAX_PROVENANCE_HASHES = 64;
/** Of a release that is held against its provenance. */
export const MAX_RELEASE_BYTES = 67_108_864;
