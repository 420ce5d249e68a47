import type { BoundParameter, BoundTemplate } from './bound.js';
import { BASES, DEFAULT_BASIS } from './dataset.js';
import { nearBands } from './lint-bands.js';
import { lintAnswers } from './lint-answers.js';
import { lintCategories } from './lint-categories.js';
import { lintFields } from './lint-fields.js';
import type { LintFinding, LintGrounds } from './lint-finding.js';
import { lintProtection } from './lint-protection.js';
import { comparePopulations } from './lint-population.js';
import { formatPath } from './problems.js';
import { DEFAULT_BUDGET, runCost, runTerms } from './terms.js';

/**
 * Goes through a template for what its signers should have thought of: what analysts may ask with it, alone and together
 * with the other live templates, what it shows of whom, how that is protected, and what it says of itself. `others` may
 * have the template itself among them, and its other versions.
 */
export function lintTemplate(
  bound: BoundTemplate,
  others: readonly BoundTemplate[],
  grounds: LintGrounds = {},
): LintFinding[] {
  const findings = [
    ...[...bound.parameters.values()].flatMap((parameter) => lintChoices(parameter, bound)),
    ...others.filter((other) => !isSame(bound, other)).flatMap((other) => lintAgainst(bound, other)),
    ...lintProtection(bound, grounds),
    ...lintFields(bound),
    ...lintCategories(bound),
    ...lintPartial(bound),
    ...lintBases(bound),
    ...lintAnswers(bound.template),
  ];
  return findings.map((finding) => {
    const line = grounds.lineOf?.(partsOf(finding.path));
    return line === undefined ? finding : { ...finding, line };
  });
}

