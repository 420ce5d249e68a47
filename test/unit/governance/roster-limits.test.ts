import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { parseRosterDraft, rosterOf } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { MAX_ORGANISATIONS, MAX_PURPOSES, MAX_REGISTRARS } from '../../../core/governance/roster-schema.js';
import {
  identityKeys,
  MAX_AGENCIES,
  MAX_DATASETS_PER_AGENCY,
  MAX_OFFICERS,
  MAX_REVOKED,
  MAX_ROSTER_BYTES,
  revokedSerials,
} from '../../../core/templates/index.js';
import { codeOf, placesOf } from '../templates/fixtures.js';
import { ROSTER } from './fixtures.js';

/** 32 bytes that are all alike but for the first two. */
function key(index: number): string {
  return Buffer.alloc(32, 7)
    .fill(index >> 8, 0, 1)
    .fill(index & 255, 1, 2)
    .toString('base64');
}

const many = <One>(count: number, one: (index: number) => One): readonly One[] =>
  Array.from({ length: count }, (_, index) => one(index + 1));
const agency = (index: number): SignedRoster['agencies'][number] => ({
  ...{ id: `agency-${index}`, name: `Agency ${index}`, organisation: 'police' },
  ...{ identityKey: key(index), datasets: ['police.crimes'] },
});

function textWith(change: Partial<SignedRoster>): string {
  return stringify({ ...ROSTER, ...change });
}

describe('what of a roster concerns runs', () => {
  it('is read with its keys as bytes, in its order', () => {
    const roster = rosterOf(parseRosterDraft(textWith({ agencies: many(2, agency) })));
    expect(roster).toMatchObject({ federation: 'demo', version: 1 });
    expect(roster.agencies.map(({ id, datasets }) => [id, datasets])).toEqual([
      ['agency-1', ['police.crimes']],
      ['agency-2', ['police.crimes']],
    ]);
    expect(roster.agencies[0]?.identityKey).toHaveLength(32);
    expect([...identityKeys(roster)].map(([party, bytes]) => [party, Buffer.from(bytes).toString('base64')])).toEqual([
      ['coordinator', ROSTER.coordinator.identityKey],
      ['agency-1', key(1)],
      ['agency-2', key(2)],
    ]);
  });
});

