import type { Problem } from '../../../core/base/index.js';
import type { BoundParameter, BoundTemplate, ParameterValues } from '../../../core/templates/index.js';

/** What a browser sends of a form: each field once, or several times. */
export type FormFields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A template's parameters as a form. */
export interface AskForm {
  readonly questions: readonly AskQuestion[];
  /** What is wrong with it, each beside where it can be put right. */
  readonly errors: readonly FormError[];
}

export interface AskQuestion {
  /** Of the fields in the form. */
  readonly field: string;
  /** In words: what is chosen. */
  readonly legend: string;
  readonly hint: string;
  /** One of the list, or several of it. */
  readonly kind: 'radios' | 'checkboxes';
  readonly items: readonly { readonly value: string; readonly text: string; readonly checked: boolean }[];
  readonly error: string | null;
}

export interface FormError {
  readonly text: string;
  readonly href: string;
}

/** Before the names of parameters, so that none is taken for a field of the page itself. */
const PREFIX = 'choice-';

/** @param problems of the values that were sent; a path begins with a parameter's name, and what it doesn't name is left to the page */
export function askForm(bound: BoundTemplate, values: ParameterValues, problems: readonly Problem[] = []): AskForm {
  const questions = [...bound.parameters.values()].map((parameter) => toQuestion(parameter, bound, values, problems));
  const errors = questions.flatMap(({ field, items, error }) =>
    error === null ? [] : [{ text: error, href: `#${items.length === 0 ? '' : field}` }],
  );
  return { questions, errors };
}

/** What was chosen: parameters of the template only, whatever else a form brings. */
export function chosenValues({ parameters }: BoundTemplate, fields: FormFields): ParameterValues {
  return Object.fromEntries(
    [...parameters.keys()].map((name) => {
      const given = Object.hasOwn(fields, PREFIX + name) ? fields[PREFIX + name] : undefined;
      return [name, given === undefined ? [] : typeof given === 'string' ? [given] : given];
    }),
  );
}

/** The form with these choices made. */
export function askHref(template: string, values: ParameterValues): string {
  const fields = Object.entries(values).flatMap(([name, chosen]) =>
    chosen.map((value): [string, string] => [PREFIX + name, value]),
  );
  const path = `/questions/${encodeURIComponent(template)}/ask`;
  return fields.length === 0 ? path : `${path}?${new URLSearchParams(fields).toString()}`;
}

function toQuestion(
  parameter: BoundParameter,
  bound: BoundTemplate,
  values: ParameterValues,
  problems: readonly Problem[],
): AskQuestion {
  const { name, choices, max } = parameter;
  const chosen = new Set(values[name]);
  const isWrong = problems.some(
    ({ path }) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  );
  return {
    field: PREFIX + name,
    legend: legendOf(parameter, bound),
    hint: hintOf(parameter),
    kind: max === 1 ? 'radios' : 'checkboxes',
    items: [...choices].map(([value, text]) => ({ value, text, checked: chosen.has(value) })),
    error: isWrong ? errorOf(parameter, chosen.size) : null,
  };
}

/** By what the parameter chooses of: the meaning of the first field that it filters. */
function legendOf({ name }: BoundParameter, { population, links }: BoundTemplate): string {
  const filter = [population, ...links]
    .flatMap(({ where }) => where)
    .find((one) => one.kind === 'in' && 'parameter' in one.values && one.values.parameter === name);
  return filter === undefined ? name : filter.definition.meaning;
}

function hintOf({ choices, min, max }: BoundParameter): string {
  if (max === 1) return 'Choose one.';
  if (min === choices.size) return `All ${min} are asked for.`;
  if (max === choices.size)
    return `Choose at least ${min}. Fewer than all means fewer people, and less certain numbers.`;
  return min === max ? `Choose ${min}.` : `Choose ${min} to ${max}.`;
}

function errorOf({ min, max }: BoundParameter, chosen: number): string {
  if (chosen < min) return max === 1 ? 'Choose one' : `Choose at least ${min}`;
  if (chosen > max) return `Choose at most ${max}`;
  return 'Choose from this list';
}
