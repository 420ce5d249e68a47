import { describe, expect, it } from 'vitest';

import { registerOf } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { Entries, fingerprintOf, following, publicKeyOf, refusalOf, ROSTER, TEMPLATE } from './fixtures.js';

const PIN = fingerprintOf(ROSTER);
const refusal = (entries: Entries): string => {
  registerOf(entries.list.slice(0, -1), PIN);
  return refusalOf(() => registerOf(entries.list, PIN)).code;
};
const states = (entries: Entries): string[] => registerOf(entries.list, PIN).proposals.map(({ state }) => state);

type Officer = SignedRoster['officers'][number];

/** A second roster in which officers are otherwise. */
function changed(change: (officer: Officer) => Officer, rest: Partial<SignedRoster> = {}): SignedRoster {
  return following(ROSTER, { officers: ROSTER.officers.map(change), ...rest });
}
const renamed = (from: string, to: string): SignedRoster => {
  const { grants } = ROSTER.roles;
  const grantors = grants.grantors.map((id) => (id === from ? to : id));
  return changed((officer) => (officer.id === from ? { ...officer, id: to } : officer), {
    roles: { ...ROSTER.roles, grants: { ...grants, grantors } },
  });
};
const moved = (id: string, organisation: string): SignedRoster =>
  changed((officer) => (officer.id === id ? { ...officer, organisation } : officer));

/** Proposed by ada of justice, then under another roster. */
function after(roster: SignedRoster): { entries: Entries; proposal: string } {
  const entries = new Entries();
  const proposal = entries.propose(TEMPLATE, ['ada']);
  entries.roster(roster, ['ada', 'ben', 'cyd']);
  return { entries, proposal };
}
function committedBy(signer: string, officer: string, { entries, proposal }: ReturnType<typeof after>): string {
  entries.commit(entries.review(proposal, officer), signer);
  return refusal(entries);
}

describe('whoever has written a template stands aside', () => {
  it('under another id, with the same key', () => {
    expect(committedBy('ada', 'ada-new', after(renamed('ada', 'ada-new')))).toBe('AUTHOR_MAY_NOT');
  });

  it('with a key that came later, and with that key under another id', () => {
    const key = { kind: 'ed25519', publicKey: publicKeyOf('ada-2') } as const;
    const second = changed((officer) =>
      officer.id === 'ada' ? { ...officer, keys: [...officer.keys, key] } : officer,
    );
    const { entries, proposal } = after(second);
    const third = following(second, {
      officers: second.officers.flatMap((officer) =>
        officer.id === 'ada'
          ? [
              { ...officer, keys: officer.keys.slice(0, 1) },
              { ...officer, id: 'zoe', organisation: 'police', keys: [key] },
            ]
          : [officer],
      ),
    });
    entries.roster(third, ['ada', 'ben', 'cyd']);
    expect(committedBy('ada-2', 'zoe', { entries, proposal })).toBe('AUTHOR_MAY_NOT');
  });

  it('and so do those of the organisation that they have moved to', () => {
    const world = after(moved('ada', 'probation'));
    expect(committedBy('dan', 'dan', world)).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    world.entries.list.pop();
    expect(committedBy('ada', 'ada', world)).toBe('AUTHOR_MAY_NOT');
  });

  it('and those of their organisation, also when it has another id, or they have left it', () => {
    const rename = (id: string): string => (id === 'justice' ? 'ministry' : id);
    const ministry = changed((officer) => ({ ...officer, organisation: rename(officer.organisation) }), {
      organisations: ROSTER.organisations.map((organisation) => ({ ...organisation, id: rename(organisation.id) })),
      purposes: ROSTER.purposes.map((purpose) => ({ ...purpose, organisations: purpose.organisations.map(rename) })),
    });
    expect(committedBy('abe', 'abe', after(ministry))).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(committedBy('abe', 'abe', after(moved('abe', 'police')))).toBe('AUTHORS_ORGANISATION_MAY_NOT');
    expect(committedBy('abe', 'abe-new', after(renamed('abe', 'abe-new')))).toBe('AUTHORS_ORGANISATION_MAY_NOT');
  });

  it('and they still do with another key and then another id, somewhere else', () => {
    const key = { kind: 'ed25519', publicKey: publicKeyOf('abe-2') } as const;
    const second = changed((officer) =>
      officer.id === 'abe' ? { ...officer, organisation: 'police', keys: [...officer.keys, key] } : officer,
    );
    const { entries, proposal } = after(second);
    const named = second.officers.map((officer) =>
      officer.id === 'abe' ? { ...officer, id: 'abel', keys: [key] } : officer,
    );
    entries.roster(following(second, { officers: named }), ['ada', 'ben', 'cyd']);
    expect(committedBy('abe-2', 'abel', { entries, proposal })).toBe('AUTHORS_ORGANISATION_MAY_NOT');
  });

  it('and what such people had said before a roster brought it to light no longer counts', () => {
    const entries = new Entries();
    const proposal = entries.propose(TEMPLATE, ['ada']);
    entries.approve(proposal, entries.reviewed(proposal), 'ben', 'dan');
    expect(states(entries)).toEqual(['approved']);
    entries.roster(moved('ada', 'probation'), ['ada', 'ben', 'cyd']);
    expect(states(entries)).toEqual(['under-review']);
  });

  it('also of the next version, as long as none has been published; whom they only name is free', () => {
    const entries = new Entries();
    entries.propose(TEMPLATE, ['ada'], { organisations: ['police'], authors: ['cyd'] });
    const next = entries.propose({ ...TEMPLATE, version: 3 }, ['dan']);
    for (const [officer, code] of [
      ['ada', 'AUTHOR_MAY_NOT'],
      ['abe', 'AUTHORS_ORGANISATION_MAY_NOT'],
    ] as const) {
      entries.commit(entries.review(next, officer));
      expect(refusal(entries)).toBe(code);
      entries.list.pop();
    }
    entries.approve(next, entries.reviewed(next), 'ben', 'cyd');
    entries.act({ act: 'publish', proposal: next }, 'dan');
    const later = entries.propose({ ...TEMPLATE, version: 4 }, ['dan']);
    entries.commit(entries.review(later, 'abe'));
    expect(states(entries)).toEqual(['proposed', 'live', 'under-review']);
  });

  it('also of versions after the next, and with where they have moved to meanwhile', () => {
    const entries = new Entries();
    entries.propose(TEMPLATE, ['ada']);
    entries.propose({ ...TEMPLATE, version: 3 }, ['ben']);
    entries.roster(moved('ada', 'probation'), ['ada', 'ben', 'cyd']);
    const proposal = entries.propose({ ...TEMPLATE, version: 4 }, ['cyd']);
    for (const officer of ['ada', 'ben']) {
      expect(committedBy(officer, officer, { entries, proposal })).toBe('AUTHOR_MAY_NOT');
      entries.list.pop();
    }
    expect(committedBy('dan', 'dan', { entries, proposal })).toBe('AUTHORS_ORGANISATION_MAY_NOT');
  });
});
