import { toHex } from '../core/base/index.js';
import type { PartyId } from '../core/private-join/index.js';

/** What the operator of the coordinator hands to one agency, once, by a way of their own. */
export interface EnrolmentToken {
  readonly federation: string;
  readonly agency: PartyId;
  /** By which the coordinator finds it; TOKEN_ID_BYTES, not secret. */
  readonly id: Uint8Array;
  /** SHA-256 of the federation's authority's certificate, 64 hexadecimal digits: whom the node may send `secret` to. */
  readonly authority: string;
  /** TOKEN_SECRET_BYTES. */
  readonly secret: Uint8Array;
}

export const TOKEN_ID_BYTES = 8;
export const TOKEN_SECRET_BYTES = 32;
/** Characters of a token's text: of two names of 64 and what is fixed, and no more. */
export const MAX_TOKEN_CHARACTERS = 256;

const MARK = 'tally-enrol-1';
const NAME = '([a-z0-9][a-z0-9-]{0,63})';
/** Base64url without padding of 8 and of 32 bytes. */
const TOKEN = new RegExp(`^${MARK}\\.${NAME}\\.${NAME}\\.([\\w-]{11})\\.([\\w-]{43})\\.([\\w-]{43})$`);

/** One line, without a line break. */
export function formatToken({ federation, agency, id, authority, secret }: EnrolmentToken): string {
  const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const parts = [base64url(id), Buffer.from(authority, 'hex').toString('base64url'), base64url(secret)];
  return [MARK, federation, agency, ...parts].join('.');
}

/** Undefined for what is no token. White space around it is nothing. */
export function parseToken(text: string): EnrolmentToken | undefined {
  const [, federation, agency, id, authority, secret] = TOKEN.exec(text.trim()) ?? [];
  if (!federation || !agency || !id || !authority || !secret) return undefined;
  return { federation, agency, id: bytesOf(id), authority: toHex(bytesOf(authority)), secret: bytesOf(secret) };
}

function bytesOf(base64url: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64url, 'base64url'));
}
