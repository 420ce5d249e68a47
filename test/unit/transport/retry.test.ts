import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rng } from '../../../core/base/index.js';
import { systemRng } from '../../../runtime/index.js';
import { TIMINGS, TransportError } from '../../../transport/index.js';
import { dialErrorOf, needsAPerson, redialPause } from '../../../transport/retry.js';
import { statusOf } from '../../../transport/status.js';

/** The generator whose every draw is the smallest: nothing is taken off a pause. */
const zeros: Rng = { bytes: (length) => new Uint8Array(length) };

describe('the pause before the next dial', () => {
  it('doubles from the shortest to the longest', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 50].map((failures) => redialPause('CONNECTION_LOST', failures, zeros, TIMINGS));
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('is at most half shorter by chance, and not always the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (failures) => {
        const longest = redialPause('CONNECTION_LOST', failures, zeros, TIMINGS);
        const pause = redialPause('CONNECTION_LOST', failures, systemRng, TIMINGS);
        expect(pause).toBeLessThanOrEqual(longest);
        expect(pause).toBeGreaterThanOrEqual(longest / 2);
      }),
    );
    const drawn = Array.from({ length: 20 }, () => redialPause('CONNECTION_LOST', 9, systemRng, TIMINGS));
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  it('is long from the first on for what only a person can put right', () => {
    for (const code of ['CERTIFICATE_REFUSED', 'NOT_IN_FEDERATION', 'REPLACED'] as const) {
      expect(needsAPerson(code)).toBe(true);
      expect(redialPause(code, 1, zeros, TIMINGS)).toBe(TIMINGS.redialRefusedMs);
    }
    expect(needsAPerson('STOPPING')).toBe(false);
  });
});

describe('why a dial failed', () => {
  const unavailable = (details: string): TransportError =>
    dialErrorOf({ code: status.UNAVAILABLE, details, metadata: new Metadata() });

  // What gRPC and OpenSSL say, as seen with real certificates (identity.test.ts meets them again).
  it.each([
    ['Error: certificate has expired.', 'CERTIFICATE_REFUSED'],
    ['Error: self-signed certificate in certificate chain.', 'CERTIFICATE_REFUSED'],
    ['Error: unable to verify the first certificate.', 'CERTIFICATE_REFUSED'],
    ['SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:', 'CERTIFICATE_REFUSED'],
    ['SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:', 'CERTIFICATE_REFUSED'],
    ['No connection established. Last error: Failed to connect (2026-11-22T13:02:06.573Z).', 'CERTIFICATE_REFUSED'],
    ['No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1.', 'CONNECTION_LOST'],
    ['Connection dropped', 'CONNECTION_LOST'],
    ['Name resolution failed for target dns:nowhere', 'CONNECTION_LOST'],
  ])('%s', (details, code) => {
    expect(unavailable(details).code).toBe(code);
  });

  it('names the system’s error', () => {
    expect(unavailable('Last error: Error: connect ECONNREFUSED 127.0.0.1:1').message).toContain('ECONNREFUSED');
  });

  it('what the coordinator itself said stands', () => {
    const said = statusOf(new TransportError('STOPPING', 'certificate has expired'));
    expect(dialErrorOf(said).code).toBe('STOPPING');
    expect(dialErrorOf(statusOf(new TransportError('NOT_IN_FEDERATION', ''))).code).toBe('NOT_IN_FEDERATION');
  });
});
