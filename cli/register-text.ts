import {
  markLines,
  type GrantStanding,
  type RegisterView,
  type TemplateStanding,
  type TemplateState,
} from '../core/governance/index.js';
import { counted } from '../core/base/index.js';
import { wrapText } from './text.js';

/** What matters most comes first. */
const HEADINGS: Readonly<Record<TemplateState, string>> = {
  live: 'Live',
  approved: 'Approved, not published',
  'under-review': 'Under review',
  proposed: 'Proposed',
  draft: 'Returned to its authors',
  expired: 'Expired',
  superseded: 'Superseded',
  revoked: 'Revoked',
};

/** A register in plain English: where each template stands, and who may ask for what. */
export function registerText(view: RegisterView, columns: number): string {
  const { federation, roster, entries, templates, grants } = view;
  const inForce = roster.isInForce ? `in force until ${roster.expires}` : `EXPIRED on ${roster.expires}`;
  const sections = Object.entries(HEADINGS).flatMap(([state, heading]) => {
    const those = templates.filter((template) => template.state === state);
    return those.length === 0 ? [] : ['', heading, ...those.flatMap((template) => templateLines(template, columns))];
  });
  return [
    `${federation}: ${counted(entries, 'entry', 'entries')}; version ${roster.version} of the roster, ${inForce}`,
    `fingerprint ${roster.fingerprint}`,
    ...(sections.length === 0 ? ['', 'Nothing has been proposed.'] : sections),
    '',
    'Grants in force',
    ...(grants.length === 0
      ? ['  none: nobody may ask anything']
      : grants.flatMap((grant) => grantLines(grant, columns))),
  ].join('\n');
}

function templateLines(standing: TemplateStanding, columns: number): readonly string[] {
  const { template, version, title, purpose, expires, digest, proposed, published, revoked } = standing;
  const { authors, reviewers, reviews, approvals } = standing;
  const lines = [
    `“${title}”`,
    `for ${purpose}, until ${expires}; digest ${digest}`,
    `proposed ${proposed} by ${authors.join(', ')}`,
    reviewers.length === 0 ? 'no reviewer yet' : `reviewers of ${reviewers.join(', ')}; ${reviewsText(standing)}`,
    ...(reviews ?? []).flatMap((review) => [
      `review by ${review.officer} of ${review.organisation}`,
      ...markLines(review.principles),
    ]),
    ...(approvals.length === 0
      ? []
      : [`approved by ${approvals.map((each) => `${each.officer} of ${each.organisation}`).join(', ')}`]),
    ...(published === undefined ? [] : [`published ${published}`]),
    ...(revoked === undefined ? [] : [`revoked ${revoked.on} by ${revoked.by}: ${revoked.reason}`]),
  ];
  return [`  ${template} version ${version}`, ...lines.flatMap((line) => wrapText(line, columns, '      ', '    '))];
}

function reviewsText({ reviewers, reviews }: TemplateStanding): string {
  if (reviews !== null) return 'both reviews are in';
  return reviewers.length < 2 ? 'a second reviewer is needed' : 'reviews are shown here once both are in';
}

function grantLines(
  { grant, organisation, analyst, purpose, granted, until }: GrantStanding,
  columns: number,
): string[] {
  const who = analyst === null ? `all analysts of ${organisation}` : `${analyst} of ${organisation}`;
  return [
    ...wrapText(`${who}: ${purpose}, granted ${granted}, until ${until}`, columns, '      ', '  '),
    `    grant ${grant}`,
  ];
}
