import { ACT_KIND } from '../../../../core/governance/index.js';
import type { Entries } from '../fixtures.js';
import { following, ROSTER, TEMPLATE } from '../fixtures.js';
import {
  again,
  altered,
  approvedBy,
  asked,
  grant,
  granted,
  grantedBy,
  inOrder,
  lastBecomes,
  live,
  proposed,
  renewed,
  reviewed,
  revoked,
  rows,
  taken,
  withoutDan,
} from './refusal.js';
import type { Refusal, Write } from './refusal.js';

/** Of ben's template, which ada's organisation may judge: approved by these and published. */
const publishedBy = (...signers: readonly string[]): Write =>
  reviewed('ben', ['cyd', 'dan'], (entries, proposal, reviews) => {
    entries.approve(proposal, reviews, ...signers);
    entries.act({ act: 'publish', proposal }, 'ben');
  });
/** Three officers have to approve, of two organisations: one less of as many organisations is still too few. */
const askingThree = renewed(
  following(ROSTER, { roles: { ...ROSTER.roles, templates: { officers: 3, organisations: 2 } } }),
);
/** Of ada's template, approved by ben and dan; something happens before it is published. */
const publishedAfter = (meanwhile: Write): Write =>
  reviewed('ada', ['ben', 'cyd'], (entries, proposal, reviews) => {
    entries.approve(proposal, reviews, 'ben', 'dan');
    meanwhile(entries);
    entries.act({ act: 'publish', proposal }, 'ada');
  });
/** Something happens between the reviews and ben's approval. */
const approvedAfter = (meanwhile: Write): Write =>
  reviewed('ada', ['ben', 'cyd'], (entries, proposal, reviews) => {
    meanwhile(entries);
    entries.approve(proposal, reviews, 'ben');
  });
const approvedInTwo = (first: string, second: string): Write =>
  reviewed('ada', ['ben', 'cyd'], (entries, proposal, reviews) => {
    for (const id of [first, second]) entries.approve(proposal, reviews, id);
  });
/** Commitments of these to reviews of an author's template. */
const committed =
  (author: string, ...officers: readonly string[]): Write =>
  (entries) => {
    const proposal = entries.propose(TEMPLATE, [author]);
    for (const id of officers) entries.commit(entries.review(proposal, id));
  };
const withdrawn =
  (times: number): Write =>
  (entries) => {
    const given = entries.grant();
    for (let left = times; left > 0; left -= 1)
      entries.act({ act: 'withdraw-grant', grant: given, reason: 'No.' }, 'dan');
  };
const version3: Write = (entries) => entries.live({ ...TEMPLATE, version: 3 });
const nothing: Write = () => undefined;
const lastAltered = (write: Write, from: string, to: string): Write =>
  lastBecomes(write, (entry) => altered(ACT_KIND, entry, from, to));
/** The last entry signed in time, and handed in under the roster after. */
const lastBehind = (write: Write): Write =>
  lastBecomes(write, (entry, entries: Entries) => {
    renewed()(entries);
    return entry;
  });

const grantedForLong = inOrder(live, grant({ until: '2030-01-01' }));
const underLongRoster = inOrder(grantedForLong, renewed(following(ROSTER, { expires: '2030-01-01' })));
const closing = following(ROSTER, {
  purposes: ROSTER.purposes.map((purpose) => ({ ...purpose, organisations: ['charity'] })),
});

/** Each kind of act by dan, as the last entry. */
const BY_DAN: readonly (readonly [string, Write])[] = [
  ['a proposal', (entries) => entries.propose(TEMPLATE, ['dan'])],
  ['a commitment', committed('ada', 'dan')],
  ['an approval', approvedBy('ben', 'dan')],
  ['a grant', grantedBy('ada', 'dan')],
  ['a withdrawal', withdrawn(1)],
  ['a revocation', (entries) => entries.act({ act: 'revoke', proposal: entries.propose(), reason: 'No.' }, 'dan')],
];

