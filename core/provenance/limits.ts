/**
 * Of the whole file. The largest envelope of a template takes 700 kB of what is signed, 128 answers with their proofs 350,
 * the checkpoint 130 and the offer 65; base64 makes four bytes of three.
 */
export const MAX_PROVENANCE_BYTES = 2_097_152;
/** Of one inclusion proof: one for each level of the longest log that there may be, and some to spare. */
export const MAX_PROVENANCE_HASHES = 64;
/** Of a release that is held against its provenance. */
export const MAX_RELEASE_BYTES = 67_108_864;
