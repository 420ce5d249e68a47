import type { BoundParameter, BoundTemplate } from './bound.js';
import { canonicalJson } from './canonical-json.js';
import { TemplateError } from './errors.js';
import type { ParameterValues } from './offer.js';
import { ProblemList } from './problems.js';
import { parameterNameSchema } from './template-schema.js';

/** Parameter values that are inside the template's finite lists. */
export interface BoundParameters {
  /** For each parameter the chosen codes, in the order of its list, whatever the order of asking. Sorted by name. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Canonical JSON of the same: equal for equal questions. */
  readonly canonical: Uint8Array;
}

/**
 * Thrown when a parameter is unknown or missing, a value is not in its list or stands there twice, or there are too few
 * or too many, with all of it at once: TemplateError BAD_PARAMETERS.
 */
export function bindParameters(bound: BoundTemplate, values: ParameterValues): BoundParameters {
  const problems = new ProblemList();
  for (const name of Object.keys(values)) {
    if (bound.parameters.has(name)) continue;
    // What can't be a parameter's name may be anything that somebody typed, and is not said again.
    if (parameterNameSchema.safeParse(name).success) problems.add([name], 'is not a parameter of this template');
    else problems.add([], 'a parameter is given under a name that no parameter can have');
  }
  const chosen = new Map<string, readonly string[]>();
  for (const [name, parameter] of bound.parameters) {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    if (given === undefined) problems.add([name], 'is missing');
    else chosen.set(name, choose(parameter, given, problems));
  }
  if (!problems.isEmpty) {
    throw new TemplateError('BAD_PARAMETERS', 'These are not parameters of the template:', problems.sorted());
  }
  return { values: chosen, canonical: canonicalJson(Object.fromEntries(chosen)) };
}

/** The values in the order of the list. What is wrong is reported by place, for what was asked may be anything. */
function choose(
  { name, choices, min, max }: BoundParameter,
  given: readonly string[],
  problems: ProblemList,
): string[] {
  given.forEach((value, index) => {
    if (!choices.has(value)) problems.add([name, index], 'is not one of the values to choose from');
    if (given.indexOf(value) !== index) problems.add([name, index], 'stands here twice');
  });
  if (given.length < min) problems.add([name], `needs at least ${min} of its values`);
  if (given.length > max) problems.add([name], `takes at most ${max} of its values`);
  return [...choices.keys()].filter((code) => given.includes(code));
}
