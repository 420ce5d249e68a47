import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { parseRosterDraft } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { MAX_KEYS_PER_OFFICER } from '../../../core/governance/roster-schema.js';
import { placesOf } from '../templates/fixtures.js';
import { publicKeyOf, ROSTER } from './fixtures.js';

const paths = (change: object): (string | undefined)[] =>
  placesOf(() => parseRosterDraft(stringify({ ...ROSTER, ...change }))).map((place) => place.split(' ')[1]);
const roles = (change: Partial<SignedRoster['roles']>): object => ({ roles: { ...ROSTER.roles, ...change } });
const officers = (change: (officer: SignedRoster['officers'][number], index: number) => object): object => ({
  officers: ROSTER.officers.map((officer, index) => ({ ...officer, ...change(officer, index) })),
});
const passkey = Buffer.from(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' }),
).toString('base64');

describe('the draft of a roster', () => {
  it('is read from YAML as it is signed', () => {
    expect(parseRosterDraft(stringify(ROSTER))).toEqual(ROSTER);
  });

  it.each<[string, readonly string[], object]>([
    ['a first version that follows another', ['previous'], { previous: 'ab'.repeat(32) }],
    ['a later version that follows none', ['previous'], { version: 2 }],
    [
      'one officer twice',
      ['officers'],
      {
        officers: [
          ...ROSTER.officers,
          { ...ROSTER.officers[0], keys: [{ kind: 'ed25519', publicKey: publicKeyOf('x') }] },
        ],
      },
    ],
    [
      'an officer of an unknown organisation',
      ['officers[0].organisation'],
      officers((_, index) => (index === 0 ? { organisation: 'nobody' } : {})),
    ],
    [
      'two officers with one key',
      ['officers[1].keys[0]', 'officers[2].keys[0]', 'officers[3].keys[0]', 'officers[4].keys[0]'],
      officers(() => ({ keys: [{ kind: 'ed25519', publicKey: publicKeyOf('same') }] })),
    ],
    [
      'an officer with the coordinator’s key',
      ['coordinator.identityKey'],
      { coordinator: { identityKey: publicKeyOf('ada') } },
    ],
    [
      'a registrar with the coordinator’s key',
      ['roles.registrars[0].publicKey'],
      roles({ registrars: [{ id: 'registry', publicKey: publicKeyOf('coordinator') }] }),
    ],
    [
      'a node with a registrar’s key',
      ['roles.registrars[0].publicKey'],
      roles({ registrars: [{ id: 'registry', publicKey: publicKeyOf('node-1') }] }),
    ],
    ['a threshold of one', ['roles.templates.officers'], roles({ templates: { officers: 1, organisations: 1 } })],
    ['a threshold past its officers', ['roles.roster.officers'], roles({ roster: { officers: 6, organisations: 2 } })],
    [
      'a threshold past its organisations',
      ['roles.roster.organisations'],
      roles({ roster: { officers: 5, organisations: 5 } }),
    ],
    [
      'a threshold of more organisations than signers',
      ['roles.roster.organisations'],
      roles({ roster: { officers: 2, organisations: 3 } }),
    ],
    [
      'more grantors needed than there are',
      ['roles.grants.officers'],
      roles({ grants: { grantors: ['ada'], officers: 2 } }),
    ],
    [
      'a grantor who is no officer',
      ['roles.grants.grantors[0]'],
      roles({ grants: { grantors: ['eve'], officers: 1 } }),
    ],
    ['more witnesses than agencies', ['witnesses'], { witnesses: 3 }],
    [
      'a passkey without a site',
      ['officers[0].keys[0]'],
      officers((officer, index) => (index === 0 ? { keys: [{ kind: 'webauthn', publicKey: passkey }] } : officer)),
    ],
    [
      'a passkey that is none',
      ['officers[0].keys[0].publicKey'],
      officers((officer, index) => (index === 0 ? { keys: [{ kind: 'webauthn', publicKey: 'AAAA' }] } : officer)),
    ],
    [
      'a key that is none',
      ['officers[0].keys[0].publicKey'],
      officers((officer, index) => (index === 0 ? { keys: [{ kind: 'ed25519', publicKey: 'AAAA' }] } : officer)),
    ],
    ['a site that is not encrypted', ['passkeys'], { passkeys: { rpId: 'a.example', origins: ['http://a.example'] } }],
    ['a site of another domain', ['passkeys'], { passkeys: { rpId: 'a.example', origins: ['https://b.example'] } }],
    [
      'a site whose domain only ends alike',
      ['passkeys'],
      { passkeys: { rpId: 'a.example', origins: ['https://bada.example'] } },
    ],
    ['a day that is none', ['expires'], { expires: '2027-02-30' }],
    ['an entry that nobody knows', ['comment'], { comment: 'x' }],
  ])('is refused with %s', (_, expected, change) => {
    expect(paths(change)).toEqual(expected);
  });

  it('may have passkeys of this computer, for a demonstration, and there without TLS', () => {
    const passkeys = { rpId: 'localhost', origins: ['http://localhost:7401'] };
    const changed = officers((officer, index) =>
      index === 0 ? { keys: [...officer.keys, { kind: 'webauthn', publicKey: passkey }] } : officer,
    );
    expect(parseRosterDraft(stringify({ ...ROSTER, ...changed, passkeys })).passkeys).toEqual(passkeys);
    const named = { rpId: 'localhost', origins: ['http://sign.localhost:7401'] };
    expect(() => parseRosterDraft(stringify({ ...ROSTER, ...changed, passkeys: named }))).toThrow();
  });

  it('may have passkeys of its site and its subdomains', () => {
    const passkeys = { rpId: 'a.example', origins: ['https://a.example', 'https://sign.a.example'] };
    const changed = officers((officer, index) =>
      index === 0 ? { keys: [...officer.keys, { kind: 'webauthn', publicKey: passkey }] } : officer,
    );
    expect(parseRosterDraft(stringify({ ...ROSTER, ...changed, passkeys })).passkeys).toEqual(passkeys);
  });

  it('has at most so many keys for an officer', () => {
    const keys = (count: number): object =>
      officers((officer, index) =>
        index === 0
          ? {
              keys: Array.from({ length: count }, (_, key) => ({
                kind: 'ed25519',
                publicKey: publicKeyOf(`key-${key}`),
              })),
            }
          : officer,
      );
    expect(() => parseRosterDraft(stringify({ ...ROSTER, ...keys(MAX_KEYS_PER_OFFICER) }))).not.toThrow();
    expect(paths(keys(MAX_KEYS_PER_OFFICER + 1))).toEqual(['officers[0].keys']);
  });
});
