import { AGREEMENTS } from '../linkage/index.js';
import type { CaptureKeys } from '../linkage/index.js';
import type { NoiseLaw } from '../noise/index.js';

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
   * 32 bytes that are the same whenever the same is asked of the same snapshots, whoever asks and whenever (SPEC,
   * Request): what keyed noise, the budget and the replay of a release go by.
   */
  readonly request: Uint8Array;
  /**
   * Who blinds, re-randomises and shuffles, in ring order. Today every provider is a mixer and every mixer a provider;
   * the protocol needs neither.
   */
  readonly mixers: readonly PartyId[];
  /** In order of preference: where two agencies offer a dataset and both hold a person, the earlier list stands. */
  readonly lists: readonly ListPlan[];
  readonly base: BasePlan;
  readonly links: readonly LinkPlan[];
  /** How people are joined; null where nothing is joined on the person. */
  readonly linkage: LinkagePlan | null;
  /** How many cell numbers there are: 0..cells-1. At most MAX_CELLS. */
  readonly cells: number;
  /** Those in which a record can be, ascending. Those of `discardCells` are never among them. */
  readonly tableCells: readonly number[];
  /** The noise that every mixer adds to the count of every cell of the table; null where counts are to be exact. */
  readonly noise: NoiseLaw | null;
  /** What every mixer adds to the lists, so that their sizes and overlaps are noisy too; null where they may be exact. */
  readonly decoys: DecoyPlan | null;
  /** Columns of numbers that are added up within each cell (Round 5). Empty where records are only counted. */
  readonly sums: readonly SumColumn[];
  /** A tally of fewer records than this is refused by every mixer (POPULATION_TOO_SMALL). */
  readonly minimumTally: number;
}

export interface ListPlan {
  readonly id: ListId;
  readonly dataset: string;
  readonly provider: PartyId;
  /** Whoever is in an `opt-out` list is left out of all others; such a list is linked with nothing. */
  readonly role: 'base' | 'linked' | 'opt-out';
  /** Match keys in column order. Each has its own domain separation, so columns never meet by accident. */
  readonly keys: readonly KeyColumn[];
  /** Labels are 1..labels; 0 stands for "not linked". 0 of an opt-out list, which has none. */
  readonly labels: number;
  /** A record's share in its cell number is label * stride. */
  readonly stride: number;
  /**
   * How many of the plan's sum columns are of this list's dataset: ciphertexts that follow a record's label. Null of an
   * opt-out list, whose records are keys and nothing else.
   */
  readonly sums: number | null;
}

/** One number of each record of a dataset, encrypted beside its label. */
export interface SumColumn {
  readonly dataset: string;
  /** Absolute values of one record's number are at most this, 1..MAX_MAGNITUDE. */
  readonly magnitude: number;
  /** The noise that every mixer adds to the sum of every cell; null where sums are to be exact. */
  readonly noise: NoiseLaw | null;
}

/**
 * Every mixer adds to the lists, at its own hop, `law.bound + X` groups of decoys of every pattern: records that look
 * like any other, share pseudonyms as the pattern says, and end in one of `discardCells`.
 */
export interface DecoyPlan {
  readonly law: NoiseLaw;
  readonly patterns: readonly DecoyPattern[];
}

/** A group of decoys has one record in each of these lists. */
export type DecoyPattern = readonly DecoyMember[];

export interface DecoyMember {
  readonly list: ListId;
  /** Names of the key columns in which the records of the group are equal; in its others a record is like no other. */
  readonly shared: readonly string[];
}

/** The scheme of the template, as far as matching needs it. */
export interface LinkagePlan {
  readonly scheme: string;
  readonly schemeVersion: number;
  readonly normaliser: number;
  /** Names of its person keys, strictest first: bit i of a KeySet is the i-th. At most MAX_SCHEME_KEYS. */
  readonly keys: readonly string[];
  /** Posterior from which on a link is admitted, 0..1. */
  readonly threshold: number;
  /** The three keys that recall is estimated from; null where the scheme has none. */
  readonly captures: CaptureKeys | null;
}

/**
 * A column of match keys. Several columns of a list may have one name, where its dataset has several values of an
 * identifier: aliases, earlier postcodes. They have one domain separation, so each meets all of that name.
 */
export interface KeyColumn {
  /** As in `F1.S3.Dw` or `case`. */
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
  /**
   * Where the table is broken down by the agreement of linked people: the coordinator adds
   * (1 + place in AGREEMENTS) * agreementStride to a record's cell number, nothing where it did not link. Null elsewhere.
   */
  readonly agreementStride: number | null;
}

/** Bound of the lookup table that decodes cell numbers: 2 MiB of points and half a second to make. */
export const MAX_CELLS = 65_536;

/** Where decoys are counted: base label 0, which no record has, linked to label 0. */
export const DISCARD_CELL = 0;

/** Classes of agreement: 0 of who did not link, 1 + place in AGREEMENTS of who did. */
export const AGREEMENT_CLASSES = 1 + AGREEMENTS.length;

/**
 * Every cell in which decoys may end, ascending: DISCARD_CELL, and where the table has agreement, for which the
 * coordinator can't tell them from people, that of each class of it.
 */
export function discardCells({ links }: Pick<JoinPlan, 'links'>): readonly number[] {
  const stride = links.find(({ agreementStride }) => agreementStride !== null)?.agreementStride ?? null;
  if (stride === null) return [DISCARD_CELL];
  return Array.from({ length: AGREEMENT_CLASSES }, (_, agreed) => DISCARD_CELL + agreed * stride);
}

/** Those that make people leave others. None where nothing is joined on the person. */
export function optOutLists({ lists }: Pick<JoinPlan, 'lists'>): readonly ListPlan[] {
  return lists.filter(({ role }) => role === 'opt-out');
}

/** Bound of one record's number in a column of sums, so that the sum of a million stays below MAX_LOGARITHM. */
export const MAX_MAGNITUDE = 2 ** 20;
/** Sum columns of one dataset, so that a chunk of its widest records stays below what the transport carries. */
export const MAX_LIST_SUMS = 16;
/** Cells times columns of sums: what a message of Round 5 holds. */
export const MAX_SUMS = 4_096;
/** Largest absolute value of a sum that can be opened. */
export const MAX_LOGARITHM = 2 ** 44;
/** Lists of a run that has decoys, opt-out lists apart: patterns grow faster than 2 to their number. */
export const MAX_LISTS_WITH_DECOYS = 6;
/** Dummies that one mixer adds to one tally, and decoys to one list. */
export const MAX_DUMMIES = 2_097_152;

/** Bound of a list: positions are 32-bit, and a larger list is a mistake before it is a list. */
export const MAX_LIST_RECORDS = 16_777_216;

/** Key columns a list may have, aliases and earlier postcodes among them: a chunk of wider records would not fit a message. */
export const MAX_KEY_COLUMNS = 32;

/** Records in one chunk of a transfer: 256 records of the widest layout stay far below gRPC's 4 MB. */
export const CHUNK_RECORDS = 256;
