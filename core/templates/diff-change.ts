import { canonicalJson } from './canonical-json.js';
import type { Catalogue, FieldDefinition } from './dataset.js';
import { codesOf } from './dataset.js';
import { isQuarter, quartersBetween } from './quarter.js';
import type { Template } from './template.js';
import { phrase } from './wording.js';

/**
 * What a change does. asks: which records are read, of whom, how they are joined, and for how long. shows: what comes out.
 * wording: what people read of it, and nothing else.
 */
export const CHANGE_EFFECTS = [
  'asks-more',
  'asks-less',
  'asks-differently',
  'shows-more',
  'shows-less',
  'shows-differently',
  'wording',
] as const;
export type ChangeEffect = (typeof CHANGE_EFFECTS)[number];

/** One thing in which a template differs from another, in a sentence of plain English. */
export interface TemplateChange {
  /** As in `population.where[0]`, of the newer template; of the older one where it has gone. */
  readonly path: string;
  readonly effect: ChangeEffect;
  readonly says: string;
}

export interface TemplatePair {
  readonly before: Template;
  readonly after: Template;
  readonly words: FieldWords;
}

/** `more` where the number has grown, `less` where it has shrunk. */
export function byOrder(kind: 'asks' | 'shows', before: number, after: number): ChangeEffect {
  return after > before ? `${kind}-more` : `${kind}-less`;
}

/** `more` where all that was is still there and something is new, `less` where it is the other way round. */
export function bySet(kind: 'asks' | 'shows', before: readonly string[], after: readonly string[]): ChangeEffect {
  const isGone = before.some((value) => !after.includes(value));
  const isNew = after.some((value) => !before.includes(value));
  if (isGone === isNew) return `${kind}-differently`;
  return isNew ? `${kind}-more` : `${kind}-less`;
}

/** The other way round: of what keeps records out. */
export function inverted(effect: ChangeEffect): ChangeEffect {
  const opposites: Partial<Record<ChangeEffect, ChangeEffect>> = {
    'asks-more': 'asks-less',
    'asks-less': 'asks-more',
    'shows-more': 'shows-less',
    'shows-less': 'shows-more',
  };
  return opposites[effect] ?? effect;
}

export function isEqual(a: unknown, b: unknown): boolean {
  if (a === undefined || b === undefined) return a === b;
  return textOf(a) === textOf(b);
}

/** Equal for equal values, whatever the order of their entries. */
export function textOf(value: unknown): string {
  return new TextDecoder().decode(canonicalJson(value));
}

export interface Matched<Item> {
  readonly added: readonly Item[];
  readonly removed: readonly Item[];
  readonly kept: readonly { readonly before: Item; readonly after: Item }[];
  /** What is in both stands in another order. */
  readonly isReordered: boolean;
}

/** Pairs the items of two lists by their names; of several with one name the first is paired with the first. */
export function matched<Item>(
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): Matched<Item> {
  const left = numbered(before, nameOf);
  const right = numbered(after, nameOf);
  const kept = [...right].flatMap(([name, item]) => {
    const earlier = left.get(name);
    return earlier === undefined ? [] : [{ before: earlier, after: item }];
  });
  const shared = (from: ReadonlyMap<string, Item>, other: ReadonlyMap<string, Item>): string[] =>
    [...from.keys()].filter((name) => other.has(name));
  return {
    added: [...right].flatMap(([name, item]) => (left.has(name) ? [] : [item])),
    removed: [...left].flatMap(([name, item]) => (right.has(name) ? [] : [item])),
    kept,
    isReordered: !isEqual(shared(left, right), shared(right, left)),
  };
}

function numbered<Item>(items: readonly Item[], nameOf: (item: Item) => string): ReadonlyMap<string, Item> {
  const seen = new Map<string, number>();
  return new Map(
    items.map((item) => {
      const name = nameOf(item);
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return [`${name} ${count}`, item];
    }),
  );
}

/** Lists are shown so far. */
const VALUES_SHOWN = 12;

/** What fields and their values are called: by their definitions where these are known, else by their names. */
export class FieldWords {
  readonly #catalogue: Catalogue | undefined;

  constructor(catalogue: Catalogue | undefined) {
    this.#catalogue = catalogue;
  }

  definitionOf(dataset: string, field: string): FieldDefinition | undefined {
    return this.#catalogue?.get(dataset)?.fields.get(field);
  }

  dataset(name: string): string {
    const title = this.#catalogue?.get(name)?.title;
    return title === undefined ? name : `"${title}"`;
  }

  field(dataset: string, field: string): string {
    const meaning = this.definitionOf(dataset, field)?.meaning;
    return meaning === undefined ? `${dataset}.${field}` : `"${phrase(meaning)}"`;
  }

  qualified(name: string): string {
    const cut = name.lastIndexOf('.');
    return this.field(name.slice(0, cut), name.slice(cut + 1));
  }

  /** `rape or theft`; quarters that follow each other by their ends. */
  values(dataset: string, field: string, values: readonly string[]): string {
    const definition = this.definitionOf(dataset, field);
    const [first, last] = [values[0], values.at(-1)];
    if (first !== undefined && last !== undefined && values.every(isQuarter) && values.length > 1) {
      if (isEqual(quartersBetween(first, last), values)) {
        return definition?.type === 'quarter' && definition.to === last ? `${first} on` : `${first} to ${last}`;
      }
    }
    const meanings = definition?.type === 'code' ? codesOf(definition) : new Map<string, string>();
    const words = values.slice(0, VALUES_SHOWN).map((value) => meanings.get(value) ?? value);
    return values.length > VALUES_SHOWN
      ? `${words.join(', ')} or ${values.length - VALUES_SHOWN} others`
      : words.join(' or ');
  }
}
