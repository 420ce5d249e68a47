import { z } from 'zod';
import { toHex, type Clock, type Problem, type Rng } from '../../core/base/index.js';
import { requesterText } from '../../core/governance/index.js';
import type { Account } from '../access/account.js';
import { CoordinatorError } from '../errors.js';
import type { KeptApiToken, TokenStore } from '../store/token-store.js';
import { scopesSchema, sortedScopes, type Scope } from './scopes.js';
import { isTokenText, newTokenText, tokenHash } from './token-text.js';

/** Tokens that one account may have in force at once. */
export const MAX_TOKENS_AN_ACCOUNT = 20;
/** A year: what is good for longer lies about for longer. */
export const MAX_TOKEN_DAYS = 365;
export const MAX_TOKEN_NAME_CHARACTERS = 64;
/** A token that has expired is listed for so long, so that whoever wonders why a program stopped finds out. */
export const EXPIRED_LISTED_DAYS = 90;

const ID_BYTES = 8;
const DAY_MS = 86_400_000;

/** What somebody says of a token that they want. */
export interface TokenRequest {
  /** For themselves: what uses it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** For how long it is to be good, from 1 to MAX_TOKEN_DAYS. */
  readonly days: number;
}

export const tokenRequestSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, 'say what uses it')
    .max(MAX_TOKEN_NAME_CHARACTERS, `at most ${MAX_TOKEN_NAME_CHARACTERS} characters`),
  scopes: scopesSchema,
  days: z.int('a whole number of days').min(1, 'at least 1 day').max(MAX_TOKEN_DAYS, `at most ${MAX_TOKEN_DAYS} days`),
});

/** Whoever a token stands for, as the API takes them. */
export interface TokenHolder {
  /** `analyst@organisation`. */
  readonly requester: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601, UTC; null where it never does. */
  readonly expiresAt: string | null;
  /** Of the token, by which its holder can revoke it; null for one of the configuration. */
  readonly tokenId: string | null;
}

export interface FoundToken {
  readonly holder: TokenHolder;
  readonly isExpired: boolean;
}

/** A token as its holder sees it. */
export type ApiToken = Omit<KeptApiToken, 'subject'> & { readonly isInForce: boolean };

export interface ApiTokensDeps {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly rng: Rng;
  /**
   * Whether somebody may still ask under that name, where that can be known: a file of people says so at once. A sign-in
   * service isn't asked between two sign-ins, so a token of its people is good until it expires or is revoked.
   */
  readonly mayStillAsk?: (holder: Pick<KeptApiToken, 'subject' | 'analyst' | 'organisation'>) => boolean;
}

/** Tokens that analysts make for themselves. The secret is shown once, and only its hash is kept. */
export class ApiTokens {
  readonly #deps: ApiTokensDeps;

  constructor(deps: ApiTokensDeps) {
    this.#deps = deps;
  }

  /**
   * Thrown when they can't ask: CoordinatorError CANNOT_ASK; when name, scopes or days can't be: BAD_TOKEN_REQUEST, with
   * every problem; when they have MAX_TOKENS_AN_ACCOUNT in force: TOO_MANY_TOKENS.
   */
  create(account: Account, request: TokenRequest): { readonly token: ApiToken; readonly secret: string } {
    const { analyst, organisation } = this.assertRoom(account);
    const parsed = tokenRequestSchema.safeParse(request);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }): Problem => ({
        path: String(path[0] ?? ''),
        message,
      }));
      throw new CoordinatorError('BAD_TOKEN_REQUEST', 'No token was made: it can’t be as you want it.', { problems });
    }
    const { store, clock, rng } = this.#deps;
    const { name, scopes, days } = parsed.data;
    const now = clock.now();
    store.deleteExpired(new Date(now.getTime() - EXPIRED_LISTED_DAYS * DAY_MS).toISOString());
    const secret = newTokenText(rng);
    const token = {
      ...{ id: toHex(rng.bytes(ID_BYTES)), subject: account.subject, analyst, organisation, name },
      scopes: sortedScopes(scopes),
      madeAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + days * DAY_MS).toISOString(),
    };
    store.putToken({ ...token, secretSha256: tokenHash(secret) });
    return { token: this.#shown({ ...token, lastUsedDay: null, revokedAt: null }), secret };
  }

  /** Thrown when no token could be made for them: CoordinatorError CANNOT_ASK or TOO_MANY_TOKENS. */
  assertRoom({ subject, analyst, organisation }: Account): { readonly analyst: string; readonly organisation: string } {
    if (analyst === null || organisation === null) {
      throw new CoordinatorError(
        'CANNOT_ASK',
        'Tokens are for analysts of an organisation of the roster: ask whoever runs the coordinator to make you one.',
      );
    }
    const inForce = this.#deps.store.listTokens(subject).filter((token) => this.#isInForce(token));
    if (inForce.length >= MAX_TOKENS_AN_ACCOUNT) {
      throw new CoordinatorError(
        'TOO_MANY_TOKENS',
        `You have ${MAX_TOKENS_AN_ACCOUNT} tokens: revoke one that nothing uses any more.`,
      );
    }
    return { analyst, organisation };
  }

  /** All of theirs, newest first, those that are not in force as well. */
  list({ subject }: Account): readonly ApiToken[] {
    return this.#deps.store.listTokens(subject).map((token) => this.#shown(token));
  }

  /** At once. Thrown when they have no such token: CoordinatorError UNKNOWN_TOKEN. */
  revoke({ subject }: Account, id: string): void {
    const { store, clock } = this.#deps;
    if (!store.listTokens(subject).some((token) => token.id === id)) {
      throw new CoordinatorError('UNKNOWN_TOKEN', 'You have no such token.');
    }
    store.putRevoked(id, clock.now().toISOString());
  }

  /** The token with which somebody asks, revoked by itself. */
  revokeUsed(tokenId: string): void {
    this.#deps.store.putRevoked(tokenId, this.#deps.clock.now().toISOString());
  }

  /** Undefined where it isn't one, or is worth nothing any more. That one has expired is said to whoever has it. */
  find(secret: string): FoundToken | undefined {
    if (!isTokenText(secret)) return undefined;
    const { store, clock, mayStillAsk = () => true } = this.#deps;
    // By its hash: how long looking it up takes says nothing of the secret.
    const token = store.findToken(tokenHash(secret));
    if (token === undefined || token.revokedAt !== null || !mayStillAsk(token)) return undefined;
    const now = clock.now().toISOString();
    const isExpired = now >= token.expiresAt;
    const today = now.slice(0, 'YYYY-MM-DD'.length);
    if (!isExpired && token.lastUsedDay !== today) store.putUsed(token.id, today);
    const { scopes, expiresAt, id } = token;
    return { holder: { requester: requesterText(token), scopes, expiresAt, tokenId: id }, isExpired };
  }

  #isInForce({ revokedAt, expiresAt }: KeptApiToken): boolean {
    return revokedAt === null && this.#deps.clock.now().toISOString() < expiresAt;
  }

  #shown(token: KeptApiToken): ApiToken {
    const { id, analyst, organisation, name, scopes, madeAt, expiresAt, lastUsedDay, revokedAt } = token;
    return {
      ...{ id, analyst, organisation, name, scopes, madeAt, expiresAt, lastUsedDay, revokedAt },
      isInForce: this.#isInForce(token),
    };
  }
}
