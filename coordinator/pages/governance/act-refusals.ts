import type { GovernanceError, GovernanceErrorCode } from '../../../core/governance/index.js';

/** A refusal as an officer reads it. */
export interface ActRefusal {
  readonly title: string;
  /** What to do about it. */
  readonly next: string;
  readonly link: { readonly href: string; readonly text: string };
}

const INBOX = { href: '/governance', text: 'What waits for you' };
const PASSKEYS = { href: '/governance/passkey', text: 'Your passkeys' };
const PROPOSE = { href: '/governance/propose', text: 'Propose a template' };
const ADD = { href: '/governance/add', text: 'Add what you signed with a key file' };

const ASIDE: ActRefusal = {
  title: 'You stand aside from this template',
  next: 'Officers of other organisations review and approve it. You can still publish it, and revoke it.',
  link: INBOX,
};
const MOVED_ON: ActRefusal = {
  title: 'It has moved on meanwhile',
  next: 'Somebody acted on it after you opened the page. Look where it stands now, and go on from there.',
  link: INBOX,
};
const MORE_SIGNATURES: ActRefusal = {
  title: 'More officers have to sign it',
  next: 'The others add their signatures with tally act sign, or tally roster sign for a roster. Then add the file here.',
  link: ADD,
};
const ROSTER: ActRefusal = {
  title: 'This roster does not follow the one in force',
  next: 'Begin the next version with tally roster draft, from the roster that is in force, and have the officers sign that.',
  link: INBOX,
};
const GRANT: ActRefusal = {
  title: 'This grant can’t be given',
  next: 'Look in the roster in force which organisations may ask for which purpose, and who may grant it; then sign a grant that fits.',
  link: INBOX,
};
const OTHERWISE: ActRefusal = {
  title: 'This was not done',
  next: 'Nothing was added to the register. Look how things stand, and begin again from there.',
  link: INBOX,
};

const REFUSALS: Partial<Readonly<Record<GovernanceErrorCode, ActRefusal>>> = {
  UNKNOWN_SIGNER: {
    title: 'The roster does not have the key that signed this',
    next: 'Sign with a key that the roster in force has for you. A new one comes into it with the next version, which the officers sign.',
    link: PASSKEYS,
  },
  BAD_SIGNATURE: {
    title: 'This signature does not hold',
    next: 'Nothing was added to the register. Sign anew with a passkey whose fingerprint the roster has; one that you have just made counts once the officers have signed the next roster.',
    link: PASSKEYS,
  },
  DUPLICATE_ENTRY: {
    title: 'This is in the register already',
    next: 'It was added before, perhaps because the form was sent twice. It counts once, and there is nothing more to do.',
    link: INBOX,
  },
  ROSTER_NOT_IN_FORCE: {
    title: 'A new roster came into force before you signed',
    next: 'What you signed names the roster before it, and counts for nothing. Open the proposal again, read it, and sign it anew.',
    link: INBOX,
  },
  UNKNOWN_PROPOSAL: {
    title: 'This proposal is not there',
    next: 'If it was edited, the edit has a page of its own. Reviews and approvals begin anew with it.',
    link: INBOX,
  },
  WRONG_STATE: MOVED_ON,
  WRONG_REVIEWS: MOVED_ON,
  AUTHOR_MAY_NOT: ASIDE,
  AUTHORS_ORGANISATION_MAY_NOT: ASIDE,
  DUPLICATE_SIGNER: {
    title: 'You have signed this already',
    next: 'One signature of each officer counts. Another officer signs next.',
    link: INBOX,
  },
  REVIEWERS_NOT_INDEPENDENT: {
    title: 'The other reviewer is of your organisation',
    next: 'An officer of another organisation has to write the second review.',
    link: INBOX,
  },
  NOT_THE_REVIEWER: {
    title: 'This review is another officer’s',
    next: 'Each officer signs a review of their own, and nobody else’s.',
    link: INBOX,
  },
  REVIEW_TOO_EARLY: {
    title: 'The other review is not signed yet',
    next: 'Keep your review to yourself until the other reviewer has committed to theirs, then add it again.',
    link: ADD,
  },
  REVIEW_NOT_COMMITTED: {
    title: 'This is not the review that was committed to',
    next: 'Add the file that tally template commit-review kept for you. If it is lost, the authors have to propose the template anew.',
    link: ADD,
  },
  REVIEWS_MISSING: {
    title: 'Both reviews have to be in first',
    next: 'Wait until both reviewers have signed, and read what they say before you approve.',
    link: INBOX,
  },
  NOT_THE_PROPOSER: {
    title: 'Another organisation has proposed this version',
    next: 'Only officers of that organisation edit it. Propose yours under another name, or under a later version.',
    link: PROPOSE,
  },
  VERSION_NOT_NEW: {
    title: 'This version has been used',
    next: 'Give the template a higher version number in its text, and propose it again.',
    link: PROPOSE,
  },
  TOO_FEW_SIGNERS: MORE_SIGNATURES,
  TOO_FEW_ORGANISATIONS: MORE_SIGNATURES,
  BAD_ENTRY: {
    title: 'This is nothing that was signed',
    next: 'Choose the file that --out of the command named, and add all of it, unchanged.',
    link: ADD,
  },
  BAD_PAYLOAD: {
    title: 'What was signed can’t be read',
    next: 'It was changed on its way, or made by another version of tally. Make it anew and sign it again.',
    link: INBOX,
  },
  WRONG_FEDERATION: {
    title: 'This was signed for another federation',
    next: 'Add it on that federation’s pages, or make it anew from this federation’s register.',
    link: INBOX,
  },
  ROSTER_ROLLBACK: ROSTER,
  ROSTER_GAP: ROSTER,
  ROSTER_FORKED: ROSTER,
  REGISTER_STALE: {
    title: 'There is a later statement already',
    next: 'A registrar fetches the register as it is now, states it with tally register statement, and adds that.',
    link: ADD,
  },
  NOT_A_GRANTOR: GRANT,
  UNKNOWN_PURPOSE: GRANT,
  UNKNOWN_ORGANISATION: GRANT,
  PURPOSE_NOT_OPEN: GRANT,
  UNKNOWN_GRANT: {
    title: 'There is no such grant in force',
    next: 'It has ended or was withdrawn. The grants in force are on the first page of governance.',
    link: INBOX,
  },
};

/** What a refusal of the register comes to for the officer who met it. */
export function actRefusal({ code }: Pick<GovernanceError, 'code'>): ActRefusal {
  return REFUSALS[code] ?? OTHERWISE;
}
