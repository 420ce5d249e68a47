import { createHash } from 'node:crypto';

import { listId } from '../../core/private-join/index.js';
import type { JoinPlan, ListId, PartyId } from '../../core/private-join/index.js';
import {
  bindParameters,
  bindTemplate,
  canonicalTemplate,
  createCatalogue,
  NO_FLOORS,
  OPT_OUTS,
  parseDataset,
  parseTemplate,
  planRun,
  runTerms,
  templateDigest,
} from '../../core/templates/index.js';
import type { BoundTemplate, Participant, RegisterHead, Roster, RunTerms } from '../../core/templates/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { exactDatasetTexts, exactSchemeText } from './exact-templates.js';
import type { PlainLists, PlainRecord } from './naive-join.js';
import type { SeededDice } from './seeded-dice.js';

/*
 * What attacks attack: the template `support-reached-after-referral` of the example with scheme `exact`, asked of the
 * police and two charities about a small invented population. Everybody there has both match keys or the weaker one, so
 * that every shape that a group of records can have is a pattern of decoys.
 */

export const POLICE = 'police.victim-crimes/police';
export const CHARITY_A = 'third-sector.support/charity-a';
export const CHARITY_B = 'third-sector.support/charity-b';

/** Kinds of crime and waits as their labels have them, 1.. */
export const OFFENCES = 8;
export const WAITS = 4;

/** Somebody of the population. */
export interface Somebody {
  readonly name: string;
  /** Place among the parameter's quarters; null where the police don't know them. */
  readonly quarter: number | null;
  readonly offence: number;
  /** Who supports them, and the band of their wait; null where nobody does. */
  readonly support: { readonly list: typeof CHARITY_A | typeof CHARITY_B; readonly wait: number } | null;
  /** The agency that they have told that they don't want to be counted; absent where they have told nobody. */
  readonly optedOutAt?: PartyId;
}

/** What is taken away from the system, so that an attack has something to succeed against. */
export interface Weakness {
  readonly noNoise?: boolean;
  readonly noDecoys?: boolean;
}

export interface Asking {
  /** Places of the quarters that are asked for; all where absent. */
  readonly quarters?: readonly number[];
  readonly runId?: string;
  readonly requester?: string;
  /** Names the state of everybody's data: another is another snapshot. */
  readonly snapshot?: string;
  /** Agencies that bring a list of opt-outs; none where absent. */
  readonly optOuts?: readonly PartyId[];
}

export interface Question {
  readonly bound: BoundTemplate;
  readonly terms: RunTerms;
  readonly plan: JoinPlan;
}

const catalogue = createCatalogue(exactDatasetTexts(['exact']).map(parseDataset));
const bound = bindTemplate(parseTemplate(exactSchemeText()), catalogue);
const ROSTER: Roster = {
  federation: 'attacks-test',
  version: 1,
  agencies: AGENCIES.map((agency) => ({ ...agency, identityKey: digest(agency.id) })),
  coordinator: { identityKey: digest('coordinator') },
};

/** No node looks at it here: what offers say of the register is verified elsewhere. */
const REGISTER: RegisterHead = { size: 1, root: '00'.repeat(32) };

export const QUARTERS: readonly string[] = [...(bound.parameters.get('quarters')?.choices.keys() ?? [])];

/** The plan of a run as every party derives it, less what the weakness takes away. */
export function ask(asking: Asking = {}, weakness: Weakness = {}): Question {
  const { quarters = QUARTERS.map((_, index) => index), runId = RUN, requester = 'analyst', snapshot = '1' } = asking;
  const { optOuts = [] } = asking;
  const values = { quarters: quarters.map((place) => QUARTERS[place] ?? '') };
  const participants = AGENCIES.filter(({ id }) => PARTIES.includes(id)).map(({ id, datasets }): Participant => ({
    agency: id,
    datasets: [...datasets, ...(optOuts.includes(id) ? [OPT_OUTS] : [])].map((dataset) => ({
      dataset,
      snapshot: Buffer.from(digest(`${id} ${snapshot}`)).toString('hex'),
    })),
    floors: NO_FLOORS,
  }));
  const plan = planRun({
    offer: {
      runId,
      templateDigest: templateDigest(canonicalTemplate(bound.template)),
      register: REGISTER,
      parameters: values,
      requester,
      purpose: bound.template.purpose,
      participants,
    },
    bound,
    parameters: bindParameters(bound, values),
    roster: ROSTER,
  });
  return {
    bound,
    terms: runTerms(bound, participants),
    plan: {
      ...plan,
      noise: weakness.noNoise === true ? null : plan.noise,
      decoys: weakness.noDecoys === true ? null : plan.decoys,
    },
  };
}

