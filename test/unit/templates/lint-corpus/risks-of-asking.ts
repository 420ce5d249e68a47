import { EXACT } from './sound.js';
import type { Edit } from './sound.js';

/** A risky template: an edit of the sound one, and the one finding that the lint has to have for it. */
export interface PlantedRisk {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Other live templates, as edits of the sound one. */
  readonly beside?: readonly (readonly Edit[])[];
  /** Of the dataset definitions, by name. */
  readonly datasets?: Readonly<Record<string, readonly Edit[]>>;
  readonly population?: number;
  /** `severity CODE path` of the finding; `refused path` where it can't even be bound or read. */
  readonly finds: string;
  /** What the line says on which the finding is. */
  readonly on: string;
}

const OTHER: Edit = ['engagement-by-delay', 'engagement-otherwise'];
const QUARTERS = '  quarters: {';
const choosing = (number: string): Edit => ['min: 4, max: 4', number];

/** Risks of what can be asked: by choosing, by comparing, by aiming. */
export const RISKS_OF_ASKING: readonly PlantedRisk[] = [
  {
    name: 'choices that nest',
    edits: [choosing('min: 1')],
    finds: 'warning CHOICES_NEST parameters.quarters',
    on: QUARTERS,
  },
  {
    name: 'choices that nest, without noise',
    edits: [choosing('min: 3, max: 4'), EXACT],
    finds: 'error CHOICES_NEST parameters.quarters',
    on: QUARTERS,
  },
  {
    name: 'choices that combine',
    edits: [choosing('min: 2, max: 2')],
    finds: 'warning CHOICES_COMBINE parameters.quarters',
    on: QUARTERS,
  },
  {
    name: 'choices that combine, without noise',
    edits: [choosing('min: 3, max: 3'), EXACT],
    finds: 'error CHOICES_COMBINE parameters.quarters',
    on: QUARTERS,
  },
  {
    name: 'a population inside another',
    edits: [],
    beside: [[OTHER, ['[18, 120]', '[17, 120]']]],
    finds: 'warning POPULATIONS_NEST population',
    on: 'population:',
  },
  {
    name: 'a population inside another, both without noise',
    edits: [EXACT],
    beside: [[OTHER, EXACT, ['[18, 120]', '[17, 120]']]],
    finds: 'error POPULATIONS_NEST population',
    on: 'population:',
  },
  {
    name: 'a population around another',
    edits: [],
    beside: [[OTHER, ['[18, 120]', '[19, 120]']]],
    finds: 'warning POPULATIONS_NEST population',
    on: 'population:',
  },
  {
    name: 'a population around that of another version of itself',
    edits: [['version: 1', 'version: 2']],
    beside: [[['between: [18, 120] }', 'between: [18, 120] }\n    - { field: domestic-abuse, in: [no] }']]],
    finds: 'warning POPULATIONS_NEST population',
    on: 'population:',
  },
  {
    name: 'a population less who links',
    edits: [],
    beside: [[OTHER, ['cps.prosecutions, on: case, keep: all', 'cps.prosecutions, on: case, keep: linked']]],
    finds: 'warning POPULATIONS_NEST population',
    on: 'population:',
  },
  {
    name: 'bands a day apart',
    edits: [],
    beside: [[OTHER, ['[0, 91, 183, 366]', '[0, 92, 183, 366]']]],
    finds: 'warning BANDS_DIFFER dimensions[0].bands',
    on: 'bands: [0, 91, 183, 366]',
  },
  {
    name: 'bands a day apart, both without noise',
    edits: [EXACT],
    beside: [[OTHER, EXACT, ['[0, 91, 183, 366]', '[0, 91, 184, 366]']]],
    finds: 'error BANDS_DIFFER dimensions[0].bands',
    on: 'bands: [0, 91, 183, 366]',
  },
  {
    name: 'links that are surer elsewhere',
    edits: [],
    beside: [[OTHER, ['scheme: light', 'scheme: light\nlinkage: { threshold: 0.9 }']]],
    finds: 'warning LINKAGE_DIFFERS linkage.threshold',
    on: 'template:',
  },
  {
    name: 'links by another scheme elsewhere',
    edits: [],
    beside: [[OTHER, ['scheme: light', 'scheme: standard']]],
    finds: 'warning LINKAGE_DIFFERS scheme',
    on: 'scheme: light',
  },
  {
    name: 'an age in years',
    edits: [['between: [18, 120]', 'between: [34, 34]']],
    finds: 'warning NARROW_FILTER population.where[1]',
    on: 'between: [34, 34]',
  },
  {
    name: 'a day count in a linked dataset',
    edits: [
      [
        'cps.prosecutions, on: case, keep: all }',
        'cps.prosecutions, on: case, keep: all, where: [{ field: days-to-charge, between: [12, 12] }] }',
      ],
    ],
    finds: 'warning NARROW_FILTER links[1].where[0]',
    on: 'between: [12, 12]',
  },
  {
    name: 'a field that may not be used for this',
    edits: [['victim-withdrew', 'disability']],
    datasets: {
      'police.victim-crimes': [
        ['purposes: [research-statistics]', 'purposes: [research-statistics, adjustments]'],
        ['disability:\n    type: code', 'disability:\n    type: code\n    purposes: [adjustments]'],
      ],
    },
    finds: 'refused dimensions[2].field',
    on: 'police.victim-crimes.disability',
  },
  {
    name: 'a filter by a field that may not be used for this',
    edits: [['field: victim-age, between: [18, 120]', 'field: disability, in: [yes]']],
    datasets: {
      'police.victim-crimes': [
        ['purposes: [research-statistics]', 'purposes: [research-statistics, adjustments]'],
        ['disability:\n    type: code', 'disability:\n    type: code\n    purposes: [adjustments]'],
      ],
    },
    finds: 'refused population.where[1].field',
    on: 'field: disability',
  },
  {
    name: 'a measure of a field that may not be used for this',
    edits: [
      ['disclosure:', 'measures: [{ mean: police.victim-crimes.days-to-outcome, range: [0, 365] }]\ndisclosure:'],
    ],
    datasets: {
      'police.victim-crimes': [
        ['purposes: [research-statistics]', 'purposes: [research-statistics, adjustments]'],
        ['days-to-outcome:\n    type: integer', 'days-to-outcome:\n    type: integer\n    purposes: [adjustments]'],
      ],
    },
    finds: 'refused measures[0].mean',
    on: 'mean: police.victim-crimes.days-to-outcome',
  },
  {
    name: 'a dataset that may not be used for this',
    edits: [],
    datasets: { 'cps.prosecutions': [['purposes: [research-statistics]', 'purposes: [adjustments]']] },
    finds: 'refused links[1].dataset',
    on: 'dataset: cps.prosecutions',
  },
  {
    name: 'dates',
    edits: [['victim-withdrew', 'report-date']],
    finds: 'refused dimensions[2].field',
    on: 'report-date',
  },
];
