import { timingSafeEqual } from 'node:crypto';
import { Elapsed, toHex, type Clock, type Rng } from '../../core/base/index.js';
import type { Account } from '../access/account.js';
import { WrongAttempts } from '../enrolment/wrong-attempts.js';
import { CoordinatorError } from '../errors.js';
import type { ApiTokens } from './api-tokens.js';
import { sortedScopes, type Scope } from './scopes.js';
import { tokenHash } from './token-text.js';
import { newUserCode, readUserCode } from './user-code.js';

/** For somebody to open a page, sign in and type a code. */
export const DEVICE_LOGIN_SECONDS = 600;
/** Between two questions of the device whether somebody has said yes; more by as much whenever it asks sooner. */
export const POLL_SECONDS = 5;
/** Logins that may be under way at once, of everybody. */
export const MAX_DEVICE_LOGINS = 1_000;
/** A month: then somebody signs in again. */
export const DEVICE_TOKEN_DAYS = 30;

const DEVICE_CODE_BYTES = 32;

/** What the device is told to go by (RFC 8628, section 3.2). */
export interface BegunLogin {
  readonly deviceCode: string;
  /** For a person: `XXXX-XXXX`. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** A login as the page shows it to whoever may say yes. */
export interface AskedLogin {
  readonly userCode: string;
  readonly scopes: readonly Scope[];
}

/** What a device is answered (RFC 8628, section 3.5; RFC 6749, section 5.2). */
export type PollAnswer =
  | { readonly outcome: 'authorization_pending' | 'slow_down' | 'expired_token' | 'access_denied' | 'invalid_grant' }
  | {
      readonly outcome: 'token';
      readonly secret: string;
      readonly scopes: readonly Scope[];
      readonly expiresAt: string;
    };

interface Login {
  readonly codeHash: string;
  readonly userCode: string;
  readonly scopes: readonly Scope[];
  readonly endsMs: number;
  intervalMs: number;
  askedMs: number | null;
  decision: 'waiting' | 'denied' | { readonly account: Account };
}

export interface DeviceLoginsDeps {
  readonly tokens: Pick<ApiTokens, 'create' | 'assertRoom'>;
  readonly clock: Clock;
  readonly rng: Rng;
}

/**
 * Signing a command in by a browser (RFC 8628): the command shows a code, somebody who has signed in types it and says yes,
 * and the command, which has asked meanwhile, gets a token. Codes are in memory only, good once and for ten minutes.
 */
export class DeviceLogins {
  readonly #deps: DeviceLoginsDeps;
  readonly #elapsed: Elapsed;
  readonly #wrong: WrongAttempts;
  /** By the hash of the device's code. */
  readonly #logins = new Map<string, Login>();

  constructor(deps: DeviceLoginsDeps) {
    this.#deps = deps;
    this.#elapsed = new Elapsed(deps.clock);
    this.#wrong = new WrongAttempts(deps.clock);
  }

  /** Thrown when MAX_DEVICE_LOGINS are under way: CoordinatorError TOO_MANY_DEVICE_LOGINS. */
  begin(scopes: readonly Scope[]): BegunLogin {
    this.#forgetOld();
    if (this.#logins.size >= MAX_DEVICE_LOGINS) {
      throw new CoordinatorError('TOO_MANY_DEVICE_LOGINS', 'Too many logins are under way: try again in some minutes.');
    }
    const { rng } = this.#deps;
    const deviceCode = toHex(rng.bytes(DEVICE_CODE_BYTES));
    const taken = new Set([...this.#logins.values()].map(({ userCode }) => userCode));
    let userCode = newUserCode(rng);
    while (taken.has(userCode)) userCode = newUserCode(rng);
    const codeHash = tokenHash(deviceCode);
    this.#logins.set(codeHash, {
      ...{ codeHash, userCode, scopes: sortedScopes(scopes) },
      endsMs: this.#elapsed.ms + DEVICE_LOGIN_SECONDS * 1_000,
      intervalMs: POLL_SECONDS * 1_000,
      askedMs: null,
      decision: 'waiting',
    });
    return { deviceCode, userCode, expiresInSeconds: DEVICE_LOGIN_SECONDS, intervalSeconds: POLL_SECONDS };
  }

