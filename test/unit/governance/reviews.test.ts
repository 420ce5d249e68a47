import { describe, expect, it } from 'vitest';

import { ACT_KIND, actDigest, actPayload, registerOf } from '../../../core/governance/index.js';
import type { Review } from '../../../core/governance/index.js';
import { Entries, fingerprintOf, following, refusalOf, ROSTER, signed, TEMPLATE, without } from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
/** What the last entry is refused with; all before it have to be in order. */
const refusal = (entries: Entries): string => {
  registerOf(entries.list.slice(0, -1), PIN);
  const { code, entry } = refusalOf(() => registerOf(entries.list, PIN));
  expect(entry).toBe(entries.list.length - 1);
  return code;
};

function proposed(more: object = {}, signers = ['ada']): { entries: Entries; proposal: string } {
  const entries = new Entries();
  return { entries, proposal: entries.propose(TEMPLATE, signers, more) };
}

describe('a review', () => {
  it('is not shown before both reviewers have committed to theirs', () => {
    const { entries, proposal } = proposed();
    const review = entries.review(proposal, 'ben');
    entries.commit(review);
    entries.reveal(review);
    expect(refusal(entries)).toBe('REVIEW_TOO_EARLY');
  });

  it('is the one that was committed to', () => {
    const { entries, proposal } = proposed();
    entries.commit(entries.review(proposal, 'ben'));
    const other = entries.review(proposal, 'cyd');
    entries.commit(other);
    const changed: Review = {
      ...other,
      principles: { ...other.principles, impactful: { mark: 'not-met', reason: 'No.' } },
    };
    entries.reveal(changed);
    expect(refusal(entries)).toBe('REVIEW_NOT_COMMITTED');
    entries.list.pop();
    entries.reveal(entries.review(proposal, 'dan'));
    expect(refusal(entries)).toBe('REVIEW_NOT_COMMITTED');
  });

  it('can not be copied from the other reviewer, who has committed first', () => {
    const { entries, proposal } = proposed();
    const bens = entries.review(proposal, 'ben');
    entries.commit(bens);
    entries.act({ act: 'commit-review', proposal, officer: 'cyd', review: actDigest(actPayload(bens)) }, 'cyd');
    entries.reveal(bens);
    entries.reveal(bens, 'cyd');
    expect(refusal(entries)).toBe('DUPLICATE_ENTRY');
    entries.list.splice(-2, 1);
    expect(refusal(entries)).toBe('NOT_THE_REVIEWER');
  });

  it('is signed by its reviewer and nobody else', () => {
    const { entries, proposal } = proposed();
    entries.commit(entries.review(proposal, 'ben'), 'cyd');
    expect(refusal(entries)).toBe('NOT_THE_REVIEWER');
    entries.list.pop();
    const { officer } = entries.review(proposal, 'ben');
    entries.act({ act: 'commit-review', proposal, officer, review: PIN }, 'ben', 'cyd');
    expect(refusal(entries)).toBe('NOT_THE_REVIEWER');
  });

  it('is not given by an author, or anybody of an author’s organisation', () => {
    const given = ({ entries, proposal }: ReturnType<typeof proposed>, officer: string): string => {
      entries.commit(entries.review(proposal, officer));
      return refusal(entries);
    };
    expect(given(proposed(), 'ada')).toBe('AUTHOR_MAY_NOT');
    expect(given(proposed(), 'abe')).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(given(proposed({ authors: ['ben'] }), 'ben')).toBe('AUTHOR_MAY_NOT');
    expect(given(proposed({ organisations: ['charity'] }), 'cyd')).toBe('AUTHORS_ORGANISATION_MAY_NOT');
  });

  it('is one of two, by two officers of two organisations', () => {
    const { entries, proposal } = proposed({}, ['ben']);
    entries.commit(entries.review(proposal, 'ada'));
    entries.commit(entries.review(proposal, 'abe'));
    expect(refusal(entries)).toBe('REVIEWERS_NOT_INDEPENDENT');
    entries.list.pop();
    entries.commit({ ...entries.review(proposal, 'ada'), salt: PIN });
    expect(refusal(entries)).toBe('DUPLICATE_SIGNER');
    entries.list.pop();
    entries.commit(entries.review(proposal, 'cyd'));
    entries.commit(entries.review(proposal, 'dan'));
    expect(refusal(entries)).toBe('WRONG_STATE');
  });

  it('answers all four principles, each with a reason', () => {
    const { entries, proposal } = proposed();
    const review = entries.review(proposal, 'ben');
    entries.reveal({ ...review, principles: { ...review.principles, relevant: { mark: 'met', reason: ' ' } } });
    expect(refusal(entries)).toBe('BAD_PAYLOAD');
    entries.list.pop();
    const { relevant, impactful, clearAndInformative } = review.principles;
    const three = { relevant, impactful, clearAndInformative } as Review['principles'];
    entries.reveal({ ...review, principles: three });
    expect(refusal(entries)).toBe('BAD_PAYLOAD');
  });
});

