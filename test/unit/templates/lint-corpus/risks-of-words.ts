import type { PlantedRisk } from './risks-of-asking.js';
import type { Edit } from './sound.js';

const IMPACT = 'Where support keeps people engaged, it can be offered before the decision and not after it.';
const BLAME = 'The table is about how long institutions take, and blames nobody for leaving.';
const LAW = 'Digital Economy Act 2017, section 64, under the data sharing agreement of the pilot.';

function placeholder(name: string, edit: Edit, path: string): PlantedRisk {
  return { name, edits: [edit], finds: `error ANSWER_MISSING ${path}`, on: edit[1] };
}

/** Risks of what is not said, and of what never ends. */
export const RISKS_OF_WORDS: readonly PlantedRisk[] = [
  placeholder('a principle to do', [IMPACT, 'TODO'], 'principles.impactful'),
  placeholder(
    'a principle to do, in a sentence',
    [BLAME, 'We will answer this (TBC) when we know more.'],
    'principles.nonStigmatising',
  ),
  placeholder('a principle that is said not to apply', [BLAME, 'N/A.'], 'principles.nonStigmatising'),
  placeholder('a principle of dashes', [IMPACT, '"---"'], 'principles.impactful'),
  placeholder('no law', [LAW, 'to be confirmed'], 'lawfulBasis'),
  placeholder('no success', ['A victim still engaged when the case is finalised.', 'None.'], 'success'),
  placeholder(
    'no question',
    ['Do victims stay engaged when the decision takes long and somebody supports them?', 'Lorem ipsum dolor sit amet'],
    'title',
  ),
  placeholder('no pilot', ['pilot: victim-pathways', 'pilot: tbd'], 'pilot'),
  {
    name: 'a principle twice',
    edits: [[BLAME, IMPACT]],
    finds: 'error ANSWER_COPIED principles.nonStigmatising',
    on: 'nonStigmatising:',
  },
  {
    name: 'a principle twice, with other capitals and commas',
    edits: [[BLAME, IMPACT.toUpperCase().replace(',', ' –').replace(/\.$/, '')]],
    finds: 'error ANSWER_COPIED principles.nonStigmatising',
    on: 'nonStigmatising:',
  },
  {
    name: 'a principle in three words',
    edits: [[IMPACT, 'It will help.']],
    finds: 'warning ANSWER_SHORT principles.impactful',
    on: 'impactful:',
  },
  {
    name: 'an empty principle',
    edits: [[IMPACT, '""']],
    finds: 'refused principles.impactful',
    on: 'impactful:',
  },
  {
    name: 'a principle left out',
    edits: [[`  impactful: ${IMPACT}\n`, '']],
    finds: 'refused principles.impactful',
    on: 'principles:',
  },
  {
    name: 'an expiry that has passed',
    edits: [['expires: 2027-06-30', 'expires: 2026-11-01']],
    finds: 'error EXPIRED expires',
    on: 'expires:',
  },
  {
    name: 'an expiry in ten years',
    edits: [['expires: 2027-06-30', 'expires: 2036-11-01']],
    finds: 'warning EXPIRES_LATE expires',
    on: 'expires:',
  },
  {
    name: 'no expiry',
    edits: [['expires: 2027-06-30\n', '']],
    finds: 'refused expires',
    on: 'template:',
  },
];
