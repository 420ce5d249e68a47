import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourOf, contrast, GAP, INK, PALETTE, PAPER } from '../../../web/charts/palette.js';
import { barsOf, scaleOf, tickText } from '../../../web/charts/scale.js';
import { textWidth, wrapToWidth } from '../../../web/charts/text-width.js';
import { describeChart, drawChart, NARROW_WIDTH, WIDE_WIDTH } from '../../../web/charts/index.js';
import type { Chart, ChartBar } from '../../../web/charts/index.js';
import { propertyOptions, testSeed } from '../../support/seeded-rng.js';

const exact = (value: number): number => Number(value.toPrecision(12));
const bar = (value: number | null, changes: Partial<ChartBar> = {}): ChartBar => ({
  series: 0,
  value,
  interval: value === null ? null : { low: exact(0.9 * value), high: exact(1.1 * value) },
  mark: value === null ? '[c]' : '',
  ...changes,
});

const chart = (values: readonly (number | null)[], changes: Partial<Chart> = {}): Chart => ({
  title: 'How many?',
  subtitle: 'Of everybody',
  axis: 'Count',
  form: 'count',
  series: [''],
  panels: [{ title: '', groups: values.map((value, index) => ({ label: `Group ${index}`, bars: [bar(value)] })) }],
  notes: [],
  remarks: [],
  ...changes,
});

const wide = (drawn: Chart): string => drawChart(drawn, { layout: 'wide', id: 'c' });
const narrow = (drawn: Chart): string => drawChart(drawn, { layout: 'narrow', id: 'c' });

