import { bySet, inverted, isEqual, matched, textOf } from './diff-change.js';
import type { ChangeEffect, FieldWords, TemplateChange, TemplatePair } from './diff-change.js';
import { codesOf } from './dataset.js';
import { formatPath } from './problems.js';
import type { FilterClause, InClause, LinkClause, PopulationClause, Template } from './template.js';

type Path = readonly PropertyKey[];

export function diffPopulation({ before, after, words }: TemplatePair): TemplateChange[] {
  const parts: Readonly<Record<keyof PopulationClause, () => TemplateChange[]>> = {
    dataset: () => {
      const [old, now] = [before.population.dataset, after.population.dataset];
      if (old === now) return [];
      const says = `Counts from ${words.dataset(now)} instead of ${words.dataset(old)}: other ${countedBy(after)}.`;
      return [{ path: 'population.dataset', effect: 'asks-differently', says }];
    },
    where: () => {
      const list: FilteredList = {
        dataset: after.population.dataset,
        path: ['population', 'where'],
        pair: { before, after, words },
        verb: 'Counts',
        noun: countedBy(after),
        keepsOut: false,
      };
      return diffFilters(before.population.where, after.population.where, list);
    },
  };
  return Object.values(parts).flatMap((part) => part());
}

/** What is counted, in words. */
export function countedBy({ unit }: Template): string {
  return unit === 'person' ? 'people' : 'records';
}

/* Links */

export function diffLinks(pair: TemplatePair): TemplateChange[] {
  const { before, after, words } = pair;
  const { added, removed, kept, isReordered } = matched(before.links, after.links, ({ dataset }) => dataset);
  return [
    ...added.map((link): TemplateChange => {
      const says = `Also links to ${words.dataset(link.dataset)}, on the ${link.on}${describeKeep(link, after)}.`;
      return { path: formatPath(['links', after.links.indexOf(link)]), effect: effectOf(link), says };
    }),
    ...removed.map((link): TemplateChange => {
      const gone = describeKeep(link, before) === '' ? '' : ', which decided who counts';
      const says = `No longer links to ${words.dataset(link.dataset)}${gone}.`;
      return { path: formatPath(['links', before.links.indexOf(link)]), effect: inverted(effectOf(link)), says };
    }),
    ...kept.flatMap((both) => diffLink(both, pair)),
    ...(isReordered ? [{ path: 'links', effect: 'wording', says: 'Names its links in another order.' } as const] : []),
  ];
}

/** Of linking to it. Where that leaves records out, more data are read of fewer. */
function effectOf({ keep }: LinkClause): ChangeEffect {
  return keep === 'all' ? 'asks-more' : 'asks-differently';
}

function describeKeep({ keep }: LinkClause, template: Template): string {
  if (keep === 'all') return '';
  return `, and counts only ${countedBy(template)} that ${keep === 'linked' ? 'link' : 'do not link'}`;
}

const TAKEN = { earliest: 'the earliest', latest: 'the latest' } as const;
const KEPT = {
  all: 'whether it links or not',
  linked: 'only where it links',
  'not-linked': 'only where it does not link',
} as const;

function diffLink(
  { before, after }: { readonly before: LinkClause; readonly after: LinkClause },
  pair: TemplatePair,
): TemplateChange[] {
  const at = ['links', pair.after.links.indexOf(after)];
  const to = pair.words.dataset(after.dataset);
  const change = (name: keyof LinkClause, effect: ChangeEffect, says: string): TemplateChange[] =>
    before[name] === after[name] ? [] : [{ path: formatPath([...at, name]), effect, says }];
  const parts: { readonly [Part in keyof Required<LinkClause>]: () => TemplateChange[] } = {
    // They were paired by it.
    dataset: () => [],
    on: () => change('on', 'asks-differently', `Links to ${to} on the ${after.on} instead of the ${before.on}.`),
    keep: () => {
      const effect = after.keep === 'all' ? 'asks-more' : before.keep === 'all' ? 'asks-less' : 'asks-differently';
      const noun = effect === 'asks-more' ? 'more' : effect === 'asks-less' ? 'fewer' : 'other';
      const says = `Counts a record ${KEPT[after.keep]} to ${to}, instead of ${KEPT[before.keep]}: ${noun} ${countedBy(pair.after)}.`;
      return change('keep', effect, says);
    },
    take: () =>
      change(
        'take',
        'asks-differently',
        `Takes ${TAKEN[after.take]} record of ${to} instead of ${TAKEN[before.take]}.`,
      ),
    unlinked: () => {
      const isSame = (before.unlinked ?? 'none') === (after.unlinked ?? 'none');
      const meaning = after.unlinked === 'unknown' ? 'it is not known whether there is one' : 'there is none';
      const says = `Says of who links to nothing in ${to}: ${meaning}${isSame ? ', as it did without saying so' : ''}.`;
      return change('unlinked', isSame ? 'wording' : 'shows-differently', says);
    },
    where: () => {
      const list: FilteredList = {
        dataset: after.dataset,
        path: [...at, 'where'],
        pair,
        verb: after.keep === 'not-linked' ? `Leaves out who links to` : `Links to`,
        noun: `records of ${to}`,
        keepsOut: after.keep === 'not-linked',
      };
      return diffFilters(before.where, after.where, list);
    },
  };
  return Object.values(parts).flatMap((part) => part());
}

