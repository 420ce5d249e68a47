import { fromBase64 } from '../base/index.js';
import { templateDigest, templateFromPayload } from '../templates/index.js';
import type { Act, Principle, Propose, Review } from './act.js';
import { PRINCIPLES } from './act.js';
import type { RosterSection } from './explain-roster.js';
import { nameOf, REVIEWS } from './proposal.js';
import type { Proposal } from './proposal.js';
import type { Register } from './register.js';
import { isoDay, list, plural } from './roster-words.js';
import type { RosterOfficer } from './roster.js';

export const PRINCIPLE_WORDS: Readonly<Record<Principle, string>> = {
  relevant: 'Relevant',
  impactful: 'Impactful',
  clearAndInformative: 'Clear and informative',
  nonStigmatising: 'Non-stigmatising',
};

/** What a reviewer asks themselves of each. */
export const PRINCIPLE_QUESTIONS: Readonly<Record<Principle, string>> = {
  relevant: 'Does each field have to be there to answer the question, and is there none that does not?',
  impactful: 'Can somebody do something better when they know the answer? Who, and what?',
  clearAndInformative: 'Will readers understand the table as it is meant, and see what it does not say?',
  nonStigmatising: 'Could the table shame a group or a place, or be read as their fault?',
};

interface ActContext {
  /** What the act's digests are looked up in; without it they are all that can be said. */
  readonly register?: Register | undefined;
  /** Who is about to sign it. */
  readonly signer?: RosterOfficer | undefined;
}

/** An act in plain English: what whoever signs it makes true. Of a register that the entry is not in yet. */
export function explainAct(act: Act, { register, signer }: ActContext = {}): readonly RosterSection[] {
  const says = sectionOf(act, register);
  const paragraphs = [
    ...says.paragraphs,
    `It was made at ${act.made} and counts in the federation ${act.federation} only.`,
    ...('roster' in act ? [rosterLine(act.roster, register)] : []),
    ...(signer === undefined ? [] : [`You sign it as ${signer.name} (${signer.id}).`]),
  ];
  return [{ heading: says.heading, paragraphs }];
}

/** What both reviewers' marks come to. */
export function verdictText(principles: Review['principles']): string {
  const notMet = PRINCIPLES.filter((principle) => principles[principle].mark === 'not-met');
  if (notMet.length === 0) return 'All four principles are met.';
  return `Not met: ${list(notMet.map((principle) => PRINCIPLE_WORDS[principle].toLowerCase()))}. The template goes back to its authors.`;
}

/** One line for each principle. */
export function markLines(principles: Review['principles']): readonly string[] {
  return PRINCIPLES.map((principle) => {
    const { mark, reason } = principles[principle];
    return `${PRINCIPLE_WORDS[principle]}: ${mark === 'met' ? 'met' : 'NOT MET'}. ${reason}`;
  });
}

