import type { Request } from 'express';

/** Characters of anything that is looked for. */
export const MAX_SEARCH_CHARACTERS = 100;
/** Of a page's number: nobody leafs through more. */
const PAGE_NUMBER = /^[1-9][0-9]{0,5}$/;

/** One field of the address; empty where it isn't there, is there twice, or is longer than anybody types. */
export function fieldOf({ query }: Pick<Request, 'query'>, name: string): string {
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  return typeof value === 'string' && value.length <= MAX_SEARCH_CHARACTERS ? value.trim() : '';
}

/** What of the address is one of these; undefined where it is none, so that what somebody wrote is never shown again. */
export function choiceOf<Choice extends string>(
  request: Pick<Request, 'query'>,
  name: string,
  choices: Iterable<Choice>,
): Choice | undefined {
  const said = fieldOf(request, name);
  return [...choices].find((choice) => choice === said);
}

/** From 1. */
export function pageOf(request: Pick<Request, 'query'>): number {
  const said = fieldOf(request, 'page');
  return PAGE_NUMBER.test(said) ? Number(said) : 1;
}

/** An address with these fields, those that are empty left out. */
export function addressOf(path: string, fields: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
  return said.length === 0 ? path : `${path}?${new URLSearchParams(said).toString()}`;
}

/** What the Design System's select asks for: everything first. */
export interface SelectItem {
  readonly value: string;
  readonly text: string;
  readonly selected: boolean;
}

export function selectItems(
  all: string,
  choices: ReadonlyMap<string, string>,
  chosen: string | undefined,
): readonly SelectItem[] {
  return [
    { value: '', text: all, selected: chosen === undefined },
    ...[...choices].map(([value, text]) => ({ value, text, selected: value === chosen })),
  ];
}
