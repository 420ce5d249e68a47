import { byOrder, bySet, isEqual, matched, textOf } from './diff-change.js';
import type { ChangeEffect, FieldWords, TemplateChange, TemplatePair } from './diff-change.js';
import { measuredField } from './field-use.js';
import { formatPath } from './problems.js';
import type {
  DimensionClause,
  DisclosureClause,
  FieldDimensionClause,
  MeasureClause,
  PresentClause,
} from './template.js';

/* Dimensions */

export function diffDimensions({ before, after, words }: TemplatePair): TemplateChange[] {
  const { added, removed, kept, isReordered } = matched(before.dimensions, after.dimensions, dimensionKey);
  return [
    ...added.map((clause): TemplateChange => {
      const says = `Also breaks the table down by ${describeDimension(clause, words)}.`;
      return { path: formatPath(['dimensions', after.dimensions.indexOf(clause)]), effect: 'shows-more', says };
    }),
    ...removed.map((clause): TemplateChange => {
      const says = `No longer breaks the table down by ${describeDimension(clause, words)}.`;
      return { path: formatPath(['dimensions', before.dimensions.indexOf(clause)]), effect: 'shows-less', says };
    }),
    ...kept.flatMap((both) => diffDimension(both, after.dimensions.indexOf(both.after), words)),
    ...(isReordered
      ? [{ path: 'dimensions', effect: 'shows-differently', says: 'Shows its dimensions in another order.' } as const]
      : []),
  ];
}

function dimensionKey(clause: DimensionClause): string {
  if ('field' in clause) return `field ${clause.field}`;
  return 'linked' in clause ? `linked ${clause.linked}` : `agreement ${clause.agreement}`;
}

function describeDimension(clause: DimensionClause, words: FieldWords): string {
  if ('field' in clause) {
    const bands = clause.bands === undefined ? '' : `, in bands from ${clause.bands.join(', ')}`;
    return `${words.qualified(clause.field)}${bands}`;
  }
  return 'linked' in clause
    ? `whether a record links to ${words.dataset(clause.linked)}`
    : `what agrees with ${words.dataset(clause.agreement)}`;
}

function diffDimension(
  { before, after }: { readonly before: DimensionClause; readonly after: DimensionClause },
  index: number,
  words: FieldWords,
): TemplateChange[] {
  const name = describeDimension(withoutBands(after), words);
  return [
    ...diffBands(bandsOf(before), bandsOf(after), name, formatPath(['dimensions', index, 'bands'])),
    ...diffLabel(before.label, after.label, name, formatPath(['dimensions', index, 'label'])),
  ];
}

function withoutBands(clause: DimensionClause): DimensionClause {
  return 'field' in clause ? { field: clause.field } : clause;
}

function bandsOf(clause: DimensionClause): FieldDimensionClause['bands'] {
  return 'field' in clause ? clause.bands : undefined;
}

function diffBands(
  before: readonly number[] | undefined,
  after: readonly number[] | undefined,
  name: string,
  path: string,
): TemplateChange[] {
  if (isEqual(before, after)) return [];
  const text = (bands: readonly number[] | undefined): string => bands?.join(', ') ?? 'nowhere';
  const effect = bySet('shows', (before ?? []).map(String), (after ?? []).map(String));
  const finer = { 'shows-more': ': finer', 'shows-less': ': coarser' }[effect as string] ?? '';
  return [{ path, effect, says: `Cuts ${name} at ${text(after)} instead of ${text(before)}${finer}.` }];
}

function diffLabel(
  before: string | undefined,
  after: string | undefined,
  name: string,
  path: string,
): TemplateChange[] {
  if (before === after) return [];
  const called = after === undefined ? 'by its meaning' : `"${after}"`;
  return [
    {
      path,
      effect: 'wording',
      says: `Calls ${name} ${called} instead of ${before === undefined ? 'by its meaning' : `"${before}"`}.`,
    },
  ];
}

/* Measures */

