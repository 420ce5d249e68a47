import type { Problem } from '../../core/base/index.js';
import type { SourceMapping } from './mapping.js';
import type { SourcePlace } from './source-config.js';

/**
 * What `init` writes where the agency has to say something of its own. A configuration that still has it can be read, so
 * that a node can enrol before its mapping is written; no source is.
 */
export const BLANK = 'FILL IN';

/** A source as the configuration has it, as far as there can be blanks in it. */
export type BlankableSource = SourceMapping & { readonly place: SourcePlace };

const COLUMN = 'not filled in yet: the name of your column';
const CODE = 'not filled in yet: your own code for it, or remove the line where you have none';
const SETTING = 'not filled in yet';

/** Every blank of a source, by the setting that has to be filled in. */
export function blankProblems({ place, identifiers, consent, fields }: BlankableSource): readonly Problem[] {
  return [
    ...blankTexts(place.kind, settingsOf(place)),
    ...('selection' in place ? blankTexts('', place.selection) : []),
    ...[...blankMappings('identifiers', identifiers), ...blankMappings('consent', consent ?? {})],
    ...blankMappings('fields', fields),
  ];
}

/** As they stand under the kind's own name. */
function settingsOf(place: SourcePlace): unknown {
  if (place.kind === 'sqlite') return place.file;
  return 'server' in place ? place.server : { file: place.file };
}

function blankTexts(path: string, value: unknown): Problem[] {
  if (typeof value === 'string') return value.includes(BLANK) ? [{ path, message: SETTING }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => blankTexts(path === '' ? name : `${path}.${name}`, part));
}

type Mapped = SourceMapping['identifiers'][keyof SourceMapping['identifiers']];

function blankMappings(path: string, mapped: Readonly<Record<string, Mapped>>): Problem[] {
  return Object.entries(mapped).flatMap(([name, columns]) => {
    const at = `${path}.${name}`;
    if (typeof columns !== 'object' || !('codes' in columns)) {
      return [columns ?? []].flat().some((column) => column.includes(BLANK)) ? [{ path: at, message: COLUMN }] : [];
    }
    return [
      ...(columns.column.includes(BLANK) ? [{ path: `${at}.column`, message: COLUMN }] : []),
      ...Object.entries(columns.codes)
        .filter(([local]) => local.includes(BLANK))
        .map(([, code]) => ({ path: `${at}.codes, ${code ?? 'null'}`, message: CODE })),
    ];
  });
}