describe('an approval', () => {
  function reviewed(more: object = {}): { entries: Entries; proposal: string; reviews: string[] } {
    const { entries, proposal } = proposed(more);
    return { entries, proposal, reviews: entries.reviewed(proposal) };
  }
  const approvals = ({ entries }: { entries: Entries }): number | undefined =>
    registerOf(entries.list, PIN).proposals[0]?.approvals.size;

  it('waits for both reviews and names them', () => {
    const { entries, proposal, reviews } = reviewed();
    entries.approve(proposal, reviews.slice(1), 'ben');
    expect(refusal(entries)).toBe('WRONG_REVIEWS');
    const early = proposed();
    early.entries.approve(early.proposal, reviews, 'ben');
    expect(refusal(early.entries)).toBe('REVIEWS_MISSING');
  });

  it('counts each officer once, also with two keys, whether in one act or in two', () => {
    const case1 = reviewed();
    case1.entries.approve(case1.proposal, case1.reviews, 'dan');
    case1.entries.approve(case1.proposal, case1.reviews, 'dan');
    expect(refusal(case1.entries)).toBe('DUPLICATE_SIGNER');
    const entries = new Entries();
    const proposal = entries.propose(TEMPLATE, ['ben']);
    const reviews = entries.reviewed(proposal, ['cyd', 'dan']);
    entries.approve(proposal, reviews, 'ada', 'ada-home');
    expect(refusal(entries)).toBe('DUPLICATE_SIGNER');
    entries.list.pop();
    entries.approve(proposal, reviews, 'ada');
    entries.approve(proposal, reviews, 'ada-home');
    expect(refusal(entries)).toBe('DUPLICATE_SIGNER');
  });

  it('is not enough one signature short, or with officers of one organisation only', () => {
    const one = reviewed();
    one.entries.approve(one.proposal, one.reviews, 'dan');
    one.entries.act({ act: 'publish', proposal: one.proposal }, 'ada');
    expect(refusal(one.entries)).toBe('WRONG_STATE');
    const entries = new Entries();
    const proposal = entries.propose(TEMPLATE, ['ben']);
    entries.approve(proposal, entries.reviewed(proposal, ['cyd', 'dan']), 'ada', 'abe');
    expect(approvals({ entries })).toBe(2);
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(refusal(entries)).toBe('WRONG_STATE');
  });

  it('is not given by an author, or anybody of an author’s organisation', () => {
    const { entries, proposal, reviews } = reviewed({ authors: ['dan'] });
    for (const [officer, code] of [
      ['ada', 'AUTHOR_MAY_NOT'],
      ['dan', 'AUTHOR_MAY_NOT'],
      ['abe', 'AUTHORS_ORGANISATION_MAY_NOT'],
    ] as const) {
      entries.approve(proposal, reviews, officer);
      expect(refusal(entries)).toBe(code);
      entries.list.pop();
    }
    entries.approve(proposal, reviews, 'ben', 'ada');
    expect(refusal(entries)).toBe('AUTHOR_MAY_NOT');
  });

  it('counts for each of those who give theirs in the same second, and for nobody twice', () => {
    const { entries, proposal, reviews } = reviewed();
    const payload = actPayload(entries.made({ act: 'approve', proposal, reviews }));
    const approve = (...signers: readonly string[]): void => void entries.list.push(signed(ACT_KIND, payload, signers));
    approve('ben');
    approve('dan');
    expect(approvals({ entries })).toBe(2);
    for (const again of [['ben'], ['cyd', 'dan']]) {
      approve(...again);
      expect(refusal(entries)).toBe('DUPLICATE_ENTRY');
      entries.list.pop();
    }
    // Not even once another roster has forgotten what dan has said.
    entries.roster(without(ROSTER, 'dan'), ['ada', 'ben', 'cyd']);
    expect(approvals({ entries })).toBe(1);
    const { officers, roles } = ROSTER;
    entries.roster(following(without(ROSTER, 'dan'), { officers, roles }), ['ada', 'ben', 'cyd']);
    approve('dan');
    expect(refusal(entries)).toBe('DUPLICATE_ENTRY');
  });

  it('may come from reviewers, and from more than are needed', () => {
    const { entries, proposal, reviews } = reviewed();
    entries.approve(proposal, reviews, 'ben', 'cyd');
    entries.approve(proposal, reviews, 'dan');
    expect(approvals({ entries })).toBe(3);
  });

  it('is of a proposal whose authors the roster knows', () => {
    const entries = new Entries();
    entries.propose(TEMPLATE, ['ada'], { organisations: ['nobody'] });
    expect(refusal(entries)).toBe('UNKNOWN_ORGANISATION');
    entries.list.pop();
    entries.propose(TEMPLATE, ['ada'], { authors: ['eve'] });
    expect(refusal(entries)).toBe('UNKNOWN_SIGNER');
  });
});
