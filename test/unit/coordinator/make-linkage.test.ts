import { describe, expect, it } from 'vitest';
import {
  headline,
  makeLinkage,
  shownOfJoin,
  type ReleasedLink,
  type ReleasedLinkage,
  type ShownNumber,
} from '../../../coordinator/index.js';
import type { CellStatus } from '../../../core/disclosure/index.js';
import { linkageInput, report, statistics } from './linkage-fixtures.js';

type Case = Parameters<typeof linkageInput>[0];

function made(change?: Case): ReleasedLinkage {
  const linkage = makeLinkage(linkageInput(change));
  if (linkage === null) throw new RangeError('nothing was made');
  return linkage;
}

function firstLink(change?: Case): ReleasedLink {
  const [link] = made(change).links;
  if (link === undefined) throw new RangeError('no link');
  return link;
}

const text = ({ value, status }: ShownNumber): number | string => value ?? status;
const numbersOf = ({ people, at, keys, recall }: ReleasedLink): (number | string)[] =>
  [
    people.base,
    people.linked,
    ...at.flatMap((one) => [one.links, one.share, one.precision]),
    ...keys.map((key) => key.links),
    recall,
  ].map(text);

describe('what an analyst is told of how people were linked', () => {
  it('is by which keys, how many, how sure, and how many were missed', () => {
    const { scheme, schemeVersion, normaliser, threshold, links } = made();
    expect({ scheme, schemeVersion, normaliser, threshold }).toEqual({
      scheme: 'exact',
      schemeVersion: 1,
      normaliser: 1,
      threshold: 0.5,
    });
    expect(links).toHaveLength(1);
    const link = firstLink();
    expect(link).toMatchObject({ kind: 'link', dataset: 'charities.support', title: 'People supported' });
    expect(link.at.map((one) => [one.threshold, text(one.links), text(one.share), text(one.precision)])).toEqual([
      [0.5, 300, 0.6, 0.976],
      [0.9, 290, 0.58, 0.991],
      [0.95, 275, 0.55, 0.998],
    ]);
    expect(link.keys.map(({ name, links: count }) => [name, text(count)])).toEqual([
      ['exact.1', 260],
      ['exact.2', 40],
    ]);
    expect([text(link.recall), link.recallReason]).toEqual([0.947, null]);
  });

  it('does not depend on the order in which thresholds come', () => {
    expect(firstLink({ reports: [report({ at: report().at.toReversed() })] })).toEqual(firstLink());
  });

  it('shows the threshold in force before others that are close to it', () => {
    const [loose, strict, strictest] = report().at;
    if (loose === undefined || strict === undefined || strictest === undefined) throw new RangeError('no thresholds');
    const at = [loose, { ...strict, links: 295 }, strictest];
    const shown = firstLink({ reports: [report({ at, threshold: 0.9 })] });
    expect(shown.at.map(({ links }) => text(links))).toEqual(['close', 295, 275]);
  });

  it('is nothing where nobody is linked on the person', () => {
    const input = linkageInput();
    expect(makeLinkage({ ...input, plan: { ...input.plan, linkage: null } })).toBeNull();
  });

  it('leaves out keys that one side can’t have, so that no other is hidden for them', () => {
    const keys = [{ name: 'NHS', links: 0 }, ...report().keys];
    expect(firstLink({ reports: [report({ keys })] }).keys).toEqual(firstLink().keys);
  });

  it('hides the next smallest key with one that is small', () => {
    const keys = [
      { name: 'exact.1', links: 293 },
      { name: 'exact.2', links: 7 },
    ];
    expect(firstLink({ reports: [report({ keys })] }).keys.map(({ links }) => text(links))).toEqual([
      'secondary',
      'few',
    ]);
  });

  it('says why recall can’t be estimated, and nothing of it where there are too few links', () => {
    const unknown = { recall: null, recallReason: 'its parts disagree' };
    const link = firstLink({ reports: [report(unknown)] });
    expect([text(link.recall), link.recallReason]).toEqual(['not-estimable', 'its parts disagree']);
    const at = report().at.map((one) => ({ ...one, links: 9 }));
    const few = firstLink({ reports: [report({ ...unknown, at })] });
    expect([text(few.recall), few.recallReason]).toEqual(['few', null]);
  });

  it('goes by the threshold and rounding of the run', () => {
    const strict = firstLink({ disclosure: { threshold: 30, roundTo: 20 } });
    expect(numbersOf(strict).slice(0, 5)).toEqual([500, 400, 300, 0.6, 0.976]);
    expect(strict.at.map(({ links }) => text(links))).toEqual([300, 'close', 'close']);
  });

  it('shows people of merged lists only where it shows how many are in both, and no headline', () => {
    const merged = (linked: number): (string | number | null)[] => {
      const merge = report({ dataset: 'police.crimes', people: { base: 400, linked } });
      const { kind, people, at, headline } = firstLink({ reports: [merge] });
      return [
        kind,
        text(people.base),
        text(people.linked),
        ...at.slice(0, 1).map(({ share }) => text(share)),
        headline?.verdict ?? null,
      ];
    };
    expect(merged(500)).toEqual(['merge', 400, 500, 0.6, null]);
    expect(merged(309)).toEqual(['merge', 'secondary', 'secondary', 'close', null]);
  });
});

