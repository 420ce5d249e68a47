import { toBase64, type Clock, type Log } from '../../core/base/index.js';
import { verifySignature } from '../../core/private-join/index.js';
import {
  certificateFacts,
  certifyRequest,
  enrolmentStatement,
  TransportError,
  type Authority,
  type EnrolmentReply,
  type EnrolmentRequest,
  type PeerIdentity,
} from '../../transport/index.js';
import type { EnrolmentStore, GivenCertificate } from './enrolment-store.js';
import { checkToken } from './enrolment-token.js';
import type { WrongAttempts } from './wrong-attempts.js';

export interface EnrolmentDeskOptions {
  readonly federation: string;
  readonly authority: Authority;
  readonly store: EnrolmentStore;
  readonly attempts: WrongAttempts;
  readonly clock: Clock;
  readonly log: Log;
}

/** Gives agencies their certificates: the first against a token, the next against the one before. */
export class EnrolmentDesk {
  readonly #options: EnrolmentDeskOptions;

  constructor(options: EnrolmentDeskOptions) {
    this.#options = options;
  }

  /**
   * @param caller address, for counting
   * Rejects with TransportError: TOO_MANY_ATTEMPTS, as `checkToken` throws, BAD_MESSAGE, WRONG_IDENTITY.
   */
  async enrol(request: EnrolmentRequest, caller: string): Promise<EnrolmentReply> {
    const { federation, store, clock, log } = this.#options;
    const { agency, tokenId: id, secret, identityKey, proof, signingRequest } = request;
    const token = this.#counted(caller, () => checkToken(store, { agency, id, secret }, clock));
    if (!verifySignature(identityKey, enrolmentStatement(federation, request), proof)) {
      throw new TransportError('BAD_MESSAGE', 'proof: must be the identity key’s signature over this request');
    }
    const certificate = await this.#certify(agency, signingRequest);
    const given = this.#given(agency, certificate, 'enrolled', toBase64(identityKey));
    if (!store.useToken(token.id, given.issuedAt, given)) {
      throw new TransportError('TOKEN_USED', 'this token has just been used: tell the coordinator’s operator at once');
    }
    log.info(
      { event: 'agency-enrolled', agency, serial: given.serial, expiresAt: given.expiresAt },
      'an agency enrolled; its identity key waits for the roster: `tally coordinator enrolments`',
    );
    return { certificate };
  }

  /** As FederationServerOptions.renew says. */
  async renew(agency: string, request: Uint8Array, present: Uint8Array): Promise<Uint8Array> {
    // A connection may outlast the certificate that it was made with.
    if (certificateFacts(present).validTo < this.#options.clock.now()) {
      throw new TransportError('CERTIFICATE_REFUSED', 'this certificate has expired: enrol again, with a new token');
    }
    const certificate = await this.#certify(agency, request, present);
    const given = this.#given(agency, certificate, 'renewed', null);
    this.#options.store.putCertificate(given);
    this.#options.log.info(
      { event: 'certificate-renewed', agency, serial: given.serial, expiresAt: given.expiresAt },
      'an agency renewed its certificate',
    );
    return certificate;
  }

  #counted<T>(caller: string, work: () => T): T {
    const { attempts, log } = this.#options;
    if (attempts.isTooMany(caller)) {
      throw new TransportError('TOO_MANY_ATTEMPTS', 'too many wrong tokens came from this address: try again later');
    }
    try {
      return work();
    } catch (thrown) {
      attempts.add(caller);
      if (attempts.isTooMany(caller)) {
        log.warn({ event: 'enrolment-attempts', address: caller }, 'too many wrong tokens from one address');
      }
      throw thrown;
    }
  }

  #certify(agency: string, request: Uint8Array, previous?: Uint8Array): Promise<Uint8Array> {
    const { federation, authority, clock } = this.#options;
    const identity: PeerIdentity = { role: 'agency', federation, agency };
    return certifyRequest(authority, request, { identity, clock, ...(previous === undefined ? {} : { previous }) });
  }

  #given(
    agency: string,
    certificate: Uint8Array,
    cause: GivenCertificate['cause'],
    identityKey: string | null,
  ): GivenCertificate {
    const { serial, fingerprint, validTo } = certificateFacts(certificate);
    const issuedAt = this.#options.clock.now().toISOString();
    return { agency, cause, serial, fingerprint, identityKey, issuedAt, expiresAt: validTo.toISOString() };
  }
}