  /** Whether somebody has said yes to the login of that code. It never throws for what a stranger may send. */
  poll(deviceCode: string): PollAnswer {
    const login = this.#logins.get(tokenHash(deviceCode));
    if (login === undefined) return { outcome: 'invalid_grant' };
    const nowMs = this.#elapsed.ms;
    if (nowMs >= login.endsMs) return { outcome: 'expired_token' };
    const { askedMs, decision } = login;
    login.askedMs = nowMs;
    if (decision === 'denied') return this.#ended(login, { outcome: 'access_denied' });
    if (askedMs !== null && nowMs - askedMs < login.intervalMs) {
      login.intervalMs += POLL_SECONDS * 1_000;
      return { outcome: 'slow_down' };
    }
    if (decision === 'waiting') return { outcome: 'authorization_pending' };
    return this.#ended(login, this.#token(login, decision.account));
  }

  /**
   * The login that waits under the code that somebody who has signed in has typed.
   * Thrown when there is none: CoordinatorError UNKNOWN_USER_CODE; when they have typed too many wrong ones of late:
   * TOO_MANY_USER_CODES.
   */
  lookup(typed: string, account: Account): AskedLogin {
    const { userCode, scopes } = this.#waiting(typed, account);
    return { userCode, scopes };
  }

  /** Gives the device a token in the account's name. Thrown as by `lookup`, and as by `ApiTokens.assertRoom`. */
  approve(typed: string, account: Account): void {
    const login = this.#waiting(typed, account);
    this.#deps.tokens.assertRoom(account);
    login.decision = { account };
  }

  /** Thrown as by `lookup`. */
  deny(typed: string, account: Account): void {
    this.#waiting(typed, account).decision = 'denied';
  }

  #token({ scopes }: Login, account: Account): PollAnswer {
    const { tokens, clock } = this.#deps;
    try {
      const name = `tally login of ${clock.now().toISOString().slice(0, 'YYYY-MM-DD'.length)}`;
      const { secret, token } = tokens.create(account, { name, scopes, days: DEVICE_TOKEN_DAYS });
      return { outcome: 'token', secret, scopes: token.scopes, expiresAt: token.expiresAt };
    } catch (thrown) {
      // Somebody made other tokens since they said yes, and has no room left.
      if (thrown instanceof CoordinatorError) return { outcome: 'access_denied' };
      throw thrown;
    }
  }

  #waiting(typed: string, { subject }: Account): Login {
    if (this.#wrong.isTooMany(subject)) {
      throw new CoordinatorError('TOO_MANY_USER_CODES', 'Too many wrong codes: wait ten minutes, then begin again.');
    }
    const code = readUserCode(typed);
    const nowMs = this.#elapsed.ms;
    // All are compared, so that how long it takes says nothing of how many letters were right.
    const found = [...this.#logins.values()].filter(
      ({ userCode, decision, endsMs }) =>
        equalCodes(userCode, code ?? NO_CODE) && decision === 'waiting' && nowMs < endsMs,
    );
    const [login] = found;
    if (login !== undefined) return login;
    this.#wrong.add(subject);
    throw new CoordinatorError(
      'UNKNOWN_USER_CODE',
      'No login waits under this code. Codes are good once, for ten minutes: compare it, or begin again with `tally login`.',
    );
  }

  #ended(login: Login, answer: PollAnswer): PollAnswer {
    this.#logins.delete(login.codeHash);
    return answer;
  }

  /** Those that have ended stay as long again, so that a device that asks late hears why. */
  #forgetOld(): void {
    const oldestMs = this.#elapsed.ms - DEVICE_LOGIN_SECONDS * 1_000;
    for (const { codeHash, endsMs } of this.#logins.values()) if (endsMs < oldestMs) this.#logins.delete(codeHash);
  }
}

/** As long as a code, and none. */
const NO_CODE = '---------';

function equalCodes(first: string, second: string): boolean {
  return timingSafeEqual(Buffer.from(first), Buffer.from(second));
}
