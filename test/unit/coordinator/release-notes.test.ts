import { describe, expect, it } from 'vitest';
import {
  releaseNotes,
  type ReleasedLinkage,
  type ReleasedOptOuts,
  type ReleaseSource,
  type ShownNumber,
} from '../../../coordinator/index.js';
import type { CellStatus, ReleasedCell, ReleasedTable } from '../../../core/disclosure/index.js';
import { NO_FLOORS, runTerms, type Floors, type Template } from '../../../core/templates/index.js';
import { AGES, approved, roster } from './fixtures.js';

const cells = (...statuses: CellStatus[]): ReleasedCell[] =>
  statuses.map((status) => ({ categories: [0], value: null, status, reason: '', interval: null }));

interface Case {
  readonly template?: Partial<Template>;
  readonly floors?: Readonly<Record<string, Partial<Floors>>>;
  readonly table?: Partial<ReleasedTable>;
  readonly linkage?: ReleasedLinkage;
  readonly sources?: readonly ReleaseSource[];
  readonly optOuts?: ReleasedOptOuts;
}

function notes({ template = {}, floors = {}, table = {}, linkage, sources = [], optOuts }: Case = {}): string[] {
  const { bound } = approved(template);
  const participants = ['police', 'charity-a', 'charity-b'].map((agency) => ({
    agency,
    datasets: [],
    floors: { ...NO_FLOORS, ...floors[agency] },
  }));
  const released = { cells: cells('ok'), totals: [], noise: null, ...table } as unknown as ReleasedTable;
  const terms = runTerms(bound, participants);
  return releaseNotes({
    ...{ bound, participants, terms, roster, table: released, sources },
    linkage: linkage ?? null,
    optOuts: optOuts ?? null,
  });
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

  it('names whose rows could not be used, from a whole per cent on', () => {
    const source = (agencyName: string, rejectedPercent: number | null): ReleaseSource => ({
      ...{ agency: 'a', agencyName, dataset: 'police.crimes', asAt: '2026-10-31', rejectedPercent },
    });
    const said = notes({ sources: [source('One', 0), source('Two', 1), source('Three', null), source('Four', 100)] });
    expect(said.filter((note) => note.includes('% of its rows'))).toEqual([
      'Two left 1 % of its rows of police.crimes out: a value in them is not one that the dataset allows. Whoever they are ' +
        'about is counted as if not recorded there.',
      expect.stringMatching(/^Four left 100 % of its rows/),
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

  const shown = (value: number): ShownNumber => ({ value, status: 'ok' });
  const linkage = (changes: Partial<ReleasedLinkage> = {}, precision = shown(0.99)): ReleasedLinkage => ({
    scheme: 'standard',
    schemeVersion: 2,
    normaliser: 1,
    threshold: 0.55,
    links: [
      {
        kind: 'link',
        dataset: 'charities.support',
        title: 'People supported',
        people: { base: shown(100), linked: shown(90) },
        keys: [],
        at: [{ threshold: 0.55, links: shown(50), share: shown(0.5), precision }],
        recall: shown(0.9),
        recallReason: null,
        headline: { verdict: 'stands', sentence: 'It stands.' },
      },
    ],
    lists: [{ agency: 'police', agencyName: 'The police', dataset: 'police.crimes', statistics: null }],
    ...changes,
  });
  const hidden: ShownNumber = { value: null, status: 'not-estimable' };
  const linkNotes = (released: ReleasedLinkage, disclosure?: Template['disclosure']): string[] =>
    notes({ linkage: released, ...(disclosure === undefined ? {} : { template: { disclosure } }) }).filter((note) =>
      /link/.test(note),
    );

  it('says by which scheme people were linked, and how sure a link had to be', () => {
    expect(linkNotes(linkage({ lists: [] }), { threshold: 10, roundTo: 5, epsilon: 1 })).toEqual([
      expect.stringMatching(/^How many records each agency has/),
      'People were linked by the keys of the scheme standard, version 2; a link had to be 55 % likely to be right. Who was ' +
        'not found is not a random part of the people.',
    ]);
  });

  it('says what changes with the threshold, and nothing of what stands', () => {
    const [link] = linkage().links;
    if (link === undefined) throw new RangeError('no link');
    const changes = { ...link, headline: { verdict: 'changes', sentence: 'It changes.' } as const };
    expect(notes({ linkage: linkage({ links: [changes] }) })).toContain('People supported: It changes.');
    expect(notes({ linkage: linkage() }).join(' ')).not.toContain('It stands.');
  });

  it('names whose statistics are not known, and says so where nobody gave any', () => {
    expect(linkNotes(linkage())).toContain(
      'Without statistics of the people it holds, so that links could be judged less well: The police (police.crimes).',
    );
    expect(linkNotes(linkage({}, hidden))).toContain(
      'No agency gave statistics of the people it holds, so no link could be judged: every set of shared keys was admitted.',
    );
  });

  it('names whose statistics have no noise in them', () => {
    const of = (noisy: boolean): string[] => {
      const said = { noisy, people: shown(100), duplicates: shown(10), missing: [], keys: [] };
      const lists = linkage().lists.map((list) => ({ ...list, statistics: said }));
      return notes({ linkage: linkage({ lists }) }).filter((note) => note.startsWith('What these say'));
    };
    expect(of(false)).toEqual([
      'What these say of the people they hold has no noise in it and is rounded only: The police (police.crimes).',
    ]);
    expect(of(true)).toEqual([]);
  });

  it('says that numbers of links are exact, or why they are not shown', () => {
    const exact: Template['disclosure'] = { threshold: 10, roundTo: 5, epsilon: 'none' };
    expect(linkNotes(linkage(), exact)).toContain(
      'The numbers of links have no noise in them: they are exact but for rounding.',
    );
    const [link] = linkage().links;
    if (link === undefined) throw new RangeError('no link');
    const withheld: ShownNumber = { value: null, status: 'withheld' };
    const at = link.at.map((one) => ({ ...one, links: withheld }));
    expect(linkNotes(linkage({ links: [{ ...link, at }] }), exact)).toContain(
      'How many people were linked is not shown: with those numbers, cells that the table does not show could be told.',
    );
    const half: Template['disclosure'] = { threshold: 10, roundTo: 5, epsilon: 1, overlapEpsilon: 'none' };
    expect(linkNotes(linkage(), half)).toContainEqual(
      expect.stringMatching(/^How many people were linked, and how well, is not shown/),
    );
  });
});
