import { describe, expect, it } from 'vitest';

import { estimateRecall, linksAt, linksByKey, SEVERAL_PER_INDEPENDENT } from '../../../core/linkage/index.js';
import type { Linked } from '../../../core/linkage/index.js';

/** Key 0: name and date, 1: date and place, 2: name and place, 3 and 4: anything else. */
const captures = { nameAndDate: 0, dateAndPlace: 1, nameAndPlace: 2 };
const KEYS = 5;
const ALL = 0b111;
const NOT_PLACE = 0b001;
const NOT_NAME = 0b010;
const NOT_DATE = 0b100;
const OTHER = 0b1000;
/** Agrees as NOT_NAME and OTHER do, by other keys. */
const ALSO_NOT_NAME = 0b11010;
const ALSO_OTHER = 0b11000;

type BySet = Readonly<Record<number, number>>;

interface Thought {
  readonly expected?: BySet | null;
  /** 1 where nothing is said. */
  readonly certainty?: BySet;
  readonly doubt?: BySet;
  readonly alike?: number;
}

/** Links, and what is thought of them. */
function linkedBy(links: BySet, { expected = {}, certainty = {}, doubt = {}, alike = 0 }: Thought = {}): Linked {
  const bySet = (numbers: BySet, absent = 0): Float64Array =>
    Float64Array.from({ length: 2 ** KEYS }, (_, set) => numbers[set] ?? absent);
  return {
    links: bySet(links),
    admission: {
      expected: expected === null ? null : bySet(expected),
      certainty: bySet(certainty, 1),
      doubt: bySet(doubt),
      alike,
      free: 1,
    },
  };
}

