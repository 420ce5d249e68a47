import { describe, expect, it } from 'vitest';

import {
  bindTemplate,
  createCatalogue,
  DEFAULT_BUDGET,
  lintTemplate,
  parseDataset,
  parseTemplate,
} from '../../../core/templates/index.js';
import type { BoundTemplate, LintFinding } from '../../../core/templates/index.js';
import { MANY_CELLS } from '../../../core/templates/lint-protection.js';
import { bind, catalogue, DISCLOSURE, NOISY, template, templateYaml } from './fixtures.js';

const simple = (where: string, rest = ''): string => `unit: victim-case
population: { dataset: police.crimes, where: [${where}] }
dimensions: [{ field: police.crimes.withdrew }]
${rest}`;

/** A choice of kinds of crime, of which there are three. */
const choosing = (min: number, max: number): string =>
  simple(
    '{ field: offence, in: { parameter: kinds } }',
    `parameters: { kinds: { from: offence, min: ${min}, max: ${max} } }\n`,
  );

/** Another template over the fixtures' datasets, by its name. */
function named(name: string, body: string, disclosure = DISCLOSURE): BoundTemplate {
  const text = templateYaml(body, disclosure).replace('template: withdrawal-by-delay', `template: ${name}`);
  return bindTemplate(parseTemplate(text), catalogue);
}

function found(findings: readonly LintFinding[]): string[] {
  return findings.map(({ code, path, severity }) => `${severity} ${code} ${path}`);
}

function lint(body: string, disclosure = DISCLOSURE, ...others: readonly BoundTemplate[]): string[] {
  return found(lintTemplate(bind(body, disclosure), others));
}

describe('choices', () => {
  it('that nest are an error without noise', () => {
    expect(lint(choosing(1, 3))).toEqual(['error CHOICES_NEST parameters.kinds']);
    expect(lint(choosing(2, 3))).toEqual(['error CHOICES_NEST parameters.kinds']);
    expect(lint(choosing(1, 2))).toEqual(['error CHOICES_NEST parameters.kinds']);
  });

  it('that overlap are one too', () => {
    expect(lint(choosing(2, 2))).toEqual(['error CHOICES_COMBINE parameters.kinds']);
  });

  it('of one value, or of all, are none', () => {
    expect(lint(choosing(1, 1))).toEqual([]);
    expect(lint(choosing(3, 3))).toEqual([]);
  });

  it('are a warning with noise, which says how many questions the budget is enough for', () => {
    const [finding, ...rest] = lintTemplate(bind(choosing(1, 3), NOISY), []);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({ code: 'CHOICES_NEST', severity: 'warning' });
    // 1 for counts and 1 for overlaps, of 10.
    expect(finding?.why).toContain(`one question costs 2 of a node's privacy budget, so that 5 different ones`);
    expect(lint(choosing(2, 2), NOISY)).toEqual(['warning CHOICES_COMBINE parameters.kinds']);
  });

  it('are none where the budget is not enough for two questions', () => {
    const costing = (epsilon: number): string[] =>
      lint(
        choosing(1, 3),
        `disclosure: { threshold: 10, roundTo: 5, epsilon: ${epsilon}, overlapEpsilon: none, noNoise: Overlaps are public. }\n`,
      );
    const weak = 'warning WEAK_EPSILON disclosure.epsilon';
    expect(costing(DEFAULT_BUDGET.perSnapshot / 2)).toEqual(['warning CHOICES_NEST parameters.kinds', weak]);
    expect(costing(DEFAULT_BUDGET.perSnapshot / 2 + 0.01)).toEqual([weak]);
    // 1.6 + 2.7 + 0.7 is a little more than 5.
    const measured = `${choosing(1, 3)}measures: [{ sum: police.crimes.age, range: [0, 99], epsilon: 0.7 }]\n`;
    const fractions = 'disclosure: { threshold: 10, roundTo: 5, epsilon: 1.6, overlapEpsilon: 2.7 }\n';
    expect(lintTemplate(bind(measured, fractions), [])[0]?.why).toContain(
      "costs 5 of a node's privacy budget, so that 2",
    );
  });

  it('of each parameter are looked at', () => {
    const two = simple(
      '{ field: offence, in: { parameter: kinds } }, { field: quarter, in: { parameter: quarters } }',
      'parameters: { kinds: { from: offence, min: 1, max: 1 }, quarters: { from: quarter } }\n',
    );
    expect(lint(two)).toEqual(['error CHOICES_NEST parameters.quarters']);
  });
});

