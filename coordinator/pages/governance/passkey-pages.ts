import { fromBase64, toBase64, type Log, type Rng } from '../../../core/base/index.js';
import { signerKey } from '../../../core/governance/index.js';
import { isPasskeyPublicKey, keyIdOf } from '../../../core/signing/index.js';
import type { GuardedRoutes } from '../../access/guarded-routes.js';
import type { SiteServices } from '../site-services.js';
import { officerOf } from './proposal-pages.js';

type Fields = Readonly<Record<string, unknown>>;

const CHALLENGE_BYTES = 32;
const USER_BYTES = 32;
/** Of a public key in base64. */
const MAX_KEY_CHARACTERS = 400;

export interface PasskeyDeps {
  readonly rng: Rng;
  readonly log: Log;
}

/** Where an officer makes a passkey: its public half goes into the next roster, which the other officers sign. */
export function passkeyPages(routes: GuardedRoutes, services: SiteServices, { rng, log }: PasskeyDeps): void {
  const { registers, clock } = services;

  routes.get('/governance/passkey', ['officer'], (_request, response, account) => {
    const { id, name, keys } = officerOf(account, services);
    const { passkeys, federation } = registers.register.current.roster;
    response.render('governance/passkey.njk', {
      ...{ id, name, federation, rpId: passkeys?.rpId ?? null },
      fingerprints: keys.filter(({ kind }) => kind === 'webauthn').map((key) => keyIdOf(signerKey(key))),
      today: clock.now().toISOString().slice(0, 10),
      // Another each time: on one device a passkey takes the place of another of the same user, which may be in the roster.
      user: Buffer.from(rng.bytes(USER_BYTES)).toString('base64url'),
      challenge: Buffer.from(rng.bytes(CHALLENGE_BYTES)).toString('base64url'),
    });
  });

  // Nothing is kept: what counts is what officers sign. The key is looked at here so that what is wrong is said now.
  routes.post('/governance/passkey', ['officer'], (request, response, account) => {
    const { id } = officerOf(account, services);
    const { publicKey } = request.body as Fields;
    const key =
      typeof publicKey === 'string' && publicKey.length <= MAX_KEY_CHARACTERS ? decoded(publicKey) : undefined;
    if (key === undefined || !isPasskeyPublicKey(key)) {
      response.status(422).render('error.njk', {
        title: 'This passkey can’t be used',
        message:
          'It has to be one of P-256 (ES256) or Ed25519, as the passkeys of most devices are. Try another device.',
      });
      return;
    }
    const keyId = keyIdOf({ kind: 'webauthn', publicKey: key });
    log.info({ event: 'passkey-made', officer: id, publicKey: toBase64(key) }, 'an officer made a passkey');
    response.render('governance/passkey-made.njk', { id, publicKey: toBase64(key), keyId });
  });
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}