describe('recall', () => {
  const { least, likely, most } = SEVERAL_PER_INDEPENDENT;

  /** Who fails in each thing one time in fifty, so that few fail in two. */
  const [A, EACH] = [20_000 * 0.98 ** 3, 20_000 * 0.02 * 0.98 ** 2];
  const few: BySet = { [ALL]: A, [NOT_PLACE]: EACH, [NOT_NAME]: EACH, [NOT_DATE]: EACH };
  const FEW = A + 3 * EACH;
  /** Who fails in several, by chance. */
  const INDEPENDENT = 20_000 - FEW;
  const PAIRS = FEW + likely * INDEPENDENT;

  it('is of the pairs that failures one by one foretell, with more that fail in several than by chance', () => {
    const { recall, reason } = estimateRecall(linkedBy(few), captures, 0.5);
    expect(reason).toBeNull();
    expect(recall).toBeCloseTo(FEW / PAIRS, 10);
  });

  it('knows each thing by the keys that leave it out, whatever else is shared', () => {
    const uneven = linkedBy({
      ...few,
      // Two of the three do: who shares those agrees in all.
      [ALL]: A - 700,
      [NOT_PLACE | NOT_DATE]: 700,
      [NOT_NAME]: 300,
      [ALSO_NOT_NAME]: 100,
      [NOT_DATE]: 200,
      [NOT_PLACE]: 600,
    });
    const known = A + 1_200;
    const independent = ((A + 600) * (A + 400) * (A + 200)) / A ** 2 - known;
    expect(estimateRecall(uneven, captures, 0.5).recall).toBeCloseTo(known / (known + likely * independent), 10);
  });

  it('counts who was found of those who fail in several', () => {
    const several = { [OTHER]: 20, [ALSO_OTHER]: 5 };
    const { recall } = estimateRecall(linkedBy({ ...few, ...several }), captures, 0.5);
    expect(recall).toBeCloseTo((FEW + 25) / PAIRS, 10);
  });

  it('counts only links that were admitted, among all that were made', () => {
    const doubtful = linkedBy(few, { certainty: { [NOT_NAME]: 0.7 } });
    expect(estimateRecall(doubtful, captures, 0.7).recall).toBeCloseTo(FEW / PAIRS, 10);
    expect(estimateRecall(doubtful, captures, 0.71).recall).toBeCloseTo((FEW - EACH) / PAIRS, 10);
  });

  it('takes off what is expected to be false, of the links and of what they foretell', () => {
    const wrong = { [ALL]: 10, [NOT_NAME]: 30, [OTHER]: 50 };
    const links = { ...few, [ALL]: A + 10, [NOT_NAME]: EACH + 30, [OTHER]: 50 };
    expect(estimateRecall(linkedBy(links, { expected: wrong }), captures, 0.5).recall).toBeCloseTo(FEW / PAIRS, 10);
  });

  it('leaves out pairs that share nothing', () => {
    expect(estimateRecall(linkedBy({ ...few, 0: 5_000 }), captures, 0.5).recall).toBeCloseTo(FEW / PAIRS, 10);
  });

  describe('is not told', () => {
    const reasonOf = (linked: Linked, keys: typeof captures | null = captures): string => {
      const { recall, reason } = estimateRecall(linked, keys, 0.5);
      expect(recall === null).toBe(reason !== null);
      return reason ?? '';
    };

    it.each([
      ['the scheme has no three keys', linkedBy(few), null, 'three keys'],
      ['no agency says anything', linkedBy(few, { expected: null }), captures, 'no agency'],
      // A tenth of the false ones may be right: there aren't too many of them for that, and more than there are people.
      ['it exceeds 1', linkedBy({ ...few, [OTHER]: 95 }, { expected: { [OTHER]: 50 } }), captures, 'exceeds 1'],
    ])('where %s', (_, linked, keys, words) => {
      expect(reasonOf(linked, keys)).toContain(words);
    });

    it('where more of those who fail in several were found than there should be', () => {
      const several = likely * INDEPENDENT;
      expect(reasonOf(linkedBy({ ...few, [OTHER]: several - 1e-6 }))).toBe('');
      expect(reasonOf(linkedBy({ ...few, [OTHER]: several + 1e-6 }))).toContain('than there should be');
      const doubtful = (right: number): Linked =>
        linkedBy({ ...few, [OTHER]: right + 30 }, { expected: { [OTHER]: 30 } });
      expect(reasonOf(doubtful(several + 2.999))).not.toContain('than there should be');
      expect(reasonOf(doubtful(several + 3.001))).toContain('than there should be');
    });

    it.each([ALL, NOT_PLACE, NOT_NAME, NOT_DATE])('where of set %i there are fewer than 20 pairs', (set) => {
      const row = (right: number): Linked => linkedBy({ ...few, [set]: right + 7 }, { expected: { [set]: 7 } });
      expect(reasonOf(row(19.9))).toContain('fewer than 20 pairs');
      expect(reasonOf(row(20))).not.toContain('fewer');
    });

    /** Half the width that the estimate may have. */
    const WIDEST = 0.02;

    it('where too many fail in several: that part is a guess', () => {
      expect(likely - least).toBeCloseTo(most - likely, 12);
      /** Half the distance of least and most, as a share of the pairs. */
      const half = (failing: number): number => {
        const known = 1_000 + 3 * failing;
        const independent = 1_000 * (1 + failing / 1_000) ** 3 - known;
        return ((most - likely) * independent) / (known + likely * independent);
      };
      let [low, high] = [20, 1_000];
      while (high - low > 1e-9) {
        const middle = (low + high) / 2;
        if (half(middle) < WIDEST) low = middle;
        else high = middle;
      }
      const row = (failing: number): Linked =>
        linkedBy({ [ALL]: 1_000, [NOT_PLACE]: failing, [NOT_NAME]: failing, [NOT_DATE]: failing });
      expect(reasonOf(row(low - 1e-6))).toBe('');
      expect(reasonOf(row(high + 1e-6))).toContain('in two things at once');
    });

    /** Pairs by which a part may be wrong until the width is reached, the guess being the rest of it. */
    const GUESS = (most - likely) * INDEPENDENT;
    const SLOPE = 1 + likely * ((1 + EACH / A) ** 2 - 1);
    const MORE = Math.sqrt((WIDEST * PAIRS) ** 2 - GUESS ** 2) / SLOPE;

    it.each([NOT_PLACE, NOT_NAME, NOT_DATE])(
      'where of set %i too many agree by chance: a tenth may be right',
      (set) => {
        const row = (wrong: number): Linked =>
          linkedBy({ ...few, [set]: EACH + wrong }, { expected: { [set]: wrong } });
        expect(reasonOf(row(10 * MORE * 0.999))).toBe('');
        expect(reasonOf(row(10 * MORE * 1.001))).toContain('agree by chance');
      },
    );

    it.each([NOT_PLACE, NOT_NAME, NOT_DATE])('where of set %i noise may hide too many that are false', (set) => {
      expect(reasonOf(linkedBy(few, { doubt: { [set]: MORE * 0.999 } }))).toBe('');
      expect(reasonOf(linkedBy(few, { doubt: { [set]: MORE * 1.001 } }))).toContain('agree by chance');
    });

    it('where doubts do it together: as independent ones add up', () => {
      const each = (share: number): Linked =>
        linkedBy(
          { ...few, [NOT_NAME]: EACH + 10 * share * MORE },
          {
            expected: { [NOT_NAME]: 10 * share * MORE },
            doubt: { [NOT_NAME]: share * MORE, [ALSO_NOT_NAME]: share * MORE, [NOT_DATE]: share * MORE },
          },
        );
      expect(reasonOf(each(0.499))).toBe('');
      expect(reasonOf(each(0.501))).toContain('agree by chance');
    });

    it('but noise in who fails in several, or in nothing, decides nothing', () => {
      expect(reasonOf(linkedBy(few, { doubt: { [ALL]: 1e6, [OTHER]: 1e6 } }))).toBe('');
    });
  });
});

