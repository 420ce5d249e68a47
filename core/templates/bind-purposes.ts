import type { Catalogue } from './dataset.js';
import { fieldUses } from './field-use.js';
import type { ProblemList } from './problems.js';
import type { Template } from './template.js';

/**
 * A dataset may be used for more than one of its fields may: whether somebody is disabled, say, for research on adjustments
 * only. Each place is reported, for each has to go. Every node binds for itself, so none reads such a field.
 */
export function checkPurposes(template: Template, used: Catalogue, problems: ProblemList): void {
  for (const { dataset, field, path } of fieldUses(template)) {
    const purposes = used.get(dataset)?.fields.get(field)?.purposes;
    if (purposes === undefined || purposes.includes(template.purpose)) continue;
    problems.add(
      path,
      `may not be used for the template's purpose, ${template.purpose}: only for ${purposes.join(', ')}`,
    );
  }
}