/** Of the elements of this name each attribute by name. */
function elements(svg: string, name: string): Record<string, string>[] {
  return [...svg.matchAll(new RegExp(`<${name}((?: [a-zA-Z-]+="[^"]*")*)/?>`, 'g'))].map(([, attributes = '']) =>
    Object.fromEntries(
      [...attributes.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  );
}

const coloured = (svg: string): Record<string, string>[] =>
  elements(svg, 'rect').filter(({ fill = '' }) => (PALETTE as readonly string[]).includes(fill));

describe('colours', () => {
  it('stand out from white and from their neighbours, 3:1 and more, also where they begin again', () => {
    for (let series = 0; series < PALETTE.length; series += 1) {
      expect(contrast(colourOf(series), PAPER)).toBeGreaterThanOrEqual(2.99);
      expect(contrast(colourOf(series), colourOf(series + 1))).toBeGreaterThanOrEqual(2.99);
    }
    expect(contrast(GAP, PAPER)).toBeGreaterThanOrEqual(3);
    expect(contrast(INK, PAPER)).toBeGreaterThanOrEqual(7);
  });

  it('are measured as WCAG has it', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

describe('an axis', () => {
  const ticksOf = (values: readonly number[], form: Chart['form'] = 'decimal'): readonly number[] =>
    scaleOf(chart(values, { form }), 6).ticks;

  it('has round ticks with 0 among them', () => {
    expect(ticksOf([100 / 1.1])).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticksOf([0.3 / 1.1], 'percent')).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
    expect(ticksOf([-5 / 1.1, 5 / 1.1])).toEqual([-6, -4, -2, 0, 2, 4, 6]);
    expect(ticksOf([2 / 1.1], 'count')).toEqual([0, 1, 2]);
    expect(ticksOf([0])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf([])).toEqual(ticksOf([0]));
    expect(tickText(0.025, 'percent')).toBe('2.5 %');
  });

  it(`holds every value and interval, whatever they are (seed ${testSeed})`, () => {
    const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), fc.constantFrom('count', 'percent', 'decimal'), (values, form) => {
        const drawn = chart(
          values.map((each) => (form === 'count' ? Math.round(each) : each)),
          { form },
        );
        const { ticks, at } = scaleOf(drawn, 6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(ticks).toContain(0);
        for (const { value: shown, interval } of barsOf(drawn)) {
          for (const end of [shown, interval?.low, interval?.high]) {
            expect(at(end ?? 0)).toBeGreaterThanOrEqual(-1e-9);
            expect(at(end ?? 0)).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }),
      propertyOptions,
    );
  });
});

describe('a drawing', () => {
  it('says everything by attributes: no style, script, link or font from elsewhere', () => {
    for (const svg of [wide(chart([5, null])), narrow(chart([5, null]))]) {
      expect(svg).not.toMatch(/<style|style=|<script|on[a-z]+=|href|url\(|<image|<foreignObject|@import/i);
      expect(svg).toMatch(
        /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" viewBox="0 0 \d+ \d+" role="img" aria-labelledby="c-title c-desc" /,
      );
      expect(svg).toContain('<title id="c-title">How many?</title><desc id="c-desc">How many? Of everybody.');
    }
  });

  it('is the same for the same chart, and as wide as it is to be', () => {
    expect(wide(chart([5, 6]))).toBe(wide(chart([5, 6])));
    expect(elements(wide(chart([5])), 'svg')[0]?.['width']).toBe(String(WIDE_WIDTH));
    expect(elements(narrow(chart([5])), 'svg')[0]?.['width']).toBe(String(NARROW_WIDTH));
  });

  it('has bars as long as their numbers, and whiskers where their intervals end', () => {
    const svg = wide(chart([50, 100]));
    const [short, long] = coloured(svg).map(({ width }) => Number(width));
    expect((long ?? 0) / (short ?? 1)).toBeCloseTo(2, 2);
    const [first] = coloured(svg);
    const ends = [...svg.matchAll(/M([\d.]+) [\d.]+V[\d.]+M([\d.]+) [\d.]+H([\d.]+)/g)].map(([, , low, high]) => [
      Number(low),
      Number(high),
    ]);
    const zero = Number(first?.['x']);
    expect((ends[0]?.[0] ?? 0) - zero).toBeCloseTo((short ?? 0) * 0.9, 1);
    expect((ends[0]?.[1] ?? 0) - zero).toBeCloseTo((short ?? 0) * 1.1, 1);
    expect(svg).toContain('>50 (45 to 55)<');
  });

  it('shows what is suppressed as a gap with its mark, never as a bar', () => {
    for (const svg of [wide(chart([null, 40])), narrow(chart([null, 40]))]) {
      expect(coloured(svg)).toHaveLength(1);
      const gaps = elements(svg, 'rect').filter((each) => 'stroke-dasharray' in each);
      expect(gaps).toHaveLength(1);
      expect(svg.match(/>\[c\]</g)).toHaveLength(1);
    }
    expect(wide(chart([0]))).not.toContain('stroke-dasharray');
  });

  it('names bars of a group beside them, in turns of colours, and puts panels beside each other', () => {
    const groups = [{ label: 'Under 91 days', bars: [bar(5), bar(6, { series: 1 })] }];
    const panels = ['One', 'Two', 'Three'].map((title) => ({ title, groups }));
    const drawn = chart([], { series: ['Yes', 'No'], panels });
    const svg = wide(drawn);
    expect(new Set(coloured(svg).map(({ fill }) => fill))).toEqual(new Set([PALETTE[0], PALETTE[1]]));
    expect(new Set(coloured(svg).map(({ x }) => x)).size).toBe(2);
    expect(svg.match(/>Under 91 days</g)).toHaveLength(3);
    expect(new Set(coloured(narrow(drawn)).map(({ x }) => x)).size).toBe(1);
    const [single] = elements(wide({ ...drawn, panels: panels.slice(0, 1) }), 'svg');
    expect(Number(single?.['height'])).toBeGreaterThan(100);
  });

  it('takes text for text', () => {
    const evil = '</title><script>alert(1)</script>&"\u0000\u202e';
    const svg = wide(
      chart([1], {
        title: evil,
        panels: [{ title: evil, groups: [{ label: evil, bars: [bar(null, { mark: evil })] }] }],
      }),
    );
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/[\u0000\u202e]/);
    expect(svg).toContain('&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
  });

  it(`keeps every line of text within its width, however long names are (seed ${testSeed})`, () => {
    const label = fc.string({ unit: fc.constantFrom(...Array.from('abc MW19%()')), minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(label, fc.integer({ min: 0, max: 99_999 })), { minLength: 1, maxLength: 6 }),
        (named) => {
          const groups = named.map(([name, value]) => ({
            label: name,
            bars: [bar(value, { interval: { low: value, high: value + 1 } })],
          }));
          const svg = narrow(chart([], { panels: [{ title: 'Panel', groups }] }));
          for (const [, x = '', attributes = '', text = ''] of svg.matchAll(
            /<text x="([\d.-]+)" y="[\d.]+"([^>]*)>([^<]*)</g,
          )) {
            const size = Number(/font-size="(\d+)"/.exec(attributes)?.[1]);
            const width = textWidth(text.replaceAll('&amp;', '&'), size) * (attributes.includes('bold') ? 1.1 : 1);
            const left = attributes.includes('"middle"') ? Number(x) - width / 2 : Number(x);
            expect(left + width, text).toBeLessThanOrEqual(NARROW_WIDTH);
          }
        },
      ),
      propertyOptions,
    );
  });
});

describe('text', () => {
  it('is as wide as Arial has it, and breaks where it must', () => {
    expect(textWidth('Hello', 1000)).toBe(722 + 556 + 222 + 222 + 556);
    expect(wrapToWidth('one two three', textWidth('one two', 10), 10)).toEqual(['one two', 'three']);
    expect(wrapToWidth('abcdefgh', textWidth('abc', 10), 10)).toEqual(['abc', 'def', 'gh']);
    expect(wrapToWidth('5\u00a0% of', textWidth('5', 10), 10)).toEqual(['5', '\u00a0', '%', 'o', 'f']);
    expect(wrapToWidth('', 10, 10)).toEqual(['']);
  });
});

describe('a chart in words', () => {
  it('says the most, the fewest, what is not there and what it was given to say', () => {
    expect(describeChart(chart([50, null, 100, 20], { remarks: ['They differ.'] }))).toBe(
      'How many? Of everybody. Bar chart of 4 numbers. Largest: Group 2, 100 (90 to 110). Smallest of those shown: Group 3, ' +
        '20 (18 to 22). 1 number is not drawn: a mark says why. They differ.',
    );
  });

  it('says why there is nothing', () => {
    expect(describeChart(chart([], { panels: [], notes: ['Read the table.'] }))).toBe(
      'How many? Of everybody. Read the table.',
    );
    expect(describeChart(chart([null]))).toBe(
      'How many? Of everybody. Bar chart of 1 number. 1 number is not drawn: a mark says why.',
    );
  });
});