describe('links at a threshold', () => {
  const seen = linkedBy(
    { [ALL]: 50, [NOT_DATE]: 100, [OTHER]: 100 },
    { expected: { [NOT_DATE]: 10, [OTHER]: 20 }, certainty: { [ALL]: 1, [NOT_DATE]: 0.9, [OTHER]: 0.8 } },
  );

  it('are told at the threshold in force and at those of every report, each once and ascending', () => {
    expect(linksAt(seen, 0.85).map(({ threshold, links }) => [threshold, links])).toEqual([
      [0.5, 250],
      [0.85, 150],
      [0.9, 150],
      [0.95, 50],
    ]);
    expect(linksAt(seen, 0.9).map(({ threshold }) => threshold)).toEqual([0.5, 0.9, 0.95]);
  });

  it('have the precision that chance leaves them', () => {
    const precisions = linksAt(seen, 0.5).map(({ precision }) => precision);
    expect(precisions).toEqual([1 - 30 / 250, 1 - 10 / 150, 1]);
  });

  it('of several keys have as many false ones as people are alike, at every threshold', () => {
    const links = { [ALL]: 50, [ALSO_NOT_NAME]: 100, [OTHER]: 100 };
    const precisions = (several: number): (number | null)[] =>
      linksAt(
        linkedBy(links, {
          expected: { [ALSO_NOT_NAME]: several, [OTHER]: 20 },
          certainty: { [ALSO_NOT_NAME]: 0.9, [OTHER]: 0.8 },
          alike: 5,
        }),
        0.5,
      ).map(({ precision }) => precision);
    // Those of one key come on top.
    expect(precisions(2)).toEqual([1 - 25 / 250, 1 - 5 / 150, 1 - 5 / 50]);
    expect(precisions(8)).toEqual([1 - 28 / 250, 1 - 8 / 150, 1 - 5 / 50]);
  });

  it('are all false at most', () => {
    expect(linksAt(linkedBy({ [ALL]: 3 }, { alike: 5 }), 0.5)[0]?.precision).toBe(0);
  });

  it('have none where there are no links, or nothing is known', () => {
    expect(linksAt(linkedBy({}, { alike: 5 }), 0.5).map(({ links, precision }) => [links, precision])).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    const unknown = linkedBy({ [ALL]: 3 }, { expected: null });
    expect(linksAt(unknown, 0.5)[0]).toEqual({ threshold: 0.5, links: 3, precision: null });
  });

  it('leave out what is nothing once decoys are off', () => {
    expect(linksAt(linkedBy({ [ALL]: 3, [OTHER]: -2 }), 0.5)[0]?.links).toBe(3);
    expect(linksByKey(linkedBy({ [ALL]: 3, [OTHER]: -2 }), 0.5, KEYS)).toEqual([3, 0, 0, 0, 0]);
  });

  it('are told by the strictest key shared', () => {
    expect(linksByKey(seen, 0.5, KEYS)).toEqual([50, 0, 100, 100, 0]);
    expect(linksByKey(seen, 0.95, KEYS)).toEqual([50, 0, 0, 0, 0]);
  });
});
