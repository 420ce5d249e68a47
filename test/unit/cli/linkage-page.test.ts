import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderLinkage } from '../../../cli/index.js';
import { makeLinkage } from '../../../coordinator/index.js';
import { keyMaker, keysOf, schemes, type HeldIdentifiers, type Identifiers } from '../../../core/linkage/index.js';
import { packagePath } from '../../../runtime/index.js';
import { linkageInput } from '../coordinator/linkage-fixtures.js';

const page = readFileSync(packagePath('docs', 'linkage.md'), 'utf8');

/** The rows of the table under the first heading that begins so, as cells. */
function tableAfter(text: string): string[][] {
  const lines = page.slice(page.indexOf(text)).split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(from + 2);
  const rows = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/linkage.md', () => {
  it('shows keys that there are, and says rightly which of the two records have in common', () => {
    const held: HeldIdentifiers = new Map([
      ['forename', 1],
      ['surname', 1],
      ['dateOfBirth', 1],
      ['postcode', 1],
      ['sex', 1],
    ]);
    const standard = schemes.get('standard');
    if (standard === undefined) throw new RangeError('no standard scheme');
    const keys = keysOf(standard, held);
    const [forename, surname, , postcode, sex] = tableAfter('Suppose the police');
    const recordOf = (side: number): Identifiers => ({
      forename: forename?.[side],
      surname: surname?.[side],
      dateOfBirth: '1991-03-07',
      postcode: postcode?.[side]?.replace('not known', ''),
      sex: sex?.[side],
    });
    const [police = [], charity = []] = [1, 2].map((side) => keyMaker(keys, held)(recordOf(side)));
    const said = tableAfter('Some of the keys that are made').map((row) => [row[0]?.replaceAll('`', ''), row.at(-1)]);
    expect(said).toHaveLength(5);
    for (const [name, same] of said) {
      const place = keys.findIndex((key) => key.name === name);
      expect(police[place], name).toHaveLength(1);
      expect(charity[place], name).toEqual(same === 'same' ? police[place] : []);
    }
  });

  it('names every scheme', () => {
    const named = tableAfter('## Schemes').map((row) => row[0]?.replaceAll('`', ''));
    expect(named.toSorted()).toEqual([...new Set([...schemes.keys(), 'case'])].toSorted());
  });

  it('shows a report as `tally` prints it', () => {
    const linkage = makeLinkage(linkageInput({ disclosure: { epsilon: 'none' } }));
    const printed = renderLinkage(linkage, { threshold: 10, detail: false }, 120).slice(4, -2);
    expect(printed.length).toBeGreaterThan(8);
    expect(page).toContain(printed.map((line) => (line === '' ? '' : `    ${line}`)).join('\n'));
  });
});