export const REFUSALS_OF_ACTS: readonly Refusal[] = [
  ...rows('one signature short', [
    taken('a grant', 'TOO_FEW_SIGNERS', grantedBy('ada', 'cyd'), grantedBy('ada')),
    taken('a template that is published', 'WRONG_STATE', publishedBy('ada', 'dan'), publishedBy('ada')),
    taken(
      'a template that is published with three',
      'WRONG_STATE',
      inOrder(askingThree, publishedBy('ada', 'cyd', 'dan')),
      inOrder(askingThree, publishedBy('ada', 'dan')),
    ),
    asked('a template that is asked', 'TEMPLATE_NOT_APPROVED', [granted], [inOrder(approvedBy('ben'), grant())]),
  ]),
  ...rows('two signatures by one person', [
    taken('a grant', 'DUPLICATE_SIGNER', grantedBy('ada', 'cyd'), grantedBy('ada', 'ada-home')),
    taken('an approval', 'DUPLICATE_SIGNER', publishedBy('ada', 'dan'), publishedBy('ada', 'ada-home')),
    taken('a second approval', 'DUPLICATE_SIGNER', approvedInTwo('ben', 'dan'), approvedInTwo('dan', 'dan')),
    taken('both reviews', 'DUPLICATE_SIGNER', committed('ben', 'ada', 'cyd'), committed('ben', 'ada', 'ada')),
  ]),
  ...rows('two persons of one organisation', [
    taken('reviews', 'REVIEWERS_NOT_INDEPENDENT', committed('ben', 'ada', 'cyd'), committed('ben', 'ada', 'abe')),
    taken('a template that is published', 'WRONG_STATE', publishedBy('ada', 'dan'), publishedBy('ada', 'abe')),
  ]),
  ...rows('by its own author', [
    taken('a review', 'AUTHOR_MAY_NOT', committed('ben', 'ada'), committed('ben', 'ben')),
    taken('an approval', 'AUTHOR_MAY_NOT', approvedBy('ben', 'dan'), approvedBy('ben', 'ada')),
  ]),
  ...rows('by the author’s organisation', [
    taken('a review', 'AUTHORS_ORGANISATION_MAY_NOT', committed('ada', 'ben'), committed('ada', 'abe')),
    taken('an approval', 'AUTHORS_ORGANISATION_MAY_NOT', approvedBy('ben', 'dan'), approvedBy('ben', 'abe')),
  ]),
  ...rows('expired', [
    asked('a grant', 'PURPOSE_NOT_GRANTED', [granted, '2027-01-31T23:59:59Z'], [granted, '2027-02-01T00:00:00Z']),
    asked(
      'a template',
      'TEMPLATE_EXPIRED',
      [underLongRoster, '2027-06-30T23:59:59Z'],
      [underLongRoster, '2027-07-01T00:00:00Z'],
    ),
    asked(
      'the roster of a template that is asked',
      'ROSTER_STALE',
      [grantedForLong, '2027-03-31T23:59:59Z'],
      [grantedForLong, '2027-04-01T00:00:00Z'],
    ),
  ]),
  ...rows('revoked', [
    asked('a template that is asked', 'TEMPLATE_REVOKED', [granted], [inOrder(granted, revoked)]),
    taken('a template that is published', 'WRONG_STATE', publishedAfter(nothing), publishedAfter(revoked)),
    taken(
      'a template that is proposed again',
      'VERSION_NOT_NEW',
      inOrder(proposed, proposed),
      inOrder(proposed, revoked, proposed),
    ),
    asked('a grant', 'PURPOSE_NOT_GRANTED', [granted], [inOrder(live, withdrawn(1))]),
    taken('a grant that is withdrawn again', 'UNKNOWN_GRANT', withdrawn(1), withdrawn(2)),
  ]),
  ...rows('superseded', [
    asked('a template that is asked', 'TEMPLATE_SUPERSEDED', [granted], [inOrder(granted, version3)]),
    taken('a version that is proposed', 'VERSION_NOT_NEW', inOrder(live, version3), inOrder(version3, proposed)),
    taken(
      'a proposal that is approved',
      'UNKNOWN_PROPOSAL',
      approvedAfter(nothing),
      approvedAfter((entries) => entries.propose({ ...TEMPLATE, title: 'Another?' })),
    ),
  ]),
  ...rows('an altered byte', [
    taken('a grant', 'BAD_SIGNATURE', grantedBy(), lastAltered(grantedBy(), '2027-01-31', '2027-01-30')),
    taken('a proposal', 'BAD_SIGNATURE', proposed, lastAltered(proposed, '"authors":[]', '"authors":["ben"]')),
    taken(
      'a revocation',
      'BAD_SIGNATURE',
      inOrder(granted, revoked),
      lastAltered(inOrder(granted, revoked), 'No.', 'So.'),
    ),
  ]),
  ...rows('a payload written again', [
    taken(
      'a grant',
      'BAD_PAYLOAD',
      grantedBy(),
      lastBecomes(grantedBy(), (entry) => again(ACT_KIND, entry, ['ada', 'cyd'])),
    ),
  ]),
  ...rows('an officer who was removed', [
    ...BY_DAN.map(([what, write]) => taken(what, 'UNKNOWN_SIGNER', write, inOrder(withoutDan, write))),
    taken('an approval that counted before', 'WRONG_STATE', publishedAfter(nothing), publishedAfter(withoutDan)),
  ]),
  ...rows('signed under another roster', [
    taken('an approval', 'ROSTER_NOT_IN_FORCE', approvedBy('ben', 'dan'), lastBehind(approvedBy('ben', 'dan'))),
    taken('a grant', 'ROSTER_NOT_IN_FORCE', grantedBy(), lastBehind(grantedBy())),
  ]),
  ...rows('a purpose that is not granted', [
    asked('an organisation', 'PURPOSE_NOT_GRANTED', [granted], [live]),
    asked(
      'an analyst',
      'PURPOSE_NOT_GRANTED',
      [inOrder(live, grant({ analyst: 'anna' }))],
      [inOrder(live, grant({ analyst: 'otto' }))],
    ),
    asked('another purpose', 'PURPOSE_NOT_GRANTED', [granted], [inOrder(live, grant({ purpose: 'service-planning' }))]),
    asked(
      'one that the roster has closed since',
      'PURPOSE_NOT_GRANTED',
      [inOrder(granted, renewed())],
      [inOrder(granted, renewed(closing))],
    ),
    taken('one that the roster never opened', 'PURPOSE_NOT_OPEN', grantedBy(), grant({ organisation: 'police' })),
    taken('one that there is not', 'UNKNOWN_PURPOSE', grantedBy(), grant({ purpose: 'marketing' })),
  ]),
];
