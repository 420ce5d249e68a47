import { describe, expect, it } from 'vitest';
import { renderLinkage } from '../../../cli/index.js';
import { makeLinkage, type ReleasedLinkage } from '../../../coordinator/index.js';
import { linkageInput, report, statistics } from '../coordinator/linkage-fixtures.js';

type Case = Parameters<typeof linkageInput>[0];

function made(change: Case = {}): ReleasedLinkage {
  const linkage = makeLinkage(linkageInput({ disclosure: { epsilon: 'none' }, ...change }));
  if (linkage === null) throw new RangeError('nothing was made');
  return linkage;
}

const text = (linkage: ReleasedLinkage | null, { detail = false, columns = 120 } = {}): string =>
  `\n${renderLinkage(linkage, { threshold: 10, detail }, columns).join('\n')}\n`;

/** Of the fixtures’ agencies, what two of them say. */
const TWO = new Map([
  ['police.crimes/police', statistics()],
  ['charities.support/charity-a', statistics({ people: 200, duplicates: 0, missing: { postcode: 100 }, keys: [] })],
]);

const BRIEF = `
How people were linked
Scheme exact, version 1; names and dates made comparable by version 1 of the rules; a link had to be 50 % likely to be
  right.

People supported: people looked for there
  At 50 %, 60 % of the population are linked; at 95 %, 55 %. That is within its uncertainty of 5.1 percentage points:
  the answer does not depend on how sure a link has to be.

                                  Of the
Threshold              Links  population  Estimated right
---------------------------------------------------------
50 %, as in the table    300        60 %           97.6 %
90 %                     290        58 %           99.1 %
95 %                     275        55 %           99.8 %

True links that were found, estimated: 94.7 %.
`;

describe('how people were linked, as text', () => {
  it('says by what, how many, how sure, and what was missed', () => {
    expect(text(made())).toBe(`${BRIEF}
Every key, and what each agency says of its people: \`tally runs <id> --linkage\`.
`);
  });

  it('has every key and what agencies say of their people where that is wanted', () => {
    expect(text(made({ statistics: TWO }), { detail: true })).toBe(`${BRIEF}
People: 500, linked with 400.

Strictest key that both have  Links
-----------------------------------
exact.1                         260
exact.2                          40

What agencies say of the people they hold

                                          Duplicate
Agency and dataset                People    records
---------------------------------------------------
The police, police.crimes          1,000         35
The charity-a, charities.support     200        [c]

People for whom it is missing, or can’t be used

          The police  The charity-a
-----------------------------------
forename         [c]
postcode        13 %           50 %

People who have the key

         The police  The charity-a
----------------------------------
exact.1        87 %
exact.2         [c]

People who lost the key, for somebody else there has it too

         The police  The charity-a
----------------------------------
exact.1         [c]
exact.2         3 %

[c] not shown: fewer than 10, or none; or all but fewer than 10.
`);
  });

  it('has a row for each agency where the line is too short for a column', () => {
    const lines = text(made({ statistics: TWO }), { detail: true, columns: 33 }).split('\n');
    expect(lines.slice(lines.indexOf('People who have the key') + 2).slice(0, 4)).toEqual([
      'Agency and dataset                  Share',
      '-----------------------------------------',
      'The police, police.crimes  exact.1   87 %',
      '                           exact.2    [c]',
    ]);
  });

  it('names the dataset of an agency that has two', () => {
    const [first] = made().lists;
    if (first === undefined) throw new RangeError('no list');
    const lists = [first, { ...first, dataset: 'police.stops' }];
    expect(text({ ...made(), lists }, { detail: true })).toMatch(/The police\n +crimes +The police stops\n/);
  });

  it('numbers the merges of one population', () => {
    const merge = report({ dataset: 'police.crimes' });
    const said = text(made({ reports: [merge, merge, report()] }));
    expect(said.match(/^.*(?:step \d|looked for there)$/gm)).toEqual([
      'Crimes with a victim: agencies brought together, step 1',
      'Crimes with a victim: agencies brought together, step 2',
      'People supported: people looked for there',
    ]);
    expect(said).toContain('Of that list');
  });

  it('says why recall can’t be estimated', () => {
    const said = text(made({ reports: [report({ recall: null, recallReason: 'its parts disagree.' })] }));
    expect(said).toContain('True links that were found: not estimable, for its parts disagree.\n');
    expect(said).not.toContain('[x]');
  });

  it('says what its marks mean, where they occur', () => {
    const at = report().at.map((one) => ({ ...one, links: one.threshold === 0.95 ? 9 : 300, precision: null }));
    const said = text(made({ reports: [report({ at })] }));
    expect(said).toContain('[c] not shown: fewer than 10, or none; or fewer than 10 from another number, or the same.');
    expect(said).toContain('[x] not available: there is nothing to tell it from.');
    const hidden = text(made({ statuses: ['primary'] }));
    expect(hidden).toContain('[c] not shown: it is exact, and the table would not be as safe with it.');
    expect(text(made())).not.toContain('[c]');
  });

  it('is nothing where nobody was linked', () => {
    expect(text(null)).toBe('\n\n');
  });
});
