import type { z } from 'zod';

import type { Problem } from '../base/index.js';

/** Where a path of a document is written, in lines from 1. */
export type LineOf = (path: readonly PropertyKey[]) => number | undefined;

/** A document with more faults than this has one fault; the first in line order are shown. */
export const MAX_PROBLEMS = 100;

/** `population.where[0].field`, as a person finds it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** At most MAX_PROBLEMS; those of one line, and those without one, keep their order. */
export function inLineOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, MAX_PROBLEMS);
}

/** Collects what is wrong, so that all of it can be said at once. */
export class ProblemList {
  readonly #found: Problem[] = [];
  readonly #lineOf: LineOf;

  constructor(lineOf: LineOf = () => undefined) {
    this.#lineOf = lineOf;
  }

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  add(path: readonly PropertyKey[], message: string): void {
    const line = this.#lineOf(path);
    this.#found.push({ path: formatPath(path), message, ...(line === undefined ? {} : { line }) });
  }

  addIssues(issues: readonly z.core.$ZodIssue[], parent: readonly PropertyKey[] = []): void {
    for (const issue of issues) this.#addIssue(issue, [...parent, ...issue.path]);
  }

  /** In line order, at most MAX_PROBLEMS. */
  sorted(): Problem[] {
    return inLineOrder(this.#found);
  }

  #addIssue(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): void {
    switch (issue.code) {
      case 'unrecognized_keys':
        for (const key of issue.keys) this.add([...path, key], 'is not known here');
        return;
      case 'invalid_union': {
        // A branch that is of the right kind says best what is wrong inside it.
        const fitting = issue.errors.filter((branch) => !branch.some(isWrongKind));
        const [branch] = fitting;
        if (branch !== undefined && fitting.length === 1) this.addIssues(branch, path);
        else this.add(path, issue.message);
        return;
      }
      case 'invalid_key':
        this.add(path, issue.issues[0]?.message ?? issue.message);
        return;
      default:
        this.add(path, issue.message);
    }
  }
}

function isWrongKind({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['int', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['tuple', 'a list'],
  ['object', 'a block of named entries'],
  ['record', 'a block of named entries'],
]);

/** What to do about an issue, for those whose schema doesn't say it itself. It never repeats the value that is wrong. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${KINDS.get(issue.expected) ?? issue.expected}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return `must ${sizeOf(issue.origin)} at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${sizeOf(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return undefined;
  }
}

function sizeOf(origin: string): string {
  return unitOf(origin) === '' ? 'be' : 'have';
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'map' || origin === 'set' ? ' entries' : '';
}
