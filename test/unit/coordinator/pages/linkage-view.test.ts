import { expect, test } from 'vitest';

import { linkageView } from '../../../../coordinator/pages/analyst/linkage-view.js';
import { makeLinkage } from '../../../../coordinator/index.js';
import { linkageInput } from '../linkage-fixtures.js';

test('how people were found is told with its reasons, the threshold of this table marked', () => {
  const linkage = makeLinkage(linkageInput());
  if (linkage === null) throw new RangeError('nobody was linked');
  const view = linkageView(linkage);
  expect(view.links.map(({ title }) => title)).toEqual(linkage.links.map(({ title }) => title));
  for (const [place, { thresholds, found }] of view.links.entries()) {
    const link = linkage.links[place];
    expect(thresholds.rows.filter(({ isTotal }) => isTotal).map(({ label }) => label)).toEqual([
      expect.stringMatching(/^\d+% \(this table\)$/),
    ]);
    for (const [row, { cells }] of thresholds.rows.entries()) {
      const { links, share, precision } = link?.at[row] ?? {};
      const hidden = [links, share, precision].map((number) => number?.value === null);
      expect(cells.map(({ reason }) => reason !== null)).toEqual(hidden);
      expect(cells.filter(({ text }) => text === '[c]' || text === '[x]')).toHaveLength(hidden.filter(Boolean).length);
    }
    expect(found).toMatch(link?.recall.value === null ? /is not told: [a-z].*\.$/ : /about [\d.]+% were found/);
  }
});

test('what is missing is told by agency, in words, and a mark stands where an agency says nothing', () => {
  const linkage = makeLinkage(linkageInput());
  if (linkage === null) throw new RangeError('nobody was linked');
  const [first, ...others] = linkage.lists;
  if (first === undefined) throw new RangeError('no list');
  const share = { value: 0.14, status: 'ok' } as const;
  const statistics = { noisy: true, people: share, duplicates: share, keys: [] };
  const told = { ...first, statistics: { ...statistics, missing: [{ identifier: 'dateOfBirth', share }] } };
  const silent = others.map((list) => ({ ...list, statistics: null }));
  const { missing } = linkageView({ ...linkage, lists: [told, ...silent] });
  expect(missing?.columns).toEqual(['date of birth']);
  expect(missing?.rows.map(({ cells }) => cells.map(({ text }) => text))).toEqual([
    ['14%'],
    ...silent.map(() => ['[x]']),
  ]);
  expect(linkageView({ ...linkage, lists: silent }).missing).toBe(null);
});