describe('populations', () => {
  const adults = '{ field: age, between: [18, 120] }';
  const young = '{ field: age, between: [18, 25] }';
  const everybody = named('everybody', simple(''));

  it('of which one is part of the other are an error without noise, either way round', () => {
    expect(lint(simple(young), DISCLOSURE, named('adults', simple(adults)))).toEqual([
      'error POPULATIONS_NEST population',
    ]);
    expect(lint(simple(adults), DISCLOSURE, named('young', simple(young)))).toEqual([
      'error POPULATIONS_NEST population',
    ]);
    expect(lint(simple(young), DISCLOSURE, everybody)).toEqual(['error POPULATIONS_NEST population']);
  });

  it('are a warning where one of the two has noise', () => {
    expect(lint(simple(young), NOISY, everybody)).toEqual(['warning POPULATIONS_NEST population']);
    expect(lint(simple(young), DISCLOSURE, named('everybody', simple(''), NOISY))).toEqual([
      'warning POPULATIONS_NEST population',
    ]);
  });

  it('say which template it is', () => {
    const [finding] = lintTemplate(bind(simple(young)), [everybody]);
    expect(finding?.why).toContain(
      'everybody (version 2) can count all of the records that this template counts, and more',
    );
    const [other] = lintTemplate(bind(simple('')), [named('young', simple(young))]);
    expect(other?.why).toContain('young (version 2) can count a part of the records');
  });

  it.each([
    ['the same', simple(young), simple(young)],
    ['different ages', simple('{ field: age, between: [18, 25] }'), simple('{ field: age, between: [20, 30] }')],
    ['different kinds of crime', simple('{ field: offence, in: [rape] }'), simple('{ field: offence, in: [theft] }')],
    [
      'kinds that overlap',
      simple('{ field: offence, in: [rape, theft] }'),
      simple('{ field: offence, in: [rape, stalking] }'),
    ],
    ['filters of different fields', simple(young), simple('{ field: offence, in: [rape] }')],
    ['another unit', simple(young), simple('').replace('unit: victim-case', 'unit: person\nscheme: exact')],
    [
      'another dataset',
      simple(young),
      'unit: defendant-case\npopulation: { dataset: cps.charges }\ndimensions: [{ field: cps.charges.outcome }]\n',
    ],
  ])('that are %s are none', (_, mine, theirs) => {
    expect(lint(mine, DISCLOSURE, named('other', theirs))).toEqual([]);
  });

  it('nest where a list of values does', () => {
    const one = simple('{ field: offence, in: [rape] }');
    expect(lint(one, DISCLOSURE, named('two', simple('{ field: offence, in: [rape, theft] }')))).toEqual([
      'error POPULATIONS_NEST population',
    ]);
  });

  it('nest where some choice makes them', () => {
    // One kind at a time, chosen; and two that are fixed.
    const two = named('two', simple('{ field: offence, in: [rape, theft] }'));
    expect(lint(choosing(1, 1), DISCLOSURE, two)).toEqual(['error POPULATIONS_NEST population']);
    // Where a choice can make them the same, the choice is to blame, and has its own finding.
    expect(lint(choosing(2, 2), NOISY, two)).toEqual(['warning CHOICES_COMBINE parameters.kinds']);
    expect(lint(choosing(1, 3), NOISY, two)).toEqual(['warning CHOICES_NEST parameters.kinds']);
    // One that is fixed and not among those to choose from.
    const stalking = named('stalking', simple('{ field: offence, in: [stalking] }'));
    const narrow = choosing(1, 1).replace('from: offence', 'from: [rape, theft]');
    expect(lint(narrow, DISCLOSURE, stalking)).toEqual([]);
  });

  it('nest where a link drops records, and not where both drop the same', () => {
    const linking = (where: string): string =>
      `${simple('')}links: [{ dataset: cps.charges, on: case, keep: linked, where: [${where}] }]\n`;
    expect(lint(linking(''), DISCLOSURE, everybody)).toEqual(['error POPULATIONS_NEST population']);
    expect(lint(linking(''), DISCLOSURE, named('other', linking('')))).toEqual([]);
    expect(lint(linking(''), DISCLOSURE, named('other', linking('{ field: outcome, in: [charged] }')))).toEqual([]);
  });

  it('take two filters of one field together', () => {
    const twice = simple('{ field: age, between: [0, 40] }, { field: age, between: [18, 120] }');
    expect(lint(twice, DISCLOSURE, named('both', simple('{ field: age, between: [18, 40] }')))).toEqual([]);
    const kinds = simple('{ field: offence, in: [rape, theft] }, { field: offence, in: [theft, stalking] }');
    expect(lint(kinds, DISCLOSURE, named('theft', simple('{ field: offence, in: [theft] }')))).toEqual([]);
    expect(lint(kinds, DISCLOSURE, named('rape', simple('{ field: offence, in: [rape, theft] }')))).toEqual([
      'error POPULATIONS_NEST population',
    ]);
  });

  it('are not compared with those of the template itself, but with those of its other versions', () => {
    expect(lint(simple(young), DISCLOSURE, bind(simple(adults)))).toEqual([]);
    const older = bindTemplate(
      parseTemplate(templateYaml(simple(adults)).replace('version: 2', 'version: 1')),
      catalogue,
    );
    expect(lint(simple(young), DISCLOSURE, older)).toEqual(['error POPULATIONS_NEST population']);
  });
});

