import fc from 'fast-check';

import type { Template } from '../../core/templates/index.js';

/** An edit of one place of a template. */
export interface SingleEdit {
  /** As in `links.0.keep`. */
  readonly at: string;
  readonly edited: Template;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What a template may say and a random one doesn't: each is an edit where it isn't there, and is edited where it is. */
const OPTIONAL: readonly { readonly at: readonly string[]; readonly value: Json }[] = [
  { at: ['minimumParticipants'], value: 2 },
  { at: ['scheme'], value: 'light' },
  { at: ['linkage'], value: { threshold: 0.5 } },
  { at: ['measures'], value: [{ mean: 'police.victim-crimes.victim-age', range: [0, 100] }] },
  { at: ['present'], value: { margins: 'totals' } },
  { at: ['present'], value: { rate: { of: 'a.b', equals: ['yes'], by: [] } } },
  { at: ['present'], value: { quantiles: { of: 'a.b.c', at: [0.5], by: ['a.b'] } } },
  { at: ['present'], value: { recall: { of: 'a.b.agreement', by: [] } } },
  { at: ['parameters', 'extra'], value: { from: ['a', 'b'], min: 1 } },
  { at: ['disclosure', 'rounding'], value: 'base' },
  { at: ['disclosure', 'noNoise'], value: 'Because.' },
  { at: ['disclosure', 'overlapEpsilon'], value: 'none' },
  { at: ['disclosure', 'wholeLines'], value: 'Because.' },
  { at: ['links', '0', 'unlinked'], value: 'none' },
  { at: ['dimensions', '0', 'label'], value: 'Another label' },
  { at: ['measures', '0', 'epsilon'], value: 1 },
  { at: ['measures', '0', 'label'], value: 'Another label' },
  { at: ['parameters', 'extra', 'max'], value: 2 },
];

/** With some of the optional parts added, so that these are changed and taken away too. */
export function arbitraryFullTemplate(template: Template): fc.Arbitrary<Template> {
  return fc
    .subarray([...OPTIONAL])
    .map((parts) => parts.reduce<Json>((json, { at, value }) => put(json, at, value), plain(template)))
    .map(asTemplate);
}

/** Every edit of one place: another value, an item more, fewer or elsewhere, a part added or taken away. */
export function singleEdits(template: Template): SingleEdit[] {
  const json = plain(template);
  const added = OPTIONAL.map(({ at, value }) => ({ at: at.join('.'), edited: put(json, at, value) }));
  return [...editsOf(json, []), ...added]
    .filter(({ edited }) => JSON.stringify(edited) !== JSON.stringify(json))
    .map(({ at, edited }) => ({ at, edited: asTemplate(edited) }));
}

interface JsonEdit {
  readonly at: string;
  readonly edited: Json;
}

/** Of `present` and the like a template may lack; what it has to have is never taken away. */
const REMOVABLE = new Set([
  ...OPTIONAL.map(({ at }) => at.at(-1) ?? ''),
  'rate',
  'quantiles',
  'recall',
  'margins',
  'bands',
]);

/** Words that a schema knows: another of them, in the place of any other text. */
const WORDS: readonly (readonly string[])[] = [
  ['person', 'case'],
  ['all', 'linked', 'not-linked'],
  ['earliest', 'latest'],
  ['base', 'midpoint-6'],
  ['none', 'unknown'],
  ['totals', 'none'],
];

function editsOf(value: Json, path: readonly string[]): JsonEdit[] {
  const at = path.join('.');
  if (typeof value === 'number')
    return [
      { at, edited: value + 1 },
      { at, edited: value - 1 },
    ];
  if (typeof value === 'string') return [{ at, edited: otherWord(value, path.at(-1) ?? '') }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return [
      // From and to are two, always.
      ...(items.length > 1 && path.at(-1) !== 'range' && path.at(-1) !== 'between'
        ? [
            { at, edited: items.slice(1) },
            { at, edited: [...items].reverse() },
          ]
        : []),
      ...items.flatMap((item, index) =>
        editsOf(item, [...path, `${index}`]).map((edit) => ({ ...edit, edited: items.with(index, edit.edited) })),
      ),
    ];
  }
  const block = value as Readonly<Record<string, Json>>;
  return Object.entries(block).flatMap(([name, inner]) => [
    ...editsOf(inner, [...path, name]).map((edit) => ({ ...edit, edited: { ...block, [name]: edit.edited } })),
    ...(isRemovable(name, path) ? [{ at: [...path, name].join('.'), edited: without(block, name) }] : []),
  ]);
}

/** An epsilon of its own may be left out, that of the counts may not. */
function isRemovable(name: string, path: readonly string[]): boolean {
  return REMOVABLE.has(name) && (name !== 'epsilon' || path[0] === 'measures');
}

function otherWord(word: string, name: string): string | number {
  if (/epsilon/i.test(name)) return 1;
  if (name === 'expires') return '2098-12-31';
  const words = WORDS.find((each) => each.includes(word));
  return words?.[(words.indexOf(word) + 1) % words.length] ?? `${word}x`;
}

function without(block: Readonly<Record<string, Json>>, name: string): Json {
  return Object.fromEntries(Object.entries(block).filter(([each]) => each !== name));
}

/** As it was where there is no such place. */
function put(json: Json, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  if (Array.isArray(json)) {
    const items = json as readonly Json[];
    const item = items[Number(name)];
    return item === undefined ? items : items.with(Number(name), put(item, rest, value));
  }
  if (typeof json !== 'object' || json === null) return json;
  const block = json as Readonly<Record<string, Json>>;
  if (rest.length > 0 && !Object.hasOwn(block, name)) return block;
  return { ...block, [name]: put(block[name] ?? null, rest, value) };
}

function plain(template: Template): Json {
  return JSON.parse(JSON.stringify(template)) as Json;
}

function asTemplate(json: Json): Template {
  return json as unknown as Template;
}
