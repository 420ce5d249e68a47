import { describe, expect, it } from 'vitest';
import { releaseNotes } from '../../../coordinator/index.js';
import type { CellStatus, ReleasedCell, ReleasedTable } from '../../../core/disclosure/index.js';
import { NO_FLOORS, runTerms, type Floors, type Template } from '../../../core/templates/index.js';
import { AGES, approved, roster } from './fixtures.js';

const cells = (...statuses: CellStatus[]): ReleasedCell[] =>
  statuses.map((status) => ({ categories: [0], value: null, status, reason: '', interval: null }));

interface Case {
  readonly template?: Partial<Template>;
  readonly floors?: Readonly<Record<string, Partial<Floors>>>;
  readonly table?: Partial<ReleasedTable>;
}

function notes({ template = {}, floors = {}, table = {} }: Case = {}): string[] {
  const { bound } = approved(template);
  const participants = ['police', 'charity-a', 'charity-b'].map((agency) => ({
    agency,
    datasets: [],
    floors: { ...NO_FLOORS, ...floors[agency] },
  }));
  const released = { cells: cells('ok'), totals: [], noise: null, ...table } as unknown as ReleasedTable;
  return releaseNotes({ bound, participants, terms: runTerms(bound, participants), roster, table: released });
}

describe('what a reader has to know of a table', () => {
  it('says who took part, that everything is shown, that there is no noise, and what is partial', () => {
    expect(notes()).toEqual([
      'Every agency that offers these data took part: The police, The charity-a and The charity-b.',
      'Every cell of the table is shown.',
      'No noise was added to the counts.',
      'People supported is known not to hold everybody: whoever is not found there may still be in reality.',
    ]);
  });

  it('says how many cells and totals are not shown, and why', () => {
    const table = {
      cells: cells('ok', 'primary', 'primary', 'secondary', 'class', 'not-collected'),
      totals: cells('ok', 'secondary'),
    };
    expect(notes({ table }).slice(1, 3)).toEqual([
      'Not shown: 5 of 6 cells, 2 too small, or empty, 1 because they would give others away, 1 because they would say ' +
        'that everybody in their line is alike and 1 because nobody records it.',
      'Not shown: 1 of 2 totals, 1 because they would give others away.',
    ]);
  });

  it('says how much noise there is, on what, and what it cost', () => {
    const template: Partial<Template> = {
      ...AGES,
      disclosure: { threshold: 10, roundTo: 5, epsilon: 1, overlapEpsilon: 0.5 },
    };
    const said = notes({ template, table: { noise: { epsilon: 1, standardDeviation: 4.879 } } });
    expect(said.slice(2, 6)).toEqual([
      'Every agency added random noise to every count before anybody saw it (epsilon 1; standard deviation 4.9); ' +
        'intervals say where the exact count is 19 times in 20.',
      'Noise was added to the mean of police.crimes.age as well (epsilon 1).',
      'How many records each agency has, and how many are linked, was hidden from the coordinator as well (epsilon 0.5).',
      'The table cost 2.5 of the privacy budget of each agency for these data. Asked again of the same data, it is given ' +
        'again for nothing.',
    ]);
  });

  it('says that a measure has no noise where it has none', () => {
    expect(notes({ template: AGES })).toContain('No noise was added to the mean of police.crimes.age.');
  });

  it('names who asks for more than the template, and of what', () => {
    const said = notes({
      template: { disclosure: { threshold: 10, roundTo: 5, epsilon: 2 } },
      floors: {
        police: { threshold: 20, epsilon: 0.5 },
        'charity-a': { threshold: 20, roundTo: 10 },
        'charity-b': { threshold: 12, roundTo: 6, epsilon: 1 },
      },
      table: { noise: { epsilon: 0.5, standardDeviation: 9 } },
    });
    expect(said.filter((note) => note.startsWith('The template'))).toEqual([
      'The template would show counts from 10 on; The police and The charity-a ask for 20.',
      'The template would round to 5; The charity-a asks for 10.',
      'The template allows an epsilon of 2; The police asks for 0.5 at most.',
    ]);
    expect(notes({ floors: { police: { epsilon: 1 } } })).toContain(
      'The template would add no noise to the counts; The police asks for 1 at most.',
    );
  });

  it('says nothing of floors that the template meets', () => {
    expect(notes({ floors: { police: { threshold: 10, roundTo: 5 } } })).toEqual(notes());
  });
});
