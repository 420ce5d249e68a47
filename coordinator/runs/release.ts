import { z } from 'zod';
import type { ReleasedTable } from '../../core/disclosure/index.js';
import { explainTemplate, type BoundParameters, type BoundTemplate, type Roster } from '../../core/templates/index.js';
import type { PartyId } from '../../core/private-join/index.js';

const dimensionSchema = z.strictObject({
  name: z.string(),
  label: z.string(),
  categories: z.array(z.strictObject({ code: z.string(), label: z.string() })).readonly(),
});

const cellSchema = z.strictObject({
  categories: z.array(z.int()).readonly(),
  value: z.int().nullable(),
  status: z.enum(['ok', 'primary']),
  reason: z.string(),
});

const sourceSchema = z.strictObject({
  agency: z.string(),
  agencyName: z.string(),
  dataset: z.string(),
  asAt: z.string(),
});

/** A release as it is stored and as the API sends it. */
export const releaseSchema = z.strictObject({
  /** The question that the table answers. */
  question: z.string(),
  /** What the analyst chose, each parameter with the meanings of its values. */
  chosen: z.array(z.strictObject({ parameter: z.string(), values: z.array(z.string()).readonly() })).readonly(),
  table: z.strictObject({
    dimensions: z.array(dimensionSchema).readonly(),
    cells: z.array(cellSchema).readonly(),
    policy: z.strictObject({ threshold: z.int(), roundTo: z.int() }),
    suppressed: z.int(),
  }),
  /** Whose records went into it, and of which day. */
  sources: z.array(sourceSchema).readonly(),
  /** What a reader has to know of the sources. */
  notes: z.array(z.string()).readonly(),
});

/** What a finished run gives: the protected table and what one needs to read it. */
export interface Release {
  readonly question: string;
  readonly chosen: readonly ChosenParameter[];
  readonly table: ReleasedTable;
  readonly sources: readonly ReleaseSource[];
  readonly notes: readonly string[];
}

export interface ChosenParameter {
  readonly parameter: string;
  /** In words. */
  readonly values: readonly string[];
}

export interface ReleaseSource {
  readonly agency: PartyId;
  readonly agencyName: string;
  readonly dataset: string;
  /** ISO date of the data. */
  readonly asAt: string;
}

export function makeRelease(
  bound: BoundTemplate,
  parameters: BoundParameters,
  roster: Roster,
  table: ReleasedTable,
  sources: readonly ReleaseSource[],
): Release {
  const datasets = [bound.population, ...bound.links].map(({ dataset }) => dataset);
  return {
    question: explainTemplate(bound, parameters, roster).question,
    chosen: [...parameters.values].map(([parameter, codes]) => {
      const choices = bound.parameters.get(parameter)?.choices;
      return { parameter, values: codes.map((code) => choices?.get(code) ?? code) };
    }),
    table,
    sources,
    notes: datasets
      .filter(({ partial }) => partial)
      .map(
        ({ title }) => `${title} is known not to hold everybody: whoever is not found there may still be in reality.`,
      ),
  };
}
