import { describe, expect, test } from 'vitest';

import { inboxOf } from '../../../../coordinator/pages/governance/inbox.js';
import { registerOf } from '../../../../core/governance/index.js';
import { Entries, fingerprintOf, marks, ROSTER } from '../../governance/fixtures.js';

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