describe('bands', () => {
  const banded = (bands: string, where = ''): string => `unit: victim-case
population: { dataset: police.crimes, where: [${where}] }
dimensions: [{ field: police.crimes.offence }, { field: police.crimes.age, bands: [${bands}] }]
`;

  it('that differ by a little are an error without noise', () => {
    const findings = lintTemplate(bind(banded('0, 18, 60')), [named('other', banded('0, 20, 60'))]);
    expect(found(findings)).toEqual(['error BANDS_DIFFER dimensions[1].bands']);
    expect(findings[0]?.why).toContain('cuts police.crimes.age at 20 where this template cuts it at 18');
    expect(lint(banded('0, 18, 60'), NOISY, named('other', banded('0, 20, 60')))).toEqual([
      'warning BANDS_DIFFER dimensions[1].bands',
    ]);
  });

  it('that differ in several places are each told', () => {
    expect(lint(banded('0, 18, 60'), DISCLOSURE, named('other', banded('0, 20, 62')))).toHaveLength(2);
  });

  it.each([
    ['the same', '0, 18, 60'],
    ['finer, for what lies between is a band of its own', '0, 18, 25, 60'],
    ['far apart', '0, 40, 80'],
  ])('that are %s are none', (_, bands) => {
    expect(lint(banded('0, 18, 60'), DISCLOSURE, named('other', banded(bands)))).toEqual([]);
  });

  it('differ by a little as long as it is less than the narrowest band', () => {
    // Bands of 20, 40 and 61; the narrowest has 20.
    expect(lint(banded('0, 20, 60'), DISCLOSURE, named('other', banded('0, 20, 79')))).toHaveLength(1);
    expect(lint(banded('0, 20, 60'), DISCLOSURE, named('other', banded('0, 20, 80')))).toEqual([]);
  });

  it('of other populations, or of other fields, are none', () => {
    const others = '{ field: offence, in: [theft] }';
    const mine = banded('0, 18, 60', '{ field: offence, in: [rape] }');
    expect(lint(mine, DISCLOSURE, named('other', banded('0, 20, 60', others)))).toEqual([]);
    const charges = (dimension: string): string => `unit: defendant-case
population: { dataset: cps.charges }
dimensions: [{ field: ${dimension} }]
`;
    expect(
      lint(
        charges('cps.charges.days, bands: [0, 8]'),
        DISCLOSURE,
        named('other', charges('cps.charges.change, bands: [0, 7]')),
      ),
    ).toEqual([]);
  });
});

describe('linkage', () => {
  const linking = (said: string, dataset = 'charities.support'): string => `unit: person
${said}
population: { dataset: police.crimes }
links: [{ dataset: ${dataset}, on: person, keep: all, unlinked: none }]
dimensions: [{ linked: ${dataset} }]
`;
  const usual = linking('scheme: standard');

  it('by another threshold or scheme is an error without noise', () => {
    const surer = named('other', linking('scheme: standard\nlinkage: { threshold: 0.9 }'));
    const findings = lintTemplate(bind(usual), [surer]);
    expect(found(findings)).toEqual(['error LINKAGE_DIFFERS linkage.threshold']);
    expect(findings[0]?.why).toContain('by another threshold');
    expect(lint(usual, NOISY, surer)).toEqual(['warning LINKAGE_DIFFERS linkage.threshold']);
    expect(lint(usual, DISCLOSURE, named('other', linking('scheme: exact')))).toEqual(['error LINKAGE_DIFFERS scheme']);
  });

  it('alike, or to other datasets, is none', () => {
    expect(lint(usual, DISCLOSURE, named('other', linking('scheme: standard\nlinkage: { threshold: 0.5 }')))).toEqual(
      [],
    );
    expect(lint(usual, DISCLOSURE, named('other', linking('scheme: exact', 'cps.charges')))).toEqual([]);
    expect(lint(usual, DISCLOSURE, named('other', simple('')))).toEqual([]);
  });
});

