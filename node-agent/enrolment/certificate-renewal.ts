import { uniformBelow } from '../../core/base/index.js';
import type { Alarm, AlarmClock, Log, Rng } from '../../core/base/index.js';
import {
  certificateFacts,
  checkOwnCertificate,
  createSigningRequest,
  pemOfCertificate,
} from '../../transport/index.js';
import type { PeerIdentity, TlsMaterial } from '../../transport/index.js';
import { swapCertificate } from './certificate-files.js';
import type { CertificatePaths } from './certificate-files.js';

/** Of a certificate's lifetime: from here on the next one is asked for, … */
export const RENEW_AFTER = 2 / 3;
/** … and from here on it is an error that there is none. */
export const ALARM_AFTER = 5 / 6;
/**
 * Seconds until the next look: a computer that slept, or whose clock was set, is noticed. Also the least time between two
 * renewals: an authority near its own end gives certificates that are due almost at once.
 */
export const LOOK_SECONDS = 3_600;
/** Seconds until the next try after the first that failed; they double. Up to half of each is taken off at random. */
export const FIRST_RETRY_SECONDS = 60;
export const LAST_RETRY_SECONDS = 21_600;

export interface CertificateRenewalOptions {
  readonly self: PeerIdentity;
  /** Read when the node started. */
  readonly tls: TlsMaterial;
  readonly paths: CertificatePaths;
  /** Asks the coordinator, as FederationClient.renew does. */
  readonly renew: (request: Uint8Array) => Promise<Uint8Array>;
  readonly clock: AlarmClock;
  readonly rng: Rng;
  readonly log: Log;
}

/** Keeps a running node's certificate good: `tls` is what to dial with next. */
export class CertificateRenewal {
  readonly #options: CertificateRenewalOptions;
  #tls: TlsMaterial;
  #alarm: Alarm | undefined;
  #failures = 0;
  /** Milliseconds; nothing is asked for before. */
  #notBefore = 0;
  #busy: Promise<void> | undefined;
  #running = false;

  constructor(options: CertificateRenewalOptions) {
    this.#options = options;
    this.#tls = options.tls;
  }

  get tls(): TlsMaterial {
    return this.#tls;
  }

  /** The first look waits a little where the certificate is due already: there is no connection yet. */
  start(): void {
    this.#running = true;
    this.#wakeIn(Math.max(FIRST_RETRY_SECONDS, this.#secondsUntilDue()));
  }

  /** There is a connection to ask over. */
  connected(): void {
    if (this.#running && this.#secondsUntilDue() <= 0) void this.look();
  }

  /** Renews where it is time to. Never rejects; what goes wrong is in the log, and is tried again. */
  look(): Promise<void> {
    this.#busy ??= this.#look().finally(() => (this.#busy = undefined));
    return this.#busy;
  }

  /** What is under way ends with the connection. */
  stop(): void {
    this.#running = false;
    this.#alarm?.stop();
  }

  async #look(): Promise<void> {
    const seconds = this.#secondsUntilDue();
    if (seconds > 0) {
      this.#wakeIn(seconds);
      return;
    }
    if (this.#lifetimeUsed() > 1) {
      this.#failed(undefined);
      return;
    }
    try {
      await this.#renew();
      this.#failures = 0;
      this.#notBefore = this.#options.clock.now().getTime() + LOOK_SECONDS * 1_000;
      this.#wakeIn(this.#secondsUntilDue());
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  async #renew(): Promise<void> {
    const { self, paths, renew, clock, log } = this.#options;
    const { request, privateKey } = await createSigningRequest(self);
    const next = { ...this.#tls, certificate: pemOfCertificate(await renew(request)), privateKey };
    // What is no use must not take the place of what is.
    checkOwnCertificate(next, self, clock);
    swapCertificate(paths, next);
    this.#tls = next;
    const { serial, validTo } = certificateFacts(next.certificate);
    log.info(
      { event: 'certificate-renewed', serial, expiresAt: validTo.toISOString() },
      'the certificate was renewed; the next connection uses it',
    );
  }

  #failed(thrown: unknown): void {
    this.#failures += 1;
    const { log } = this.#options;
    const fields = { expiresAt: this.#facts().validTo.toISOString() };
    const used = this.#lifetimeUsed();
    if (used > 1) {
      log.error(
        { ...fields, event: 'certificate-expired' },
        'THE CERTIFICATE HAS EXPIRED: get a token from the coordinator’s operator, run `tally node enrol`, start the node again',
      );
    } else if (used >= ALARM_AFTER) {
      log.error(
        { ...fields, event: 'renewal-failed', err: thrown },
        'the certificate could not be renewed AND EXPIRES SOON: tell the coordinator’s operator',
      );
    } else {
      log.warn(
        { ...fields, event: 'renewal-failed', err: thrown },
        'the certificate could not be renewed; the node tries again by itself',
      );
    }
    this.#wakeIn(this.#retrySeconds());
  }

  #retrySeconds(): number {
    const whole = Math.min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.min(this.#failures - 1, DOUBLINGS));
    return whole - uniformBelow(this.#options.rng, Math.floor(whole / 2) + 1);
  }

  #wakeIn(seconds: number): void {
    this.#alarm?.stop();
    if (!this.#running) return;
    // A retry may be later than a look, where trying has failed often.
    const longest = this.#failures > 0 ? LAST_RETRY_SECONDS : LOOK_SECONDS;
    this.#alarm = this.#options.clock.alarm(Math.min(seconds, longest), () => void this.look());
  }

  #secondsUntilDue(): number {
    const { validFrom, validTo } = this.#facts();
    const due = validFrom.getTime() + (validTo.getTime() - validFrom.getTime()) * RENEW_AFTER;
    return (Math.max(due, this.#notBefore) - this.#options.clock.now().getTime()) / 1_000;
  }

  /** 0 when it begins, 1 when it ends. */
  #lifetimeUsed(): number {
    const { validFrom, validTo } = this.#facts();
    const now = this.#options.clock.now().getTime();
    return (now - validFrom.getTime()) / (validTo.getTime() - validFrom.getTime());
  }

  #facts(): ReturnType<typeof certificateFacts> {
    return certificateFacts(this.#tls.certificate);
  }
}

/** 2^20 minutes are longer than any pause. */
const DOUBLINGS = 20;