function sectionOf(act: Act, register: Register | undefined): RosterSection {
  switch (act.act) {
    case 'propose':
      return proposeSection(act, register);
    case 'commit-review':
      return {
        heading: `Commitment to a review of ${proposalName(act.proposal, register)}`,
        paragraphs: [
          `${act.officer} has written a review, which nobody can change or take back from now on. It says nothing of what is in it: that is shown once both reviewers have committed to theirs.`,
          `digest of the review ${act.review}`,
        ],
      };
    case 'review':
      return {
        heading: `Review of ${proposalName(act.proposal, register)} by ${act.officer}`,
        paragraphs: [...markLines(act.principles), verdictText(act.principles)],
      };
    case 'approve':
      return {
        heading: `Approval of ${proposalName(act.proposal, register)}`,
        paragraphs: [
          'Whoever signs has read the template and both reviews, and finds that it may be asked.',
          ...act.reviews.flatMap((digest) => reviewLines(found(act.proposal, register), digest)),
          ...(register === undefined ? [] : [approvalsNeeded(register)]),
        ],
      };
    case 'publish':
      return {
        heading: `Publication of ${proposalName(act.proposal, register)}`,
        paragraphs: publishLines(found(act.proposal, register)),
      };
    case 'revoke':
      return {
        heading: `Revocation of ${proposalName(act.proposal, register)}`,
        paragraphs: [
          `Nobody may ask it from then on. This can't be taken back: what is revoked comes back as a new version only.`,
          `Reason, which everybody can read: ${act.reason}`,
        ],
      };
    case 'grant': {
      const { organisation, analyst, purpose, until } = act;
      const title = register?.current.roster.purposes.find(({ code }) => code === purpose)?.title;
      const who =
        analyst === undefined
          ? `All analysts of ${organisation}`
          : `${analyst} of ${organisation}, and nobody else there,`;
      return {
        heading: `Grant of ${purpose} to ${organisation}`,
        paragraphs: [
          `${who} may ask live templates for the purpose ${title === undefined ? purpose : `“${title}” (${purpose})`} until the end of ${isoDay(until)}.`,
        ],
      };
    }
    case 'withdraw-grant': {
      const grant = register?.grants.find(({ digest }) => digest === act.grant);
      const whose =
        grant === undefined
          ? `the grant ${act.grant}`
          : `the grant of ${grant.purpose} to ${grant.analyst === undefined ? '' : `${grant.analyst} of `}${grant.organisation}`;
      return {
        heading: `Withdrawal of ${whose}`,
        paragraphs: ['From then on it lets nobody ask.', `Reason, which everybody can read: ${act.reason}`],
      };
    }
  }
}

function rosterLine(fingerprint: string, register: Register | undefined): string {
  if (register === undefined) return `It counts while the roster ${fingerprint} is in force.`;
  const { current } = register;
  return current.fingerprint === fingerprint
    ? `It counts while version ${current.roster.version} of the roster is in force: it has to be in the register before the next one is.`
    : `It was signed under another roster than version ${current.roster.version}, which is in force, and counts for nothing now.`;
}

function proposeSection(act: Propose, register: Register | undefined): RosterSection {
  const payload = fromBase64(act.template);
  const template = templateFromPayload(payload);
  const before = register?.proposals.find((each) => nameOf(each) === nameOf({ template }));
  const others = [...act.authors, ...act.organisations.map((id) => `people of ${id}`)];
  return {
    heading: `Proposal of ${nameOf({ template })}`,
    paragraphs: [
      `“${template.title}”`,
      `Purpose: ${template.purpose}. It may be asked until the end of ${isoDay(template.expires)}, once two officers have reviewed it and enough have approved it.`,
      `Authors are those who sign this${others.length === 0 ? '' : `, ${list(others)}`}. They, and all officers of their organisations, neither review nor approve it.`,
      ...(before === undefined
        ? []
        : [
            `It takes the place of what was proposed as ${nameOf(before)} before, which is ${before.state}. Reviews and approvals of that count for nothing.`,
          ]),
      `digest of the template ${templateDigest(payload)}`,
    ],
  };
}

function publishLines(proposal: Proposal | undefined): readonly string[] {
  if (proposal === undefined) return ['Makes it live: whoever has a grant may ask it.'];
  const { template } = proposal;
  return [
    `“${template.title}” may be asked from then on, until the end of ${isoDay(template.expires)}, by whoever has been granted ${template.purpose}.`,
    `An earlier version of ${template.template} can then no longer be asked.`,
  ];
}

function reviewLines(proposal: Proposal | undefined, digest: string): readonly string[] {
  const review = [...(proposal?.reviews.values() ?? [])].find((each) => each.digest === digest);
  if (review === undefined) return [`The review ${digest}.`];
  return [`Review by ${review.officer}: ${verdictText(review.principles)}`, ...markLines(review.principles)];
}

function approvalsNeeded({ current: { roster } }: Register): string {
  const { officers, organisations } = roster.roles.templates;
  return `It is approved once ${plural(officers, 'officer')} of at least ${plural(organisations, 'organisation')} have signed; ${REVIEWS} reviews that find all principles met are in by then.`;
}

function found(digest: string, register: Register | undefined): Proposal | undefined {
  return register?.proposals.find((each) => each.digest === digest);
}

function proposalName(digest: string, register: Register | undefined): string {
  const proposal = found(digest, register);
  return proposal === undefined ? `the proposal ${digest}` : nameOf(proposal);
}
