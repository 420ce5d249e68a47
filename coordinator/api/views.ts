import { explainTemplate, type Roster } from '../../core/templates/index.js';
import { isRefusalCode } from '../../core/private-join/index.js';
import type { LiveTemplate } from '../register/live-templates.js';
import { adviceAfterFailure, adviceAfterRefusal } from '../runs/advice.js';
import type { UnprotectedCounts } from '../runs/attempt-deps.js';
import type { RunDetail } from '../runs/run-service.js';
import type { Run } from '../runs/run.js';
import type { RunDetailView, RunView, TemplateDetailView, TemplateView, UnprotectedCountsView } from './schema.js';

export function toTemplateView({ bound, digest, approvers }: LiveTemplate, roster: Roster): TemplateView {
  const { template } = bound;
  return {
    template: template.template,
    version: template.version,
    title: template.title,
    question: explainTemplate(bound, undefined, roster).question,
    pilot: template.pilot,
    purpose: template.purpose,
    expires: template.expires,
    digest,
    approvers: [...approvers],
    datasets: [bound.population, ...bound.links].map(({ dataset }) => ({
      dataset: dataset.dataset,
      title: dataset.title,
      agencies: roster.agencies.filter(({ datasets }) => datasets.includes(dataset.dataset)).map(({ id }) => id),
    })),
    parameters: [...bound.parameters.values()].map(({ name, choices, min, max }) => ({
      name,
      choices: [...choices].map(([code, label]) => ({ code, label })),
      min,
      max,
    })),
  };
}

export function toTemplateDetailView(live: LiveTemplate, roster: Roster): TemplateDetailView {
  return {
    ...toTemplateView(live, roster),
    sections: [...explainTemplate(live.bound, undefined, roster).sections],
  };
}

export function toRunView(run: Run): RunView {
  return {
    ...run,
    parameters: { ...run.parameters },
    ending: run.ending === null ? null : { ...run.ending, advice: adviceAfterFailure(run.ending.code) },
    participants: run.participants.map(({ agency, datasets, floors }) => ({ agency, datasets: [...datasets], floors })),
  };
}

export function toRunDetailView({ run, events, phases, release }: RunDetail): RunDetailView {
  const refusals = events.flatMap(({ name, party, code, message }) =>
    name === 'agency-refused' && party !== null && code !== null && isRefusalCode(code)
      ? [{ agency: party, code, message: message ?? '', advice: adviceAfterRefusal(code) }]
      : [],
  );
  return { ...toRunView(run), refusals, events: [...events], phases: [...phases], release: release ?? null };
}

/** Of a run of somebody else: what was released, and nothing of how it went. */
export function toReleasedView({ run, release }: RunDetail): RunDetailView {
  return { ...toRunView(run), refusals: [], events: [], phases: [], release: release ?? null };
}

export function toUnprotectedCountsView(counts: UnprotectedCounts): UnprotectedCountsView {
  const { table, measures, comparisons, phases } = counts;
  return {
    dimensions: table.dimensions.map((dimension) => ({ ...dimension, categories: [...dimension.categories] })),
    cells: table.cells.map(({ categories, count }) => ({ categories, count })),
    measures: measures.map(({ name, kind, centre, cells }) => ({ name, kind, centre, cells })),
    comparisons: comparisons.map(({ people, observed, links }) => ({
      people,
      sets: [...observed.entries()]
        .map(([set, count]) => ({ set, observed: count, links: links[set] ?? 0 }))
        .filter((one) => one.observed !== 0 || one.links !== 0),
    })),
    phases,
  };
}
