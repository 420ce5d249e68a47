import { CodedError, withProblems } from '../base/index.js';
import type { Problem } from '../base/index.js';

export const TEMPLATE_ERROR_CODES = [
  /** A document or payload is larger than its limit. */
  'TOO_LARGE',
  /** Not strict YAML 1.2. */
  'BAD_YAML',
  /** YAML or JSON, but not a template: each problem says where. */
  'BAD_TEMPLATE',
  'BAD_DATASET',
  'BAD_ROSTER',
  /** The template asks for what the dataset definitions don't have or don't allow. */
  'NOT_BINDABLE',
  /** Parameter values outside the template's finite lists. */
  'BAD_PARAMETERS',
  /** Not the canonical bytes of a template. */
  'BAD_PAYLOAD',
  /** An offer that doesn't fit the template or the roster. */
  'BAD_OFFER',
  'TOO_FEW_PARTICIPANTS',
  /** A count where the template has no cell, or something that isn't a count. */
  'BAD_COUNTS',
] as const;
export type TemplateErrorCode = (typeof TEMPLATE_ERROR_CODES)[number];

/** Thrown by everything in this folder. The message holds every problem, one a line. */
export class TemplateError extends CodedError<TemplateErrorCode> {
  /** `problems`: each bad place of the document, in the order of its lines; empty where no document is at fault. */
  constructor(
    code: TemplateErrorCode,
    summary: string,
    problems: readonly Problem[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(code, withProblems(summary, problems), { ...options, problems });
  }
}