/* Filters */

interface FilteredList {
  readonly dataset: string;
  readonly path: Path;
  readonly pair: TemplatePair;
  readonly verb: string;
  readonly noun: string;
  /** True: the more these filters let through, the fewer are counted. */
  readonly keepsOut: boolean;
}

function diffFilters(
  before: readonly FilterClause[],
  after: readonly FilterClause[],
  list: FilteredList,
): TemplateChange[] {
  // What stands in both is out of the way first, so that of two filters of one field the one that changed is compared.
  const same = matched(before, after, textOf);
  const rest = matched(same.removed, same.added, ({ field }) => field);
  const change = (
    filter: FilterClause,
    of: readonly FilterClause[],
    effect: ChangeEffect,
    says: string,
  ): TemplateChange => ({
    path: formatPath([...list.path, of.indexOf(filter)]),
    effect: list.keepsOut ? inverted(effect) : effect,
    says,
  });
  return [
    ...rest.kept.map((both) => {
      const effect = compareFilters(both.before, both.after, list);
      const now = describeFilter(both.after, list);
      const says = `${list.verb} ${list.noun} where ${subject(both.after, list)} is ${now} instead of ${describeFilter(both.before, list)}: ${amount(effect)} ${list.noun}.`;
      return change(both.after, after, effect, says);
    }),
    ...rest.added.map((filter) => {
      const says = `${list.verb} only ${list.noun} where ${subject(filter, list)} is ${describeFilter(filter, list)}: fewer ${list.noun}.`;
      return change(filter, after, 'asks-less', says);
    }),
    ...rest.removed.map((filter) => {
      const says = `${list.verb} ${list.noun} no longer only where ${subject(filter, list)} is ${describeFilter(filter, list)}: more ${list.noun}.`;
      return change(filter, before, 'asks-more', says);
    }),
    ...(rest.kept.length === 0 && same.isReordered
      ? [{ path: formatPath(list.path), effect: 'wording', says: 'Names its filters in another order.' } as const]
      : []),
  ];
}

function amount(effect: ChangeEffect): string {
  if (effect === 'wording') return 'the same';
  return effect === 'asks-more' ? 'more' : effect === 'asks-less' ? 'fewer' : 'other';
}

function subject({ field }: FilterClause, { dataset, pair }: FilteredList): string {
  return pair.words.field(dataset, field);
}

function describeFilter(filter: FilterClause, { dataset, pair: { words } }: FilteredList): string {
  if ('between' in filter) return `${filter.between[0]} to ${filter.between[1]}`;
  if ('parameter' in filter.in) return `what the analyst chooses for ${filter.in.parameter}`;
  return words.values(dataset, filter.field, filter.in);
}

function compareFilters(before: FilterClause, after: FilterClause, { pair }: FilteredList): ChangeEffect {
  if ('between' in before && 'between' in after) {
    const [from, to] = before.between;
    const [newFrom, newTo] = after.between;
    if (newFrom <= from && newTo >= to) return 'asks-more';
    return newFrom >= from && newTo <= to ? 'asks-less' : 'asks-differently';
  }
  if ('between' in before || 'between' in after) return 'asks-differently';
  const [old, now] = [reachOf(before, pair.before, pair.words), reachOf(after, pair.after, pair.words)];
  if (old.parameter !== now.parameter) {
    // Where a choice takes the place of a list there are more questions, and the other way round fewer.
    if (old.parameter === undefined && includesAll(now.values, old.values)) return 'asks-more';
    return now.parameter === undefined && includesAll(old.values, now.values) ? 'asks-less' : 'asks-differently';
  }
  if (includesAll(old.values, now.values) && includesAll(now.values, old.values)) return 'wording';
  return bySet('asks', old.values, now.values);
}

