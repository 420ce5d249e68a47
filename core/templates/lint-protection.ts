import type { BoundTemplate } from './bound.js';
import type { LintFinding, LintGrounds } from './lint-finding.js';
import { formatPath } from './problems.js';
import { possibleCells } from './table.js';
import { isExpired } from './template.js';
import { runTerms } from './terms.js';

/** Tables with more cells than this are mostly suppressed, or need a population that pilots don't have. */
export const MANY_CELLS = 200;
/** Records for each cell, on average, below which most cells will be suppressed: cells are never alike. */
export const FEWEST_RECORDS_PER_CELL = 30;
/** The largest epsilon that the policy which nodes come with lets pass (`maximumEpsilon`). */
export const USUAL_MOST_EPSILON = 2;
/** Noise is made for as many records as one person may have: with more than this it is larger than most counts. */
export const MANY_CONTRIBUTIONS = 10;
/** Days that a template should be good for: whoever reviewed it may not be asked about it much later. */
export const LONGEST_LIFE_DAYS = 366;

const DAY_MS = 86_400_000;

/** Goes through what keeps people from being found: noise, how full the table is, and that it ends. */
export function lintProtection(bound: BoundTemplate, grounds: LintGrounds): LintFinding[] {
  return [
    ...lintMeasures(bound),
    ...lintNoNoise(bound),
    ...lintEpsilons(bound),
    ...lintContributions(bound),
    ...lintCells(bound, grounds),
    ...lintExpiry(bound, grounds),
  ];
}

/** Sums and means are not rounded: their noise is what protects them. */
function lintMeasures(bound: BoundTemplate): LintFinding[] {
  return runTerms(bound, []).measures.flatMap((epsilon, index): LintFinding[] => {
    if (epsilon !== null) return [];
    return [
      {
        code: 'EXACT_MEASURES',
        path: formatPath(['measures', index]),
        severity: 'error',
        why: 'Without noise the decimals of a mean give away exactly how many records it is of, and sums that differ by a record give its value away.',
        whatToDo: 'Set an epsilon for the measure, or one for the template.',
      },
    ];
  });
}

function lintNoNoise({ template: { disclosure } }: BoundTemplate): LintFinding[] {
  const { epsilon, overlapEpsilon, noNoise } = disclosure;
  if (noNoise !== undefined) return [];
  if (epsilon === 'none') {
    return [
      {
        code: 'NO_NOISE_UNEXPLAINED',
        path: 'disclosure.epsilon',
        severity: 'error',
        why: 'Counts have no noise: the coordinator sees them exactly, no budget limits what is asked, and the template doesn’t say why that is right.',
        whatToDo: 'Set an epsilon, or say why under noNoise.',
      },
    ];
  }
  if (overlapEpsilon !== 'none') return [];
  return [
    {
      code: 'NO_NOISE_UNEXPLAINED',
      path: 'disclosure.overlapEpsilon',
      severity: 'warning',
      why: 'All who take part learn exactly how many records each agency sent, and the coordinator how many linked.',
      whatToDo: 'Set an overlapEpsilon, or say why under noNoise.',
    },
  ];
}

function lintEpsilons({ template: { disclosure, measures = [] } }: BoundTemplate): LintFinding[] {
  const said = [
    { epsilon: disclosure.epsilon, path: ['disclosure', 'epsilon'] },
    { epsilon: disclosure.overlapEpsilon, path: ['disclosure', 'overlapEpsilon'] },
    ...measures.map(({ epsilon }, index) => ({ epsilon, path: ['measures', index, 'epsilon'] })),
  ];
  return said.flatMap(({ epsilon, path }): LintFinding[] => {
    if (typeof epsilon !== 'number' || epsilon <= USUAL_MOST_EPSILON) return [];
    return [
      {
        code: 'WEAK_EPSILON',
        path: formatPath(path),
        severity: 'warning',
        why: `An epsilon of ${epsilon} is more than the ${USUAL_MOST_EPSILON} that agencies usually let pass: their own will hold, or they will refuse.`,
        whatToDo: `Use at most ${USUAL_MOST_EPSILON}; \`template explain\` says by how much numbers are then off.`,
      },
    ];
  });
}

function lintContributions({ population: { contributionLimit } }: BoundTemplate): LintFinding[] {
  if (contributionLimit <= MANY_CONTRIBUTIONS) return [];
  return [
    {
      code: 'MANY_CONTRIBUTIONS',
      path: 'contributionLimit',
      severity: 'warning',
      why: `One person may count ${contributionLimit} times, and noise is made for all of that: few counts will stand out of it.`,
      whatToDo: `Count people, or let one count at most ${MANY_CONTRIBUTIONS} times: records beyond that are left out.`,
    },
  ];
}

function lintCells(bound: BoundTemplate, { population }: LintGrounds): LintFinding[] {
  const cells = possibleCells(bound).length;
  const records = population ?? bound.population.dataset.records;
  return [
    ...(cells > MANY_CELLS
      ? [
          {
            code: 'MANY_CELLS',
            path: 'dimensions',
            severity: 'warning',
            why: `The table has ${cells} cells. Unless very many are counted, most will be too small to be shown.`,
            whatToDo: `Use fewer dimensions or wider bands, for at most ${MANY_CELLS} cells.`,
          } as const,
        ]
      : []),
    ...(records !== undefined && records < cells * FEWEST_RECORDS_PER_CELL
      ? [
          {
            code: 'FEW_RECORDS',
            path: 'dimensions',
            severity: 'warning',
            why: `The table has ${cells} cells for about ${records} records before any filter: fewer than ${FEWEST_RECORDS_PER_CELL} for each, so that many will be too small to be shown.`,
            whatToDo: `Use fewer dimensions or wider bands, for at most ${Math.floor(records / FEWEST_RECORDS_PER_CELL)} cells.`,
          } as const,
        ]
      : []),
  ];
}

function lintExpiry({ template }: BoundTemplate, { today }: LintGrounds): LintFinding[] {
  if (today === undefined) return [];
  const now = new Date(today);
  if (isExpired(template, now)) {
    return [
      {
        code: 'EXPIRED',
        path: 'expires',
        severity: 'error',
        why: 'Its last day has passed: every node would refuse it.',
        whatToDo: 'Write the last day on which it may run.',
      },
    ];
  }
  const days = Math.round((new Date(template.expires).getTime() - now.getTime()) / DAY_MS);
  if (days <= LONGEST_LIFE_DAYS) return [];
  return [
    {
      code: 'EXPIRES_LATE',
      path: 'expires',
      severity: 'warning',
      why: `It could be run for ${days} days. Law, data and what people think of it change in less.`,
      whatToDo: `Have it expire within ${LONGEST_LIFE_DAYS} days; a new version renews it.`,
    },
  ];
}
