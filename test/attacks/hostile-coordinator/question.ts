import type { RunOffer } from '../../../core/templates/index.js';
import type { Question } from './hostile-coordinator.js';

/** The template that officers have approved when a world begins. */
export const NAMED: Question = { template: 'special-measures-by-disability', version: 1 };

/** What is asked by it. */
export const QUESTION: Pick<RunOffer, 'parameters' | 'purpose'> = {
  parameters: { quarters: ['2024-Q1', '2024-Q2'], offenceGroups: ['violence'] },
  purpose: 'research-statistics',
};

/** Roster and grants of a demonstration hold longer. */
const DAYS = 40;
const DAY_MS = 86_400_000;

/** Its versions are of the same words. `expires`: its last day. */
export function templateOf(version: number, now: Date, expires = new Date(now.getTime() + DAYS * DAY_MS)): string {
  return `
template: ${NAMED.template}
version: ${version}
title: Who is given special measures in court?
pilot: victim-pathways
purpose: ${QUESTION.purpose}
lawfulBasis: For tests.
success: Whoever needs help to give evidence has it.
principles:
  relevant: Yes.
  impactful: Yes.
  clearAndInformative: Yes.
  nonStigmatising: Yes.
expires: ${expires.toISOString().slice(0, 10)}
unit: victim-case
contributionLimit: 1
population:
  dataset: police.victim-crimes
  where:
    - { field: reported-quarter, in: { parameter: quarters } }
    - { field: offence-group, in: { parameter: offenceGroups } }
links:
  - { dataset: courts.cases, on: case, keep: linked, take: latest }
dimensions:
  - { field: police.victim-crimes.disability }
  - { field: courts.cases.special-measures }
parameters:
  quarters: { from: [2024-Q1, 2024-Q2, 2024-Q3, 2024-Q4], min: 1 }
  offenceGroups: { from: [violence, robbery], min: 1 }
disclosure: { threshold: 10, roundTo: 5, epsilon: 1 }
`;
}