describe('what agencies say of their people', () => {
  it('is rounded, in whole per cent, and by name of the agency; of those that said nothing, that', () => {
    expect(made().lists).toEqual([
      {
        agency: 'police',
        agencyName: 'The police',
        dataset: 'police.crimes',
        statistics: {
          noisy: true,
          people: { value: 1000, status: 'ok' },
          duplicates: { value: 35, status: 'ok' },
          missing: [
            { identifier: 'forename', share: { value: null, status: 'few' } },
            { identifier: 'postcode', share: { value: 0.13, status: 'ok' } },
          ],
          keys: [
            { name: 'exact.1', keyed: { value: 0.87, status: 'ok' }, withdrawn: { value: null, status: 'few' } },
            { name: 'exact.2', keyed: { value: null, status: 'most' }, withdrawn: { value: 0.03, status: 'ok' } },
          ],
        },
      },
      { agency: 'charity-a', agencyName: 'The charity-a', dataset: 'charities.support', statistics: null },
      { agency: 'charity-b', agencyName: 'The charity-b', dataset: 'charities.support', statistics: null },
    ]);
  });

  it('is not of so few people that the rest could be told', () => {
    const few = statistics({ people: 9, duplicates: -3 });
    const [list] = made({ statistics: new Map([['police.crimes/police', few]]) }).lists;
    expect([list?.statistics?.people, list?.statistics?.duplicates].map((one) => one && text(one))).toEqual([
      'few',
      'few',
    ]);
    expect(list?.statistics?.keys.every(({ keyed }) => keyed.value === null)).toBe(true);
  });

  it.each([
    [{ alone: 0, sets: 0, several: 0 }, false],
    [{ alone: 0.1, sets: 0, several: 0 }, true],
    [{ alone: 0, sets: 0.1, several: 0 }, true],
    [{ alone: 0, sets: 0, several: 0.1 }, true],
  ])('says whether there is noise in it: %o', (deviation, noisy) => {
    const said = statistics({ nonMatches: { ...statistics().nonMatches, deviation } });
    const [list] = made({ statistics: new Map([['police.crimes/police', said]]) }).lists;
    expect(list?.statistics?.noisy).toBe(noisy);
  });
});