export function diffMeasures(pair: TemplatePair): TemplateChange[] {
  const { before, after, words } = pair;
  const [old, now] = [before.measures ?? [], after.measures ?? []];
  const { added, removed, kept, isReordered } = matched(old, now, (clause) => measuredField(clause).field);
  return [
    ...added.map((clause): TemplateChange => {
      const says = `Also adds up ${describeMeasure(clause, words)}.`;
      return { path: formatPath(['measures', now.indexOf(clause)]), effect: 'shows-more', says };
    }),
    ...removed.map((clause): TemplateChange => {
      const says = `No longer adds up ${describeMeasure(clause, words)}.`;
      return { path: formatPath(['measures', old.indexOf(clause)]), effect: 'shows-less', says };
    }),
    ...kept.flatMap((both) => diffMeasure(both, now.indexOf(both.after), pair)),
    ...(isReordered
      ? [{ path: 'measures', effect: 'shows-differently', says: 'Shows its measures in another order.' } as const]
      : []),
  ];
}

function describeMeasure(clause: MeasureClause, words: FieldWords): string {
  const { kind, field } = measuredField(clause);
  return `the ${kind} of ${words.qualified(field)}, from ${clause.range[0]} to ${clause.range[1]}`;
}

function diffMeasure(
  { before, after }: { readonly before: MeasureClause; readonly after: MeasureClause },
  index: number,
  pair: TemplatePair,
): TemplateChange[] {
  const at = (part: string): string => formatPath(['measures', index, part]);
  const [old, now] = [measuredField(before), measuredField(after)];
  const name = pair.words.qualified(now.field);
  const changes: TemplateChange[] = [];
  if (old.kind !== now.kind) {
    // A variance brings the mean with it.
    const effect =
      now.kind === 'variance' ? 'shows-more' : old.kind === 'variance' ? 'shows-less' : 'shows-differently';
    changes.push({ path: at(now.kind), effect, says: `Shows the ${now.kind} of ${name} instead of the ${old.kind}.` });
  }
  if (!isEqual(before.range, after.range)) {
    const [[from, to], [newFrom, newTo]] = [before.range, after.range];
    const isWider = newFrom <= from && newTo >= to;
    const isNarrower = newFrom >= from && newTo <= to;
    const effect = isWider ? 'shows-more' : isNarrower ? 'shows-less' : 'shows-differently';
    changes.push({
      path: at('range'),
      effect,
      says: `Takes ${name} from ${newFrom} to ${newTo} instead of ${from} to ${to}.`,
    });
  }
  return [
    ...changes,
    ...diffOwnEpsilon(
      { own: before.epsilon, counts: pair.before.disclosure.epsilon },
      { own: after.epsilon, counts: pair.after.disclosure.epsilon },
      `the measure of ${name}`,
      at('epsilon'),
    ),
    ...diffLabel(before.label, after.label, name, at('label')),
  ];
}

/* Disclosure */

export function diffDisclosure({
  before: { disclosure: before },
  after: { disclosure: after },
}: TemplatePair): TemplateChange[] {
  const at = (part: string): string => formatPath(['disclosure', part]);
  const smaller = (part: 'threshold' | 'roundTo', says: string): TemplateChange[] =>
    before[part] === after[part]
      ? []
      : // The smaller the number, the more is shown.
        [
          {
            path: at(part),
            effect: byOrder('shows', after[part], before[part]),
            says: `${says} ${after[part]} instead of ${before[part]}.`,
          },
        ];
  const parts: { readonly [Part in keyof Required<DisclosureClause>]: () => TemplateChange[] } = {
    threshold: () => smaller('threshold', 'Shows counts from'),
    roundTo: () => smaller('roundTo', 'Rounds counts to'),
    rounding: () => {
      const [old, now] = [before.rounding ?? 'base', after.rounding ?? 'base'];
      if (before.rounding === after.rounding) return [];
      return old === now
        ? [{ path: at('rounding'), effect: 'wording', says: `Says outright that it rounds by ${now}, as it did.` }]
        : [{ path: at('rounding'), effect: 'shows-differently', says: `Rounds by ${now} instead of ${old}.` }];
    },
    epsilon: () => diffEpsilon(before.epsilon, after.epsilon, 'counts', at('epsilon')),
    noNoise: () => diffReason(before.noNoise, after.noNoise, 'why there is no noise', at('noNoise'), 'wording'),
    overlapEpsilon: () =>
      diffOwnEpsilon(
        { own: before.overlapEpsilon, counts: before.epsilon },
        { own: after.overlapEpsilon, counts: after.epsilon },
        'list sizes and overlaps',
        at('overlapEpsilon'),
      ),
    wholeLines: () =>
      diffReason(
        before.wholeLines,
        after.wholeLines,
        'why a line may show that everybody in it is alike',
        at('wholeLines'),
        'shows-more',
      ),
  };
  return Object.values(parts).flatMap((part) => part());
}

