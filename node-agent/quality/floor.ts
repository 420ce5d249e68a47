import type { DatasetDefinition } from '../../core/templates/index.js';
import { NodeError } from '../errors.js';
import { findingProblem } from './finding-tally.js';
import { partText, percentText, shareOf } from './shares.js';
import type { QualityCounts } from './source-quality.js';

/** One thing that a dataset's definition asks of a source, and what the source has. */
export interface FloorLine {
  /** In the definition: `quality.maximumRejected`. */
  readonly path: string;
  /** What is counted, in words. */
  readonly what: string;
  /** Rows. */
  readonly part: number;
  /** Rows that it is a share of. */
  readonly whole: number;
  /** Share, 0..1; it is the largest that may be, or the smallest. */
  readonly limit: number;
  readonly bound: 'at most' | 'at least';
  readonly holds: boolean;
}

/** A source without rows is below no floor: there is nothing in it that could be wrong. */
export function floorLines(
  { quality }: Pick<DatasetDefinition, 'quality'>,
  counts: Pick<QualityCounts, 'rows' | 'rejected' | 'onPerson' | 'onCase'> & {
    readonly fields: readonly Pick<QualityCounts['fields'][number], 'name' | 'missing'>[];
  },
): readonly FloorLine[] {
  const { rows, rejected, onPerson, onCase, fields } = counts;
  const used = rows - rejected;
  const line = (facts: Omit<FloorLine, 'holds'>): FloorLine => {
    const share = shareOf(facts.part, facts.whole);
    const holds = facts.whole === 0 || (facts.bound === 'at most' ? share <= facts.limit : share >= facts.limit);
    return { ...facts, holds };
  };
  return [
    line({
      ...{ path: 'quality.maximumRejected', what: 'rows that can’t be used' },
      ...{ part: rejected, whole: rows, limit: quality.maximumRejected, bound: 'at most' },
    }),
    line({
      ...{ path: 'quality.minimumKeyed', limit: quality.minimumKeyed, bound: 'at least', whole: used },
      ...(onPerson === null
        ? { what: 'rows with a match key on the case', part: onCase ?? 0 }
        : { what: 'rows with a match key on the person', part: onPerson }),
    }),
    ...fields.flatMap(({ name, missing }) => {
      const limit = quality.maximumMissing.get(name);
      if (limit === undefined) return [];
      return [
        line({
          ...{ path: `quality.maximumMissing.${name}`, what: `rows with nothing recorded in ${name}` },
          ...{ part: missing, whole: used, limit, bound: 'at most' },
        }),
      ];
    }),
  ];
}

/** `rows that can’t be used: 12 of 3,400 (0.35 %), at most 1 %`. */
export function floorText({ what, part, whole, limit, bound }: FloorLine): string {
  return `${what}: ${partText(part, whole)}, ${bound} ${percentText(limit)}`;
}

/**
 * Thrown when a source is below the floor of its dataset: NodeError QUALITY_BELOW_FLOOR, with every line that doesn't
 * hold and everything that rows were left out for.
 */
export function requireFloor(definition: DatasetDefinition, counts: QualityCounts): void {
  const below = floorLines(definition, counts).filter(({ holds }) => !holds);
  if (below.length === 0) return;
  throw new NodeError(
    'QUALITY_BELOW_FLOOR',
    `The source of ${definition.dataset} is below what its definition asks for, so no snapshot was made and the old one stays in force. Put right what is listed, in the source, in a view or in the mapping; \`tally node check\` says the rest.`,
    {
      problems: [
        ...below.map((line) => ({ path: line.path, message: floorText(line) })),
        ...counts.findings.filter(({ rejects }) => rejects).map(findingProblem),
      ],
    },
  );
}
