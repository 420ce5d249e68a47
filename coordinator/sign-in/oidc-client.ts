import { createHash } from 'node:crypto';
import * as oidc from 'openid-client';
import { CodedError, Elapsed, type Clock, type Log, type Rng } from '../../core/base/index.js';
import type { Claims } from './accounts.js';
import { refuseSignIn, SignInError } from './errors.js';
import type { SignInConfig } from './sign-in-config.js';

/** For each answer of the sign-in service. */
export const PROVIDER_TIMEOUT_SECONDS = 10;
/** A service that did not answer is not asked again sooner: people who try again don't wait for it one by one. */
export const PROVIDER_RETRY_SECONDS = 5;
/** What the service says of itself is asked for anew after so long. */
export const METADATA_HOURS = 12;
/** How far its clock may be from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;

const SECRET_BYTES = 32;
const HOUR_MS = 3_600_000;

/** What is remembered of a sign-in between its two halves (RFC 6749 10.12, OpenID Connect Core 3.1.2.1, RFC 7636). */
export interface SignInUnderWay {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** The sign-in service, as a client of it sees it. */
export interface OidcClient {
  /** Where to send somebody who wants to sign in. Thrown: SignInError SIGN_IN_UNAVAILABLE. */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly underWay: SignInUnderWay }>;
  /**
   * Who has come back, by the address at which they did. The state in it is the one under way.
   * Thrown: SignInError SIGN_IN_CANCELLED, SIGN_IN_REFUSED, SIGN_IN_CODE_USED, SIGN_IN_NOT_GENUINE or SIGN_IN_UNAVAILABLE.
   */
  finish(address: URL, underWay: SignInUnderWay): Promise<Claims>;
  /** Where somebody signs out of the service, too; undefined where it has no such page, or does not answer. */
  signOut(returnTo: string): Promise<URL | undefined>;
}

export interface OidcClientOptions {
  readonly config: Pick<SignInConfig, 'issuer' | 'clientId' | 'scopes'>;
  /** Undefined for a public client. */
  readonly clientSecret: string | undefined;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
}

