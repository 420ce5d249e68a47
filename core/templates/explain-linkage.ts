import { MINIMUM_RECALL_GROUP } from '../disclosure/index.js';
import type { RecallPresentation, TableDimension } from '../disclosure/index.js';
import type { IdentifierName } from '../linkage/index.js';
import type { BoundList, BoundTemplate } from './bound.js';

/** When two records are taken for one person; nothing where nobody is joined. */
export function explainLinking({ scheme, linkThreshold }: BoundTemplate): string[] {
  if (scheme === null || linkThreshold === null) return [];
  const sure =
    linkThreshold === 0.5
      ? 'likelier right than wrong'
      : `estimated to be right in at least ${Number((100 * linkThreshold).toPrecision(3))} of 100 cases`;
  return [
    `Two records are taken for one person where they agree so far that this is ${sure} (the keys of the scheme ` +
      `"${scheme.id}"), and where nobody else agrees as well. How often different people agree by chance is estimated ` +
      'from what each agency says of its own. How well people could be linked is said with the table.',
  ];
}

/** What the coordinator learns of how people agree, and what it does with it. */
export function explainAgreement({ linkThreshold, agreement }: BoundTemplate): string[] {
  if (linkThreshold === null) return [];
  return [
    'The coordinator sees which pseudonyms two records have in common, and so in what they agree, but neither what that ' +
      'is nor whose they are.',
    ...(agreement === null
      ? []
      : [
          `For "${agreement.dimension.label}" it adds in what they agree to the sealed number of the record, which it ` +
            'cannot read; so no agency learns who linked, and the coordinator not whom it is about.',
        ]),
  ];
}

export function describeRecall({ of, by }: RecallPresentation, shape: readonly TableDimension[]): string {
  const groups = by.map((dimension) => `"${shape[dimension]?.label ?? ''}"`).join(' and ');
  const each = groups === '' ? '' : `, for each ${groups}`;
  return (
    `An estimate of how many of the people who are in both datasets were linked${each}, from "${shape[of]?.label ?? ''}" ` +
    'as it is shown and from nothing else, so that it takes nothing more from the privacy budget: how often groups are ' +
    'found, not how often they are there to be found. People whose details fail in several places at once are partly a ' +
    `guess, which the interval has in it. There is none where fewer than ${MINIMUM_RECALL_GROUP} people were ` +
    'linked, where a number that it needs is suppressed, where its parts disagree, or where too much would be a guess.' +
    (by.length === 0 ? '' : ' Groups are compared with the one of whom most were linked.')
  );
}

const IDENTIFIER_WORDS: Readonly<Record<IdentifierName, string>> = {
  forename: 'forename',
  surname: 'surname',
  dateOfBirth: 'date of birth',
  postcode: 'postcode',
  sex: 'sex',
  place: 'place',
  area: 'area',
  nhsNumber: 'NHS number',
  pnc: 'PNC number',
  cro: 'CRO number',
};

/** More combinations than this are counted, not listed: nobody reads them. */
const COMBINATIONS_LISTED = 3;

/** Of what its pseudonyms are made, of what the dataset knows. */
export function describeKeys({ keys, dataset }: BoundList, { scheme }: BoundTemplate): string {
  const names = new Set(keys.filter(({ on }) => on === 'person').map(({ name }) => name));
  const combinations = (scheme?.keys ?? [])
    .filter(({ name }) => names.has(name))
    .map(({ identifiers }) => identifiers.filter((each) => dataset.linkage?.identifiers.has(each) ?? false));
  const described = [...describeCombinations(combinations), ...(keys.some(({ on }) => on === 'case') ? [CASE] : [])];
  return described.length === 0 ? 'no pseudonyms' : `pseudonyms of ${described.join('; of ')}`;
}

const CASE = 'the case reference';

function describeCombinations(combinations: readonly (readonly IdentifierName[])[]): string[] {
  if (combinations.length <= COMBINATIONS_LISTED) {
    return combinations.map((identifiers) => identifiers.map((each) => IDENTIFIER_WORDS[each]).join(' + '));
  }
  const words = [...new Set(combinations.flat())].map((each) => IDENTIFIER_WORDS[each]);
  return [`${combinations.length} combinations of ${words.join(', ')}, or of parts of them`];
}
