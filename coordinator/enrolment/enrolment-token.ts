import { createHash, timingSafeEqual } from 'node:crypto';
import { toHex, type Clock, type Rng } from '../../core/base/index.js';
import { TOKEN_ID_BYTES, TOKEN_SECRET_BYTES, TransportError, type EnrolmentToken } from '../../transport/index.js';
import type { EnrolmentStore, KeptToken } from './enrolment-store.js';

/** A week: a token that is good for longer lies about for longer. */
export const MAX_TOKEN_HOURS = 168;
export const DEFAULT_TOKEN_HOURS = 24;
/** Wrong secrets with a token's right id, until the token is good for nothing. */
export const MAX_WRONG_SECRETS = 5;

const HOUR_MS = 3_600_000;

export interface TokenRequest {
  readonly federation: string;
  readonly agency: string;
  /** SHA-256 of the authority's certificate. */
  readonly authority: string;
  /** More than 0, at most MAX_TOKEN_HOURS. */
  readonly validHours: number;
}

export interface MadeToken {
  /** With its secret, which is kept nowhere: whoever makes it shows it once. */
  readonly token: EnrolmentToken;
  readonly expiresAt: Date;
}

/** Makes a token, in the place of the agency's unused one if it has one. */
export function makeToken(
  store: EnrolmentStore,
  { federation, agency, authority, validHours }: TokenRequest,
  { clock, rng }: { readonly clock: Clock; readonly rng: Rng },
): MadeToken {
  const token = { federation, agency, authority, id: rng.bytes(TOKEN_ID_BYTES), secret: rng.bytes(TOKEN_SECRET_BYTES) };
  const madeAt = clock.now();
  const expiresAt = new Date(madeAt.getTime() + validHours * HOUR_MS);
  store.putToken({
    id: toHex(token.id),
    agency,
    secretSha256: hashOf(token.secret).toString('hex'),
    madeAt: madeAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  });
  return { token, expiresAt };
}

export interface ShownToken {
  readonly agency: string;
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/**
 * The token that somebody shows, if it is good. A wrong secret is counted. Whose a token is, and whether it was used or
 * has expired, is only said to whoever has its secret.
 * Thrown: TransportError TOKEN_WRONG, TOKEN_LOCKED, TOKEN_OTHER_AGENCY, TOKEN_USED, TOKEN_EXPIRED.
 */
export function checkToken(store: EnrolmentStore, { agency, id, secret }: ShownToken, clock: Clock): KeptToken {
  const token = store.getToken(toHex(id));
  // Also without a token the secret is hashed and compared.
  const matches = timingSafeEqual(hashOf(secret), Buffer.from(token?.secretSha256 ?? NO_HASH, 'hex'));
  if (token !== undefined && token.wrongAttempts >= MAX_WRONG_SECRETS) {
    throw new TransportError('TOKEN_LOCKED', `this token was shown with a wrong secret too often: ${ASK}`);
  }
  if (token === undefined || !matches) {
    if (token !== undefined) store.countWrong(token.id);
    throw new TransportError(
      'TOKEN_WRONG',
      `the coordinator doesn’t know this token, or a newer one replaced it: ${ASK}`,
    );
  }
  if (token.agency !== agency) {
    throw new TransportError('TOKEN_OTHER_AGENCY', `this token is for another agency: ${ASK}`);
  }
  if (token.usedAt !== null) {
    throw new TransportError(
      'TOKEN_USED',
      `this token was used on ${token.usedAt}: if that wasn’t you, tell the coordinator’s operator at once; else ${ASK}`,
    );
  }
  if (clock.now() >= new Date(token.expiresAt)) {
    throw new TransportError('TOKEN_EXPIRED', `this token was good until ${token.expiresAt}: ${ASK}`);
  }
  return token;
}

const ASK = 'ask the coordinator’s operator for a new one';
const NO_HASH = '00'.repeat(32);

function hashOf(secret: Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
