import { describe, expect, it } from 'vitest';

import { registerOf } from '../../../core/governance/index.js';
import type { Requester } from '../../../core/governance/index.js';
import { canonicalTemplate, templateDigest } from '../../../core/templates/index.js';
import { codeOf, Entries, fingerprintOf, following, NOW, refusalOf, ROSTER, TEMPLATE, without } from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
const DIGEST = templateDigest(canonicalTemplate(TEMPLATE));
const ANNA: Requester = { organisation: 'justice', analyst: 'anna' };

function granted(change: object = {}): { entries: Entries; grant: string } {
  const entries = new Entries();
  entries.live();
  return { entries, grant: entries.grant(change) };
}

/** `asked`, or why not. */
function ask({ entries }: { entries: Entries }, requester = ANNA, now = NOW, digest = DIGEST): string {
  const register = registerOf(entries.list, PIN);
  try {
    register.assertMayAsk(digest, requester, now);
    return 'asked';
  } catch {
    return codeOf(() => register.assertMayAsk(digest, requester, now));
  }
}

function refusal({ entries }: { entries: Entries }): string {
  registerOf(entries.list.slice(0, -1), PIN);
  const { code, entry } = refusalOf(() => registerOf(entries.list, PIN));
  expect(entry).toBe(entries.list.length - 1);
  return code;
}

describe('a grant', () => {
  it('lets all analysts of the organisation ask, or one of them', () => {
    expect(ask(granted())).toBe('asked');
    expect(ask(granted(), { organisation: 'charity', analyst: 'anna' })).toBe('PURPOSE_NOT_GRANTED');
    const annas = granted({ analyst: 'anna' });
    expect(ask(annas)).toBe('asked');
    expect(ask(annas, { organisation: 'justice', analyst: 'otto' })).toBe('PURPOSE_NOT_GRANTED');
    expect(ask(annas, { organisation: 'charity', analyst: 'anna' })).toBe('PURPOSE_NOT_GRANTED');
  });

  it('is of one purpose', () => {
    expect(ask(granted({ purpose: 'service-planning' }))).toBe('PURPOSE_NOT_GRANTED');
  });

  it('holds on its last day and not on the day after', () => {
    expect(ask(granted(), ANNA, new Date('2027-01-31T23:59:59Z'))).toBe('asked');
    expect(ask(granted(), ANNA, new Date('2027-02-01T00:00:00Z'))).toBe('PURPOSE_NOT_GRANTED');
  });

  it('is withdrawn by one grantor, once, and may be given again', () => {
    const { entries, grant } = granted();
    entries.act({ act: 'withdraw-grant', grant, reason: 'She has left.' }, 'dan');
    expect(ask({ entries })).toBe('PURPOSE_NOT_GRANTED');
    expect(registerOf(entries.list, PIN).grantsInForce(NOW)).toEqual([]);
    entries.act({ act: 'withdraw-grant', grant, reason: 'Again.' }, 'dan');
    expect(refusal({ entries })).toBe('UNKNOWN_GRANT');
    entries.list.pop();
    entries.grant();
    expect(ask({ entries })).toBe('asked');
  });

  it('is given by enough grantors and nobody else', () => {
    const given = (...signers: string[]): string => {
      const entries = new Entries();
      entries.grant({}, signers);
      return refusal({ entries });
    };
    expect(given('ada')).toBe('TOO_FEW_SIGNERS');
    expect(given('ben', 'abe')).toBe('NOT_A_GRANTOR');
    expect(given('ada', 'cyd', 'ben')).toBe('NOT_A_GRANTOR');
    expect(given('ada', 'ada-home')).toBe('DUPLICATE_SIGNER');
    expect(given('eve', 'ada')).toBe('UNKNOWN_SIGNER');
    const { entries, grant } = granted();
    entries.act({ act: 'withdraw-grant', grant, reason: 'No.' }, 'ben');
    expect(refusal({ entries })).toBe('NOT_A_GRANTOR');
  });

  it('is of what the roster knows and opens', () => {
    const given = (change: object): string => {
      const entries = new Entries();
      entries.grant(change);
      return refusal({ entries });
    };
    expect(given({ organisation: 'nobody' })).toBe('UNKNOWN_ORGANISATION');
    expect(given({ purpose: 'marketing' })).toBe('UNKNOWN_PURPOSE');
    expect(given({ organisation: 'police' })).toBe('PURPOSE_NOT_OPEN');
  });

  it('ends when a new roster closes the purpose to the organisation', () => {
    const { entries } = granted();
    const purposes = ROSTER.purposes.map((purpose) => ({ ...purpose, organisations: ['charity'] }));
    entries.roster(following(ROSTER, { purposes }), ['ada', 'ben', 'cyd']);
    expect(ask({ entries })).toBe('PURPOSE_NOT_GRANTED');
  });

  it('outlives the office of those who gave it, who can give no more', () => {
    const { entries } = granted();
    entries.roster(without(ROSTER, 'dan'), ['ada', 'ben', 'cyd']);
    expect(ask({ entries })).toBe('asked');
    entries.grant({}, ['ada', 'dan']);
    expect(refusal({ entries })).toBe('UNKNOWN_SIGNER');
  });
});

describe('who may ask a template', () => {
  it('is nobody before it is live, or of bytes that the register has not', () => {
    const entries = new Entries();
    entries.grant();
    expect(ask({ entries })).toBe('TEMPLATE_NOT_APPROVED');
    const proposal = entries.propose();
    expect(ask({ entries })).toBe('TEMPLATE_NOT_APPROVED');
    entries.approve(proposal, entries.reviewed(proposal), 'ben', 'dan');
    expect(ask({ entries })).toBe('TEMPLATE_NOT_APPROVED');
    entries.act({ act: 'publish', proposal }, 'ada');
    expect(ask({ entries })).toBe('asked');
    expect(ask({ entries }, ANNA, NOW, PIN)).toBe('TEMPLATE_NOT_APPROVED');
  });

  it('is nobody once it has expired, was revoked or superseded', () => {
    const revoked = granted();
    const proposal = registerOf(revoked.entries.list, PIN).proposals[0]?.digest ?? '';
    revoked.entries.act({ act: 'revoke', proposal, reason: 'No.' }, 'ben');
    expect(ask(revoked)).toBe('TEMPLATE_REVOKED');
    const superseded = granted();
    superseded.entries.live({ ...TEMPLATE, version: 3 });
    expect(ask(superseded)).toBe('TEMPLATE_SUPERSEDED');
    const lasting = granted({ until: '2030-01-01' });
    lasting.entries.roster(following(ROSTER, { expires: '2030-01-01' }), ['ada', 'ben', 'cyd']);
    expect(ask(lasting, ANNA, new Date('2027-06-30T23:59:59Z'))).toBe('asked');
    expect(ask(lasting, ANNA, new Date('2027-07-01T00:00:00Z'))).toBe('TEMPLATE_EXPIRED');
  });

  it('is nobody when the roster has expired', () => {
    expect(ask(granted({ until: '2030-01-01' }), ANNA, new Date('2027-04-01T00:00:00Z'))).toBe('ROSTER_STALE');
  });
});
