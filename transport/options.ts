import type { Clock, Log, Rng } from '../core/base/index.js';
import type { PartyId } from '../core/private-join/index.js';
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
  /** Agencies of the roster; everybody else is refused. */
  readonly agencies: ReadonlySet<PartyId>;
  /** Told to every node in the Welcome. */
  readonly softwareVersion: string;
}

export interface FederationClientOptions extends CommonOptions {
  /** `host:port` of the coordinator. */
  readonly address: string;
  /** Which agency this node is; its certificate must say the same. */
  readonly agency: PartyId;
  readonly rng: Rng;
  /** Goes through the proxy of the environment (`https_proxy`, `no_proxy`); TLS stays end to end. Default false. */
  readonly useHttpProxy?: boolean;
}
