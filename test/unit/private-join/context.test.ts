import { describe, expect, it } from 'vitest';

import { toHex, utf8Bytes } from '../../../core/base/index.js';
import { computeContext, computeRequest } from '../../../core/private-join/context.js';
import type { ContextInput, RequestInput } from '../../../core/private-join/context.js';

const bytes = (value: number): Uint8Array => new Uint8Array(32).fill(value);

const police = {
  party: 'police',
  floors: utf8Bytes('{"threshold":10}'),
  lists: [{ list: 'victims/police', snapshot: 'ab' }],
};
const charity = {
  party: 'charity',
  floors: utf8Bytes('{}'),
  lists: [{ list: 'support/charity', snapshot: 'cd' }],
};
const asked: RequestInput = {
  templateDigest: bytes(1),
  datasetDigests: [
    { dataset: 'victims', digest: bytes(2) },
    { dataset: 'support', digest: bytes(3) },
  ],
  parameters: utf8Bytes('{"quarters":["2025-Q1"]}'),
  participants: [police, charity],
};

describe('the digest of a request', () => {
  const digest = (changes: Partial<RequestInput> = {}): string => toHex(computeRequest({ ...asked, ...changes }));

  it('is the same for the same question, and 32 bytes', () => {
    expect(digest()).toBe(digest({ participants: structuredClone(asked.participants) }));
    expect(computeRequest(asked)).toHaveLength(32);
  });

  it.each<readonly [string, Partial<RequestInput>]>([
    ['template', { templateDigest: bytes(9) }],
    ['definition', { datasetDigests: asked.datasetDigests.map((one) => ({ ...one, digest: bytes(9) })) }],
    ['dataset', { datasetDigests: asked.datasetDigests.slice(1) }],
    ['parameters', { parameters: utf8Bytes('{"quarters":["2025-Q2"]}') }],
    ['participants', { participants: [police] }],
    ['order of participants', { participants: [charity, police] }],
    ['agency', { participants: [{ ...police, party: 'other' }, charity] }],
    ['floors', { participants: [{ ...police, floors: utf8Bytes('{"threshold":20}') }, charity] }],
    ['snapshot', { participants: [{ ...police, lists: [{ list: 'victims/police', snapshot: 'ac' }] }, charity] }],
    ['list', { participants: [{ ...police, lists: [{ list: 'victims/other', snapshot: 'ab' }] }, charity] }],
    ['number of lists', { participants: [{ ...police, lists: [...police.lists, ...charity.lists] }, charity] }],
  ])('is another for another %s', (_, changes) => {
    expect(digest(changes)).not.toBe(digest());
  });
});

describe('the context', () => {
  const input: ContextInput = {
    ...asked,
    runId: '00000000-0000-4000-8000-000000000001',
    request: computeRequest(asked),
    requester: 'analyst',
    purpose: 'research',
    participants: [{ party: 'police', identityKey: bytes(4), roles: ['provider', 'mixer'], lists: police.lists }],
  };

  it('holds run, who asks and what for, which the request does not, and the request', () => {
    const contexts = [
      input,
      { ...input, runId: '00000000-0000-4000-8000-000000000002' },
      { ...input, requester: 'somebody else' },
      { ...input, purpose: 'other' },
      { ...input, request: bytes(9) },
    ].map((one) => toHex(computeContext(one)));
    expect(new Set(contexts).size).toBe(5);
  });
});
