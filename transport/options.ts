import type { Clock, Log, Rng } from '../core/base/index.js';
import type { PartyId } from '../core/private-join/index.js';
import type { DoorLimits } from './front-door.js';
import type { Timings } from './timings.js';

/** What one process proves itself with, and whom it believes. PEM texts. There is no way to run without. */
export interface TlsMaterial {
  /** The federation's authority, and nobody else. */
  readonly authority: string;
  /** This process's certificate, which names it (`peer-identity.ts`). */
  readonly certificate: string;
  readonly privateKey: string;
}

/** Sees the bytes of every message that this process receives, before anything else does. */
export type Tap = (bytes: Uint8Array, method: string) => void;

export interface CommonOptions {
  readonly federation: string;
  readonly tls: TlsMaterial;
  readonly log: Log;
  readonly clock: Clock;
  readonly timings?: Partial<Timings>;
  readonly tap?: Tap;
}

export interface FederationServerOptions extends CommonOptions {
  /** Address to listen on: `0.0.0.0`, `127.0.0.1`, `::`. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Agencies of the roster; everybody else is refused. Read anew at each call: it may be a getter. */
  readonly agencies: ReadonlySet<PartyId>;
  /**
   * Serial numbers of certificates that nobody is let in with, lower-case hexadecimal; none where it is left out. Read
   * anew at each call, likewise.
   */
  readonly revoked?: ReadonlySet<string>;
  /** Told to every node in the Welcome. */
  readonly softwareVersion: string;
  /** Gives an agency its next certificate; where it is left out, renewals are refused with NOT_ISSUING. */
  readonly renew?: Renew;
  /** For tests: other limits than FEDERATION_DOOR_LIMITS. */
  readonly limits?: Partial<DoorLimits>;
}

/**
 * @param agency who asks, as its present certificate says
 * @param request PKCS #10, DER, as it came
 * @param present the certificate it asks with, DER
 * @returns the next one, DER; rejects with TransportError where there is none
 */
export type Renew = (agency: PartyId, request: Uint8Array, present: Uint8Array) => Promise<Uint8Array>;

export interface FederationClientOptions extends CommonOptions {
  /** Read anew at each dial: where it is a getter, a renewed certificate is used from the next connection on. */
  readonly tls: TlsMaterial;
  /** `host:port` of the coordinator. */
  readonly address: string;
  /** Which agency this node is; its certificate must say the same. */
  readonly agency: PartyId;
  readonly rng: Rng;
  /** Goes through the proxy of the environment (`https_proxy`, `no_proxy`); TLS stays end to end. Default false. */
  readonly useHttpProxy?: boolean;
}
