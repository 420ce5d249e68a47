import type { QuantilesPresentation, RatePresentation, TableDimension } from '../disclosure/index.js';
import { MAXIMUM_SENSITIVITY, NOISE_DELTA } from '../noise/index.js';
import type { NoiseLaw } from '../noise/index.js';
import type { BoundMeasure, BoundTemplate } from './bound.js';
import { describeRecall } from './explain-linkage.js';
import { NO_FLOORS } from './offer.js';
import type { Roster } from './roster.js';
import { columnLaw, columnSensitivity, countLaw, noiseDeviation, overlapLaw } from './run-noise.js';
import { presentationOf, tableShape } from './table.js';
import { runCost, runTerms } from './terms.js';
import type { RunTerms, TermsParticipant } from './terms.js';
import { sentence } from './wording.js';

/** What the coordinator and other agencies learn beside the table. */
export function explainSideView(bound: BoundTemplate, roster: Roster | undefined): string[] {
  const offering = offeringOf(bound, roster);
  const terms = runTerms(bound, offering);
  const law = overlapLaw(terms);
  const numbers = bound.measures.length === 0 ? 'count' : 'count or sum';
  return [
    law === null
      ? 'All who take part learn how many records each agency sent; the coordinator also learns how many linked. ' +
        `Nothing is added to these numbers.${describeNoNoise(bound, terms)}`
      : 'Every agency mixes made-up records into all lists, more or fewer by chance, which count nowhere. So what others ' +
        'learn of how many records an agency sent, and the coordinator of how many linked, is never exact: each such ' +
        `number is off by ${about(law, offering.length)}, or a few times that, with an epsilon of ${terms.overlapEpsilon}.`,
    terms.epsilon === null
      ? 'The coordinator learns exactly how many fall in each cell of the table, before small counts are suppressed.'
      : `Nobody sees an exact ${numbers} of a cell, the coordinator no more than anybody else: every agency adds its ` +
        'noise before the coordinator can read them.',
  ];
}

/** Said with the counts where they have no noise, else with what has none. */
function describeNoNoise({ template: { disclosure } }: BoundTemplate, { epsilon }: RunTerms): string {
  return epsilon === null || disclosure.noNoise === undefined
    ? ''
    : ` The template says why: ${sentence(disclosure.noNoise)}`;
}

/** What comes out, and what is done to it first. */
export function explainPublication(bound: BoundTemplate, roster: Roster | undefined): string[] {
  const offering = offeringOf(bound, roster);
  const terms = runTerms(bound, offering);
  const { margins, rate, quantiles, recall } = presentationOf(bound);
  const shape = tableShape(bound);
  const totals = margins === 'none' ? 'without totals' : 'with totals';
  return [
    `One table of counts by ${shape.map(({ label }) => `"${label}"`).join(', ')}, ${totals}.`,
    ...(rate === null ? [] : [describeRate(rate, shape)]),
    ...(quantiles === null ? [] : [describeQuantiles(quantiles, shape)]),
    ...(recall === null ? [] : [describeRecall(recall, shape)]),
    ...bound.measures.map((measure, index) =>
      describeMeasure(measure, terms.measures[index] ?? null, terms, offering.length),
    ),
    describeSuppression(terms),
    describeWholeLines(bound, terms),
    describeNoise(bound, terms, offering.length),
    'Any agency that takes part may demand a higher threshold, coarser rounding or more noise: the strictest holds.',
    ...describeCost(terms),
    `If fewer than ${isBlurred(terms) ? 'about ' : ''}${terms.threshold} records are left to count, there is no table at all.`,
  ];
}

/** Those who would take part and add noise: all that offer a dataset of the template. None where nobody said who there is. */
function offeringOf({ population, links }: BoundTemplate, roster: Roster | undefined): TermsParticipant[] {
  const asked = new Set([population, ...links].map(({ dataset }) => dataset.dataset));
  return (roster?.agencies ?? [])
    .filter(({ datasets }) => datasets.some((dataset) => asked.has(dataset)))
    .map(({ datasets }) => ({ datasets: datasets.map((dataset) => ({ dataset })), floors: NO_FLOORS }));
}

/** By how much a number is off: its standard deviation. Every agency adds all the noise there has to be, so it grows. */
function about(law: NoiseLaw, agencies: number): string {
  const deviation = inWords(noiseDeviation(law, Math.max(1, agencies)));
  return agencies === 0
    ? `about ${deviation} with the noise of one agency (twice that with four, for each adds its own)`
    : `about ${deviation} with the ${agencies} agencies that offer these datasets`;
}

function describeSuppression({ threshold, roundTo, rounding }: RunTerms): string {
  const rounded =
    rounding === 'midpoint-6'
      ? 'rounded in sixes, to the middle of each: 1 to 6 becomes 3, 7 to 12 becomes 9, and so on'
      : `rounded to the nearest ${roundTo}`;
  return (
    `Counts below ${threshold}, zero among them, are suppressed, and with them others from which they could be worked ` +
    `out. The rest are ${rounded}; shares and quantiles are worked out from what is left.`
  );
}

function describeWholeLines({ template: { disclosure } }: BoundTemplate, { threshold }: RunTerms): string {
  return disclosure.wholeLines === undefined
    ? `Where fewer than ${threshold} in a line of the table are outside one of its categories, that category is not shown ` +
        'either, for it would say that nearly everybody there is alike. Shares below 5 % and above 95 % are said as that.'
    : `It may show that everybody in a line of the table is alike, because: ${sentence(disclosure.wholeLines)}`;
}

