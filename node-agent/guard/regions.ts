import { MAX_CELLS } from '../../core/private-join/index.js';

/** Regions that one snapshot is divided into at most. */
export const MAX_REGIONS = 16_384;

/** Thrown when there would be more than MAX_REGIONS. */
export class TooManyRegions extends RangeError {}

/** The records of a snapshot that every question puts under the same label. */
export interface Region {
  /** For each question its label; 0 where its records aren't in the list. */
  readonly labels: readonly number[];
  readonly records: number;
}

/** A snapshot, divided by the questions that were asked of it. Four bytes a record. */
export class Partition {
  /** Records of the snapshot. */
  readonly records: number;
  /** How many questions divide it. */
  readonly questions: number;
  readonly #regionOf: Uint32Array;
  readonly #labels: readonly (readonly number[])[];

  private constructor(regionOf: Uint32Array, labels: readonly (readonly number[])[], questions: number) {
    this.records = regionOf.length;
    this.questions = questions;
    this.#regionOf = regionOf;
    this.#labels = labels;
  }

  /** Nothing has been asked: all records are alike. */
  static whole(records: number): Partition {
    return new Partition(new Uint32Array(records), [[]], 0);
  }

  /**
   * Divided further by one question: for each record its label, 0..MAX_CELLS, records in the same order as ever.
   * Thrown when there would be too many regions: TooManyRegions; when there aren't as many labels as records: RangeError.
   */
  dividedBy(labels: Uint32Array): Partition {
    if (labels.length !== this.records) throw new RangeError('not a label for every record');
    const known = new Map<number, number>();
    const divided: (readonly number[])[] = [];
    const regionOf = this.#regionOf.map((region, record) => {
      const label = labels[record] ?? 0;
      const key = region * (MAX_CELLS + 1) + label;
      const before = known.get(key);
      if (before !== undefined) return before;
      if (divided.length === MAX_REGIONS) throw new TooManyRegions('too many regions');
      known.set(key, divided.length);
      return divided.push([...(this.#labels[region] ?? []), label]) - 1;
    });
    return new Partition(regionOf, divided, this.questions + 1);
  }

  /** Those in which there are records. */
  regions(): readonly Region[] {
    const counts = new Uint32Array(this.#labels.length);
    for (const region of this.#regionOf) counts[region] = (counts[region] ?? 0) + 1;
    return this.#labels.flatMap((labels, index) => {
      const records = counts[index] ?? 0;
      return records === 0 ? [] : [{ labels, records }];
    });
  }
}