describe('numbers of links', () => {
  const of = (epsilon: number | null, overlapEpsilon: number | null, ...statuses: CellStatus[]): string =>
    shownOfJoin({ epsilon, overlapEpsilon }, { cells: statuses.map((status) => ({ status })) as never, totals: [] });

  it('are shown where decoys hide the overlaps', () => {
    expect(of(1, 1, 'ok', 'primary')).toBe('all');
    expect(of(null, 1, 'primary')).toBe('all');
  });

  it('are not beside counts with noise in them, where they have none: they would undo it', () => {
    expect(of(1, null, 'ok')).toBe('nothing');
    const link = firstLink({ disclosure: { overlapEpsilon: 'none' } });
    expect(new Set(numbersOf(link))).toEqual(new Set(['withheld']));
    expect(link.headline?.verdict).toBe('unknown');
    expect(link.recallReason).toBeNull();
  });

  it('are not beside a table with numbers that are not shown: they would be totals of it', () => {
    for (const status of ['primary', 'secondary', 'class'] as const)
      expect(of(null, null, 'ok', status)).toBe('estimates');
    const link = firstLink({ disclosure: { epsilon: 'none' }, statuses: ['ok', 'primary'] });
    expect(numbersOf(link)).toEqual([
      ...['withheld', 'withheld'],
      ...['withheld', 'withheld', 0.976, 'withheld', 'withheld', 0.991, 'withheld', 'withheld', 0.998],
      ...['withheld', 'withheld'],
      0.947,
    ]);
  });

  it('are, beside a table that is exact and whole', () => {
    expect(of(null, null, 'ok', 'not-collected')).toBe('all');
    expect(numbersOf(firstLink({ disclosure: { epsilon: 'none' } }))).toEqual(numbersOf(firstLink()));
  });
});

describe('the headline', () => {
  const headlineOf = (
    strict: number,
    change: Case = {},
  ): { verdict?: string | undefined; sentence?: string | undefined } => {
    const at = report().at.map((one) => (one.threshold === 0.95 ? { ...one, links: strict } : one));
    return firstLink({ ...change, reports: [report({ at })] }).headline ?? {};
  };
  const exact: Case = { disclosure: { epsilon: 'none' } };

  it('says that the answer changes where it does by more than its uncertainty', () => {
    expect(headlineOf(200, exact)).toEqual({
      verdict: 'changes',
      sentence:
        'At 50 %, 60 % of the population are linked; at 95 %, 40 %. That is more than its uncertainty of 5.1 percentage ' +
        'points: the answer depends on how sure a link has to be. Do not rest a conclusion on this table alone.',
    });
  });

  it('says that it stands where it doesn’t', () => {
    expect(headlineOf(276, exact)).toEqual({
      verdict: 'stands',
      sentence:
        'At 50 %, 60 % of the population are linked; at 95 %, 55 %. That is within its uncertainty of 5.1 percentage ' +
        'points: the answer does not depend on how sure a link has to be.',
    });
  });

  it('turns between two counts that differ by the uncertainty', () => {
    // 1.96 * sqrt(.6 * .4 / 500) + 1.6 * 5 / 1000 = .0509: 25 links are .05, 30 are .06.
    expect([275, 270].map((strict) => headlineOf(strict, exact).verdict)).toEqual(['stands', 'changes']);
  });

  it('has the decoys’ noise in its uncertainty', () => {
    const uncertainty = (epsilon: number): number =>
      Number(/uncertainty of ([\d.]+)/.exec(headlineOf(100, { disclosure: { epsilon } }).sentence ?? '')?.[1]);
    const [much = 0, some = 0, little = 0] = [0.5, 1, 10].map(uncertainty);
    expect(much).toBeGreaterThan(some + 1);
    expect(some).toBeGreaterThan(little + 1);
    expect(little).toBeGreaterThanOrEqual(5.1);
    // 1.96 * sqrt(.6 * .4 / 500 + (20^2 + (.6 * 10)^2) / 500^2) + 1.6 * 5 / 1000 = .1004.
    const { at, people } = firstLink(exact);
    const policy = { threshold: 10, roundTo: 5, rounding: 'base', wholeLines: false } as const;
    expect(headline(people.base, at, { links: 20, people: 10 }, policy).sentence).toContain(
      'of 10.0 percentage points',
    );
  });

  it('says so where the two are close, for fewer than the threshold are within the uncertainty', () => {
    expect(headlineOf(299, exact)).toMatchObject({
      verdict: 'stands',
      sentence: expect.stringContaining('fewer than 10 people less') as string,
    });
  });

  it('says that it can’t be told where too little is shown', () => {
    expect(headlineOf(9, exact)).toMatchObject({ verdict: 'unknown' });
    const at = report().at.map((one) => ({ ...one, links: 300 }));
    expect(firstLink({ reports: [report({ at, people: { base: 309, linked: 400 } })] }).headline?.verdict).toBe(
      'unknown',
    );
  });
});
