import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { COORDINATOR, FAILURE_CODES, JoinError } from '../../../core/private-join/index.js';
import { TRANSPORT_ERROR_CODES, TransportError } from '../../../transport/index.js';
import { errorOfStatus, failureOf, joinErrorOf, statusOf, transportErrorOf } from '../../../transport/status.js';

describe('transport codes and gRPC statuses', () => {
  it.each(TRANSPORT_ERROR_CODES)('%s comes back as itself', (code) => {
    const back = errorOfStatus(statusOf(new TransportError(code, 'the message', { failure: 'BAD_CHUNK' })));
    expect(back).toMatchObject({ code, message: 'the message', failure: 'BAD_CHUNK' });
  });

  it.each(FAILURE_CODES)('the failure %s comes along', (failure) => {
    expect(errorOfStatus(statusOf(new TransportError('RUN_CLOSED', '', { failure }))).failure).toBe(failure);
  });

  it('no code is OK', () => {
    for (const code of TRANSPORT_ERROR_CODES) expect(statusOf(new TransportError(code, '')).code).not.toBe(status.OK);
  });

  it.each([
    [status.UNAVAILABLE, 'CONNECTION_LOST'],
    [status.CANCELLED, 'CONNECTION_LOST'],
    [status.RESOURCE_EXHAUSTED, 'MESSAGE_TOO_LARGE'],
    [status.UNIMPLEMENTED, 'BAD_MESSAGE'],
    [status.DATA_LOSS, 'INTERNAL'],
  ])('status %s without our trailers is gRPC’s own', (code, expected) => {
    expect(errorOfStatus({ code, details: '', metadata: new Metadata() }).code).toBe(expected);
  });

  it('a trailer that does not belong to its status, or is no code, is not believed', () => {
    const said = (code: status, trailer: string): string => {
      const metadata = new Metadata();
      metadata.set('tallystick-code', trailer);
      metadata.set('tallystick-failure', 'toString');
      const error = errorOfStatus({ code, details: '', metadata });
      expect(error.failure).toBeUndefined();
      return error.code;
    };
    expect(said(status.UNAVAILABLE, 'DUPLICATE_LIST')).toBe('CONNECTION_LOST');
    expect(said(status.ALREADY_EXISTS, 'DUPLICATE_LIST')).toBe('DUPLICATE_LIST');
    expect(said(status.UNAVAILABLE, 'toString')).toBe('CONNECTION_LOST');
  });

  it('says nothing outside of what went wrong inside', () => {
    const { details, code } = statusOf(transportErrorOf(new Error('SELECT * FROM people')));
    expect(code).toBe(status.INTERNAL);
    expect(details).not.toContain('SELECT');
  });
});

describe('the reason a run ends with', () => {
  it('is the party’s loss or the coordinator’s, by who is at the other end', () => {
    const lost = new TransportError('CONNECTION_LOST', '');
    expect(joinErrorOf(lost, 'police')).toMatchObject({ code: 'PARTY_LOST', party: 'police' });
    expect(joinErrorOf(lost, COORDINATOR)).toMatchObject({ code: 'COORDINATOR_LOST', party: COORDINATOR });
  });

  it('is the failure that came along, before anything else', () => {
    const closed = new TransportError('RUN_CLOSED', '', { failure: 'BAD_PROOF' });
    expect(joinErrorOf(closed, 'police').code).toBe('BAD_PROOF');
    expect(failureOf(closed, 'PARTY_LOST')).toBe('BAD_PROOF');
    expect(joinErrorOf(new TransportError('RUN_CLOSED', ''), 'police').code).toBe('CANCELLED');
  });

  it('is a JoinError’s own, also when it went through the transport', () => {
    const own = new JoinError('SPOOL_FULL', 'cps', 'full');
    expect(joinErrorOf(own, 'police')).toBe(own);
    expect(joinErrorOf(transportErrorOf(own), 'police')).toBe(own);
  });

  it('is INTERNAL for what nobody foresaw', () => {
    expect(joinErrorOf(new RangeError('x'), 'police').code).toBe('INTERNAL');
  });

  it.each(TRANSPORT_ERROR_CODES)('%s has one', (code) => {
    expect(FAILURE_CODES).toContain(joinErrorOf(new TransportError(code, ''), 'police').code);
  });
});
