import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  canonicalJson,
  canonicalTemplate,
  parseTemplate,
  templateDigest,
  templateFromPayload,
} from '../../../core/templates/index.js';
import type { FilterClause, MeasureClause, Template } from '../../../core/templates/index.js';
import { MAX_PAYLOAD_BYTES } from '../../../core/templates/canonical.js';
import { codeOf, FULL_BODY, MEASURES, PRESENT, template, templateYaml } from './fixtures.js';

const payload = canonicalTemplate(template(FULL_BODY));
const text = new TextDecoder().decode(payload);
const bytesOf = (json: string): Uint8Array => new TextEncoder().encode(json);

describe('the canonical form of a template', () => {
  it('is sorted JSON without spaces, with defaults filled in', () => {
    expect(text).toMatch(
      /^\{"contributionLimit":1,"dimensions":\[\{"bands":\[0,91,366\],"field":"cps\.charges\.days","label":/,
    );
    expect(text).toContain('"take":"latest","where":[{"between":[0,730],"field":"days"}]}');
  });

  it('reads back as the template it was', () => {
    expect(templateFromPayload(payload)).toEqual(template(FULL_BODY));
    const full = template(
      FULL_BODY + MEASURES + PRESENT,
      'disclosure: { threshold: 12, roundTo: 6, rounding: midpoint-6, epsilon: 0.5, overlapEpsilon: none, wholeLines: Why. }\n',
    );
    expect(templateFromPayload(canonicalTemplate(full))).toEqual(full);
  });

  it('is what it was before templates had measures, noise and presentation, so that signatures hold', () => {
    const { principles, disclosure, ...rest } = template(FULL_BODY);
    const { noNoise, ...before } = disclosure;
    expect(noNoise).toBeDefined();
    const old = {
      ...rest,
      principles: {
        ...principles,
        relevant: 'Asked by victims.',
        impactful: 'Shows where delay costs.',
        clearAndInformative: 'One table.',
      },
      disclosure: before,
    };
    // Of the version that knew none of them.
    expect(templateDigest(canonicalTemplate(old))).toBe(
      '90bd990c7b2eb6a5f57825b020c5053e4501b69b955e0c6f20af17589b389699',
    );
  });

  it('is the same however the file is laid out', () => {
    const [first, second, ...rest] = templateYaml(FULL_BODY).split('\n');
    expect(canonicalTemplate(parseTemplate([second, '# note', first, ...rest].join('\n')))).toEqual(payload);
  });

  it('has a digest of 64 hexadecimal digits that every byte changes', () => {
    expect(templateDigest(payload)).toMatch(/^[0-9a-f]{64}$/);
    const altered = Uint8Array.from(payload, (byte, index) => (index === 20 ? byte ^ 1 : byte));
    expect(templateDigest(altered)).not.toBe(templateDigest(payload));
    // SHA-256 of nothing (FIPS 180-4).
    expect(templateDigest(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it.each<[string, Uint8Array]>([
    ['a space', bytesOf(` ${text}`)],
    ['names in another order', bytesOf(`{"version":2,${text.slice(1).replace(',"version":2', '')}`)],
    ['a default left out', bytesOf(text.replace('"contributionLimit":1,', ''))],
    ['a name twice', bytesOf(text.replace('"version":2', '"version":1,"version":2'))],
    [
      'a name that nobody reads',
      bytesOf(text.replace('"quarters":{', '"__proto__":{"from":"x","min":1},"quarters":{')),
    ],
    ['a number in another form', bytesOf(text.replace('"version":2', '"version":2.0'))],
    ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, ...payload)],
    ['a byte that is not UTF-8', payload.map((byte, index) => (index === text.indexOf('slow') ? 0xff : byte))],
    ['half a template', payload.subarray(0, 50)],
    ['nothing', new Uint8Array(0)],
  ])('refuses bytes with %s', (_, bytes) => {
    expect(bytes).not.toEqual(payload);
    expect(codeOf(() => templateFromPayload(bytes))).toBe('BAD_PAYLOAD');
  });

  it.each([
    ['a name of JavaScript', text.replace('{"contrib', '{"__proto__":1,"contrib')],
    ['an entry too many', text.replace('"version":2', '"version":2,"zzz":1')],
    ['a value out of its range', text.replace('"threshold":10', '"threshold":3')],
    ['no template at all', '[]'],
  ])('refuses canonical JSON that is no template: %s', (_, json) => {
    expect(codeOf(() => templateFromPayload(bytesOf(json)))).toBe('BAD_TEMPLATE');
  });

  it('has at most so many bytes', () => {
    const parsed = template(FULL_BODY);
    const padded = (extra: number): Template => ({ ...parsed, success: `${parsed.success}${'x'.repeat(extra)}` });
    const room = MAX_PAYLOAD_BYTES - payload.length;
    expect(canonicalTemplate(padded(room))).toHaveLength(MAX_PAYLOAD_BYTES);
    expect(codeOf(() => canonicalTemplate(padded(room + 1)))).toBe('TOO_LARGE');
    expect(codeOf(() => templateFromPayload(new Uint8Array(MAX_PAYLOAD_BYTES)))).toBe('BAD_PAYLOAD');
    expect(codeOf(() => templateFromPayload(new Uint8Array(MAX_PAYLOAD_BYTES + 1)))).toBe('TOO_LARGE');
  });

  it('makes the same bytes again for any template', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}(-[a-z0-9]{1,4})?$/);
    const dataset = fc.tuple(name, name).map(([organisation, rest]) => `${organisation}.${rest}`);
    const integer = fc.integer({ min: -1000, max: 1000 });
    const line = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
      .map((any) => `a${any.replaceAll(/\p{C}/gu, '')}z`);
    const filter: fc.Arbitrary<FilterClause> = fc.oneof(
      fc.record({ field: name, in: fc.array(name, { minLength: 1, maxLength: 3 }) }),
      fc.record({ field: name, in: fc.record({ parameter: name }) }),
      fc.record({ field: name, between: fc.tuple(integer, integer) }),
    );
    const where = fc.array(filter, { maxLength: 3 });
    const epsilon = fc.double({ min: 0.01, max: 10, noNaN: true });
    const epsilonOrNone = fc.oneof(epsilon, fc.constant('none' as const));
    const groups = fc.array(dataset, { maxLength: 3 });
    const measure: fc.Arbitrary<MeasureClause> = fc
      .tuple(
        fc.constantFrom('sum' as const, 'mean' as const, 'variance' as const),
        fc.tuple(dataset, name).map((parts) => parts.join('.')),
        fc.record({ range: fc.tuple(integer, integer), label: line, epsilon }, { requiredKeys: ['range'] }),
      )
      .map(([kind, field, rest]) => {
        if (kind === 'sum') return { sum: field, ...rest };
        return kind === 'mean' ? { mean: field, ...rest } : { variance: field, ...rest };
      });
    const anyTemplate: fc.Arbitrary<Template> = fc.record(
      {
        template: name,
        version: fc.integer({ min: 1, max: 99 }),
        title: line,
        pilot: name,
        purpose: name,
        lawfulBasis: line,
        success: line,
        principles: fc.record({ relevant: line, impactful: line, clearAndInformative: line, nonStigmatising: line }),
        expires: fc.constant('2027-06-30'),
        unit: name,
        contributionLimit: fc.integer({ min: 1, max: 100 }),
        scheme: name,
        population: fc.record({ dataset, where }),
        links: fc.array(
          fc.record({
            dataset,
            on: fc.constantFrom('person', 'case'),
            keep: fc.constantFrom('all', 'linked', 'not-linked'),
            take: fc.constantFrom('earliest', 'latest'),
            where,
          }),
          { maxLength: 3 },
        ),
        dimensions: fc.array(
          fc.oneof(
            fc.record(
              {
                field: fc.tuple(dataset, name).map((parts) => parts.join('.')),
                label: line,
                bands: fc.array(integer, { minLength: 1, maxLength: 4 }),
              },
              { requiredKeys: ['field'] },
            ),
            fc.record({ linked: dataset, label: line }, { requiredKeys: ['linked'] }),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        parameters: fc.dictionary(
          name,
          fc.record(
            {
              from: fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 })),
              min: fc.constant(1),
              max: fc.constant(2),
            },
            { requiredKeys: ['from', 'min'] },
          ),
          { maxKeys: 3 },
        ),
        measures: fc.array(measure, { minLength: 1, maxLength: 3 }),
        disclosure: fc.record(
          {
            threshold: fc.integer({ min: 10, max: 20 }),
            roundTo: fc.constant(6),
            rounding: fc.constantFrom('base', 'midpoint-6'),
            epsilon: epsilonOrNone,
            overlapEpsilon: epsilonOrNone,
            wholeLines: line,
          },
          { requiredKeys: ['threshold', 'roundTo', 'epsilon'] },
        ),
        present: fc
          .record(
            {
              margins: fc.constantFrom('none', 'totals'),
              rate: fc.record({ of: dataset, equals: fc.array(name, { minLength: 1, maxLength: 2 }), by: groups }),
              quantiles: fc.record({
                of: dataset,
                at: fc
                  .uniqueArray(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 4 })
                  .map((at) => at.toSorted((a, b) => a - b)),
                by: groups,
              }),
            },
            { requiredKeys: [] },
          )
          .filter((present) => Object.keys(present).length > 0),
      },
      {
        requiredKeys: [
          'template',
          'version',
          'title',
          'pilot',
          'purpose',
          'lawfulBasis',
          'success',
          'principles',
          'expires',
          'unit',
          'contributionLimit',
          'population',
          'links',
          'dimensions',
          'parameters',
          'disclosure',
        ],
      },
    );
    fc.assert(
      fc.property(anyTemplate, (any) => {
        const bytes = canonicalTemplate(any);
        const read = templateFromPayload(bytes);
        expect(canonicalTemplate(read)).toEqual(bytes);
        expect(read).toEqual(any);
        // JSON is YAML: the other way in must read the same.
        expect(parseTemplate(new TextDecoder().decode(bytes))).toEqual(any);
      }),
      { numRuns: 200 },
    );
  });
});

describe('canonical JSON', () => {
  it.each<[unknown, string]>([
    // RFC 8785 section 3.2.3: names sort by UTF-16 units.
    [
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7 },
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    ],
    [[1e30, 4.5, 2e-3, -0], '[1e+30,4.5,0.002,0]'],
    ['\u000f"\\/€', '"\\u000f\\"\\\\/€"'],
  ])('writes %j as %s', (value, json) => {
    expect(new TextDecoder().decode(canonicalJson(value))).toBe(json);
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, '\ud800'])('refuses %j', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});
