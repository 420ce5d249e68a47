import { groupsOf } from './groups.js';
import { countError } from './intervals.js';
import { guessedShare, isContradicted, recallAt, recallOf, recallRatio } from './recall-estimate.js';
import type { AgreementCounts } from './recall-estimate.js';
import type { Estimate, Group, ReleasedCell, ReleasedRecall } from './released.js';
import type { CountedWithError } from './shares.js';
import type { ShownTable } from './shown.js';
import type { RecallGuess, RecallPresentation } from './table.js';

/** Linked people, as shown, from which on a group's recall is estimated. */
export const MINIMUM_RECALL_GROUP = 100;

/** A recall whose standard deviation is more than this share of it says nothing, and the interval would not hold. */
export const LARGEST_RECALL_DEVIATION = 0.1;

/** Where the least and the most that is guessed put recall further apart than this share of it, nothing is said. */
export const LARGEST_RECALL_GUESS = 0.1;

/** A group whose recall is further than this share from the reference's is warned of, even where chance may explain it. */
export const RECALL_GAP = 0.05;

/** What a group's linked people say of its recall. */
interface Estimated {
  readonly linked: number;
  readonly counts: AgreementCounts;
  readonly recall: Estimate;
}

/** Or why they say nothing. */
interface NotEstimable {
  readonly linked: number | null;
  readonly why: string;
}

type Assessed = Estimated | NotEstimable;

interface AssessedGroup {
  readonly group: Group;
  readonly assessed: Assessed;
}

/**
 * Recall in each group: of the people who are in both datasets, the share that was linked. It is estimated from what
 * the linked ones agree in (`recallAt`), from shown numbers alone, so that whoever has the table can work it out. Groups
 * are compared with that of whom most were linked, among those whose recall can be told: its own is the surest.
 */
export function releaseRecalls(shown: ShownTable, recall: RecallPresentation): ReleasedRecall[] {
  const groups = groupsOf(shown.cells, recall.by).map(({ group, cells }): AssessedGroup => ({
    group,
    assessed: assess(shown, recall, cells),
  }));
  const reference = referenceAmong(groups);
  const name = reference === null ? '' : nameOf(shown, reference.group);
  return groups.map(({ group, assessed }) => {
    if (!isEstimated(assessed)) {
      const warning = groups.length > 1 ? UNKNOWN : null;
      return { group, recall: null, linked: assessed.linked, ratio: null, weight: null, reason: assessed.why, warning };
    }
    const isCompared = reference !== null && reference.assessed !== assessed;
    const ratio = isCompared ? recallRatio(assessed.counts, reference.assessed.counts, recall.several) : null;
    return {
      group,
      recall: assessed.recall,
      linked: assessed.linked,
      ratio,
      weight: 1 / assessed.recall.value,
      reason: ratio === null ? ESTIMATED : `${ESTIMATED} ${comparedWith(name)}`,
      warning: ratio === null ? null : warningOf(ratio, name),
    };
  });
}

/** The first of those with most linked people; null where no group's recall can be told. */
function referenceAmong(groups: readonly AssessedGroup[]): { group: Group; assessed: Estimated } | null {
  return groups.reduce<{ group: Group; assessed: Estimated } | null>((most, { group, assessed }) => {
    const isMore = isEstimated(assessed) && assessed.linked > (most?.assessed.linked ?? 0);
    return isMore ? { group, assessed } : most;
  }, null);
}

const ESTIMATED =
  'Estimated from what linked people agree in, from the rounded counts that are shown. Of those who fail to agree in ' +
  'several things, some are not found and never seen: how many is a guess, from measurements on other people, and the ' +
  'interval has it in it.';
const UNKNOWN =
  'Whether people of this group are found as often as others can’t be told. A difference between its results and ' +
  'those of others may come from linkage.';

function comparedWith(reference: string): string {
  return (
    `The ratio is to ${reference}, the group with most linked people whose recall can be estimated; the guess is the ` +
    'same for both.'
  );
}

function isEstimated(assessed: Assessed): assessed is Estimated {
  return 'recall' in assessed;
}

function assess(shown: ShownTable, recall: RecallPresentation, cells: readonly ReleasedCell[]): Assessed {
  const { of, all, butOne, other, several } = recall;
  const cellsIn = (category: number): readonly ReleasedCell[] =>
    cells.filter(({ categories }) => categories[of] === category);
  const classes = [all, ...butOne, other].map(cellsIn);
  const linkedCells = classes.flat();
  if (classes.some(({ length }) => length === 0)) {
    return notEstimable(null, 'nobody of this group can have been linked.');
  }
  // Shown numbers are of at least MINIMUM_THRESHOLD records: as many as a class must have for its share to be told.
  if (linkedCells.some(({ value }) => value === null)) {
    return notEstimable(null, 'a number that it is made of is suppressed, for most often it is too small.');
  }
  const linked = linkedCells.reduce((sum, { value }) => sum + (value ?? 0), 0);
  if (linked < MINIMUM_RECALL_GROUP) {
    return notEstimable(linked, `fewer than ${MINIMUM_RECALL_GROUP} people of this group were linked.`);
  }
  return estimate(shown, linked, classes, several);
}

function estimate(
  shown: ShownTable,
  linked: number,
  classes: readonly (readonly ReleasedCell[])[],
  guess: RecallGuess,
): Assessed {
  const [all, first, second, third, other] = classes.map((cells): CountedWithError => ({
    value: cells.reduce((sum, { value }) => sum + (value ?? 0), 0),
    error: countError(shown.noise, shown.policy, cells.length),
  }));
  if (all === undefined || first === undefined || second === undefined || third === undefined || other === undefined) {
    throw new RangeError('not five classes');
  }
  const counts = { all, butOne: [first, second, third], other } as const;
  const { error } = recallAt(counts, guess.likely);
  if (Math.sqrt(error.variance) > LARGEST_RECALL_DEVIATION) {
    return notEstimable(linked, 'the numbers are too small beside their noise.');
  }
  if (isContradicted(counts, guess)) {
    return notEstimable(
      linked,
      'its parts disagree: more people who fail in several of name, birth date and place were found than there should be.',
    );
  }
  if (guessedShare(counts, guess) > LARGEST_RECALL_GUESS) {
    return notEstimable(
      linked,
      'too many people fail to agree in several of name, birth date and place: how many of those were not found would be ' +
        'a guess.',
    );
  }
  return { linked, counts, recall: recallOf(counts, guess) };
}

function notEstimable(linked: number | null, why: string): NotEstimable {
  return { linked, why: `Not estimable: ${why}` };
}

function warningOf({ value, low, high }: Estimate, reference: string): string | null {
  const isTold = low > 1 || high < 1;
  const gap = Math.abs(1 - value);
  if (!isTold && gap <= RECALL_GAP) return null;
  const size = Number((100 * gap).toPrecision(2));
  const direction = value < 1 ? 'less' : 'more';
  const sure = isTold ? 'are' : 'may be';
  return (
    `People of this group ${sure} found ${direction} often than those of ${reference}, by about ${size} %` +
    `${isTold ? '' : ', which the numbers are too small to tell for certain'}. A difference of that size between the ` +
    'results of the two may come from linkage alone: weight by 1/recall, or say so.'
  );
}

function nameOf({ dimensions }: ShownTable, group: readonly (number | null)[]): string {
  const labels = group.flatMap((category, dimension) => {
    const label = dimensions[dimension]?.categories[category ?? -1]?.label;
    return label === undefined ? [] : [`“${label}”`];
  });
  return labels.join(' and ');
}
