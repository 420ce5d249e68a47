import { describe, expect, it } from 'vitest';

import { bindParameters, bindTemplate } from '../../../core/templates/index.js';
import type { ParameterValues } from '../../../core/templates/index.js';
import { catalogue, errorOf, template } from './fixtures.js';

const bound = bindTemplate(
  template(`unit: victim-case
population:
  dataset: police.crimes
  where:
    - { field: quarter, in: { parameter: quarters } }
    - { field: offence, in: { parameter: kinds } }
dimensions: [{ field: police.crimes.withdrew }]
parameters:
  quarters: { from: quarter, min: 2 }
  kinds: { from: [stalking, rape, theft], max: 2 }
`),
  catalogue,
);

function pathsOf(values: ParameterValues): string[] {
  const error = errorOf(() => bindParameters(bound, values));
  expect(error.code).toBe('BAD_PARAMETERS');
  return error.problems.map(({ path }) => path);
}

const quarters = ['2025-Q1', '2025-Q2'];

describe('parameters', () => {
  it('are put in the order of their lists, so that equal questions are equal bytes', () => {
    const bindings = bindParameters(bound, { quarters: ['2025-Q3', '2025-Q1'], kinds: ['rape', 'stalking'] });
    expect([...bindings.values]).toEqual([
      ['kinds', ['stalking', 'rape']],
      ['quarters', ['2025-Q1', '2025-Q3']],
    ]);
    expect(Buffer.from(bindings.canonical).toString()).toBe(
      '{"kinds":["stalking","rape"],"quarters":["2025-Q1","2025-Q3"]}',
    );
    const otherwise = bindParameters(bound, { kinds: ['stalking', 'rape'], quarters: ['2025-Q1', '2025-Q3'] });
    expect(otherwise.canonical).toEqual(bindings.canonical);
  });

  it.each<[string, ParameterValues, string[]]>([
    ['one that is missing', { quarters }, ['kinds']],
    ['one that the template does not have', { quarters, kinds: ['rape'], years: ['2025'] }, ['years']],
    ['one whose name is not said again', { quarters, kinds: ['rape'], 'Anne Smith': ['2025'] }, ['']],
    ['one that every object has', { quarters, kinds: ['rape'], toString: ['x'] }, ['toString']],
    ['a value outside the list', { quarters, kinds: ['arson'] }, ['kinds[0]']],
    [
      'a value of the field that the list leaves out',
      { quarters: ['2024-Q4', '2025-Q1'], kinds: ['rape'] },
      ['quarters[0]'],
    ],
    ['a value twice', { quarters: ['2025-Q1', '2025-Q1'], kinds: ['rape'] }, ['quarters[1]']],
    ['too few', { quarters: ['2025-Q1'], kinds: ['rape'] }, ['quarters']],
    ['none', { quarters, kinds: [] }, ['kinds']],
    ['too many', { quarters, kinds: ['rape', 'theft', 'stalking'] }, ['kinds']],
    [
      'several faults at once',
      { quarters: ['x'], kinds: ['rape', 'rape', 'y'] },
      ['kinds[1]', 'kinds[2]', 'kinds', 'quarters[0]', 'quarters'],
    ],
  ])('refuses %s', (_, values, paths) => {
    expect(pathsOf(values)).toEqual(paths);
  });

  it('takes as many as it may, at both ends', () => {
    expect(bindParameters(bound, { quarters, kinds: ['rape', 'theft'] }).values.get('kinds')).toHaveLength(2);
    expect(
      bindParameters(bound, { quarters: [...quarters, '2025-Q3'], kinds: ['rape'] }).values.get('quarters'),
    ).toHaveLength(3);
  });

  it('does not repeat what was given', () => {
    const { message } = errorOf(() => bindParameters(bound, { quarters, kinds: ['Zoe Smith'], 'John Doe': ['x'] }));
    expect(message).not.toMatch(/Zoe|John/);
  });
});
