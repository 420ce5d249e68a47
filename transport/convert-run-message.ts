import {
  CIPHERTEXT_BYTES,
  ELEMENT_BYTES,
  isFailureCode,
  MAX_SUMS,
  PROOF_BYTES,
  SEALING_KEY_BYTES,
  SIGNATURE_BYTES,
} from '../core/private-join/index.js';
import type { ProtocolMessage, Share } from '../core/private-join/index.js';
import { distinct, fixedBytes, items, oneOf, present, someRecords, text, unknownKind } from './check.js';
import { party, runId } from './fields.js';
import type { Abort__Output } from './generated/tallystick/v1/Abort.js';
import type { SumShares__Output } from './generated/tallystick/v1/SumShares.js';
import { MAX_CHECKPOINT_CHARACTERS, MAX_PARTICIPANTS } from './limits.js';
import type { RunMessage, RunMessage__Output, Share__Output } from './wire.js';

/**
 * Wire ⇄ domain for the messages of a run's protocol, which go both ways. Whatever is not as the proto file says:
 * TransportError BAD_MESSAGE with the field's name.
 */

export function fromRunMessage(run: string, message: ProtocolMessage): RunMessage {
  switch (message.kind) {
    case 'share':
      return { runId: run, share: message.share };
    case 'joint-key':
      return { runId: run, jointKey: { shares: [...message.shares] } };
    case 'abort':
      return { runId: run, abort: { code: message.code, party: message.party } };
    case 'sums':
      return { runId: run, sums: { ciphertexts: message.ciphertexts } };
    case 'sum-shares': {
      const { noised, shares, proof } = message;
      return { runId: run, sumShares: { noised, shares, proof } };
    }
    case 'finished':
      return { runId: run, finished: {} };
    case 'working':
      return { runId: run, working: {} };
  }
}

export function toRunMessage(run: RunMessage__Output): { readonly runId: string; readonly message: ProtocolMessage } {
  return { runId: runId(run.runId, 'run.run_id'), message: toProtocolMessage(run) };
}

function toProtocolMessage(run: RunMessage__Output): ProtocolMessage {
  switch (run.message) {
    case 'share':
      return { kind: 'share', share: toShare(present(run.share, 'run.share'), 'run.share') };
    case 'jointKey': {
      const { shares } = present(run.jointKey, 'run.joint_key');
      return { kind: 'joint-key', shares: toShares(shares, 'run.joint_key.shares') };
    }
    case 'abort':
      return toAbort(present(run.abort, 'run.abort'));
    case 'sums': {
      const { ciphertexts } = present(run.sums, 'run.sums');
      return {
        kind: 'sums',
        ciphertexts: someRecords(ciphertexts, 'run.sums.ciphertexts', CIPHERTEXT_BYTES, MAX_SUMS),
      };
    }
    case 'sumShares':
      return toSumShares(present(run.sumShares, 'run.sum_shares'));
    case 'finished':
      return { kind: 'finished' };
    case 'working':
      return { kind: 'working' };
    default:
      throw unknownKind('run.message');
  }
}

/** Every participant's and the coordinator's. */
function toShares(shares: readonly Share__Output[], field: string): readonly Share[] {
  return distinct(items(shares, field, { min: 1, max: MAX_PARTICIPANTS + 1 }, toShare), field, (share) => share.party);
}

function toShare(share: Share__Output, field: string): Share {
  return {
    party: party(share.party, `${field}.party`),
    element: fixedBytes(share.element, `${field}.element`, ELEMENT_BYTES),
    proof: fixedBytes(share.proof, `${field}.proof`, PROOF_BYTES),
    sealingKey: fixedBytes(share.sealingKey, `${field}.sealing_key`, SEALING_KEY_BYTES),
    checkpoint: text(share.checkpoint, `${field}.checkpoint`, { max: MAX_CHECKPOINT_CHARACTERS }),
    signature: fixedBytes(share.signature, `${field}.signature`, SIGNATURE_BYTES),
  };
}

function toAbort(abort: Abort__Output): ProtocolMessage {
  return {
    kind: 'abort',
    code: oneOf(abort.code, 'run.abort.code', isFailureCode),
    party: party(abort.party, 'run.abort.party'),
  };
}

/** Whether there are as many as the plan says is for the run to judge. */
function toSumShares({ noised, shares, proof }: SumShares__Output): ProtocolMessage {
  return {
    kind: 'sum-shares',
    noised: someRecords(noised, 'run.sum_shares.noised', CIPHERTEXT_BYTES, MAX_SUMS),
    shares: someRecords(shares, 'run.sum_shares.shares', ELEMENT_BYTES, MAX_SUMS),
    proof: fixedBytes(proof, 'run.sum_shares.proof', PROOF_BYTES),
  };
}