/** What terms say where there is no noise. */
export const NOISELESS = { epsilon: null, overlapEpsilon: null } as const;

const PARTIES: readonly PartyId[] = ['police', 'charity-a', 'charity-b'];
const RUN = '00000000-0000-4000-8000-000000000001';

/** What each agency puts into a run that asks for these quarters. */
export function listsOf(
  people: readonly Somebody[],
  quarters: readonly number[] = QUARTERS.map((_, index) => index),
): PlainLists {
  const known = people.filter(({ quarter }) => quarter !== null && quarters.includes(quarter));
  const supportedAt = (list: string): PlainRecord[] =>
    people.flatMap(({ name, support }) => (support?.list === list ? [record(name, support.wait)] : []));
  const optedOut = PARTIES.map((agency) => {
    const there = people.filter(({ optedOutAt }) => optedOutAt === agency);
    return [optOutsOf(agency), there.map(({ name }) => record(name, 0))] as const;
  });
  return new Map([
    ...optedOut,
    [POLICE, known.map(({ name, offence }) => record(name, offence))],
    [CHARITY_A, supportedAt(CHARITY_A)],
    [CHARITY_B, supportedAt(CHARITY_B)],
  ]);
}

/** The list of those who have told this agency. */
export function optOutsOf(agency: PartyId): ListId {
  return listId(OPT_OUTS, agency);
}

/** Everybody has both match keys, and nobody another's. */
function record(name: string, label: number): PlainRecord {
  return { keys: [`${name}|postcode`, name], label, numbers: [] };
}

/** The cell number of somebody with this offence and wait; a wait of 0 is that nobody supports them. */
export function cellOf(offence: number, wait: number): number {
  const stride = bound.links[0]?.stride ?? 0;
  return offence * bound.population.stride + wait * stride;
}

/** A population whose numbers by quarter, offence and support are drawn by chance. */
export function population(dice: SeededDice, people: number): Somebody[] {
  return Array.from({ length: people }, (_, index) => {
    const supported = dice.chance(0.6);
    const list = dice.chance(0.5) ? CHARITY_A : CHARITY_B;
    return {
      name: `somebody ${index}`,
      quarter: dice.chance(0.9) ? dice.below(QUARTERS.length) : null,
      offence: 1 + dice.below(OFFENCES),
      support: supported ? { list, wait: 1 + dice.below(WAITS) } : null,
    };
  });
}

function digest(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/**
 * The exact counts by cell number of a run that asks for these quarters, and in which whoever has opted out is in a list:
 * by adding up, for everybody links to themselves.
 */
export function countsOf(people: readonly Somebody[], quarters: readonly number[]): Float64Array {
  const counts = new Float64Array(bound.cells);
  for (const { quarter, offence, support, optedOutAt } of people) {
    if (quarter === null || !quarters.includes(quarter) || optedOutAt !== undefined) continue;
    const cell = cellOf(offence, support?.wait ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/** Every choice of quarters that the template allows. */
export function choices(): number[][] {
  const least = bound.parameters.get('quarters')?.min ?? 1;
  return Array.from({ length: 2 ** QUARTERS.length }, (_, bits) =>
    QUARTERS.map((__, place) => place).filter((place) => Math.floor(bits / 2 ** place) % 2 === 1),
  ).filter((chosen) => chosen.length >= least);
}
