/** Where somebody can see for themselves: a page of the service, or a file of its source code. */
export type WhereToCheck =
  | { readonly page: string; readonly text: string }
  /** Path in the source code: a document, or a test that fails when the promise is broken. */
  | { readonly file: string; readonly text: string };

export interface KeptPromise {
  readonly promise: string;
  /** What keeps it, whether or not anybody is honest. */
  readonly kept: string;
  readonly check: readonly [WhereToCheck, ...WhereToCheck[]];
}

export interface OpenPoint {
  readonly point: string;
  readonly why: string;
  readonly check: readonly [WhereToCheck, ...WhereToCheck[]];
}

/** What it will do, and what victims asked for. */
export const WILL: readonly KeptPromise[] = [
  {
    promise: 'We will keep you anonymous.',
    kept: 'Names are turned into numbers that mean nothing, scrambled by every organisation in turn, and thrown away after each answer. Groups of fewer than ten people are never shown. Where a question says so, every organisation adds a little chance to each number.',
    check: [
      { page: '/questions', text: 'Each question says what is added and what is not shown' },
      { file: 'docs/privacy.md', text: 'What the numbers mean' },
      { file: 'test/attacks/membership.test.ts', text: 'A test that tries to find somebody in the answers' },
    ],
  },
  {
    promise: 'We will leave you out if you say so.',
    kept: 'You tell one service. Every organisation then leaves you out of each answer that this service has a part in, and none learns whom you told. Where records need a yes, only people who said yes are counted.',
    check: [
      { page: '/opt-out', text: 'How to opt out' },
      { file: 'docs/agency/opt-out.md', text: 'What an organisation does with its list' },
      { file: 'test/attacks/opt-outs.test.ts', text: 'A test that tries to find who opted out' },
    ],
  },
  {
    promise: 'We will use only what a question needs, and only between organisations where it makes sense.',
    kept: 'Each question lists every field it uses and every organisation it asks. An organisation’s computer reads nothing else for it. Each organisation can say no to any question.',
    check: [
      { page: '/questions', text: 'Fields and organisations of each question' },
      { file: 'docs/agency/what-leaves.md', text: 'What leaves an organisation' },
      { file: 'test/attacks/wire.test.ts', text: 'A test that searches every byte that is sent' },
    ],
  },
  {
    promise: 'You will not have to tell your story again.',
    kept: 'Nothing new is collected. Questions are answered from what each organisation has already.',
    check: [{ file: 'docs/agency/mapping.md', text: 'Where an organisation’s data come from' }],
  },
  {
    promise: 'We will show you how data are used, and by whom.',
    kept: 'Every question, every time it is asked, who asked and what came out is on these pages. Each question is in a public log before any organisation is asked. Organisations sign that the log was not changed, and answer nothing that is not in it.',
    check: [
      { page: '/runs', text: 'Every time a question was asked' },
      { page: '/verify', text: 'The log, and how to check it' },
      { file: 'docs/audit-log.md', text: 'How the log works' },
    ],
  },
  {
    promise: 'We will say what success means in the words of those it is about.',
    kept: 'A question that does not say it cannot be proposed. Two reviewers of different organisations say whether it is relevant, impactful, clear and informative, and does not stigmatise. Neither sees the other’s review before both are written.',
    check: [
      { page: '/questions', text: 'Success, principles and reviews of each question' },
      { file: 'docs/governance.md', text: 'How questions are decided' },
      { file: 'test/unit/governance/reviews.test.ts', text: 'A test of the rules for reviews' },
    ],
  },
  {
    promise: 'We will guard against misuse by people inside.',
    kept: 'No one person can approve a question, and no organisation can be read by another or by whoever runs the computer in the middle. Every organisation’s computer checks every signature for itself, and says no by default.',
    check: [
      { file: 'docs/hostile-coordinator.md', text: 'What whoever runs the middle could try' },
      { file: 'docs/threat-model.md', text: 'Whom it protects against' },
      { page: '/verify', text: 'How to check the signatures' },
    ],
  },
  {
    promise: 'We will follow a legal process before anything is asked.',
    kept: 'Each question names the law and the agreement under which it is asked, and a last day. Officers of several organisations sign it. Any one of them can stop it, and within a day it is stopped everywhere.',
    check: [
      { page: '/questions', text: 'Law, last day and signatures of each question' },
      { file: 'docs/governance/workflow.md', text: 'How officers decide' },
    ],
  },
  {
    promise: 'We will use data for research only.',
    kept: 'What comes out is a table of groups. Nothing in it can be used to look up a person, and each question is approved for a purpose.',
    check: [
      { page: '/runs', text: 'Every answer that was given' },
      { page: '/questions', text: 'The purpose of each question' },
    ],
  },
];