describe('measures', () => {
  const measured = (epsilon: string): string =>
    simple('', `measures: [{ sum: police.crimes.age, range: [0, 100]${epsilon} }]\n`);

  it('are an error without noise, and fine with it', () => {
    expect(lint(measured(''))).toEqual(['error EXACT_MEASURES measures[0]']);
    expect(lint(measured(', epsilon: 1'))).toEqual([]);
    expect(lint(measured(''), NOISY)).toEqual([]);
  });
});

describe('the table', () => {
  const ages = (bands: number): string => `unit: victim-case
population: { dataset: police.crimes }
dimensions: [{ field: police.crimes.offence }, { field: police.crimes.age, bands: [${Array.from({ length: bands }, (_, index) => index).join(', ')}] }]
`;

  it('may have many cells, and is warned of more', () => {
    // Three kinds of crime and "not recorded", each with all bands and "not recorded".
    const fine = 'warning FINE_BANDS dimensions[1].bands';
    expect(lint(ages(MANY_CELLS / 4 - 1))).toEqual([fine]);
    expect(lint(ages(MANY_CELLS / 4))).toEqual(['warning MANY_CELLS dimensions', fine]);
  });

  it.each([
    ['force', 'The force that recorded the crime'],
    ['police-force', 'Who recorded it'],
    ['court-name', 'Where it was heard'],
    ['provider-code', 'Who helped'],
    ['venue', 'Which court heard the case'],
    ['helper', 'Name of the charity that helped'],
  ])('may show %s: %s, and is warned that it names organisations', (field, meaning) => {
    expect(lintField(field, meaning)).toEqual(['warning NAMES_ORGANISATIONS dimensions[0]']);
  });

  it.each([
    ['court', 'Which kind of court heard the case'],
    ['special-measures', 'Special measures in court'],
    ['force-used', 'Whether force was used'],
    ['outcome', 'Which outcome the court reached'],
  ])('may show %s: %s, which names none', (field, meaning) => {
    expect(lintField(field, meaning)).toEqual([]);
  });

  function lintField(field: string, meaning: string): string[] {
    const dataset = parseDataset(`dataset: a.b
version: 1
title: t
description: d
unit: thing
keys: [case]
order: day
purposes: [research-statistics]
basis: public-task
fields:
  day: { type: date, meaning: m, category: services }
  ${field}: { type: code, codes: { a: A, b: B }, meaning: ${meaning}, category: services }
`);
    const body = `unit: thing\npopulation: { dataset: a.b }\ndimensions: [{ field: a.b.${field} }]\n`;
    return found(lintTemplate(bindTemplate(parseTemplate(templateYaml(body)), createCatalogue([dataset])), []));
  }
});

describe('the basis', () => {
  it('is asked for where a dataset’s definition doesn’t say it', () => {
    const unsaid = [...catalogue.values()].map(({ basis, ...dataset }) =>
      dataset.dataset === 'police.crimes' ? { ...dataset, ...(basis && { basis }) } : dataset,
    );
    const linked = template(`unit: person
scheme: exact
population: { dataset: police.crimes }
links:
  - { dataset: cps.charges, on: case, keep: all, unlinked: none }
  - { dataset: charities.support, on: person, keep: all, unlinked: none }
dimensions: [{ field: cps.charges.outcome }, { linked: charities.support }]
`);
    expect(found(lintTemplate(bindTemplate(linked, createCatalogue(unsaid)), []))).toEqual([
      'warning BASIS_NOT_STATED links[0].dataset',
      'warning BASIS_NOT_STATED links[1].dataset',
    ]);
    expect(found(lintTemplate(bindTemplate(linked, catalogue), []))).toEqual([]);
  });
});

it('says of everything why, and what to do', () => {
  const findings = lintTemplate(bind(choosing(1, 3)), [named('everybody', simple(''))]);
  expect(findings.length).toBeGreaterThan(1);
  for (const { why, whatToDo } of findings) {
    expect(why).toMatch(/^.{20,}\.$/s);
    expect(whatToDo).toMatch(/^.{20,}\.$/s);
  }
});