/** What `formatPath` wrote: names of templates have neither points nor brackets. */
function partsOf(path: string): PropertyKey[] {
  const parts = path.split(/[.[\]]+/).filter((part) => part !== '');
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isSame({ template: a }: BoundTemplate, { template: b }: BoundTemplate): boolean {
  return a.template === b.template && a.version === b.version;
}

function lintChoices({ name, choices, min, max }: BoundParameter, bound: BoundTemplate): LintFinding[] {
  const path = formatPath(['parameters', name]);
  if (choices.size > min && max > min) {
    return judgeDifferencing(bound, {
      code: 'CHOICES_NEST',
      path,
      why: `Two choices of ${name} can differ by one value, and the difference of their tables is a table of that value.`,
      whatToDo: 'Fix how many values are chosen (min and max alike, best 1)',
    });
  }
  if (min > 1 && choices.size > min) {
    return judgeDifferencing(bound, {
      code: 'CHOICES_COMBINE',
      path,
      why: `Choices of ${name} overlap, and a table of one value follows from the tables of several choices of ${min}.`,
      whatToDo: 'Let one value be chosen at a time, or all of them always',
    });
  }
  return [];
}

type Differencing = Pick<LintFinding, 'code' | 'path' | 'why' | 'whatToDo'>;

/** What to do begins a sentence. Exact tables can be subtracted. With noise it takes more questions than one, and the budget says how many there are. */
function judgeDifferencing(bound: BoundTemplate, { why, whatToDo, ...finding }: Differencing): LintFinding[] {
  const terms = runTerms(bound, []);
  if (terms.epsilon === null) {
    return [
      {
        ...finding,
        severity: 'error',
        why: `${why} Without noise that is exact, whoever it is about.`,
        whatToDo: `${whatToDo}, or set an epsilon.`,
      },
    ];
  }
  const questions = questionsInBudget(bound);
  if (questions < 2) return [];
  return [
    {
      ...finding,
      severity: 'warning',
      why:
        `${why} Noise covers it: one question costs ${Number(runCost(terms).total.toPrecision(3))} of a node's privacy budget, so that ` +
        `${questions} different ones can be asked of a snapshot (budget ${DEFAULT_BUDGET.perSnapshot}, where an ` +
        'agency has set no other).',
      whatToDo: `${whatToDo}, or choose the epsilon so that this many questions are few enough.`,
    },
  ];
}

/** Different questions of this template that the default budget of a snapshot is enough for. */
function questionsInBudget(bound: BoundTemplate): number {
  const { total } = runCost(runTerms(bound, []));
  // Sums of decimal fractions are a little off: 1.6 + 2.7 + 0.7 is more than 5, and goes twice into 10 all the same.
  return Math.floor(DEFAULT_BUDGET.perSnapshot / total + 1e-9);
}

function lintAgainst(bound: BoundTemplate, other: BoundTemplate): LintFinding[] {
  const { canBeEqual, isInside, isAround } = comparePopulations(bound, other);
  const severity = runTerms(bound, []).epsilon === null && runTerms(other, []).epsilon === null ? 'error' : 'warning';
  const named = `${other.template.template} (version ${other.template.version})`;
  const findings: LintFinding[] = [];
  // Where choices can make them equal, it is the choices that nest, and CHOICES_NEST says so.
  if (!canBeEqual && (isInside || isAround)) {
    findings.push({
      code: 'POPULATIONS_NEST',
      path: 'population',
      severity,
      why:
        `${named} can count ${isInside ? 'all of the records that this template counts, and more' : 'a part of the records that this template counts'}: ` +
        'the difference of the two tables is a table of the rest.',
      whatToDo: 'Use the same filters in both, make one template of the two, or set an epsilon in both.',
    });
  }
  if (!canBeEqual) return findings;
  const differing = linkedOtherwise(bound, other);
  if (differing !== null) {
    findings.push({
      code: 'LINKAGE_DIFFERS',
      path: differing,
      severity,
      why:
        `${named} links people of the same datasets by another ${differing === 'scheme' ? 'scheme' : 'threshold'}: ` +
        'the difference of the two tables is a table of those whom only one of them links.',
      whatToDo: `Use the same ${differing} in both.`,
    });
  }
  for (const { index, field, mine, theirs } of nearBands(bound, other)) {
    findings.push({
      code: 'BANDS_DIFFER',
      path: formatPath(['dimensions', index, 'bands']),
      severity,
      why:
        `${named} cuts ${field} at ${theirs} where this template cuts it at ${mine}: ` +
        'the difference of the two tables is a table of what lies between.',
      whatToDo: 'Use the same bands in both.',
    });
  }
  return findings;
}

/** In what two templates differ that link people of one dataset: null where they link alike, or no such dataset. */
function linkedOtherwise(a: BoundTemplate, b: BoundTemplate): 'scheme' | 'linkage.threshold' | null {
  const linksTo = ({ links }: BoundTemplate): string[] =>
    links.filter(({ on }) => on === 'person').map(({ dataset: { dataset } }) => dataset);
  if (!linksTo(a).some((dataset) => linksTo(b).includes(dataset))) return null;
  if (a.scheme?.id !== b.scheme?.id) return 'scheme';
  return a.linkThreshold === b.linkThreshold ? null : 'linkage.threshold';
}

/** Where a table shows who is in no record of a dataset that doesn't hold everybody. */
function lintPartial({ template, dimensions, links }: BoundTemplate): LintFinding[] {
  return template.links.flatMap(({ keep, unlinked }, index): LintFinding[] => {
    const dataset = links[index]?.dataset;
    if (dataset?.partial !== true || unlinked !== undefined) return [];
    const isShown = dimensions.some((shown) => shown.dataset === dataset.dataset && shown.kind !== 'agreement');
    if (keep === 'linked' || (keep === 'all' && !isShown)) return [];
    return [
      {
        code: 'PARTIAL_NOT_SAID',
        path: formatPath(['links', index]),
        severity: 'warning',
        why: `${dataset.dataset} doesn't hold everybody, and the table shows who is not in it as if there were nothing to find.`,
        whatToDo:
          'Say what no link means: `unlinked: unknown`, or `unlinked: none` where the question is about this dataset only.',
      },
    ];
  });
}

function lintBases({ population, links }: BoundTemplate): LintFinding[] {
  const lists = [
    { dataset: population.dataset, path: ['population', 'dataset'] },
    ...links.map(({ dataset }, index) => ({ dataset, path: ['links', index, 'dataset'] })),
  ];
  return lists
    .filter(({ dataset }) => dataset.basis === undefined)
    .map(({ dataset: { dataset }, path }) => ({
      code: 'BASIS_NOT_STATED',
      path: formatPath(path),
      severity: 'warning',
      why: `The definition of ${dataset} doesn't say why people are in it, so it counts as ${DEFAULT_BASIS}: nobody in it was asked.`,
      whatToDo: `Have the definition say \`basis: ${BASES.join('` or `basis: ')}\`.`,
    }));
}