/** Asks the service nothing before somebody wants to sign in: the coordinator starts whether it is there or not. */
export function createOidcClient(options: OidcClientOptions): OidcClient {
  const { config, rng } = options;
  const provider = new Provider(options);
  const random = (): string => Buffer.from(rng.bytes(SECRET_BYTES)).toString('base64url');
  return {
    begin: async (redirectUri) => {
      const underWay = { state: random(), nonce: random(), verifier: random() };
      const url = oidc.buildAuthorizationUrl(await provider.configuration(), {
        redirect_uri: redirectUri,
        scope: config.scopes.join(' '),
        state: underWay.state,
        nonce: underWay.nonce,
        code_challenge: createHash('sha256').update(underWay.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      return { url, underWay };
    },
    finish: async (address, underWay) => {
      const said = address.searchParams.get('error');
      if (said === 'access_denied') throw refuseSignIn('SIGN_IN_CANCELLED');
      if (said !== null) throw refuseSignIn('SIGN_IN_REFUSED', knownError(said));
      const configuration = await provider.configuration();
      try {
        return await claimsOf(configuration, address, underWay);
      } catch (thrown) {
        throw asRefusal(thrown);
      }
    },
    signOut: async (returnTo) => {
      try {
        const configuration = await provider.configuration();
        if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
        return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo });
      } catch (thrown) {
        if (thrown instanceof SignInError) return undefined;
        throw thrown;
      }
    },
  };
}

/** Anybody can write an address, so the log has nothing of one but these words (RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6). */
const KNOWN_ERRORS = new Set([
  'invalid_request',
  'unauthorized_client',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'consent_required',
]);

function knownError(said: string): CodedError | undefined {
  return KNOWN_ERRORS.has(said) ? new CodedError(said, 'the sign-in service gave an error') : undefined;
}

/** What the ID token says, and beside it what only the service's page about a user does. */
async function claimsOf(
  configuration: oidc.Configuration,
  address: URL,
  { state, nonce, verifier }: SignInUnderWay,
): Promise<Claims> {
  const tokens = await oidc.authorizationCodeGrant(configuration, address, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw refuseSignIn('SIGN_IN_NOT_GENUINE');
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {};
  return { ...more, ...claims };
}

/** What the service says of itself, as it was last asked. */
class Provider {
  readonly #options: OidcClientOptions;
  readonly #elapsed: Elapsed;
  #metadata: Promise<oidc.ServerMetadata> | undefined;
  /** By the time that has elapsed. */
  #askAgainMs = 0;

  constructor(options: OidcClientOptions) {
    this.#options = options;
    this.#elapsed = new Elapsed(options.clock);
  }

  /** For one exchange with it, by the time that it is now. Thrown: SignInError SIGN_IN_UNAVAILABLE. */
  async configuration(): Promise<oidc.Configuration> {
    const metadata = await this.#current();
    const { config, clientSecret, clock } = this.#options;
    const made = new oidc.Configuration(
      metadata,
      config.clientId,
      {
        // The library goes by the computer's clock; this is how far ours is from it.
        [oidc.clockSkew]: Math.round((clock.now().getTime() - Date.now()) / 1000),
        [oidc.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
      },
      clientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(clientSecret),
    );
    made.timeout = PROVIDER_TIMEOUT_SECONDS;
    oidc.enableNonRepudiationChecks(made);
    for (const extend of extensionsFor(config)) extend(made);
    return made;
  }

  #current(): Promise<oidc.ServerMetadata> {
    if (this.#metadata === undefined || this.#elapsed.ms >= this.#askAgainMs) {
      this.#askAgainMs = this.#elapsed.ms + METADATA_HOURS * HOUR_MS;
      this.#metadata = this.#ask();
    }
    return this.#metadata;
  }

  async #ask(): Promise<oidc.ServerMetadata> {
    const { config, log } = this.#options;
    try {
      const found = await oidc.discovery(new URL(config.issuer), config.clientId, undefined, oidc.None(), {
        timeout: PROVIDER_TIMEOUT_SECONDS,
        execute: extensionsFor(config),
      });
      return found.serverMetadata();
    } catch (err) {
      this.#askAgainMs = this.#elapsed.ms + PROVIDER_RETRY_SECONDS * 1_000;
      log.error({ event: 'sign-in-service-unavailable', err }, 'the sign-in service does not answer as it should');
      throw refuseSignIn('SIGN_IN_UNAVAILABLE', err);
    }
  }
}

/** For a service without TLS, which the configuration allows on this computer only. */
function extensionsFor({ issuer }: Pick<SignInConfig, 'issuer'>): ((configuration: oidc.Configuration) => void)[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out, and meant for just this
  return new URL(issuer).protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
}

/** The service did not answer, or with what is no answer of its kind. */
const NO_ANSWER = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

function asRefusal(thrown: unknown): unknown {
  if (thrown instanceof SignInError) return thrown;
  if (thrown instanceof oidc.ResponseBodyError) {
    return refuseSignIn(thrown.error === 'invalid_grant' ? 'SIGN_IN_CODE_USED' : 'SIGN_IN_REFUSED', thrown);
  }
  const code = codeOf(thrown);
  // A connection that can't be made is a TypeError without a code.
  if (thrown instanceof TypeError) return code === undefined ? refuseSignIn('SIGN_IN_UNAVAILABLE', thrown) : thrown;
  if (NO_ANSWER.has(code ?? '')) return refuseSignIn('SIGN_IN_UNAVAILABLE', thrown);
  // It does not take us for the client that it knows.
  if (thrown instanceof oidc.WWWAuthenticateChallengeError) return refuseSignIn('SIGN_IN_REFUSED', thrown);
  return thrown instanceof oidc.ClientError ? refuseSignIn('SIGN_IN_NOT_GENUINE', thrown) : thrown;
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}