type Epsilon = number | 'none';

function diffEpsilon(before: Epsilon, after: Epsilon, of: string, path: string): TemplateChange[] {
  if (before === after) return [];
  const size = (epsilon: Epsilon): number => (epsilon === 'none' ? Number.POSITIVE_INFINITY : epsilon);
  const effect = byOrder('shows', size(before), size(after));
  const noise = effect === 'shows-less' ? 'more noise' : after === 'none' ? 'no noise' : 'less noise';
  return [{ path, effect, says: `The epsilon of ${of} is ${after} instead of ${before}: ${noise}.` }];
}

/** What a template says, and what holds where it doesn't. */
interface OwnEpsilon {
  readonly own: Epsilon | undefined;
  readonly counts: Epsilon;
}

/** Of what goes by the epsilon of the counts where it has none of its own. */
function diffOwnEpsilon(before: OwnEpsilon, after: OwnEpsilon, of: string, path: string): TemplateChange[] {
  const [old, now] = [before.own ?? before.counts, after.own ?? after.counts];
  if (old !== now) return diffEpsilon(old, now, of, path);
  if (before.own === after.own) return [];
  const verb = after.own === undefined ? 'No longer says' : 'Says';
  return [{ path, effect: 'wording', says: `${verb} outright that the epsilon of ${of} is ${now}, as it was.` }];
}

/** `given` is what it does to give such a reason where there was none. */
function diffReason(
  before: string | undefined,
  after: string | undefined,
  what: string,
  path: string,
  given: 'wording' | 'shows-more',
): TemplateChange[] {
  if (before === after) return [];
  if (after === undefined) {
    return [{ path, effect: given === 'wording' ? 'wording' : 'shows-less', says: `No longer says ${what}.` }];
  }
  return [{ path, effect: before === undefined ? given : 'wording', says: `Says ${what}: ${after}` }];
}

/* What is derived */

const DERIVED = {
  rate: 'a rate',
  quantiles: 'quantiles',
  recall: 'how many links were found',
} as const;

export function diffPresent({
  before: { present: before },
  after: { present: after },
}: TemplatePair): TemplateChange[] {
  const derived = (name: keyof typeof DERIVED): TemplateChange[] => {
    const [old, now] = [before?.[name], after?.[name]];
    if (isEqual(old, now)) return [];
    const effect: ChangeEffect =
      old === undefined ? 'shows-more' : now === undefined ? 'shows-less' : 'shows-differently';
    const verb =
      old === undefined ? 'Also derives' : now === undefined ? 'No longer derives' : 'Derives in another way';
    const says = `${verb} ${DERIVED[name]}${now === undefined ? '' : `: ${describeDerived(now)}`}.`;
    return [{ path: formatPath(['present', name]), effect, says }];
  };
  const parts: { readonly [Part in keyof Required<PresentClause>]: () => TemplateChange[] } = {
    margins: () => {
      const [old, now] = [before?.margins ?? 'totals', after?.margins ?? 'totals'];
      const path = 'present.margins';
      if (before?.margins === after?.margins) return [];
      if (old === now) return [{ path, effect: 'wording', says: 'Says outright that it shows totals, as it did.' }];
      return now === 'totals'
        ? [{ path, effect: 'shows-more', says: 'Shows totals.' }]
        : [{ path, effect: 'shows-less', says: 'Shows no totals.' }];
    },
    rate: () => derived('rate'),
    quantiles: () => derived('quantiles'),
    recall: () => derived('recall'),
  };
  return Object.values(parts).flatMap((part) => part());
}

/** By the names in the template, which the table has too. */
function describeDerived(clause: NonNullable<PresentClause[keyof typeof DERIVED]>): string {
  const { of, by, ...rest } = clause;
  const groups = by.length === 0 ? 'over the whole table' : `by ${by.join(' and ')}`;
  const what = Object.values(rest).map((values) => (Array.isArray(values) ? values.join(', ') : textOf(values)));
  return [`of ${of}`, ...what, groups].join(', ');
}
