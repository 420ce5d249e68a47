import { equalBytes, fromHex, type Clock } from '../../core/base/index.js';
import { requesterText } from '../../core/governance/index.js';
import type { CoordinatorConfig } from '../config.js';
import type { ApiTokens, FoundToken } from './api-tokens.js';
import { SCOPES, sortedScopes } from './scopes.js';
import { tokenHash } from './token-text.js';

type ConfiguredToken = CoordinatorConfig['api']['tokens'][number];

const DAY_MS = 86_400_000;

/** Every token that opens the API: those of the configuration, and those that analysts made for themselves. */
export class KnownTokens {
  readonly #configured: readonly (ConfiguredToken & { readonly hash: Uint8Array })[];
  readonly #made: Pick<ApiTokens, 'find'>;
  readonly #clock: Clock;

  constructor(configured: readonly ConfiguredToken[], made: Pick<ApiTokens, 'find'>, clock: Clock) {
    this.#configured = configured.map((token) => ({ ...token, hash: fromHex(token.sha256) }));
    this.#made = made;
    this.#clock = clock;
  }

  /** Undefined where nobody knows it. */
  find(secret: string): FoundToken | undefined {
    const hash = fromHex(tokenHash(secret));
    // Every hash is compared, whichever fits: how long it takes says nothing of the order.
    const [fitting] = this.#configured.filter((candidate) => equalBytes(candidate.hash, hash));
    return fitting === undefined ? this.#made.find(secret) : this.#found(fitting);
  }

  #found({ name, organisation, scopes = SCOPES, expires }: ConfiguredToken): FoundToken {
    // Its last day is a good one, to its end.
    const expiresAt = expires === undefined ? null : new Date(Date.parse(expires) + DAY_MS).toISOString();
    const requester = requesterText({ analyst: name, organisation });
    return {
      holder: { requester, scopes: sortedScopes(scopes), expiresAt, tokenId: null },
      isExpired: expiresAt !== null && this.#clock.now().toISOString() >= expiresAt,
    };
  }
}
