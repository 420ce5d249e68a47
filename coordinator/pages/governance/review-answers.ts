import { PRINCIPLE_WORDS, PRINCIPLES, type Mark, type Principle } from '../../../core/governance/index.js';
import { textSchema } from '../../../core/templates/index.js';

/** The four principles as a reviewer has answered them, as far as they have. */
export interface ReviewAnswers {
  readonly answers: Readonly<Record<Principle, { readonly mark: string; readonly reason: string }>>;
  readonly errors: readonly { readonly text: string; readonly href: string }[];
  /** Undefined while anything is missing. */
  readonly principles: Readonly<Record<Principle, Mark>> | undefined;
}

const NOTHING = { mark: '', reason: '' };
export const NO_ANSWERS: ReviewAnswers['answers'] = {
  relevant: NOTHING,
  impactful: NOTHING,
  clearAndInformative: NOTHING,
  nonStigmatising: NOTHING,
};

/** Reads the form of a review; each principle is marked, and has a reason of its own. */
export function reviewAnswers(fields: Readonly<Record<string, unknown>>): ReviewAnswers {
  const text = (name: string): string => {
    const value = fields[name];
    // Browsers end lines as letters once did.
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
  };
  const answers = eachPrinciple((principle) => ({
    mark: text(`${principle}-mark`),
    reason: text(`${principle}-reason`),
  }));
  const errors = PRINCIPLES.flatMap((principle) => {
    const { mark, reason } = answers[principle];
    const word = PRINCIPLE_WORDS[principle];
    return [
      ...(mark === 'met' || mark === 'not-met'
        ? []
        : [{ text: `${word}: say whether it is met`, href: `#${principle}-mark` }]),
      ...(reason === '' ? [{ text: `${word}: say why`, href: `#${principle}-reason` }] : []),
      ...(reason === '' || textSchema.safeParse(reason).success
        ? []
        : [
            {
              text: `${word}: the reason is too long, or has signs in it that nobody can see`,
              href: `#${principle}-reason`,
            },
          ]),
    ];
  });
  if (errors.length > 0) return { answers, errors, principles: undefined };
  const principles = eachPrinciple((principle): Mark => {
    const { mark, reason } = answers[principle];
    return { mark: mark === 'met' ? 'met' : 'not-met', reason };
  });
  return { answers, errors, principles };
}

function eachPrinciple<Value>(value: (principle: Principle) => Value): Record<Principle, Value> {
  return {
    relevant: value('relevant'),
    impactful: value('impactful'),
    clearAndInformative: value('clearAndInformative'),
    nonStigmatising: value('nonStigmatising'),
  };
}