/** What it won't do. */
export const WONT: readonly KeptPromise[] = [
  {
    promise: 'We will not collect new data about anybody.',
    kept: 'There is no place to put them. The computer in the middle holds no records, and an organisation’s copy of its own data holds no names.',
    check: [
      { file: 'docs/architecture.md', text: 'What is where' },
      { file: 'test/attacks/wire.test.ts', text: 'A test that searches every byte that is sent' },
    ],
  },
  {
    promise: 'We will not use data to decide anything about a person or a case.',
    kept: 'An answer is about groups of at least ten people. It never says who is in a group.',
    check: [
      { page: '/runs', text: 'Every answer that was given' },
      { file: 'test/attacks/reconstruction.test.ts', text: 'A test that tries to work people out from many answers' },
    ],
  },
  {
    promise: 'We will not use technology that predicts what somebody will do.',
    kept: 'It counts, and adds up. It can’t do anything else: a question can only ask for numbers of people, sums and means.',
    check: [
      { file: 'docs/schema/template.schema.json', text: 'Everything that a question can ask' },
      { page: '/questions', text: 'Every question' },
    ],
  },
  {
    promise: 'We will not share records outside, or at all.',
    kept: 'No record leaves the organisation that you gave it to. What is sent can be opened only by all organisations together, and then only as part of a count.',
    check: [
      { file: 'core/private-join/SPEC.md', text: 'What is sent, step by step' },
      { file: 'test/attacks/transcript.test.ts', text: 'A test of what each one sees' },
    ],
  },
  {
    promise: 'We will not use data for a purpose that was not allowed.',
    kept: 'Each question has one purpose, and each organisation that asks needs a signed permission for it. Whoever holds the data checks that before reading anything.',
    check: [
      { page: '/register.json', text: 'The register, for programs' },
      { file: 'docs/governance.md', text: 'How purposes are granted' },
    ],
  },
];

/** What nobody should believe that it promises. */
export const CANNOT: readonly OpenPoint[] = [
  {
    point: 'We can’t promise that nothing at all can be guessed about you.',
    why: 'Somebody who knows everything about everybody else could guess about you a little better than by tossing a coin. How much better has been measured, and each question says how much it allows.',
    check: [{ file: 'docs/privacy.md', text: 'What was measured' }],
  },
  {
    point: 'We can’t take back what has been published.',
    why: 'If you opt out, you are left out from then on. Tables that were made before stay as they are.',
    check: [{ page: '/opt-out', text: 'What opting out can’t undo' }],
  },
  {
    point: 'We can’t hide what is true of a whole group.',
    why: 'If a table says that support helps, that says something about everybody who had support, whether or not they were counted.',
    check: [{ file: 'docs/privacy.md', text: 'What is not covered' }],
  },
  {
    point: 'We can’t find everybody, and miss some groups more than others.',
    why: 'People who moved, changed their name or were written down differently are harder to find. Each answer says how many were probably missed.',
    check: [{ file: 'docs/linkage.md', text: 'How people are found, and how well' }],
  },
  {
    point: 'We can’t promise what an organisation does with its own records.',
    why: 'Each organisation keeps its records under its own rules. This service only counts.',
    check: [{ file: 'docs/threat-model.md', text: 'What is not protected' }],
  },
  {
    point: 'We can’t hide some questions that are allowed to be exact.',
    why: 'Some questions add no chance to their numbers. Officers sign for that, and the question says why.',
    check: [{ page: '/questions', text: 'Whether a question adds chance' }],
  },
];
