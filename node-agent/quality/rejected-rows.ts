import type { RejectionKind } from '../source/finding.js';
import type { QualityCounts } from './source-quality.js';

/** Which rows of a source a snapshot was made without. It holds no value. */
export interface RejectedRows {
  /** Rows that the source has. */
  readonly rows: number;
  /** Those of them that were left out. */
  readonly rejected: number;
  /** What for, by field: in how many rows. A row may be here more than once. */
  readonly reasons: readonly {
    readonly field: string;
    readonly reason: RejectionKind;
    readonly count: number;
  }[];
}

export function rejectedRows({ rows, rejected, findings }: QualityCounts): RejectedRows {
  const reasons = findings
    .filter(({ rejects }) => rejects)
    .map(({ path, kind, count }) => ({
      field: path.slice(path.indexOf('.') + 1),
      // Nothing else is found that rejects.
      reason: kind as RejectionKind,
      count,
    }));
  return { rows, rejected, reasons };
}

/**
 * What may leave of it: per cent, a whole number 0..100, rounded down. Below 1 % it is 0, so that it says nothing of a
 * few rows.
 */
export function rejectedPercent({ rows, rejected }: Pick<RejectedRows, 'rows' | 'rejected'>): number {
  return rows === 0 ? 0 : Math.floor((100 * rejected) / rows);
}

/** As a snapshot keeps it. */
export function rejectedText(rejected: RejectedRows): string {
  return JSON.stringify(rejected);
}

/** What `rejectedText` has written. It checks nothing: the snapshot's mac has. */
export function rejectedFromText(text: string): RejectedRows {
  return JSON.parse(text) as RejectedRows;
}
