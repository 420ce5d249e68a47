import { caseKey, recordKeyMaker } from '../../core/linkage/index.js';
import type { LeftOut } from '../consent/left-out.js';
import { RowAdmission } from '../consent/row-admission.js';
import { snapshotLayout } from '../snapshot/layout.js';
import type { BoundMapping } from '../source/mapping.js';
import { recordReader } from '../source/record-reader.js';
import type { SourceRecord } from '../source/record-reader.js';
import type { Source } from '../source/source.js';
import { requireSize } from '../source/source-size.js';
import { DifferentCodesOf } from './different-codes.js';
import type { DifferentCodes } from './different-codes.js';
import { floorLines } from './floor.js';
import type { FloorLine } from './floor.js';
import { recordLinking } from './record-linking.js';
import { RepeatedRows } from './repeated-rows.js';
import { SourceQuality } from './source-quality.js';
import type { QualityCounts, RecordLinking } from './source-quality.js';

/** A source as `prepare` would find it. */
export interface CheckedSource {
  readonly counts: QualityCounts;
  /** Rows without consent, where it is needed; they count nowhere else. Rows of people who have opted out count as any. */
  readonly leftOut: Pick<LeftOut, 'withoutConsent' | 'unclearConsents'>;
  /** Rows of which an earlier one is the same in every column that is mapped. */
  readonly repeated: number;
  /** What the dataset's definition asks for. */
  readonly floor: readonly FloorLine[];
  /** Whether a snapshot would be made. */
  readonly wouldDo: boolean;
  /** By the path of a finding that is about codes. */
  readonly codes: ReadonlyMap<string, DifferentCodes>;
}

/**
 * Reads a source through as `prepare` does, and counts. Nothing is hashed for a snapshot, written or sent. Memory: a few
 * batches of rows, and at most 32 bytes for each row (RepeatedRows).
 * @param progress is told after each batch how many rows have been read; what it throws ends the work
 * Thrown when it can't be read: as `Source.batches` says; when it has too many rows: NodeError SOURCE_TOO_LARGE.
 */
export async function checkSource(
  mapping: BoundMapping,
  source: Source,
  asAt: string,
  progress: (rows: number) => void,
): Promise<CheckedSource> {
  const { definition } = mapping;
  const different = new DifferentCodesOf();
  const quality = new SourceQuality(mapping, asAt, (path, code) => different.add(path, code));
  const read = recordReader(mapping, quality);
  const linking = linkingOf(mapping);
  const repeated = new RepeatedRows();
  const admission = new RowAdmission(mapping);
  let rows = 0;
  for await (const batch of source.batches()) {
    requireSize(definition.dataset, rows + batch.length);
    for (const row of batch) {
      rows += 1;
      if (admission.admit(row, rows) === null) continue;
      repeated.add(row);
      const record = read(row, rows);
      if (record === null) quality.rejected();
      else quality.used(record, linking(record));
    }
    progress(rows);
  }
  const { counts } = quality;
  const floor = floorLines(definition, counts);
  const codes = counts.findings.flatMap(({ path, kind }) => {
    const found = kind === 'unmapped-code' ? different.of(path) : undefined;
    return found === undefined ? [] : [[path, found] as const];
  });
  const wouldDo = floor.every(({ holds }) => holds);
  const { leftOut } = admission;
  return { counts, leftOut, repeated: repeated.count, floor, wouldDo, codes: new Map(codes) };
}

/** The match keys that `prepare` would make, which are made here and forgotten. */
function linkingOf({ definition }: BoundMapping): (record: SourceRecord) => RecordLinking {
  // Which keys there are is the same in every federation.
  const layout = snapshotLayout(definition, '');
  const { linkage } = definition;
  const keys = linkage === null ? undefined : recordKeyMaker(layout.personKeys, linkage.identifiers);
  return ({ person, urn }) => recordLinking(layout, keys?.(person), layout.hasCases ? caseKey(urn) : null);
}
