import type { LintFinding } from './lint-finding.js';
import { formatPath } from './problems.js';
import type { Principles, Template } from './template.js';

/** Words of an answer; with fewer it is hardly a sentence. */
export const SHORTEST_ANSWER_WORDS = 5;

const PRINCIPLES: readonly (keyof Principles)[] = ['relevant', 'impactful', 'clearAndInformative', 'nonStigmatising'];

/** What authors write when they mean to come back: as a word of its own anywhere, or as all that there is. */
const PLACEHOLDER_ANYWHERE =
  /\b(?:todo|tbc|tbd|fixme|xxx+|lorem ipsum|to be (?:confirmed|completed|decided|written))\b/i;
const PLACEHOLDER_ALONE =
  /^(?:n\/?a|none|nil|not applicable|placeholder|test|see above|as above|yes|ok|[^\p{L}\p{N}]*)$/iu;

/** Goes through what the template says in its author's own words. */
export function lintAnswers(template: Template): LintFinding[] {
  const { template: name, title, pilot, lawfulBasis, success, principles } = template;
  const answers = [
    { path: ['template'], text: name.replaceAll('-', ' ') },
    { path: ['title'], text: title },
    { path: ['pilot'], text: pilot.replaceAll('-', ' ') },
    { path: ['lawfulBasis'], text: lawfulBasis },
    { path: ['success'], text: success },
    ...PRINCIPLES.map((name) => ({ path: ['principles', name], text: principles[name] })),
  ];
  const missing = answers.filter(({ text }) => isPlaceholder(text));
  return [
    ...missing.map(({ path }): LintFinding => {
      return {
        code: 'ANSWER_MISSING',
        path: formatPath(path),
        severity: 'error',
        why: 'This is a placeholder. Officers sign what stands here, and everybody whose data it is may read it.',
        whatToDo: 'Write it out.',
      };
    }),
    ...lintPrinciples(principles),
  ];
}

function isPlaceholder(text: string): boolean {
  const bare = text.trim().replace(/[.!]+$/, '');
  return PLACEHOLDER_ANYWHERE.test(text) || PLACEHOLDER_ALONE.test(bare);
}

function lintPrinciples(principles: Principles): LintFinding[] {
  const written = PRINCIPLES.filter((name) => !isPlaceholder(principles[name]));
  return written.flatMap((name): LintFinding[] => {
    const path = formatPath(['principles', name]);
    const earlier = written
      .slice(0, written.indexOf(name))
      .find((other) => isSame(principles[other], principles[name]));
    if (earlier !== undefined) {
      return [
        {
          code: 'ANSWER_COPIED',
          path,
          severity: 'error',
          why: `This is the answer to ${earlier} again. The four principles ask four different things.`,
          whatToDo: `Say of this question what ${name} asks for; docs/governance.md says what that is.`,
        },
      ];
    }
    if (wordsOf(principles[name]).length >= SHORTEST_ANSWER_WORDS) return [];
    return [
      {
        code: 'ANSWER_SHORT',
        path,
        severity: 'warning',
        why: `This has fewer than ${SHORTEST_ANSWER_WORDS} words: too few to hold anybody to.`,
        whatToDo: 'Answer in a whole sentence that is about this question and no other.',
      },
    ];
  });
}

/** Case, spaces and punctuation make no other answer. */
function isSame(a: string, b: string): boolean {
  return wordsOf(a).join(' ') === wordsOf(b).join(' ');
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
}
