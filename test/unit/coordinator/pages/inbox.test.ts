import { describe, expect, test } from 'vitest';

import { inboxOf, tasksOf, waitsFor } from '../../../../coordinator/pages/governance/inbox.js';
import { registerOf } from '../../../../core/governance/index.js';
import { Entries, fingerprintOf, marks, ROSTER, TEMPLATE } from '../../governance/fixtures.js';

/** What waits for each officer, in the order of the roster. */
function tasks({ list }: Entries): Readonly<Record<string, string>> {
  const register = registerOf(list, fingerprintOf(ROSTER));
  return Object.fromEntries(
    ROSTER.officers.flatMap((officer) => inboxOf(officer, register).map(({ kind }) => [officer.id, kind])),
  );
}

describe('what waits for an officer', () => {
  test('is a review, for those who have no hand in the template, until two are on their way', () => {
    const entries = new Entries();
    expect(tasks(entries)).toEqual({});
    const proposal = entries.propose();
    expect(tasks(entries)).toEqual({ ben: 'review', cyd: 'review', dan: 'review' });
    entries.commit(entries.review(proposal, 'ben'));
    expect(tasks(entries)).toEqual({ cyd: 'review', dan: 'review' });
    entries.commit(entries.review(proposal, 'cyd'));
    expect(tasks(entries)).toEqual({});
  });

  test('is no review for who is of the other reviewer’s organisation', () => {
    const entries = new Entries();
    const proposal = entries.propose(TEMPLATE, ['ben']);
    expect(tasks(entries)).toMatchObject({ ada: 'review', abe: 'review' });
    entries.commit(entries.review(proposal, 'ada'));
    expect(Object.keys(tasks(entries))).not.toContain('abe');
    expect(tasks(entries)).toMatchObject({ cyd: 'review' });
  });

  test('is an approval once both reviews are in, and then, for everybody, the publication', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = entries.reviewed(proposal);
    expect(tasks(entries)).toEqual({ ben: 'approve', cyd: 'approve', dan: 'approve' });
    entries.approve(proposal, reviews, 'ben');
    expect(tasks(entries)).toEqual({ cyd: 'approve', dan: 'approve' });
    entries.approve(proposal, reviews, 'dan');
    expect(tasks(entries)).toEqual({ ada: 'publish', abe: 'publish', ben: 'publish', cyd: 'publish', dan: 'publish' });
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(tasks(entries)).toEqual({});
  });

  test('is what was sent back, for those who proposed it', () => {
    const entries = new Entries();
    entries.reviewed(entries.propose(), ['ben', 'cyd'], marks('not-met'));
    expect(tasks(entries)).toEqual({ ada: 'mend', abe: 'mend' });
  });
});

describe('what a template on its way waits for', () => {
  const words = ({ list }: Entries, id: string): string => {
    const register = registerOf(list, fingerprintOf(ROSTER));
    const officer = ROSTER.officers.find((one) => one.id === id);
    const [proposal] = register.proposals;
    if (officer === undefined || proposal === undefined) throw new Error('both are there');
    return waitsFor(officer, proposal, register.current.roster);
  };

  test('is said to each officer as it is for them', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    expect(words(entries, 'ben')).toBe('Waits for two reviewers.');
    expect(words(entries, 'abe')).toBe('Waits for two reviewers. You and your organisation stand aside.');
    const [first, second] = [entries.review(proposal, 'ben'), entries.review(proposal, 'cyd')];
    entries.commit(first);
    expect(words(entries, 'ben')).toMatch(/^Your review is signed\. It waits for a second reviewer, of another org/);
    expect(words(entries, 'cyd')).toMatch(/^One of two reviews is signed, by .+\. It waits for a second reviewer/);
    entries.commit(second);
    expect(words(entries, 'dan')).toMatch(/^Both reviews are signed\. It waits for .+ and .+ to show theirs\.$/);
  });

  test('names the approvals that there are, and how many there have to be', () => {
    const entries = new Entries();
    const proposal = entries.propose();
    const reviews = entries.reviewed(proposal);
    expect(words(entries, 'ben')).toMatch(/^Both reviews are in\. Approvals: 0 of 2\./);
    entries.approve(proposal, reviews, 'ben');
    expect(words(entries, 'cyd')).toMatch(/Approvals: 1 of 2, by .+\. They have to be of at least 2 organisations\.$/);
    entries.approve(proposal, reviews, 'dan');
    expect(words(entries, 'cyd')).toBe('Approved. It waits for any officer to publish it.');
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(words(entries, 'cyd')).toBe('');
  });
});

test('the menu counts what waits for an officer, and nothing for anybody else', () => {
  const entries = new Entries();
  entries.propose();
  const register = registerOf(entries.list, fingerprintOf(ROSTER));
  const account = { subject: 's', name: 'n', roles: ['officer'], organisation: null, analyst: null } as const;
  expect(['ben', 'ada', 'eve', null].map((officer) => tasksOf({ ...account, officer }, register))).toEqual([
    1, 0, 0, 0,
  ]);
});
