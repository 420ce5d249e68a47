import { z } from 'zod';
import {
  PRINCIPLE_QUESTIONS,
  PRINCIPLES,
  PRINCIPLE_WORDS,
  nameOf,
  type Proposal,
  type Review,
} from '../core/governance/index.js';
import { readDocument, TemplateError } from '../core/templates/index.js';
import { CliError } from './errors.js';

/** What nobody but the reviewer can say. */
const BLANK = 'FILL IN';
const MAX_FORM_BYTES = 65_536;
/** All that YAML, of whichever version, ends a comment at: what authors wrote stays in one. */
const LINE_BREAK = /\r\n?|[\n\u0085\u2028\u2029]/;

export interface FilledForm {
  /** Digest of the proposal. */
  readonly proposal: string;
  readonly principles: Review['principles'];
}

// YAML's passages end with a line break, which is no part of what is signed.
const filled = z
  .string()
  .trim()
  .refine((text) => text !== '' && !text.includes(BLANK), 'has to be filled in');
const markSchema = z.strictObject({
  mark: z.enum(['met', 'not-met'], { error: 'must be met or not-met' }),
  reason: filled,
});

const formSchema: z.ZodType<FilledForm> = z.strictObject({
  proposal: z.string().regex(/^[0-9a-f]{64}$/, 'must be the digest that the form came with'),
  principles: z.strictObject({
    relevant: markSchema,
    impactful: markSchema,
    clearAndInformative: markSchema,
    nonStigmatising: markSchema,
  }),
});

/** A form with the authors' answer and a question over each blank. */
export function reviewForm(proposal: Proposal): string {
  const { digest, template } = proposal;
  const blanks = PRINCIPLES.flatMap((principle) => [
    '',
    `  # ${PRINCIPLE_WORDS[principle]}. ${PRINCIPLE_QUESTIONS[principle]}`,
    ...commentLines(`The authors: ${template.principles[principle]}`),
    `  ${principle}:`,
    `    mark: ${BLANK} # met or not-met`,
    `    reason: ${BLANK}`,
  ]);
  return `# Review of ${nameOf(proposal)}. Show it to nobody until both reviewers have committed to theirs.
proposal: ${digest} # of this text and no other: leave it
principles:${blanks.join('\n')}
`;
}

/** Reads a form that was filled in. Thrown when it wasn't: CliError BAD_REVIEW with every blank and its line. */
export function readReviewForm(file: string, text: string): FilledForm {
  try {
    return readDocument(text, { what: 'a review', schema: formSchema, maxBytes: MAX_FORM_BYTES, code: 'BAD_TEMPLATE' })
      .value;
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new CliError('BAD_REVIEW', `${file}: ${cause.message}`, { cause, problems: cause.problems });
  }
}

function commentLines(text: string): readonly string[] {
  return text.split(LINE_BREAK).map((line) => `  # ${line}`.trimEnd());
}
