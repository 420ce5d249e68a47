import type { BoundTemplate } from '../../core/templates/index.js';
import type { Release } from '../runs/release.js';
import type { Run } from '../runs/run.js';

/** A run that has a release. */
export interface ComparedRun {
  readonly run: Pick<Run, 'id' | 'template' | 'templateVersion' | 'parameters' | 'requestDigest'>;
  readonly release: Release;
}

/** Whether two runs counted other records, so that chance in one is not chance in the other. */
export interface Independence {
  readonly independent: boolean;
  /** Why, or why not. */
  readonly independence: string;
}

/**
 * Parameters that choose which of the population's records are counted, each record by one value. Two runs of this
 * template that choose no value of one of them in common count other records. None where people are counted: somebody may
 * have a record of either kind.
 */
export function separatingParameters({ unit, population }: Pick<BoundTemplate, 'unit' | 'population'>): string[] {
  if (unit === 'person') return [];
  return population.where.flatMap((filter) =>
    filter.kind === 'in' && 'parameter' in filter.values ? [filter.values.parameter] : [],
  );
}

/** What differs between the questions and the data behind them, in words. */
export function differencesOf(first: ComparedRun, second: ComparedRun): string[] {
  const names = [...new Set([...Object.keys(first.run.parameters), ...Object.keys(second.run.parameters)])].toSorted();
  const chosen = ({ release, run }: ComparedRun, name: string): string =>
    (release.chosen.find(({ parameter }) => parameter === name)?.values ?? run.parameters[name] ?? []).join(', ') ||
    'nothing';
  return [
    ...(first.run.template === second.run.template
      ? first.run.templateVersion === second.run.templateVersion
        ? []
        : [`Version ${first.run.templateVersion} of the template, then version ${second.run.templateVersion}.`]
      : [`Other questions: ${first.run.template}, then ${second.run.template}.`]),
    ...names.flatMap((name) =>
      chosen(first, name) === chosen(second, name)
        ? []
        : [`${name}: ${chosen(first, name)}; then ${chosen(second, name)}.`],
    ),
    ...(sourcesText(first.release) === sourcesText(second.release)
      ? []
      : [`Other data: ${sourcesText(first.release)}; then ${sourcesText(second.release)}.`]),
    ...policiesText(first.release, second.release),
  ];
}

function sourcesText({ sources }: Release): string {
  return sources.map(({ agencyName, dataset, asAt }) => `${agencyName}, ${dataset} as at ${asAt}`).join(', ');
}

function policiesText({ table: one }: Release, { table: other }: Release): string[] {
  const text = ({ policy, noise }: Release['table']): string =>
    `counts from ${policy.threshold}, rounded to ${policy.roundTo}, ` +
    (noise === null ? 'no noise' : `noise with a standard deviation of ${noise.standardDeviation.toFixed(1)}`);
  return text(one) === text(other) ? [] : [`Other protection: ${text(one)}; then ${text(other)}.`];
}

export function independenceOf(
  first: ComparedRun,
  second: ComparedRun,
  isSame: boolean,
  separating: readonly string[],
): Independence {
  const not = (independence: string): Independence => ({
    independent: false,
    independence,
  });
  if (isSame) return not('Both are the answer to one request: they are the same table, noise and all.');
  if (first.run.template !== second.run.template || first.run.templateVersion !== second.run.templateVersion) {
    return not('The questions are not the same, so the same records may be in both: no clear statement can be made.');
  }
  if (sourcesText(first.release) !== sourcesText(second.release)) {
    return not('The data are not of the same day, so the same records may be in both: no clear statement can be made.');
  }
  const apart = separating.find((name) => {
    const [one, other] = [first, second].map(({ run }) => run.parameters[name] ?? []);
    return (
      one !== undefined &&
      other !== undefined &&
      one.length > 0 &&
      other.length > 0 &&
      !one.some((value) => other.includes(value))
    );
  });
  return apart === undefined
    ? not(
        'The same people may be in both, so chance in one may be chance in the other: no clear statement can be made.',
      )
    : { independent: true, independence: `No record is in both, for ${apart} has no value in common.` };
}
