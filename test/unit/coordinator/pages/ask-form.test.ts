import { describe, expect, test } from 'vitest';

import { askForm, chosenValues } from '../../../../coordinator/pages/analyst/ask-form.js';
import { bindParameters, TemplateError } from '../../../../core/templates/index.js';
import type { ParameterValues } from '../../../../core/templates/index.js';
import type { Problem } from '../../../../core/base/index.js';
import { bind } from '../../templates/fixtures.js';

const BOUND = bind(`unit: person
scheme: exact
population:
  dataset: police.crimes
  where:
    - { field: quarter, in: { parameter: quarters } }
    - { field: offence, in: { parameter: offence } }
links: []
dimensions:
  - { field: police.crimes.withdrew }
parameters:
  quarters: { from: quarter, min: 2, max: 3 }
  offence: { from: offence, min: 1, max: 1 }
`);

function problemsOf(values: ParameterValues): readonly Problem[] {
  try {
    bindParameters(BOUND, values);
    return [];
  } catch (thrown) {
    if (thrown instanceof TemplateError) return thrown.problems;
    throw thrown;
  }
}

describe('the form of a template’s parameters', () => {
  test('asks for one of a list with radios and for several with checkboxes, in the words of the dataset', () => {
    const { questions } = askForm(BOUND, { offence: ['theft'] });
    expect(questions.map(({ field, kind, legend }) => ({ field, kind, legend }))).toEqual([
      { field: 'choice-offence', kind: 'radios', legend: 'Kind of crime' },
      { field: 'choice-quarters', kind: 'checkboxes', legend: 'Quarter of the report' },
    ]);
    expect(questions[0]?.items).toEqual([
      { value: 'theft', text: 'Theft', checked: true },
      { value: 'rape', text: 'Rape', checked: false },
      { value: 'stalking', text: 'Stalking', checked: false },
    ]);
    expect(questions.map(({ hint }) => hint)).toEqual([
      'Choose one.',
      'Choose at least 2. Fewer than all means fewer people, and less certain numbers.',
    ]);
  });

  test.each<[string, ParameterValues, readonly string[]]>([
    ['nothing', {}, ['Choose one', 'Choose at least 2']],
    ['too few', { offence: ['rape'], quarters: ['2025-Q1'] }, ['Choose at least 2']],
    ['as many as there have to be', { offence: ['rape'], quarters: ['2025-Q1', '2025-Q3'] }, []],
    ['one too many', { offence: ['rape', 'theft'], quarters: ['2025-Q1', '2025-Q2'] }, ['Choose at most 1']],
    ['what is in no list', { offence: ['arson'], quarters: ['2025-Q1', '2025-Q2'] }, ['Choose from this list']],
  ])('says beside each question what is wrong with %s', (_, values, texts) => {
    const { errors, questions } = askForm(BOUND, values, problemsOf(values));
    expect(errors.map(({ text }) => text)).toEqual(texts);
    expect(questions.flatMap(({ error }) => error ?? [])).toEqual(texts);
  });

  test('takes the template’s parameters out of what a browser sends, and nothing else', () => {
    const fields = {
      'choice-offence': 'rape',
      'choice-quarters': ['2025-Q1', '2025-Q2'],
      'choice-other': 'x',
      _csrf: 'y',
    };
    expect(chosenValues(BOUND, fields)).toEqual({ offence: ['rape'], quarters: ['2025-Q1', '2025-Q2'] });
    expect(chosenValues(BOUND, {})).toEqual({ offence: [], quarters: [] });
  });
});
