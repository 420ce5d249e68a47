/** Sizes above which a message is refused. Each stands in proto/tallystick/v1/federation.proto beside its field. */

/** Bytes of one gRPC message, in and out. gRPC's own default is 4 MiB. */
export const MAX_MESSAGE_BYTES = 1_048_576;
/** Bytes of one sealed chunk: CHUNK_RECORDS records of the widest layout, with all sums, take 540,672. */
export const MAX_CHUNK_BYTES = 589_824;
export const MAX_VERSION_CHARACTERS = 64;
export const MAX_NAME_CHARACTERS = 64;
export const MAX_DATASET_CHARACTERS = 128;
export const MAX_REQUESTER_CHARACTERS = 200;
export const MAX_REASON_CHARACTERS = 1_000;
export const MAX_PARAMETERS = 64;
export const MAX_PARAMETER_VALUES = 1_024;
export const MAX_PARAMETER_CHARACTERS = 128;
export const MAX_PARTICIPANTS = 128;
/** Datasets that one agency holds or answers from. */
export const MAX_DATASETS = 64;
/** Privacy loss that may be said to be left of a budget; more would be no budget. */
export const MAX_EPSILON_LEFT = 1_000_000;
/** All rows of a source: none of them could be used. */
export const MAX_PERCENT = 100;
/** Schemes of one snapshot that statistics are given for. */
export const MAX_STATISTICS = 16;
/** Identifiers that may be missing. */
export const MAX_MISSING = 16;
/** Sets of shared keys of one scheme that are told apart: those of all datasets must fit one message. */
export const MAX_KEY_SETS = 4_096;
/** Versions of schemes and of normalising. */
export const MAX_LINKAGE_VERSION = 1_000_000;
/** Absolute values in statistics: more than there are records and their pairs with a key in common, noise included. */
export const MAX_STATISTIC = 1_000_000_000;
/** Of one part of the register, so that nothing else on the control stream waits long. */
export const MAX_REGISTER_PART_BYTES = 262_144;
/** Entries of the audit log. */
export const MAX_LOG_SIZE = Number.MAX_SAFE_INTEGER;
/** A checkpoint with its log's signature alone: the longest names, and all corrections of the clock, make some half of it. */
export const MAX_CHECKPOINT_CHARACTERS = 4_096;
/** One for each level of a log of MAX_LOG_SIZE entries, and some to spare. */
export const MAX_PROOF_HASHES = 64;
/** Sizes of the log that a node may have seen last, as far as the coordinator knows. */
export const MAX_CONSISTENCY_PROOFS = 8;
export const MAX_COSIGNATURE_CHARACTERS = 512;
export const MAX_TEMPLATE_CHARACTERS = 128;
export const MAX_TEMPLATE_VERSION = 1_000_000_000;
/** Parties that work on one list. */
export const MAX_HOP = 1_000;
/** Calls under way on one connection: its control stream, and each list of a run at most twice. */
export const MAX_CONCURRENT_CALLS = 512;
/** Bytes of one stream that may be on their way unread (HTTP/2 flow control), which bounds what a slow reader costs. */
export const STREAM_WINDOW_BYTES = 1_048_576;
/** Bytes of a certificate signing request and of a certificate, DER: ours have some 400 and 600. */
export const MAX_SIGNING_REQUEST_BYTES = 4_096;
export const MAX_CERTIFICATE_BYTES = 4_096;
/** Bytes of one request to enrol: whoever sends it has shown nothing yet. */
export const MAX_ENROLMENT_REQUEST_BYTES = 16_384;
/** Calls under way on one connection of somebody who enrols. */
export const MAX_ENROLMENT_CALLS = 4;