function includesAll(values: readonly string[], others: readonly string[]): boolean {
  return others.every((value) => values.includes(value));
}

/** Which values a filter can keep, and the parameter that decides. */
function reachOf(
  { in: values }: InClause,
  template: Template,
  words: FieldWords,
): { readonly values: readonly string[]; readonly parameter: string | undefined } {
  if (!('parameter' in values)) return { values, parameter: undefined };
  return { values: choicesOf(template, values.parameter, words), parameter: values.parameter };
}

/** The finite list of a parameter; empty where it is that of a field that is not known. */
export function choicesOf({ parameters, population }: Template, name: string, words: FieldWords): readonly string[] {
  const from = Object.hasOwn(parameters, name) ? parameters[name]?.from : undefined;
  if (from === undefined) return [];
  if (typeof from !== 'string') return from;
  const definition = words.definitionOf(population.dataset, from);
  return definition?.type === 'code' || definition?.type === 'quarter' ? [...codesOf(definition).keys()] : [];
}

/* Parameters */

export function diffParameters({ before, after, words }: TemplatePair): TemplateChange[] {
  const names = (template: Template): string[] => Object.keys(template.parameters).toSorted();
  const { added, removed, kept } = matched(names(before), names(after), (name) => name);
  return [
    ...added.map((name): TemplateChange => {
      const says = `Lets the analyst choose ${name}, from ${choicesOf(after, name, words).length} values.`;
      return { path: formatPath(['parameters', name]), effect: 'asks-more', says };
    }),
    ...removed.map((name): TemplateChange => {
      return {
        path: formatPath(['parameters', name]),
        effect: 'asks-less',
        says: `Lets the analyst no longer choose ${name}.`,
      };
    }),
    ...kept.flatMap(({ after: name }) => diffParameter(name, { before, after, words })),
  ];
}

function diffParameter(name: string, { before, after, words }: TemplatePair): TemplateChange[] {
  const [old, now] = [before.parameters[name], after.parameters[name]];
  if (old === undefined || now === undefined) return [];
  const [values, newValues] = [choicesOf(before, name, words), choicesOf(after, name, words)];
  const at = (part: string): string => formatPath(['parameters', name, part]);
  const changes: TemplateChange[] = [];
  if (!isEqual(old.from, now.from)) {
    const isKnown = values.length > 0 && newValues.length > 0;
    const isSame = isKnown && includesAll(values, newValues) && includesAll(newValues, values);
    changes.push({
      path: at('from'),
      effect: isSame ? 'wording' : isKnown ? bySet('asks', values, newValues) : 'asks-differently',
      says: isSame
        ? `Writes the list for ${name} in another way: the same values.`
        : `Offers ${describeList(now.from)} for ${name} instead of ${describeList(old.from)}${describeGain(values, newValues)}.`,
    });
  }
  if (old.min !== now.min) {
    const effect = now.min < old.min ? 'asks-more' : 'asks-less';
    const says = `Lets as few as ${now.min} values of ${name} be chosen instead of ${old.min}: ${now.min < old.min ? 'more, and narrower,' : 'fewer'} questions.`;
    changes.push({ path: at('min'), effect, says });
  }
  if (old.max !== now.max) {
    const [most, newMost] = [old.max ?? values.length, now.max ?? newValues.length];
    const effect = most === newMost ? 'wording' : newMost > most ? 'asks-more' : 'asks-less';
    const says = `Lets at most ${now.max ?? 'all'} values of ${name} be chosen instead of ${old.max ?? 'all'}${most === newMost ? ', which are as many' : ''}.`;
    changes.push({ path: at('max'), effect, says });
  }
  return changes;
}

function describeList(from: readonly string[] | string): string {
  return typeof from === 'string' ? `all of ${from}` : `${from.length} values`;
}

function describeGain(before: readonly string[], after: readonly string[]): string {
  const added = after.filter((value) => !before.includes(value)).length;
  const gone = before.filter((value) => !after.includes(value)).length;
  return `: ${added} new, ${gone} gone`;
}
