import type { Problem } from '../../core/base/index.js';
import { needsConsent } from '../../core/templates/index.js';
import type { DatasetDefinition } from '../../core/templates/index.js';

/** The column that says of each row whether somebody has consented to its use for a purpose. */
export interface MappedConsent {
  readonly purpose: string;
  readonly column: string;
}

/** Purpose code to column, as the configuration says it. */
export type ConsentMapping = Readonly<Record<string, string>>;

/** What is wrong with the consent of a source's mapping. */
export function consentProblems(consent: ConsentMapping, definition: DatasetDefinition): readonly Problem[] {
  const named = Object.keys(consent);
  if (!needsConsent(definition)) {
    return named.length === 0
      ? []
      : [{ path: 'consent', message: 'is for datasets whose basis is opt-in, and this one’s isn’t; remove it' }];
  }
  if (named.length === 0) {
    const purposes = definition.purposes.join(', ');
    return [{ path: 'consent', message: `needs a column for at least one purpose: its basis is opt-in (${purposes})` }];
  }
  return named
    .filter((purpose) => !definition.purposes.includes(purpose))
    .map((purpose) => ({ path: `consent.${purpose}`, message: 'is not a purpose of the dataset; remove it' }));
}

/** In the order of the definition. */
export function mappedConsents(consent: ConsentMapping, { purposes }: DatasetDefinition): readonly MappedConsent[] {
  return purposes.flatMap((purpose) => {
    const column = Object.hasOwn(consent, purpose) ? consent[purpose] : undefined;
    return column === undefined ? [] : [{ purpose, column }];
  });
}
