import type { Clock } from '../../../core/base/index.js';
import { DEVICE_GRANT } from '../../tokens/device-grant.js';
import type { DeviceLogins, PollAnswer } from '../../tokens/device-logins.js';
import { SCOPES } from '../../tokens/scopes.js';
import type { ApiDocument } from '../document.js';
import { ApiError } from '../errors.js';
import type { Handlers, Reply } from '../route.js';
import type { TOKEN_ROUTES } from '../routes/token-routes.js';
import type { OAuthError } from '../schema.js';
import type { ApiServices } from '../services.js';

/** Where somebody types the code of a device. */
export const DEVICE_PAGE = '/device';

const SAID: Readonly<Record<OAuthError, string>> = {
  authorization_pending: 'Nobody has said yes yet: ask again after the interval.',
  slow_down: 'That was too soon: wait 5 seconds longer between two questions.',
  access_denied: 'Somebody said no, or has too many tokens.',
  expired_token: 'The codes have expired: begin again.',
  invalid_grant: 'This device_code is not known, or was used.',
  invalid_request: 'device_code is missing.',
  unsupported_grant_type: `grant_type has to be ${DEVICE_GRANT}.`,
};

export interface TokenHandlersOptions {
  readonly clock: Clock;
  /** Where people find this coordinator in a browser; null where nobody can sign in there. */
  readonly publicUrl: string | null;
  /** The OpenAPI document. */
  readonly document: ApiDocument;
}

export function tokenHandlers(
  services: ApiServices,
  { clock, publicUrl, document }: TokenHandlersOptions,
): Handlers<typeof TOKEN_ROUTES> {
  const { apiTokens } = services;
  const logins = (): { readonly url: string; readonly logins: DeviceLogins } => {
    if (publicUrl !== null) return { url: publicUrl, logins: services.deviceLogins };
    throw new ApiError(
      'DEVICE_LOGIN_OFF',
      'Nobody can sign in here in a browser: ask whoever runs the coordinator for a token.',
    );
  };
  return {
    beginDeviceLogin: ({ body: { scope = SCOPES } }) => {
      const { url, logins: under } = logins();
      const { deviceCode, userCode, expiresInSeconds, intervalSeconds } = under.begin(scope);
      return {
        json: {
          ...{ device_code: deviceCode, user_code: userCode, verification_uri: new URL(DEVICE_PAGE, url).href },
          ...{ expires_in: expiresInSeconds, interval: intervalSeconds },
        },
      };
    },
    getToken: ({ body: { grant_type: grant, device_code: code } }) => {
      const { logins: under } = logins();
      if (grant !== DEVICE_GRANT) return refused('unsupported_grant_type');
      if (code === undefined || code === '') return refused('invalid_request');
      return polled(under.poll(code), clock);
    },
    describeToken: ({ holder: { requester, scopes, expiresAt, tokenId } }) => ({
      json: { requester, scopes, expiresAt, isRevocable: tokenId !== null },
    }),
    revokeToken: ({ holder: { tokenId } }) => {
      if (tokenId === null) {
        throw new ApiError(
          'TOKEN_NOT_REVOCABLE',
          'This token is one of the coordinator’s configuration: its operator takes it out there.',
        );
      }
      apiTokens.revokeUsed(tokenId);
      return 'nothing';
    },
    describeApi: () => ({ json: { ...document } }),
    checkHealth: () => ({ json: { status: 'ok', register: services.register } }),
  };
}

function polled(answer: PollAnswer, clock: Clock): Reply<typeof TOKEN_ROUTES.getToken> {
  if (answer.outcome !== 'token') return refused(answer.outcome);
  const { secret, scopes, expiresAt } = answer;
  const seconds = Math.floor((Date.parse(expiresAt) - clock.now().getTime()) / 1_000);
  return { json: { access_token: secret, token_type: 'Bearer', expires_in: seconds, scope: scopes.join(' ') } };
}

function refused(error: OAuthError): { readonly other: 400; readonly json: object } {
  return { other: 400, json: { error, error_description: SAID[error] } };
}
