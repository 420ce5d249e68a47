import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HASH_BYTES } from '../../../core/audit/index.js';
import { MAXIMUM_THRESHOLD } from '../../../core/disclosure/index.js';
import { MAX_REGISTER_ENTRIES, MAX_REGISTER_FILE_BYTES, STATEMENT_KIND } from '../../../core/governance/index.js';
import { MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import {
  CIPHERTEXT_BYTES,
  ELEMENT_BYTES,
  MAX_LIST_RECORDS,
  MAX_SUMS,
  PROOF_BYTES,
  SIGNATURE_BYTES,
  WORKING_SECONDS,
} from '../../../core/private-join/index.js';
import { packagePath } from '../../../runtime/index.js';
import { TOKEN_ID_BYTES, TOKEN_SECRET_BYTES } from '../../../transport/index.js';
import * as limits from '../../../transport/limits.js';
import { TIMINGS } from '../../../transport/timings.js';

const [proto = '', enrolment = ''] = ['federation', 'enrolment'].map((name) =>
  readFileSync(packagePath('proto', 'tallystick', 'v1', `${name}.proto`), 'utf8'),
);

/** The comment lines right above a field. */
function commentOf(message: string, field: string): string {
  const [, body = ''] = `${proto}${enrolment}`.split(`message ${message} {`);
  const lines = body.split('\n');
  const at = lines.findIndex((line) => new RegExp(`\\b${field} = \\d+;`).test(line));
  const comment: string[] = [];
  for (let line = at - 1; lines[line]?.trim().startsWith('//') === true; line -= 1) comment.unshift(lines[line] ?? '');
  return comment.join(' ');
}

const grouped = (value: number): string => value.toLocaleString('en-GB');
const kibibytes = (value: number): string => `${value / 1_024} KiB`;

describe('the proto file says the limits that the code has', () => {
  it.each([
    ['Hello', 'software_version', grouped(limits.MAX_VERSION_CHARACTERS)],
    ['Hello', 'snapshots', grouped(limits.MAX_DATASETS)],
    ['HeldSnapshot', 'dataset', grouped(limits.MAX_DATASET_CHARACTERS)],
    ['HeldSnapshot', 'epsilon_left', `0 to ${grouped(limits.MAX_EPSILON_LEFT)}`],
    ['HeldSnapshot', 'rejected_percent', `0 to ${limits.MAX_PERCENT}`],
    ['HeldSnapshot', 'linkage', `at most ${limits.MAX_STATISTICS}`],
    ['LinkageStatistics', 'scheme', grouped(limits.MAX_NAME_CHARACTERS)],
    ['LinkageStatistics', 'scheme_version', `1 to ${grouped(limits.MAX_LINKAGE_VERSION)}`],
    ['LinkageStatistics', 'normaliser', `1 to ${grouped(limits.MAX_LINKAGE_VERSION)}`],
    ['LinkageStatistics', 'missing', `At most ${limits.MAX_MISSING}`],
    ['LinkageStatistics', 'keys', `1 to ${MAX_SCHEME_KEYS}`],
    ['LinkageStatistics', 'sets', grouped(limits.MAX_KEY_SETS)],
    ['LinkageStatistics', 'alone_deviation', `0 to ${grouped(limits.MAX_STATISTIC)}`],
    ['KeyStatistics', 'name', grouped(limits.MAX_NAME_CHARACTERS)],
    ['SharedKeys', 'keys', `up to ${grouped(2 ** MAX_SCHEME_KEYS - 1)}`],
    ['Hello', 'log_size', '2^53 - 1'],
    ['LogEvidence', 'checkpoint', `${grouped(limits.MAX_CHECKPOINT_CHARACTERS)} characters`],
    ['Share', 'checkpoint', `${grouped(limits.MAX_CHECKPOINT_CHARACTERS)} characters`],
    ['LogEvidence', 'inclusion', `at most ${limits.MAX_PROOF_HASHES} hashes of ${HASH_BYTES} bytes`],
    ['LogEvidence', 'consistency', `at most ${limits.MAX_CONSISTENCY_PROOFS}`],
    ['LogEvidence', 'template', `at most ${limits.MAX_TEMPLATE_CHARACTERS} characters`],
    ['LogEvidence', 'version', `1 to ${grouped(limits.MAX_TEMPLATE_VERSION)}`],
    ['ConsistencyProof', 'hashes', `at most ${limits.MAX_PROOF_HASHES} hashes of ${HASH_BYTES} bytes`],
    ['Cosignature', 'line', `at most ${limits.MAX_COSIGNATURE_CHARACTERS} characters`],
    ['Floors', 'threshold', grouped(MAXIMUM_THRESHOLD)],
    ['Floors', 'round_to', grouped(MAXIMUM_THRESHOLD)],
    ['Floors', 'epsilon', `${MINIMUM_EPSILON} to ${MAXIMUM_EPSILON}`],
    ['Hello', 'register_size', grouped(MAX_REGISTER_ENTRIES)],
    ['Offer', 'template_digest', `${HASH_BYTES} bytes`],
    ['RegisterHead', 'size', `1 to ${grouped(MAX_REGISTER_ENTRIES)}`],
    ['RegisterHead', 'root', `${HASH_BYTES} bytes`],
    ['RegisterPart', 'first', grouped(MAX_REGISTER_ENTRIES)],
    ['RegisterPart', 'lines', kibibytes(limits.MAX_REGISTER_PART_BYTES)],
    ['RegisterPart', 'lines', `${MAX_REGISTER_FILE_BYTES / 1_048_576} MiB in all parts`],
    ['RegisterPart', 'statement', kibibytes(STATEMENT_KIND.maxBytes)],
    ['Offer', 'parameters', grouped(limits.MAX_PARAMETERS)],
    ['Offer', 'requester', grouped(limits.MAX_REQUESTER_CHARACTERS)],
    ['Offer', 'purpose', grouped(limits.MAX_NAME_CHARACTERS)],
    ['Offer', 'participants', grouped(limits.MAX_PARTICIPANTS)],
    ['Parameter', 'values', grouped(limits.MAX_PARAMETER_VALUES)],
    ['Parameter', 'values', grouped(limits.MAX_PARAMETER_CHARACTERS)],
    ['Participant', 'agency', grouped(limits.MAX_NAME_CHARACTERS)],
    ['Participant', 'datasets', grouped(limits.MAX_DATASETS)],
    ['Refusal', 'reason', grouped(limits.MAX_REASON_CHARACTERS)],
    ['Share', 'proof', `${PROOF_BYTES} bytes`],
    ['Share', 'signature', `${SIGNATURE_BYTES} bytes`],
    ['Sums', 'ciphertexts', `1 to ${grouped(MAX_SUMS)} ciphertexts of ${CIPHERTEXT_BYTES} bytes`],
    ['SumShares', 'shares', `${ELEMENT_BYTES} bytes: 1 to ${grouped(MAX_SUMS)}`],
    ['SumShares', 'proof', `${PROOF_BYTES} bytes`],
    ['ListFrame', 'chunk', kibibytes(limits.MAX_CHUNK_BYTES)],
    ['ListHeader', 'hop', grouped(limits.MAX_HOP)],
    ['ListHeader', 'count', grouped(MAX_LIST_RECORDS)],
    ['ListHeader', 'generator', `${ELEMENT_BYTES} bytes`],
    ['RenewalRequest', 'signing_request', `at most ${limits.MAX_SIGNING_REQUEST_BYTES / 1_024} KiB`],
    ['RenewalReply', 'certificate', `at most ${limits.MAX_CERTIFICATE_BYTES / 1_024} KiB`],
    ['EnrolmentRequest', 'agency', grouped(limits.MAX_NAME_CHARACTERS)],
    ['EnrolmentRequest', 'token_id', `${TOKEN_ID_BYTES} bytes`],
    ['EnrolmentRequest', 'secret', `${TOKEN_SECRET_BYTES} bytes`],
    ['EnrolmentRequest', 'signing_request', `at most ${limits.MAX_SIGNING_REQUEST_BYTES / 1_024} KiB`],
    ['EnrolmentRequest', 'proof', `${SIGNATURE_BYTES} bytes`],
    ['EnrolmentReply', 'certificate', `at most ${limits.MAX_CERTIFICATE_BYTES / 1_024} KiB`],
  ])('%s.%s: %s', (message, field, said) => {
    expect(commentOf(message, field)).toContain(said);
  });

  it('and for whole messages and waits', () => {
    expect(proto).toContain(`at most ${limits.MAX_MESSAGE_BYTES / 1_048_576} MiB`);
    expect(enrolment).toContain(`at most ${limits.MAX_ENROLMENT_REQUEST_BYTES / 1_024} KiB`);
    expect(proto).toContain(`${TIMINGS.receiverWaitMs / 1_000} seconds to fetch it`);
    expect(proto).toContain(`no more often than every ${WORKING_SECONDS} seconds`);
    expect(proto).toContain(`are whole and at most ${grouped(limits.MAX_STATISTIC)}`);
    expect(proto).toContain(`1 to ${limits.MAX_PARTICIPANTS + 1}, each party once`);
  });
});
