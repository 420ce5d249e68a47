import { describe, expect, it } from 'vitest';

import { diffRosters, explainRoster, rosterWarnings } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { keyIdOf, rawPublicKey } from '../../../core/signing/index.js';
import { following, keyOf, publicKeyOf, ROSTER, without } from './fixtures.js';

const fingerprint = (name: string): string => keyIdOf({ kind: 'ed25519', publicKey: rawPublicKey(keyOf(name)) });
const section = (heading: string, roster = ROSTER): readonly string[] =>
  explainRoster(roster).find((each) => each.heading === heading)?.paragraphs ?? [];
const changes = (change: Partial<SignedRoster>): readonly string[] => diffRosters(ROSTER, following(ROSTER, change));

describe('a roster in plain English', () => {
  it('says until when it holds, and what it follows', () => {
    expect(section('Roster of demo, version 1')).toEqual([
      expect.stringContaining('until the end of 31 March 2027') as string,
      expect.stringContaining('It is the first version') as string,
    ]);
  });

  it('names each officer with the whole fingerprint of each key', () => {
    expect(section('Officers')[0]).toBe(
      `Officer ada (ada) of The justice signs with the key ${fingerprint('ada')} and the key ${fingerprint('ada-home')}.`,
    );
  });

  it('says who decides what, in numbers', () => {
    const [templates, roster, grants, registrars, witnesses] = section('Who decides what');
    expect(templates).toContain('2 officers of at least 2 organisations have approved it');
    expect(roster).toContain('3 officers of at least 2 organisations of this one');
    expect(grants).toContain('granted by 2 of ada, cyd and dan');
    expect(registrars).toContain('registry says');
    expect(witnesses).toContain('1 agency has cosigned');
    expect(section('Purposes')[0]).toBe(
      'Research and statistics (research-statistics) may be granted to The justice and The charity.',
    );
  });

  it('warns where one lost key stops everything, or nobody could approve', () => {
    expect(rosterWarnings(ROSTER)).toEqual([]);
    const all = { ...ROSTER, roles: { ...ROSTER.roles, roster: { officers: 5, organisations: 2 } } };
    expect(rosterWarnings(all)).toEqual([expect.stringContaining('when one key is lost') as string]);
    const four = { ...ROSTER, roles: { ...ROSTER.roles, templates: { officers: 4, organisations: 2 } } };
    expect(rosterWarnings(four)).toEqual([expect.stringContaining('The justice') as string]);
    expect(section('Before you sign', four)).toHaveLength(1);
    const revoked = [{ serial: 'ab12', reason: 'Lost.' }];
    expect(section('Certificates that nobody is let in with', { ...ROSTER, revoked })).toEqual(['ab12: Lost.']);
  });
});

describe('what changes from one roster to the next', () => {
  it('is nothing where only the version does', () => {
    expect(changes({})).toEqual([]);
  });

  it('names officers who go, and what they granted with', () => {
    expect(diffRosters(ROSTER, without(ROSTER, 'dan'))).toEqual([
      'Officer dan (dan) is no longer an officer: what this person signs from now on counts for nothing.',
      'dan no longer grants purposes.',
    ]);
  });

  it('names keys by their fingerprints', () => {
    const officers = ROSTER.officers.map((each) =>
      each.id === 'ben' ? { ...each, keys: [{ kind: 'ed25519' as const, publicKey: publicKeyOf('ben-2') }] } : each,
    );
    expect(changes({ officers })).toEqual([
      `The key ${fingerprint('ben').slice(0, 16)}… of Officer ben (ben) no longer counts.`,
      `The key ${fingerprint('ben-2').slice(0, 16)}… of Officer ben (ben) counts from now on.`,
    ]);
  });

  it('says when it gets easier to sign', () => {
    const roles = { ...ROSTER.roles, roster: { officers: 2, organisations: 2 } };
    expect(changes({ roles })).toEqual([
      'The next roster is signed by 2 officers of 2 organisations rather than 3 officers of 2 organisations: it gets easier.',
    ]);
  });

  it.each<[string, Partial<SignedRoster>, string]>([
    ['the last day', { expires: '2028-01-01' }, 'until 1 January 2028 rather than 31 March 2027'],
    ['the federation', { federation: 'other' }, 'another federation'],
    ['the coordinator', { coordinator: { identityKey: publicKeyOf('x') } }, 'coordinator has a new key'],
    ['witnesses', { witnesses: 2 }, '2 cosignatures of agencies rather than 1'],
    ['passkeys', { passkeys: { rpId: 'a.example', origins: ['https://a.example'] } }, 'Passkeys of a.example are good'],
    ['an agency that goes', { agencies: ROSTER.agencies.slice(0, 1) }, 'A (charity-a) leaves'],
    ['the order of agencies', { agencies: ROSTER.agencies.toReversed() }, 'in another order'],
    [
      'a dataset',
      { agencies: ROSTER.agencies.map((each) => ({ ...each, datasets: ['police.crimes'] })) },
      'may offer police.crimes',
    ],
    [
      'a node',
      {
        agencies: ROSTER.agencies.map((each) =>
          each.id === 'police' ? { ...each, identityKey: publicKeyOf('x') } : each,
        ),
      },
      'The node of Police (police) has a new key',
    ],
    ['a purpose', { purposes: ROSTER.purposes.slice(0, 1) }, 'Nobody may ask for service-planning any longer'],
    [
      'who may ask',
      { purposes: ROSTER.purposes.map((each) => ({ ...each, organisations: ['justice'] })) },
      'charity may not ask for research-statistics any longer',
    ],
    [
      'an organisation',
      { organisations: [...ROSTER.organisations, { id: 'courts', name: 'The courts' }] },
      'The courts (courts) becomes one of the organisations',
    ],
    [
      'a revoked certificate',
      { revoked: [{ serial: 'ab12', reason: 'Lost.' }] },
      'The certificate ab12 is revoked: Lost.',
    ],
    [
      'a registrar',
      { roles: { ...ROSTER.roles, registrars: [{ id: 'registry', publicKey: publicKeyOf('x') }] } },
      'The registrar registry has a new key',
    ],
    [
      'how many grantors',
      { roles: { ...ROSTER.roles, grants: { ...ROSTER.roles.grants, officers: 1 } } },
      'A grant takes 1 grantor rather than 2',
    ],
  ])('says of %s', (_, change, words) => {
    expect(changes(change).join('\n')).toContain(words);
  });
});
