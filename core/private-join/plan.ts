/**
 * What is fixed before anything moves: every party derives the same plan from the signed template, the parameters and
 * the participants, and its digest goes into the run's context.
 */

/** An agency's id as the roster writes it (`police`), or `coordinator`. */
export type PartyId = string;

export const COORDINATOR: PartyId = 'coordinator';

/** `<dataset>/<provider>`, as in `police.victim-crimes/police`. */
export type ListId = string;

export function listId(dataset: string, provider: PartyId): ListId {
  return `${dataset}/${provider}`;
}

export interface JoinPlan {
  /** Names the run; never used twice. */
  readonly runId: string;
  /** 32 bytes that bind every proof, signature and seal to this run and to what it was asked (SPEC, Context). */
  readonly context: Uint8Array;
  /**
   * Who blinds, re-randomises and shuffles, in ring order. Today every provider is a mixer and every mixer a provider;
   * the protocol needs neither.
   */
  readonly mixers: readonly PartyId[];
  /** In order of preference: where two agencies offer a dataset and both hold a person, the earlier list stands. */
  readonly lists: readonly ListPlan[];
  readonly base: BasePlan;
  readonly links: readonly LinkPlan[];
  /** How many cell numbers there are: 0..cells-1. At most MAX_CELLS. */
  readonly cells: number;
  /** A tally of fewer records than this is refused by every mixer (POPULATION_TOO_SMALL). */
  readonly minimumTally: number;
}

export interface ListPlan {
  readonly id: ListId;
  readonly dataset: string;
  readonly provider: PartyId;
  /** Opt-out lists, which enter the ring with keys alone, will be a third role. */
  readonly role: 'base' | 'linked';
  /** Match keys in column order. Each has its own domain separation, so columns never meet by accident. */
  readonly keys: readonly KeyColumn[];
  /** Labels are 1..labels; 0 stands for "not linked". */
  readonly labels: number;
  /** A record's share in its cell number is label * stride. */
  readonly stride: number;
}

export interface KeyColumn {
  /** As in `exact.1` or `case`. */
  readonly name: string;
  readonly on: LinkOn;
}

export type LinkOn = 'person' | 'case';

export interface BasePlan {
  readonly dataset: string;
  /**
   * `person`: base records that share a person key are one unit, the record of the earliest list is kept.
   * `record`: every base record counts; a person may stand there more than once.
   */
  readonly unit: 'person' | 'record';
}

export interface LinkPlan {
  readonly dataset: string;
  readonly on: LinkOn;
  /** Which base records the tally keeps: all, those that linked, those that did not. */
  readonly keep: 'all' | 'linked' | 'not-linked';
}

/** Bound of the lookup table that decodes cell numbers: 2 MiB of points and half a second to make. */
export const MAX_CELLS = 65_536;

/** Bound of a list: positions are 32-bit, and a larger list is a mistake before it is a list. */
export const MAX_LIST_RECORDS = 16_777_216;

/** Key columns a list may have: more lower precision, and a chunk of wider records would not fit a message. */
export const MAX_KEY_COLUMNS = 16;

/** Records in one chunk of a transfer: 256 records of the widest layout stay far below gRPC's 4 MB. */
export const CHUNK_RECORDS = 256;
