import { describe, expect, it } from 'vitest';

import { bindTemplate, lintTemplate, parseTemplate } from '../../../core/templates/index.js';
import type { LintGrounds } from '../../../core/templates/index.js';
import { SHORTEST_ANSWER_WORDS } from '../../../core/templates/lint-answers.js';
import { MANY_CATEGORIES } from '../../../core/templates/lint-categories.js';
import { NARROWEST_DAYS, NARROWEST_YEARS } from '../../../core/templates/lint-fields.js';
import {
  FEWEST_RECORDS_PER_CELL,
  LONGEST_LIFE_DAYS,
  MANY_CONTRIBUTIONS,
  USUAL_MOST_EPSILON,
} from '../../../core/templates/lint-protection.js';
import { possibleCells } from '../../../core/templates/table.js';
import { loadPolicy } from '../../../node-agent/policy/policy-file.js';
import { packagePath } from '../../../runtime/index.js';
import { chosenBy, withCodes } from './lint-corpus/risks-of-aiming.js';
import { catalogueWith, edited, SOUND, TODAY } from './lint-corpus/sound.js';
import type { Edit } from './lint-corpus/sound.js';

function codesOf(edits: readonly Edit[], grounds: LintGrounds = {}, catalogue = catalogueWith()): string[] {
  const bound = bindTemplate(parseTemplate(edited(SOUND, edits)), catalogue);
  return lintTemplate(bound, [], grounds).map(({ code }) => code);
}

/** ISO date so many days after the day of the corpus. */
function inDays(days: number): string {
  return new Date(new Date(TODAY).getTime() + days * 86_400_000).toISOString().slice(0, 10);
}

describe('a limit of the lint holds at the limit, and not one past it:', () => {
  it('words of an answer', () => {
    const answer = (words: number): Edit => [
      'Where support keeps people engaged, it can be offered before the decision and not after it.',
      Array.from({ length: words }, (_, index) => `word${index}`).join(' '),
    ];
    expect(codesOf([answer(SHORTEST_ANSWER_WORDS)])).toEqual([]);
    expect(codesOf([answer(SHORTEST_ANSWER_WORDS - 1)])).toEqual(['ANSWER_SHORT']);
  });

  it('days of a band', () => {
    const bands = (days: number): Edit => ['[0, 91, 183, 366]', `[0, ${days}, 183, 366]`];
    expect(codesOf([bands(NARROWEST_DAYS)])).toEqual([]);
    expect(codesOf([bands(NARROWEST_DAYS - 1)])).toEqual(['FINE_BANDS']);
  });

  it('years of a band', () => {
    const bands = (years: number): Edit => ['victim-withdrew', `victim-age, bands: [18, ${18 + years}]`];
    expect(codesOf([bands(NARROWEST_YEARS)])).toEqual([]);
    expect(codesOf([bands(NARROWEST_YEARS - 1)])).toEqual(['FINE_BANDS']);
  });

  it('categories of a field', () => {
    const areas = (count: number): string[] => {
      const codes = Array.from({ length: count }, (_, index) => `a${index}: Area ${index}`).join(', ');
      const field = `fields:\n  area: { type: code, codes: { ${codes} }, meaning: Area, category: investigation }`;
      const edits: Edit[] = [
        ['victim-withdrew', 'area'],
        ['  - { field: cps.prosecutions.days-to-decision, bands: [0, 91, 183, 366] }\n', ''],
        ['  - { dataset: cps.prosecutions, on: case, keep: all }\n', ''],
      ];
      return codesOf(edits, {}, catalogueWith({ 'police.victim-crimes': [['fields:', field]] }));
    };
    expect(areas(MANY_CATEGORIES)).toEqual([]);
    expect(areas(MANY_CATEGORIES + 1)).toEqual(['FINE_PLACES']);
  });

  it('categories that are chosen from', () => {
    const areas = (count: number): string[] => {
      const codes = Array.from({ length: count }, (_, index) => `a${index}`);
      return codesOf(chosenBy('area', codes, 'min: 1, max: 1'), {}, catalogueWith(withCodes('area', codes, 'Area')));
    };
    expect(areas(MANY_CATEGORIES)).toEqual([]);
    expect(areas(MANY_CATEGORIES + 1)).toEqual(['FINE_PLACES']);
  });

  it('records for each cell', () => {
    const enough = FEWEST_RECORDS_PER_CELL * possibleCells(bindTemplate(parseTemplate(SOUND), catalogueWith())).length;
    expect(codesOf([], { population: enough })).toEqual([]);
    expect(codesOf([], { population: enough - 1 })).toEqual(['FEW_RECORDS']);
    const defined = (records: number): string[] =>
      codesOf([], {}, catalogueWith({ 'police.victim-crimes': [['partial: false', `records: ${records}`]] }));
    expect(defined(enough)).toEqual([]);
    expect(defined(enough - 1)).toEqual(['FEW_RECORDS']);
    // What is said of this question goes before what is known of the dataset.
    const few = catalogueWith({ 'police.victim-crimes': [['partial: false', 'records: 1']] });
    expect(codesOf([], { population: enough }, few)).toEqual([]);
  });

  it('epsilon', () => {
    const epsilon = (value: number): Edit => ['epsilon: 1', `epsilon: ${value}`];
    expect(codesOf([epsilon(USUAL_MOST_EPSILON)])).toEqual([]);
    expect(codesOf([epsilon(USUAL_MOST_EPSILON + 0.01)])).toEqual(['WEAK_EPSILON']);
  });

  it('which is that of the policy that nodes come with', () => {
    const { policy } = loadPolicy(packagePath('node-agent', 'policy.example.yaml'));
    expect(policy.maximumEpsilon).toBe(USUAL_MOST_EPSILON);
  });

  it('records of one person', () => {
    const limit = (count: number): Edit => ['contributionLimit: 1', `contributionLimit: ${count}`];
    expect(codesOf([limit(MANY_CONTRIBUTIONS)])).toEqual([]);
    expect(codesOf([limit(MANY_CONTRIBUTIONS + 1)])).toEqual(['MANY_CONTRIBUTIONS']);
  });

  it('days until it expires, on either side', () => {
    const expires = (days: number): Edit => ['expires: 2027-06-30', `expires: ${inDays(days)}`];
    const today = { today: TODAY };
    expect(codesOf([expires(LONGEST_LIFE_DAYS)], today)).toEqual([]);
    expect(codesOf([expires(LONGEST_LIFE_DAYS + 1)], today)).toEqual(['EXPIRES_LATE']);
    expect(codesOf([expires(0)], today)).toEqual([]);
    expect(codesOf([expires(-1)], today)).toEqual(['EXPIRED']);
    // Nobody has said what day it is.
    expect(codesOf([expires(-1)])).toEqual([]);
  });
});
