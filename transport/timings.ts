/** How long the transport waits for what, in milliseconds. */
export interface Timings {
  /** A silent connection is asked whether it lives after this long … */
  readonly keepaliveMs: number;
  /** … and is dead when it hasn't answered after this much longer. Together they are FROZEN_PEER_MS. */
  readonly keepaliveTimeoutMs: number;
  /** From dialling to the coordinator's Welcome. */
  readonly dialMs: number;
  /** From the opening of a control stream to its Hello. */
  readonly helloMs: number;
  /** From the announcement of a list to its receiver's call. The proto file says 20 seconds. */
  readonly receiverWaitMs: number;
  /** When a party breaks off a transfer, its reason follows on the control stream; until then the break isn't reported. */
  readonly reasonGraceMs: number;
  /** First pause before dialling again; it doubles up to `redialMaxMs`, each with up to half taken off at random. */
  readonly redialMinMs: number;
  readonly redialMaxMs: number;
  /** Pause after a refusal that only a person can put right: certificates, an unknown agency, a second process. */
  readonly redialRefusedMs: number;
}

/** A peer that stopped (SIGSTOP, power, cable) is noticed within this long. */
export const FROZEN_PEER_MS = 13_000;

export const TIMINGS: Timings = {
  keepaliveMs: 5_000,
  // Not much less: a process that shares its processor with bulk arithmetic answers late, and isn't dead.
  keepaliveTimeoutMs: FROZEN_PEER_MS - 5_000,
  dialMs: 15_000,
  helloMs: 10_000,
  receiverWaitMs: 20_000,
  reasonGraceMs: 2_000,
  redialMinMs: 250,
  redialMaxMs: 5_000,
  redialRefusedMs: 30_000,
};
