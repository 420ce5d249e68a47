import type { PartyId } from '../private-join/index.js';

/** What the coordinator asks of every node at the start of a run. Each node checks all of it for itself. */
export interface RunOffer {
  /** UUID, made by the coordinator, never used twice. */
  readonly runId: string;
  /** The signed template as its DSSE envelope, byte for byte. */
  readonly envelope: Uint8Array;
  readonly parameters: ParameterValues;
  /** Who asks: the analyst's name at the coordinator. */
  readonly requester: string;
  /** Purpose code under which the analyst asks. */
  readonly purpose: string;
  /** Exactly the agencies that take part, in roster order, each with the datasets it answers from. */
  readonly participants: readonly Participant[];
}

export interface Participant {
  readonly agency: PartyId;
  readonly datasets: readonly OfferedSnapshot[];
}

export interface OfferedSnapshot {
  readonly dataset: string;
  /** Digest of the snapshot, 64 hexadecimal digits. */
  readonly snapshot: string;
}

/** For each parameter of the template the values chosen from its finite list. */
export type ParameterValues = Readonly<Record<string, readonly string[]>>;