function describeNoise(bound: BoundTemplate, terms: RunTerms, agencies: number): string {
  const law = countLaw(terms);
  if (law === null || terms.epsilon === null) {
    const { noNoise } = bound.template.disclosure;
    return (
      'No noise is added to the counts. Between two tables and their difference stand only suppression, rounding, and ' +
      "each agency's node, which refuses a request that differs from an earlier one by a few of its records." +
      (noNoise === undefined ? '' : ` The template says why: ${sentence(noNoise)}`)
    );
  }
  return (
    'Every agency adds noise to every count: a whole number by chance above or below 0, most often a small one, that ' +
    `nobody else knows. A count is off by ${about(law, agencies)}, seldom by more than twice and hardly ever by more ` +
    `than three times that. Epsilon is ${terms.epsilon}: any table of counts is at most ` +
    `${inWords(Math.exp(terms.epsilon))} times as likely to come out with one person's records as it would be without ` +
    'them, or with others in their place (but for one chance in ' +
    `${inWords(1 / NOISE_DELTA)}).${describeOthers(bound, agencies)}`
  );
}

/** What a lay reader would get wrong: whom epsilon is about, and who else makes noise grow. */
function describeOthers({ unit, population, links }: BoundTemplate, agencies: number): string {
  const several =
    unit === 'record' && agencies === 0
      ? ` Where several agencies hold "${population.dataset.title}", noise is as many times as large, for each may have ` +
        'records of one person.'
      : '';
  const cases = links.some(({ on }) => on === 'case')
    ? ' What is recorded of a case goes for all people of that case together, so of them as a group it hides less.'
    : '';
  return several + cases;
}

const KIND_WORDS: Readonly<Record<BoundMeasure['kind'], string>> = {
  sum: 'The sum',
  mean: 'The mean',
  variance: 'The mean and the variance',
};

function describeMeasure(measure: BoundMeasure, epsilon: number | null, terms: RunTerms, agencies: number): string {
  const [from, to] = measure.range;
  return (
    `${KIND_WORDS[measure.kind]} of "${measure.label}" in each cell, among the records that have it. Values are taken ` +
    `from ${from} to ${to}; what lies outside is taken for the nearer end, and each agency counts how often. ` +
    describeSumNoise(measure, epsilon, terms, agencies)
  );
}

function describeSumNoise(measure: BoundMeasure, epsilon: number | null, terms: RunTerms, agencies: number): string {
  const [value] = measure.columns;
  if (epsilon === null || value === undefined) return 'No noise is added to it.';
  if (columnSensitivity(value, terms) > MAXIMUM_SENSITIVITY) {
    return 'With so wide a range and so many agencies it would need more noise than can be made: no run will carry it.';
  }
  const law = columnLaw(measure, value, epsilon, terms);
  const off = law === null ? '' : about(law, agencies);
  const mean = measure.kind === 'sum' ? '' : ', so the mean of 100 records by about a hundredth of that';
  return `Noise is added to its sums, with an epsilon of ${epsilon} for all of them: a sum is off by ${off}${mean}.`;
}

function describeRate({ of, yes, among, by }: RatePresentation, shape: readonly TableDimension[]): string {
  const counted = yes.map((category) => shape[of]?.categories[category]?.label ?? '').join(' or ');
  const others = among.map((category) => shape[of]?.categories[category]?.label ?? '').join('; ');
  return `The share of "${counted}" in "${shape[of]?.label ?? ''}", among ${others}${describeGroups(by, shape)}.`;
}

function describeQuantiles({ of, at, by }: QuantilesPresentation, shape: readonly TableDimension[]): string {
  const points = at.map((share) => (share === 0.5 ? 'half' : `${inWords(share * 100)} %`)).join(', ');
  return `The band of "${shape[of]?.label ?? ''}" below or in which ${points} of those lie that have one${describeGroups(by, shape)}.`;
}

function describeGroups(by: readonly number[], shape: readonly TableDimension[]): string {
  if (by.length === 0) return ', over the whole table';
  return `, for each ${by.map((dimension) => `"${shape[dimension]?.label ?? ''}"`).join(' and ')}`;
}

function describeCost(terms: RunTerms): string[] {
  const { counts, overlaps, measures, total } = runCost(terms);
  if (total === 0) return [];
  const parts = [
    ...(counts === 0 ? [] : [`${inWords(counts)} for counts`]),
    ...(overlaps === 0 ? [] : [`${inWords(overlaps)} for list sizes and overlaps`]),
    ...measures.flatMap((cost) => (cost === 0 ? [] : [`${inWords(cost)} for a measure`])),
  ];
  return [
    `Each answer takes ${inWords(total)} from the privacy budget of every snapshot that it is made from ` +
      `(${parts.join(', ')}). The same question of the same snapshots gets the answer that is stored, and takes nothing.`,
  ];
}

/** With noise or decoys nobody knows exactly how many are left. */
function isBlurred({ epsilon, overlapEpsilon }: RunTerms): boolean {
  return epsilon !== null || overlapEpsilon !== null;
}

/** Three digits are more than anybody needs. */
function inWords(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-GB');
}
