import type { AgencyStatus } from '../../federation/agency-registry.js';
import { needsConsent } from '../../../core/templates/index.js';
import type { Catalogue } from '../../../core/templates/index.js';
import type { ReleasedOptOuts } from '../../runs/opt-outs.js';
import type { FoundRun } from './public-runs.js';

/** Answers looked at for how many were left out. */
export const EXCLUSIONS_SHOWN = 5;

export interface OptOutView {
  readonly agencies: readonly {
    readonly name: string;
    /** Titles of what it offers, and whether that needs a yes. */
    readonly datasets: readonly { readonly title: string; readonly optIn: boolean }[];
  }[];
  readonly exclusions: readonly ExclusionView[];
}

export interface ExclusionView {
  readonly href: string;
  readonly question: string;
  readonly asked: string;
  /** How many were left out, as far as it may be shown. */
  readonly leftOut: string;
  /** Whose lists, and of which day. */
  readonly lists: readonly { readonly name: string; readonly asAt: string }[];
}

export function optOutView(
  agencies: readonly AgencyStatus[],
  catalogue: Catalogue,
  answered: readonly FoundRun[],
): OptOutView {
  return {
    agencies: agencies.map(({ name, datasets }) => ({
      name,
      datasets: datasets.map(({ dataset }) => {
        const definition = catalogue.get(dataset);
        return { title: definition?.title ?? dataset, optIn: definition !== undefined && needsConsent(definition) };
      }),
    })),
    exclusions: answered
      .flatMap(({ run, release }): ExclusionView[] => {
        const optOuts = release?.optOuts ?? null;
        if (release === null || optOuts === null || run.replayOf !== null) return [];
        return [
          {
            href: `/runs/${run.id}`,
            question: run.question,
            asked: run.asked,
            leftOut: leftOutWords(optOuts, release.table.policy.threshold),
            lists: optOuts.lists.map(({ agencyName, asAt }) => ({ name: agencyName, asAt })),
          },
        ];
      })
      .slice(0, EXCLUSIONS_SHOWN),
  };
}

/** Rounded, as it was released. @param threshold smaller numbers are not shown */
export function leftOutWords(
  { leftOut: { value, status }, unit, standardDeviation }: ReleasedOptOuts,
  threshold: number,
): string {
  const what = unit === 'person' ? 'people' : 'records';
  if (value !== null) return `About ${value.toLocaleString('en-GB')} ${what}${chanceWords(standardDeviation)}`;
  if (status === 'few')
    return `Fewer than ${threshold} ${what}${standardDeviation === 0 ? '' : ', as far as can be told'}`;
  return 'Not shown: it would be the one exact number';
}

function chanceWords(deviation: number): string {
  return deviation === 0 ? '' : `, give or take ${Math.ceil(2 * deviation).toLocaleString('en-GB')}`;
}
