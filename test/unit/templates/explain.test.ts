import { describe, expect, it } from 'vitest';

import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  explainTemplate,
  parseDataset,
} from '../../../core/templates/index.js';
import type { Explanation, Roster } from '../../../core/templates/index.js';
import { bind, catalogue, CRIMES_YAML, DISCLOSURE, FULL_BODY, MEASURES, NOISY, PRESENT, template } from './fixtures.js';

const bound = bindTemplate(template(FULL_BODY), catalogue);
const key = new Uint8Array(32);
const roster: Roster = {
  federation: 'demo',
  version: 1,
  agencies: [
    { id: 'north', name: 'Northshire Police', identityKey: key, datasets: ['police.crimes'] },
    { id: 'haven', name: 'Haven', identityKey: key, datasets: ['charities.support'] },
    { id: 'harbour', name: 'Harbour', identityKey: key, datasets: ['charities.support'] },
  ],
  coordinator: { identityKey: key },
};

function section({ sections }: Explanation, heading: string): string {
  const found = sections.find((candidate) => candidate.heading === heading);
  if (found === undefined) throw new Error(`no section ${heading}`);
  return found.paragraphs.join('\n');
}

describe('a template in plain English', () => {
  const explanation = explainTemplate(bound);

  it('has the question in one line, and the same sections for every template', () => {
    expect(explanation.question).toBe('Do victims withdraw when the charge is slow?');
    expect(explanation.sections.map(({ heading }) => heading)).toEqual([
      'What is asked',
      'Who is asked',
      'Why',
      'Under which law',
      'What leaves each agency',
      'What can be published',
    ]);
  });

  it('says what is asked, without a code or a name of a field', () => {
    const asked = section(explanation, 'What is asked');
    expect(asked).toContain('people, each once, in "Crimes with a victim"');
    expect(asked).toContain('"Kind of crime" is Rape or Stalking');
    expect(asked).toContain('"Age of the victim" is from 18 to 59');
    expect(asked).toContain('the latest record of the same case in "Charging decisions"');
    expect(asked).toContain('the earliest record of the same person in "People supported"');
    expect(asked).toContain('Days to charge: 0 to 90; 91 to 365; 366 or more; Not recorded; Not linked.');
    expect(asked).not.toMatch(/rape|days-|offence|2025-Q/);
  });

  it('says on which basis people are in each dataset', () => {
    const optIn = [...catalogue.values()].map((dataset) =>
      dataset.dataset === 'charities.support' ? { ...dataset, basis: 'opt-in' as const } : dataset,
    );
    const asked = section(explainTemplate(bindTemplate(template(FULL_BODY), createCatalogue(optIn))), 'Who is asked');
    expect(asked).toContain('"Crimes with a victim" is held for a public task: people are in it without being asked');
    expect(asked).toContain('"People supported" is opt-in: only records are used whose people have agreed');
    expect(asked).toContain('for research-statistics');
  });

  it('says what may be chosen, and once it is, what was', () => {
    const may = '1 to 2 of these, chosen by the analyst: January to March 2025; April to June 2025';
    expect(section(explanation, 'What is asked')).toContain(may);
    const chosen = explainTemplate(bound, bindParameters(bound, { quarters: ['2025-Q2'] }));
    expect(section(chosen, 'What is asked')).toContain('"Quarter of the report" is April to June 2025');
    expect(section(chosen, 'What is asked')).not.toContain('chosen by the analyst');
  });

  it('names the agencies where it knows the roster', () => {
    expect(section(explanation, 'Who is asked')).not.toContain('Haven');
    const sources = section(explainTemplate(bound, undefined, roster), 'Who is asked');
    expect(sources).toContain('Offered by Northshire Police.');
    expect(sources).toContain('Offered by Haven, Harbour.');
  });

  it('warns of datasets that do not hold everybody, and of no others', () => {
    const sources = section(explanation, 'Who is asked');
    expect(sources).toContain('"People supported" is known not to hold everybody');
    expect(sources.match(/known not to hold everybody/g)).toHaveLength(1);
  });

  it('says why and under which law, in the words of the template', () => {
    const { principles, success, lawfulBasis } = bound.template;
    const { relevant, impactful, clearAndInformative, nonStigmatising } = principles;
    for (const answer of [relevant, impactful, clearAndInformative, nonStigmatising, success]) {
      expect(section(explanation, 'Why')).toContain(answer);
    }
    expect(section(explanation, 'Under which law')).toContain(lawfulBasis);
    expect(section(explanation, 'Under which law')).toContain('2027-06-30');
  });

  it('says of each dataset which identifiers and fields leave, and no others', () => {
    const leaves = section(explanation, 'What leaves each agency').split('\n');
    expect(leaves.find((line) => line.includes('"Crimes with a victim"'))).toBe(
      'From "Crimes with a victim": pseudonyms of forename + surname + date of birth + postcode + sex; ' +
        'of forename + surname + date of birth + sex; of the case reference, ' +
        'and one sealed number for "The victim withdrew" (services).',
    );
    expect(leaves.find((line) => line.includes('"Charging decisions"'))).toBe(
      'From "Charging decisions": pseudonyms of the case reference, and one sealed number for "Days until the charge" (case in court).',
    );
    expect(leaves.find((line) => line.includes('"People supported"'))).toMatch(/sex, and nothing else\.$/);
  });

  it('says what can be published', () => {
    const published = section(explanation, 'What can be published');
    expect(published).toContain('"Days to charge", "Linked to: People supported", "The victim withdrew", with totals.');
    expect(published).toContain('Counts below 10, zero among them, are suppressed');
    expect(published).toContain('nearest 5');
    expect(published).toContain('If fewer than 10 records are left to count, there is no table at all.');
  });

  it.each([
    ['linked', 'Only those count that link to a record of the same case'],
    ['not-linked', 'Only those count that link to no record of the same case'],
  ])('says what keep: %s means', (keep, words) => {
    const kept = bindTemplate(
      template(`unit: victim-case
contributionLimit: 3
population: { dataset: police.crimes }
links: [{ dataset: courts.hearings, on: case, keep: ${keep} }]
dimensions: [{ field: police.crimes.withdrew }]
`),
      catalogue,
    );
    expect(section(explainTemplate(kept), 'What is asked')).toContain(words);
    expect(section(explainTemplate(kept), 'What is asked')).toContain(
      'records (victim-case), at most 3 for one person',
    );
  });

  it('says nothing of people where a dataset has none', () => {
    const body =
      'unit: court-case\npopulation: { dataset: courts.hearings }\ndimensions: [{ field: courts.hearings.plea }]\n';
    const asked = section(explainTemplate(bindTemplate(template(body), catalogue)), 'What is asked');
    expect(asked).toContain('It counts records (court-case) in "Hearings".');
  });

  it('takes the first sentence of a meaning into its own', () => {
    const wordy = CRIMES_YAML.replace(
      'meaning: The victim withdrew.',
      'meaning: "Withdrew. Empty, e.g. while it goes on."',
    );
    const definitions = createCatalogue([parseDataset(wordy)]);
    const body =
      'unit: victim-case\npopulation: { dataset: police.crimes }\ndimensions: [{ field: police.crimes.withdrew }]\n';
    const asked = section(explainTemplate(bindTemplate(template(body), definitions)), 'What is asked');
    expect(asked).toContain('\nWithdrew: Yes; No; Not recorded.');
  });

  it('says of measures which numbers leave, of which records, and what is left out', () => {
    const measured = explainTemplate(bind(FULL_BODY + MEASURES));
    const leaves = section(measured, 'What leaves each agency').split('\n');
    expect(leaves.find((line) => line.includes('"Crimes with a victim"'))).toMatch(
      /one sealed number for "The victim withdrew" \(services\), and sealed numbers to be added up, of "Age of the victim" \(demographics\)\.$/,
    );
    expect(leaves.find((line) => line.includes('"Charging decisions"'))).toMatch(
      /of "Days until the charge" \(case in court\)\.$/,
    );
    const published = section(measured, 'What can be published');
    expect(published).toContain('The mean of "Age in years" in each cell');
    expect(published).toContain('Values are taken from 18 to 59; what lies outside is taken for the nearer end');
    expect(published).toContain('The mean and the variance of "Days until the charge"');
    // Of a list without dimensions.
    const alone = bind(`unit: victim-case
population: { dataset: police.crimes }
links: [{ dataset: cps.charges, on: case, keep: all }]
dimensions: [{ linked: cps.charges }]
measures: [{ sum: cps.charges.change, range: [-10, 10] }]
`);
    expect(section(explainTemplate(alone), 'What leaves each agency')).toContain(
      'pseudonyms of the case reference, without any category, and sealed numbers to be added up, of "Change of plea" (case in court).',
    );
    expect(section(explainTemplate(alone), 'What can be published')).toContain(
      'The sum of "Change of plea" in each cell',
    );
  });

  it('shortens long lists of categories', () => {
    const long = bindTemplate(
      template(`unit: victim-case
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.age, bands: [${Array.from({ length: 20 }, (_, index) => index * 5).join(', ')}] }]
`),
      catalogue,
    );
    expect(section(explainTemplate(long), 'What is asked')).toContain('and 10 more');
  });
});

