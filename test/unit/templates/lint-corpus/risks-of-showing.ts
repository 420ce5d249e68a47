import type { PlantedRisk } from './risks-of-asking.js';
import { EXACT } from './sound.js';
import type { Edit } from './sound.js';

const MEASURE = 'measures: [{ mean: police.victim-crimes.days-to-outcome, range: [0, 365] }]\ndisclosure:';
/** In the place of whether they withdrew: nothing that is held against anybody. */
const NEUTRAL: Edit = ['victim-withdrew', 'needs-assessed'];
const NAMED: Edit = ['Delay is known', 'Every ethnic group should be asked. Delay is known'];

/** A field of codes more at the police, of which `codes` are as YAML writes them. */
function withField(name: string, codes: string, meaning = 'Where it was'): NonNullable<PlantedRisk['datasets']> {
  const field = `fields:\n  ${name}: { type: code, codes: { ${codes} }, meaning: ${meaning}, category: investigation }`;
  return { 'police.victim-crimes': [['fields:', field]] };
}

/** Risks of what comes out: too exact, too fine, too few, about whom. */
export const RISKS_OF_SHOWING: readonly PlantedRisk[] = [
  {
    name: 'sums without noise',
    edits: [['disclosure:', MEASURE], EXACT],
    finds: 'error EXACT_MEASURES measures[0]',
    on: 'measures:',
  },
  {
    name: 'no noise, and no reason',
    edits: [['epsilon: 1 }', 'epsilon: none }']],
    finds: 'error NO_NOISE_UNEXPLAINED disclosure.epsilon',
    on: 'epsilon: none',
  },
  {
    name: 'exact overlaps, and no reason',
    edits: [['epsilon: 1 }', 'epsilon: 1, overlapEpsilon: none }']],
    finds: 'warning NO_NOISE_UNEXPLAINED disclosure.overlapEpsilon',
    on: 'overlapEpsilon: none',
  },
  {
    name: 'hardly any noise in counts',
    edits: [['epsilon: 1 }', 'epsilon: 2.5, overlapEpsilon: 1 }']],
    finds: 'warning WEAK_EPSILON disclosure.epsilon',
    on: 'epsilon: 2.5',
  },
  {
    name: 'hardly any noise in overlaps',
    edits: [['epsilon: 1 }', 'epsilon: 1, overlapEpsilon: 8 }']],
    finds: 'warning WEAK_EPSILON disclosure.overlapEpsilon',
    on: 'overlapEpsilon: 8',
  },
  {
    name: 'hardly any noise in a measure',
    edits: [['disclosure:', MEASURE.replace(' }]', ', epsilon: 5 }]')]],
    finds: 'warning WEAK_EPSILON measures[0].epsilon',
    on: 'epsilon: 5',
  },
  {
    name: 'one person many times',
    edits: [['contributionLimit: 1', 'contributionLimit: 50']],
    finds: 'warning MANY_CONTRIBUTIONS contributionLimit',
    on: 'contributionLimit: 50',
  },
  {
    name: 'very many cells',
    edits: [['victim-withdrew }', 'reported-quarter }']],
    finds: 'warning MANY_CELLS dimensions',
    on: 'dimensions:',
  },
  {
    name: 'more cells than a few people fill',
    edits: [],
    population: 1000,
    finds: 'warning FEW_RECORDS dimensions',
    on: 'dimensions:',
  },
  {
    name: 'more cells than a small dataset fills',
    edits: [],
    datasets: { 'police.victim-crimes': [['partial: false', 'partial: false\nrecords: 800']] },
    finds: 'warning FEW_RECORDS dimensions',
    on: 'dimensions:',
  },
  {
    name: 'days one by one',
    edits: [['[0, 91, 183, 366]', '[0, 1, 2, 3]']],
    finds: 'warning FINE_BANDS dimensions[0].bands',
    on: 'bands: [0, 1, 2, 3]',
  },
  {
    name: 'a single year of age',
    edits: [NEUTRAL, ['needs-assessed }', 'victim-age, bands: [18, 19, 45] }']],
    finds: 'warning FINE_BANDS dimensions[2].bands',
    on: 'bands: [18, 19, 45]',
  },
  {
    name: 'postcode sectors',
    edits: [['victim-withdrew', 'postcode-sector']],
    datasets: withField('postcode-sector', 'ns1-1: NS1 1, ns1-2: NS1 2'),
    finds: 'warning FINE_PLACES dimensions[2]',
    on: 'postcode-sector',
  },
  {
    name: 'wards',
    edits: [['victim-withdrew', 'ward']],
    datasets: withField('ward', 'harbour: Harbour, mill: Mill'),
    finds: 'warning FINE_PLACES dimensions[2]',
    on: 'victim-crimes.ward',
  },
  {
    name: 'sixty places of any name',
    edits: [
      ['victim-withdrew', 'area'],
      ['  - { field: cps.prosecutions.days-to-decision, bands: [0, 91, 183, 366] }\n', ''],
      ['  - { dataset: cps.prosecutions, on: case, keep: all }\n', ''],
    ],
    datasets: withField('area', Array.from({ length: 60 }, (_, index) => `a${index}: Area ${index}`).join(', ')),
    finds: 'warning FINE_PLACES dimensions[1]',
    on: 'victim-crimes.area',
  },
  {
    name: 'police forces by name',
    edits: [['victim-withdrew', 'police-force']],
    datasets: withField('police-force', 'north: Northshire, south: Southshire', 'Who recorded it'),
    finds: 'warning NAMES_ORGANISATIONS dimensions[2]',
    on: 'police-force',
  },
  {
    name: 'charities by name, under another',
    edits: [['victim-withdrew', 'helper']],
    datasets: withField('helper', 'a: Harbour Trust, b: Mill House', 'Name of the charity that helped'),
    finds: 'warning NAMES_ORGANISATIONS dimensions[2]',
    on: 'victim-crimes.helper',
  },
  {
    name: 'ethnicity, and no word of why',
    edits: [['victim-withdrew', 'ethnicity']],
    finds: 'warning SENSITIVE_NOT_NAMED dimensions[2].field',
    on: 'victim-crimes.ethnicity',
  },
  {
    name: 'disability in a filter, and no word of why',
    edits: [['field: victim-age, between: [18, 120]', 'field: disability, in: [yes]']],
    finds: 'warning SENSITIVE_NOT_NAMED population.where[1].field',
    on: 'field: disability',
  },
  {
    name: 'gender in the filter of a link, and no word of why',
    edits: [['unlinked: unknown }', 'unlinked: unknown, where: [{ field: gender, in: [female] }] }']],
    finds: 'warning SENSITIVE_NOT_NAMED links[0].where[0].field',
    on: 'field: gender',
  },
  {
    name: 'a group beside what may be held against it',
    edits: [
      ['victim-withdrew }', 'victim-withdrew }\n  - { field: police.victim-crimes.ethnicity }'],
      NAMED,
      ['[0, 91, 183, 366]', '[0, 183]'],
    ],
    finds: 'warning MAY_STIGMATISE dimensions[3]',
    on: 'victim-crimes.ethnicity',
  },
  {
    name: 'an age beside what may be held against it',
    edits: [
      ['victim-withdrew }', 'victim-withdrew }\n  - { field: police.victim-crimes.victim-age, bands: [18, 45] }'],
    ],
    finds: 'warning MAY_STIGMATISE dimensions[3]',
    on: 'bands: [18, 45]',
  },
  {
    name: 'a dataset that does not hold everybody, as if it did',
    edits: [[', unlinked: unknown', '']],
    finds: 'warning PARTIAL_NOT_SAID links[0]',
    on: 'dataset: third-sector.support',
  },
  {
    name: 'who is in no record of a dataset that does not hold everybody',
    edits: [
      ['keep: all, unlinked: unknown', 'keep: not-linked'],
      ['  - { linked: third-sector.support }\n', ''],
    ],
    finds: 'warning PARTIAL_NOT_SAID links[0]',
    on: 'keep: not-linked',
  },
  {
    name: 'a dataset that does not say why people are in it',
    edits: [],
    datasets: { 'third-sector.support': [['basis: opt-in\n', '']] },
    finds: 'warning BASIS_NOT_STATED links[0].dataset',
    on: 'dataset: third-sector.support',
  },
];
