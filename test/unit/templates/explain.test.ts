import { describe, expect, it } from 'vitest';

import {
  bindParameters,
  bindTemplate,
  createCatalogue,
  explainTemplate,
  parseDataset,
} from '../../../core/templates/index.js';
import type { Explanation, Roster } from '../../../core/templates/index.js';
import { catalogue, CRIMES_YAML, FULL_BODY, template } from './fixtures.js';

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
  governance: { threshold: 1, officers: [] },
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
    expect(published).toContain('"Days to charge", "Linked to: People supported", "The victim withdrew"');
    expect(published).toContain('Counts below 10, zero among them, are suppressed');
    expect(published).toContain('nearest 5');
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