describe('noise in plain English', () => {
  const published = (disclosure: string, known?: Roster, body = FULL_BODY): string =>
    section(explainTemplate(bind(body, disclosure), undefined, known), 'What can be published');
  const leaves = (disclosure: string, known?: Roster, body = FULL_BODY): string =>
    section(explainTemplate(bind(body, disclosure), undefined, known), 'What leaves each agency');
  const saying = (rest: string): string => `disclosure: { threshold: 10, roundTo: 5, ${rest} }\n`;

  it('says that there is none, where there is none, and what that means', () => {
    expect(published(DISCLOSURE)).toContain('No noise is added to the counts.');
    expect(published(DISCLOSURE)).not.toMatch(/epsilon|budget/i);
    expect(leaves(DISCLOSURE)).toContain('All who take part learn how many records each agency sent');
    expect(leaves(DISCLOSURE)).toContain('The coordinator learns exactly how many fall in each cell');
  });

  it('says how far off a count is, as the law has it, for those who take part', () => {
    // Sum of so many independent two-sided geometric numbers, each with 2a/(1-a)^2.
    const deviation = (alpha: number, mixers: number): string =>
      `${Number(Math.sqrt((mixers * 2 * alpha) / (1 - alpha) ** 2).toPrecision(3))}`;
    const alpha = Math.exp(-1 / 2);
    expect(published(NOISY)).toContain(`off by about ${deviation(alpha, 1)} with the noise of one agency`);
    expect(published(NOISY, roster)).toContain(
      `off by about ${deviation(alpha, 3)} with the 3 agencies that offer these datasets`,
    );
    const few = {
      ...roster,
      agencies: [
        ...roster.agencies.slice(0, 2),
        { id: 'x', name: 'X', identityKey: key, datasets: ['courts.hearings'] },
      ],
    };
    expect(published(NOISY, few)).toContain(`off by about ${deviation(alpha, 2)} with the 2 agencies`);
    const several = FULL_BODY.replace('unit: person', 'unit: victim-case\ncontributionLimit: 3');
    expect(published(NOISY, roster, several)).toContain(`off by about ${deviation(Math.exp(-1 / 6), 3)} with`);
    // A second force may have as many records of one person.
    const [force] = roster.agencies;
    const twoForces = {
      ...roster,
      agencies: [...roster.agencies, ...(force === undefined ? [] : [{ ...force, id: 'south' }])],
    };
    expect(published(NOISY, twoForces, several)).toContain(`off by about ${deviation(Math.exp(-1 / 12), 4)} with`);
    expect(published(NOISY, twoForces)).toContain(`off by about ${deviation(alpha, 4)} with`);
    expect(published(NOISY, undefined, several)).toContain(
      'Where several agencies hold "Crimes with a victim", noise is',
    );
    expect(published(NOISY)).not.toContain('Where several agencies hold');
  });

  it('says what epsilon is, of tables', () => {
    expect(published(NOISY)).toContain('Epsilon is 1: any table of counts is at most 2.72 times as likely');
    expect(published(saying('epsilon: 0.1'))).toContain('Epsilon is 0.1: any table of counts is at most 1.11 times');
  });

  it('says what it does not hide', () => {
    expect(published(NOISY)).toContain('What is recorded of a case goes for all people of that case together');
    const people = FULL_BODY.replace('on: case', 'on: person');
    expect(published(NOISY, undefined, people)).not.toContain('of a case');
  });

  it('says whether list sizes and overlaps are exact', () => {
    expect(leaves(NOISY)).toContain('Every agency mixes made-up records into all lists');
    expect(leaves(NOISY)).toContain('with an epsilon of 1.');
    expect(leaves(NOISY)).not.toContain('Nothing is added to these numbers');
    const exact = leaves(saying('epsilon: 1, overlapEpsilon: none'));
    expect(exact).toContain('All who take part learn how many records each agency sent');
    expect(exact).toContain('Nobody sees an exact count of a cell');
    const open = leaves(saying('epsilon: none, overlapEpsilon: 0.5'));
    expect(open).toContain('with an epsilon of 0.5.');
    expect(open).toContain('The coordinator learns exactly how many fall in each cell');
  });

  it('says what an answer costs', () => {
    const measured = published(saying('epsilon: 1, overlapEpsilon: 0.5'), undefined, FULL_BODY + MEASURES);
    expect(measured).toContain(
      'takes 5.5 from the privacy budget of every snapshot that it is made from (1 for counts, 0.5 for list sizes and overlaps, 1 for a measure, 3 for a measure)',
    );
    expect(published(NOISY)).toContain('takes 2 from the privacy budget');
  });

  it('says how far off a sum is', () => {
    const alpha = Math.exp(-0.5 / 42);
    const deviation = Number(Math.sqrt((2 * alpha) / (1 - alpha) ** 2).toPrecision(3));
    const body = FULL_BODY + MEASURES;
    expect(published(NOISY, undefined, body)).toContain(
      `with an epsilon of 1 for all of them: a sum is off by about ${deviation} with the noise of one agency`,
    );
    expect(published(NOISY, undefined, body)).toContain('the mean of 100 records by about a hundredth of that');
    expect(published(DISCLOSURE, undefined, body)).toContain('No noise is added to it.');
    const sum = FULL_BODY + MEASURES.replace('mean', 'sum').split('\n').slice(0, 2).join('\n') + '\n';
    expect(published(NOISY, undefined, sum)).not.toContain('the mean of');
  });

  it('says that agencies may demand more, and that limits are blurred where there is noise', () => {
    expect(published(NOISY)).toContain('the strictest holds');
    expect(published(NOISY)).toContain('If fewer than about 10 records are left');
  });

  it('says how rounding works', () => {
    const sixes = 'disclosure: { threshold: 10, roundTo: 6, rounding: midpoint-6, epsilon: none }\n';
    expect(published(sixes)).toContain('rounded in sixes');
    expect(published(sixes)).not.toContain('nearest');
  });

  it('says what is derived, and what is left out', () => {
    const presented = published(DISCLOSURE, undefined, FULL_BODY + PRESENT);
    expect(presented).toContain(
      'The share of "Yes" in "The victim withdrew", among Yes; No, for each "Linked to: People supported" and "Days to charge".',
    );
    expect(presented).toContain(
      'The band of "Days to charge" below or in which 25 %, half of those lie that have one, for each "Linked to: People supported".',
    );
    const bare = `${FULL_BODY}present: { margins: none, rate: { of: charities.support, equals: [yes], by: [] } }\n`;
    expect(published(DISCLOSURE, undefined, bare)).toContain('"The victim withdrew", without totals.');
    expect(published(DISCLOSURE, undefined, bare)).toContain('among Yes; No, over the whole table.');
    expect(published(DISCLOSURE)).not.toContain('The share of');
  });

  it('says whether a whole line may be alike, and why', () => {
    expect(published(DISCLOSURE)).toContain(
      'Where fewer than 10 in a line of the table are outside one of its categories',
    );
    const allowed = published(saying('epsilon: none, wholeLines: All of them are told so'));
    expect(allowed).toContain(
      'It may show that everybody in a line of the table is alike, because: All of them are told so.',
    );
    expect(allowed).not.toContain('is not shown either');
  });
});
