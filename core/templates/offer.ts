import type { PartyId } from '../private-join/index.js';

/** What the coordinator asks of every node at the start of a run. Each node checks all of it for itself. */
export interface RunOffer {
  /** UUID, made by the coordinator, never used twice. */
  readonly runId: string;
  /** SHA-256 of the template's signed bytes, 64 hexadecimal digits: each party has the template in its own register. */
  readonly templateDigest: string;
  /** What the coordinator had of the register of governance when it asked. */
  readonly register: RegisterHead;
  readonly parameters: ParameterValues;
  /** Who asks: the analyst's name at the coordinator. */
  readonly requester: string;
  /** Purpose code under which the analyst asks. */
  readonly purpose: string;
  /** Exactly the agencies that take part, in roster order, each with the datasets it answers from. */
  readonly participants: readonly Participant[];
}

/** How far a register has got: nothing in it can be changed, left out or put in between that doesn't change the root. */
export interface RegisterHead {
  /** Entries. */
  readonly size: number;
  /** Of the tree over them (RFC 9162 section 2.1.1, SHA-256), 64 hexadecimal digits. */
  readonly root: string;
}

export interface Participant {
  readonly agency: PartyId;
  readonly datasets: readonly OfferedSnapshot[];
  /** What the agency asks for beyond the template; its node refuses an offer that says less. */
  readonly floors: Floors;
}

/** What an agency demands of every table that its records go into. The strictest of template and agencies holds. */
export interface Floors {
  /** Counts below this are suppressed; 0 where the agency leaves it to the template. */
  readonly threshold: number;
  /** Counts are rounded at least so coarsely; 0 where it leaves it to the template. */
  readonly roundTo: number;
  /** No privacy loss above this for counts, overlaps or a measure; null where it leaves it to the template. */
  readonly epsilon: number | null;
}

export const NO_FLOORS: Floors = { threshold: 0, roundTo: 0, epsilon: null };

export interface OfferedSnapshot {
  readonly dataset: string;
  /** Digest of the snapshot, 64 hexadecimal digits. */
  readonly snapshot: string;
}

/** For each parameter of the template the values chosen from its finite list. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;
