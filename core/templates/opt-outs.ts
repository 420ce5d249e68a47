import { IDENTIFIERS, schemes } from '../linkage/index.js';
import { DEFAULT_QUALITY } from './dataset.js';
import type { DatasetDefinition } from './dataset.js';

/** No agency's dataset can be called so: theirs have a full stop in their names. */
export const OPT_OUTS = 'opt-outs';

/** Values of each identifier that an agency's list may have of a person: former names, earlier addresses. */
const VALUES = 2;

/**
 * People who have told an agency that their data are not to be used. Every agency may hold such a list. It goes into every
 * run that joins people, with the keys of that run's scheme, and whoever shares any key with anybody on any list is left
 * out of every agency's part (SPEC, Opt-outs). Nothing of it is counted or linked, so it has no fields.
 */
export const OPT_OUTS_DEFINITION: DatasetDefinition = {
  dataset: OPT_OUTS,
  version: 1,
  title: 'People who have opted out',
  description: 'People who have told the agency that their data are not to be used.',
  unit: 'person',
  keys: ['person'],
  linkage: {
    identifiers: new Map(IDENTIFIERS.map((name) => [name, name === 'surname' || name === 'postcode' ? VALUES : 1])),
    schemes: [...schemes.values()].filter(({ keys }) => keys.length > 0).map(({ id }) => id),
    // Nothing is told of these people: no node says what helps to link them.
    epsilon: 'none',
  },
  quality: DEFAULT_QUALITY,
  partial: true,
  order: '',
  purposes: [],
  fields: new Map(),
};