describe('the draft of a roster', () => {
  it('has every bad path reported at once, each with its line', () => {
    const text = textWith({ version: 0, expires: '2027-03-31', witnesses: 0 })
      .replace('federation: demo', 'federation: Demo')
      .replace(/^agencies:\n(?: .*\n)+/m, 'AGENCIES')
      .replace(
        'AGENCIES',
        `agencies:
  - { id: coordinator, name: A, organisation: police, identityKey: ${key(1)}, datasets: [crimes] }
  - { id: b, name: B, organisation: police, identityKey: ${key(2).slice(4)}, datasets: [a.b, a.b] }
  - { id: c, name: C, organisation: police, identityKey: '${key(3)}=', datasets: [], url: x }
coordinator: { identityKey: 7 }
`,
      )
      .replace(/\ncoordinator:\n {2}identityKey: .*/, '');
    const lines = text.split('\n');
    const line = (start: string): number => lines.findIndex((each) => each.startsWith(start)) + 1;
    const [first, second, third] = ['  - { id: coordinator', '  - { id: b', '  - { id: c,'].map(line);
    expect(placesOf(() => parseRosterDraft(text)).toSorted()).toEqual(
      [
        '1 federation',
        '2 version',
        `${first} agencies[0].datasets[0]`,
        `${first} agencies[0].id`,
        `${second} agencies[1].datasets`,
        `${second} agencies[1].identityKey`,
        `${third} agencies[2].identityKey`,
        `${third} agencies[2].url`,
        `${line('coordinator:')} coordinator.identityKey`,
      ].toSorted(),
    );
  });

  it.each<[string, Partial<SignedRoster>, string]>([
    ['an agency twice', { agencies: [agency(1), { ...agency(2), id: 'agency-1' }] }, 'agencies'],
    [
      'two agencies with one key',
      { agencies: [agency(1), { ...agency(2), identityKey: key(1) }] },
      'agencies[1].identityKey',
    ],
    [
      "an agency with the coordinator's key",
      { agencies: [{ ...agency(1), identityKey: ROSTER.coordinator.identityKey }] },
      'coordinator.identityKey',
    ],
    [
      'a threshold of nobody',
      { roles: { ...ROSTER.roles, templates: { officers: 0, organisations: 1 } } },
      'roles.templates.officers',
    ],
  ])('is refused with %s', (_, change, path) => {
    const places = placesOf(() => parseRosterDraft(textWith(change)));
    expect(places.map((place) => place.split(' ')[1])).toEqual([path]);
  });

  it.each<[string, number, (count: number) => Partial<SignedRoster>]>([
    ['agencies', MAX_AGENCIES, (count) => ({ agencies: many(count, agency) })],
    [
      'officers',
      MAX_OFFICERS,
      (count) => ({
        officers: [
          ...ROSTER.officers,
          ...many(count - ROSTER.officers.length, (index) => ({
            ...{ id: `officer-${index}`, name: `Officer ${index}`, organisation: 'police' },
            keys: [{ kind: 'ed25519' as const, publicKey: key(index) }],
          })),
        ],
      }),
    ],
    [
      'datasets',
      MAX_DATASETS_PER_AGENCY,
      (count) => ({ agencies: [{ ...agency(1), datasets: many(count, (index) => `a.d${index}`) }] }),
    ],
    [
      'organisations',
      MAX_ORGANISATIONS,
      (count) => ({
        organisations: [
          ...ROSTER.organisations,
          ...many(count - ROSTER.organisations.length, (index) => ({ id: `o-${index}`, name: `O ${index}` })),
        ],
      }),
    ],
    [
      'purposes',
      MAX_PURPOSES,
      (count) => ({
        purposes: many(count, (index) => ({ code: `p-${index}`, title: 'P', organisations: ['police'] })),
      }),
    ],
    [
      'registrars',
      MAX_REGISTRARS,
      (count) => ({
        roles: { ...ROSTER.roles, registrars: many(count, (index) => ({ id: `r-${index}`, publicKey: key(index) })) },
      }),
    ],
  ])('takes the most %s there may be, and not one more', (_, limit, changeOf) => {
    expect(parseRosterDraft(textWith(changeOf(limit))).version).toBe(1);
    expect(codeOf(() => parseRosterDraft(textWith(changeOf(limit + 1))))).toBe('BAD_ROSTER');
  });

  it('takes as many bytes as its limit, and no more', () => {
    const filled = textWith({}).padEnd(MAX_ROSTER_BYTES, '#');
    expect(parseRosterDraft(filled).version).toBe(1);
    expect(codeOf(() => parseRosterDraft(`${filled}#`))).toBe('TOO_LARGE');
  });
});

describe('certificates that a roster revokes', () => {
  const revokedIn = (serials: readonly string[]): ReadonlySet<string> =>
    revokedSerials(
      rosterOf(parseRosterDraft(textWith({ revoked: serials.map((each) => ({ serial: each, reason: 'Stolen' })) }))),
    );
  const serial = (index: number): string => index.toString(16).padStart(32, '0');

  it('are none where it names none', () => {
    expect([...revokedSerials(rosterOf(parseRosterDraft(textWith({}))))]).toEqual([]);
  });

  it('are named by their serial numbers', () => {
    expect([...revokedIn([serial(10), serial(11)])]).toEqual([serial(10), serial(11)]);
  });

  it('are at most so many', () => {
    const most = Array.from({ length: MAX_REVOKED }, (_, index) => serial(index));
    expect(revokedIn(most).size).toBe(MAX_REVOKED);
    expect(codeOf(() => revokedIn([...most, serial(MAX_REVOKED)]))).toBe('BAD_ROSTER');
  });

  it.each([
    ['upper case', 'AB'],
    ['with colons', 'ab:cd'],
    ['half a byte', 'abc'],
    ['longer than a serial number', 'ab'.repeat(21)],
    ['nothing', ''],
  ])('are not %s', (_, text) => {
    expect(codeOf(() => revokedIn([text]))).toBe('BAD_ROSTER');
  });

  it('have the longest serial number, and stand there once', () => {
    expect(revokedIn(['ab'.repeat(20)]).size).toBe(1);
    expect(codeOf(() => revokedIn(['ab', 'ab']))).toBe('BAD_ROSTER');
  });
});
