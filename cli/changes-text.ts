import { CHANGE_EFFECTS, type ChangeEffect, type TemplateChange } from '../core/templates/index.js';
import { wrapText } from './text.js';

const WORDS: Readonly<Record<ChangeEffect, string>> = {
  'asks-more': 'asks more',
  'asks-less': 'asks less',
  'asks-differently': 'asks differently',
  'shows-more': 'shows more',
  'shows-less': 'shows less',
  'shows-differently': 'shows differently',
  wording: 'wording only',
};

/** Each change in the order of the template, and how many there are of what kind. */
export function changesText(changes: readonly TemplateChange[], columns: number): string {
  if (changes.length === 0) return 'Nothing changed: both say the same, and have the same digest.';
  const counts = CHANGE_EFFECTS.flatMap((effect) => {
    const count = changes.filter((change) => change.effect === effect).length;
    return count === 0 ? [] : [`${WORDS[effect]}: ${count}`];
  });
  return [
    ...changes.flatMap(({ effect, says }) => wrapText(`[${WORDS[effect]}] ${says}`, columns, '  ')),
    '',
    counts.join(', '),
  ].join('\n');
}
