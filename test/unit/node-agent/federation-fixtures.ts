import { generateKeyPairSync } from 'node:crypto';

import { toBase64 } from '../../../core/base/index.js';
import { rosterOf } from '../../../core/governance/index.js';
import { signingKey } from '../../../core/private-join/index.js';
import type { SigningKey } from '../../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  DEFAULT_BUDGET,
  NO_FLOORS,
} from '../../../core/templates/index.js';
import type {
  BoundParameters,
  BoundTemplate,
  DatasetDefinition,
  Roster,
  RunOffer,
  Template,
} from '../../../core/templates/index.js';
import type { ConsentGrounds } from '../../../node-agent/consent/verify-consent.js';
import type { GovernanceGrounds } from '../../../node-agent/offers/verify-offer.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import type { BoardAgency } from '../../../examples/bold/demo/board.js';
import { crimes } from './fixtures.js';
import { federation, now } from './snapshot-fixtures.js';
import { ANALYST, TestBoard, textOf } from './test-board.js';

/** Two datasets that others offer: one links on the person, one on the case. */
export const support: DatasetDefinition = {
  ...crimes,
  dataset: 'third-sector.support',
  unit: 'referral',
  keys: ['person'],
  order: 'referred-on',
  fields: new Map([['referred-on', { type: 'date', meaning: 'When.', category: 'services' }]]),
};
export const prosecutions: DatasetDefinition = {
  ...support,
  dataset: 'cps.prosecutions',
  unit: 'case',
  keys: ['case'],
  linkage: null,
};
export const catalogue = createCatalogue([crimes, support, prosecutions]);

export const identities: ReadonlyMap<string, SigningKey> = new Map(
  ['police', 'charity', 'cps', 'prison', 'coordinator'].map((party) => [
    party,
    signingKey(generateKeyPairSync('ed25519').privateKey),
  ]),
);

export function identityOf(party: string): SigningKey {
  const key = identities.get(party);
  if (key === undefined) throw new Error(`no key for ${party}`);
  return key;
}

function agency(id: string, ...datasets: readonly string[]): BoardAgency {
  return { id, name: id, identityKey: toBase64(identityOf(id).publicKey), datasets };
}

export const agencies: readonly BoardAgency[] = [
  agency('police', crimes.dataset),
  agency('charity', support.dataset),
  agency('cps', prosecutions.dataset, 'cps.charges'),
  agency('prison', 'prison.custody'),
];

/** Officers who have founded the federation and signed nothing else yet. */
export function newBoard(at = now): TestBoard {
  return new TestBoard({ federation, agencies, coordinator: toBase64(identityOf('coordinator').publicKey) }, at);
}

/** Counts cases by offence group and support. */
export const template: Template = {
  template: 'support-by-offence',
  version: 3,
  title: 'Who is supported?',
  pilot: 'victim-pathways',
  purpose: 'research-statistics',
  lawfulBasis: 'For tests.',
  success: 'A green test.',
  principles: { relevant: 'Yes.', impactful: 'Yes.', clearAndInformative: 'Yes.', nonStigmatising: 'Yes.' },
  expires: '2026-12-31',
  unit: 'victim-case',
  contributionLimit: 1,
  scheme: 'exact',
  population: { dataset: crimes.dataset, where: [{ field: 'reported-quarter', in: { parameter: 'quarters' } }] },
  links: [
    { dataset: support.dataset, on: 'person', keep: 'all', take: 'latest', where: [] },
    { dataset: prosecutions.dataset, on: 'case', keep: 'linked', take: 'latest', where: [] },
  ],
  dimensions: [{ field: 'police.victim-crimes.offence-group' }, { linked: support.dataset }],
  parameters: { quarters: { from: ['2025-Q1', '2025-Q2'], min: 1, max: 2 } },
  disclosure: { threshold: 10, roundTo: 5, epsilon: 'none' },
};

export function boundTemplate(changed: Partial<Template> = {}): BoundTemplate {
  return bindTemplate({ ...template, ...changed }, catalogue);
}

export function boundParameters(bound: BoundTemplate, quarters: readonly string[] = ['2025-Q1']): BoundParameters {
  return bindParameters(bound, { quarters });
}

/** The id of a snapshot, made up. */
export function snapshotIdOf(dataset: string): string {
  return Buffer.from(dataset).toString('hex').padEnd(64, '0').slice(0, 64);
}

/** A policy that answers the test template and demands nothing. */
export const allowAll: Policy = {
  mode: 'live',
  allow: [{ template: template.template, mode: 'live' }],
  refuse: [],
  minimumThreshold: 0,
  minimumRounding: 0,
  budget: DEFAULT_BUDGET,
  minimumParticipants: 2,
  caps: {},
};

/** Nobody had to be asked, and nobody has opted out. */
export const noConsentNeeded: ConsentGrounds = { purposes: new Map(), optOuts: null };

export const runId = '3f0c8f0e-5a52-4a1f-9d55-6f1f3c1a2b3c';

/** What an offer says of governance: which template is asked, and how far the register is. */
export type Question = Pick<RunOffer, 'templateDigest' | 'register'>;

const boards = new Map<string, { readonly board: TestBoard; readonly question: Question }>();

/** Of the template with those changes, which is live in a register of its own: `governanceOf` has it. */
export function question(changed: Partial<Template> = {}): Question {
  const asked = { ...template, ...changed };
  const known = boards.get(textOf(asked));
  if (known !== undefined) return known.question;
  const board = newBoard();
  const templateDigest = board.publishTemplate(asked);
  const made = { templateDigest, register: board.head };
  boards.set(textOf(asked), { board, question: made });
  return made;
}

/** The register in which `question` has made it live, as a node has it. */
export function governanceOf({ register }: Pick<RunOffer, 'register'>): GovernanceGrounds {
  const found = [...boards.values()].find(({ board }) => board.head.root === register.root);
  if (found === undefined) throw new Error('no test has made this register');
  return found.board.grounds;
}

export const offer: RunOffer = {
  runId,
  ...question(),
  parameters: { quarters: ['2025-Q1'] },
  requester: ANALYST,
  purpose: 'research-statistics',
  participants: [
    {
      agency: 'police',
      datasets: [{ dataset: crimes.dataset, snapshot: snapshotIdOf(crimes.dataset) }],
      floors: NO_FLOORS,
    },
    {
      agency: 'charity',
      datasets: [{ dataset: support.dataset, snapshot: snapshotIdOf(support.dataset) }],
      floors: NO_FLOORS,
    },
    {
      agency: 'cps',
      datasets: [{ dataset: prosecutions.dataset, snapshot: snapshotIdOf(prosecutions.dataset) }],
      floors: NO_FLOORS,
    },
  ],
};

export const roster: Roster = rosterOf(newBoard().roster);
