import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CHANGE_EFFECTS, diffTemplates, parseTemplate } from '../../../core/templates/index.js';
import type { Template } from '../../../core/templates/index.js';
import { boldCatalogue } from '../../../examples/bold/index.js';
import { arbitraryTemplate } from '../../support/arbitrary-template.js';
import { arbitraryFullTemplate, singleEdits } from '../../support/template-edits.js';
import { bind, catalogue, FULL_BODY, MEASURES, PRESENT, template, templateYaml } from './fixtures.js';

const full = template(FULL_BODY + MEASURES + PRESENT);

/** `effect path: says` of each change, when the text of the full template is edited. */
function diff(from: string, to: string, text = templateYaml(FULL_BODY + MEASURES + PRESENT)): string[] {
  if (!text.includes(from)) throw new Error(`the template has no ${from}`);
  return changes(parseTemplate(text), parseTemplate(text.replace(from, to)));
}

function changes(before: Template, after: Template): string[] {
  return diffTemplates(before, after, catalogue).map(({ effect, path, says }) => `${effect} ${path}: ${says}`);
}

describe('a semantic diff', () => {
  it.each([
    // The population.
    [
      'offence, in: [rape, stalking]',
      'offence, in: [rape]',
      'asks-less population.where[1]: Counts people where "Kind of crime" is Rape instead of Rape or Stalking: fewer people.',
    ],
    [
      'offence, in: [rape, stalking]',
      'offence, in: [rape, stalking, theft]',
      'asks-more population.where[1]: Counts people where "Kind of crime" is Rape or Stalking or Theft instead of Rape or Stalking: more people.',
    ],
    [
      'offence, in: [rape, stalking]',
      'offence, in: [stalking, rape]',
      'wording population.where[1]: Counts people where "Kind of crime" is Stalking or Rape instead of Rape or Stalking: the same people.',
    ],
    [
      'between: [18, 59]',
      'between: [16, 59]',
      'asks-more population.where[2]: Counts people where "Age of the victim" is 16 to 59 instead of 18 to 59: more people.',
    ],
    [
      'between: [18, 59]',
      'between: [20, 70]',
      'asks-differently population.where[2]: Counts people where "Age of the victim" is 20 to 70 instead of 18 to 59: other people.',
    ],
    [
      '    - { field: age, between: [18, 59] }\n',
      '',
      'asks-more population.where[2]: Counts people no longer only where "Age of the victim" is 18 to 59: more people.',
    ],
    // Links.
    [
      'take: earliest',
      'take: latest',
      'asks-differently links[1].take: Takes the latest record of "People supported" instead of the earliest.',
    ],
    [
      'where: [{ field: days, between: [0, 730] }]',
      'where: [{ field: days, between: [0, 365] }]',
      'asks-less links[0].where[0]: Links to records of "Charging decisions" where "Days until the charge" is 0 to 365 instead of 0 to 730: fewer records of "Charging decisions".',
    ],
    [
      'charities.support, on: person, keep: all',
      'charities.support, on: person, keep: linked',
      'asks-less links[1].keep: Counts a record only where it links to "People supported", instead of whether it links or not: fewer people.',
    ],
    // The table.
    [
      'bands: [0, 91, 366]',
      'bands: [0, 91, 183, 366]',
      'shows-more dimensions[0].bands: Cuts "Days until the charge" at 0, 91, 183, 366 instead of 0, 91, 366: finer.',
    ],
    [
      'bands: [0, 91, 366]',
      'bands: [0, 366]',
      'shows-less dimensions[0].bands: Cuts "Days until the charge" at 0, 366 instead of 0, 91, 366: coarser.',
    ],
    [
      'label: Days to charge',
      'label: Delay',
      'wording dimensions[0].label: Calls "Days until the charge" "Delay" instead of "Days to charge".',
    ],
    [
      'range: [18, 59]',
      'range: [0, 99]',
      'shows-more measures[0].range: Takes "Age of the victim" from 0 to 99 instead of 18 to 59.',
    ],
    [
      '  - { mean: police',
      '  - { variance: police',
      'shows-more measures[0].variance: Shows the variance of "Age of the victim" instead of the mean.',
    ],
    [
      'epsilon: 3',
      'epsilon: 2',
      'shows-less measures[1].epsilon: The epsilon of the measure of "Days until the charge" is 2 instead of 3: more noise.',
    ],
    // Choices.
    [
      'max: 2',
      'max: 1',
      'asks-less parameters.quarters.max: Lets at most 1 values of quarters be chosen instead of 2.',
    ],
    [
      'from: [2025-Q1, 2025-Q2]',
      'from: [2025-Q1, 2025-Q3]',
      'asks-differently parameters.quarters.from: Offers 2 values for quarters instead of 2 values: 1 new, 1 gone.',
    ],
    // Disclosure.
    ['threshold: 10', 'threshold: 12', 'shows-less disclosure.threshold: Shows counts from 12 instead of 10.'],
    ['roundTo: 5', 'roundTo: 10', 'shows-less disclosure.roundTo: Rounds counts to 10 instead of 5.'],
    // Words, purpose, time.
    [
      'purpose: research-statistics',
      'purpose: audit',
      'asks-differently purpose: Is asked for the purpose audit instead of research-statistics.',
    ],
    [
      'expires: 2027-06-30',
      'expires: 2027-07-30',
      'asks-more expires: May run until 2027-07-30 instead of 2027-06-30: 30 days longer.',
    ],
    [
      'expires: 2027-06-30',
      'expires: 2027-06-29',
      'asks-less expires: May run until 2027-06-29 instead of 2027-06-30: 1 day less.',
    ],
    [
      'It is about the system.',
      'It is about courts.',
      'wording principles.nonStigmatising: The answer to "non-stigmatising" now reads: It is about courts.',
    ],
    [
      'scheme: exact',
      'scheme: standard',
      'asks-differently scheme: Joins people by the keys of standard instead of exact.',
    ],
    ['unit: person', 'unit: victim-case', 'asks-differently unit: Counts records (victim-case) instead of people.'],
    [
      'unit: person',
      'unit: person\nminimumParticipants: 3',
      'asks-less minimumParticipants: Runs with at least 3 agencies instead of 2.',
    ],
    [
      'unit: person',
      'unit: person\nminimumParticipants: 2',
      'wording minimumParticipants: Says outright that at least 2 agencies take part, as before.',
    ],
    [
      'unit: person',
      'unit: person\nlinkage: { threshold: 0.9 }',
      'asks-differently linkage.threshold: Links people from 0.9 on instead of 0.5: fewer links, and surer ones.',
    ],
    [
      'equals: [yes]',
      'equals: [no]',
      'shows-differently present.rate: Derives in another way a rate: of police.crimes.withdrew, no, by charities.support and cps.charges.days.',
    ],
  ])('of %s to %s', (from, to, said) => {
    expect(diff(from, to)).toEqual([said]);
  });

  it('says quarters by their ends, and that the last is the last there is', () => {
    const counting = (quarters: string): Template =>
      template(`unit: victim-case
population: { dataset: police.crimes, where: [{ field: quarter, in: [${quarters}] }] }
dimensions: [{ field: police.crimes.withdrew }]
`);
    expect(changes(counting('2025-Q2, 2025-Q3'), counting('2025-Q1, 2025-Q2, 2025-Q3'))).toEqual([
      'asks-more population.where[0]: Counts records where "Quarter of the report" is 2025-Q1 on instead of 2025-Q2 on: more records.',
    ]);
    expect(changes(counting('2025-Q1, 2025-Q2'), counting('2025-Q1, 2025-Q3'))).toEqual([
      'asks-differently population.where[0]: Counts records where "Quarter of the report" is 2025-Q1 or 2025-Q3 instead of 2025-Q1 to 2025-Q2: other records.',
    ]);
  });

  it('turns a filter of those who are left out round', () => {
    const leaving = (codes: string): Template =>
      template(`unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: not-linked, where: [{ field: outcome, in: [${codes}] }] }]
dimensions: [{ field: police.crimes.withdrew }]
`);
    expect(changes(leaving('charged'), leaving('charged, dropped'))).toEqual([
      'asks-less links[0].where[0]: Leaves out who links to records of "Charging decisions" where "Decision" is Charged or Dropped instead of Charged: more records of "Charging decisions".',
    ]);
  });

  it('says of an epsilon that several go by it', () => {
    const noisy = (epsilon: number): Template =>
      template(FULL_BODY, `disclosure: { threshold: 10, roundTo: 5, epsilon: ${epsilon} }\n`);
    expect(changes(noisy(1), noisy(2))).toEqual([
      'shows-more disclosure.epsilon: The epsilon of counts is 2 instead of 1: less noise.',
      'shows-more disclosure.overlapEpsilon: The epsilon of list sizes and overlaps is 2 instead of 1: less noise.',
    ]);
    expect(changes(noisy(1), template(FULL_BODY)).map((said) => said.split(': ').at(-1))).toContain('no noise.');
  });

  it('goes by names where there are no definitions', () => {
    const [change] = diffTemplates(full, template(FULL_BODY.replace('[18, 59]', '[18, 60]') + MEASURES + PRESENT));
    expect(change?.says).toBe('Counts people where police.crimes.age is 18 to 60 instead of 18 to 59: more people.');
  });

  it('says nothing of a file that is only laid out otherwise', () => {
    const text = templateYaml(FULL_BODY + MEASURES + PRESENT);
    const [first = '', ...rest] = text.split('\n');
    const relaid = `# A comment\n${[...rest.slice(0, -1), first].join('\n')}\n`;
    expect(relaid).not.toBe(text);
    expect(changes(full, parseTemplate(relaid))).toEqual([]);
  });

  const bold = boldCatalogue();
  const anyTemplate = arbitraryTemplate(bold).chain(({ template: drawn }) => arbitraryFullTemplate(drawn));

  it('says nothing of equal templates, and something of any single edit', () => {
    const paths = new Set<string>();
    fc.assert(
      fc.property(anyTemplate, (drawn) => {
        expect(diffTemplates(drawn, structuredClone(drawn), bold)).toEqual([]);
        for (const { at, edited } of singleEdits(drawn)) {
          const said = diffTemplates(drawn, edited, bold);
          if (said.length === 0) throw new Error(`nothing is said of an edit at ${at}`);
          for (const { effect, path, says } of said) {
            expect(CHANGE_EFFECTS).toContain(effect);
            expect(says).toMatch(/^[A-Z].*\S$/s);
            expect(says).not.toContain('undefined');
            paths.add(path.split(/[.[]/)[0] ?? '');
          }
        }
      }),
      { numRuns: 60 },
    );
    // Every part of a template was edited at least once.
    expect([...paths].toSorted()).toEqual(
      [...Object.keys(full), 'contributionLimit', 'linkage', 'minimumParticipants', 'scheme']
        .toSorted()
        .filter(isFirst),
    );
  });

  it('is the other way round when a template is taken back', () => {
    fc.assert(
      fc.property(anyTemplate, (drawn) => {
        for (const { edited } of singleEdits(drawn)) {
          const there = diffTemplates(drawn, edited, bold).map(({ effect }) => opposite(effect));
          const back = diffTemplates(edited, drawn, bold).map(({ effect }) => effect);
          expect(back.toSorted()).toEqual(there.toSorted());
        }
      }),
      { numRuns: 30 },
    );
  });
});

function isFirst(name: string, index: number, names: readonly string[]): boolean {
  return names.indexOf(name) === index;
}

function opposite(effect: string): string {
  if (effect.endsWith('-more')) return effect.replace('-more', '-less');
  return effect.endsWith('-less') ? effect.replace('-less', '-more') : effect;
}

describe('the bound fixture', () => {
  it('is what these sentences are about', () => {
    expect(bind(FULL_BODY + MEASURES + PRESENT).template).toEqual(full);
  });
});
