import { describe, expect, it } from 'vitest';

import { identityKeys, parseRoster, revokedSerials } from '../../../core/templates/index.js';
import {
  MAX_AGENCIES,
  MAX_DATASETS_PER_AGENCY,
  MAX_OFFICERS,
  MAX_REVOKED,
  MAX_ROSTER_BYTES,
} from '../../../core/templates/roster.js';
import { codeOf, errorOf, placesOf } from './fixtures.js';

/** 32 bytes that are all alike but for the first two. */
function key(index: number): string {
  return Buffer.alloc(32, 7)
    .fill(index >> 8, 0, 1)
    .fill(index & 255, 1, 2)
    .toString('base64');
}

const agency = (index: number, datasets = 'police.crimes'): string =>
  `  - { id: agency-${index}, name: Agency ${index}, identityKey: ${key(index)}, datasets: [${datasets}] }\n`;
const officer = (index: number): string =>
  `    - { id: officer-${index}, name: Officer ${index}, organisation: Board, publicKey: ${key(index)} }\n`;
const many = (count: number, one: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => one(index + 1)).join('');

function rosterYaml({ agencies = many(2, agency), threshold = 1, officers = many(2, officer) } = {}): string {
  return `federation: demo
version: 1
agencies:
${agencies}coordinator: { identityKey: ${key(0)} }
governance:
  threshold: ${threshold}
  officers:
${officers}`;
}

describe('a roster', () => {
  it('is read with its keys as bytes, in its order', () => {
    const roster = parseRoster(rosterYaml());
    expect(roster.federation).toBe('demo');
    expect(roster.agencies.map(({ id, datasets }) => [id, datasets])).toEqual([
      ['agency-1', ['police.crimes']],
      ['agency-2', ['police.crimes']],
    ]);
    expect(roster.agencies[0]?.identityKey).toHaveLength(32);
    expect(roster.governance.threshold).toBe(1);
    expect([...identityKeys(roster)].map(([party, bytes]) => [party, Buffer.from(bytes).toString('base64')])).toEqual([
      ['coordinator', key(0)],
      ['agency-1', key(1)],
      ['agency-2', key(2)],
    ]);
  });

  it('reports every bad path at once, each with its line', () => {
    const text = `federation: Demo
agencies:
  - { id: coordinator, name: A, identityKey: ${key(1)}, datasets: [crimes] }
  - { id: b, name: B, identityKey: ${key(2).slice(4)}, datasets: [a.b, a.b] }
  - { id: c, name: C, identityKey: '${key(3)}=', datasets: [], url: x }
coordinator: { identityKey: 7 }
governance: { threshold: 3, officers: [{ id: o, name: O, organisation: B, publicKey: ${key(9)} }] }
`;
    expect(placesOf(() => parseRoster(text)).toSorted()).toEqual([
      '1 federation',
      '1 version',
      '3 agencies[0].datasets[0]',
      '3 agencies[0].id',
      '4 agencies[1].datasets',
      '4 agencies[1].identityKey',
      '5 agencies[2].identityKey',
      '5 agencies[2].url',
      '6 coordinator.identityKey',
      '7 governance.threshold',
    ]);
  });

  it.each([
    ['an agency twice', rosterYaml({ agencies: agency(1) + agency(2).replace('agency-2', 'agency-1') }), 'agencies'],
    ['two agencies with one key', rosterYaml({ agencies: agency(1) + agency(2).replace(key(2), key(1)) }), 'agencies'],
    ["an agency with the coordinator's key", rosterYaml({ agencies: agency(1).replace(key(1), key(0)) }), 'agencies'],
    [
      'an officer twice',
      rosterYaml({ officers: officer(1) + officer(2).replace('officer-2', 'officer-1') }),
      'governance.officers',
    ],
    [
      'two officers with one key',
      rosterYaml({ officers: officer(1) + officer(2).replace(key(2), key(1)) }),
      'governance.officers',
    ],
    ['a threshold nobody can reach', rosterYaml({ threshold: 3 }), 'governance.threshold'],
    ['a threshold of nobody', rosterYaml({ threshold: 0 }), 'governance.threshold'],
  ])('refuses %s', (_, text, path) => {
    const error = errorOf(() => parseRoster(text));
    expect(error.code).toBe('BAD_ROSTER');
    expect(error.problems.map((problem) => problem.path)).toEqual([path]);
  });

  it.each<[string, number, (count: number) => string]>([
    ['agencies', MAX_AGENCIES, (count) => rosterYaml({ agencies: many(count, agency) })],
    ['officers', MAX_OFFICERS, (count) => rosterYaml({ officers: many(count, officer) })],
    [
      'datasets',
      MAX_DATASETS_PER_AGENCY,
      (count) =>
        rosterYaml({
          agencies: agency(
            1,
            many(count, (index) => `a.d${index}, `),
          ),
        }),
    ],
  ])('takes the most %s there may be, and not one more', (_, limit, textOf) => {
    expect(parseRoster(textOf(limit)).version).toBe(1);
    expect(codeOf(() => parseRoster(textOf(limit + 1)))).toBe('BAD_ROSTER');
  });

  it('takes as many bytes as its limit, and no more', () => {
    const filled = rosterYaml().padEnd(MAX_ROSTER_BYTES, '#');
    expect(parseRoster(filled).version).toBe(1);
    expect(codeOf(() => parseRoster(`${filled}#`))).toBe('TOO_LARGE');
  });
});

describe('certificates that a roster revokes', () => {
  const withRevoked = (serials: readonly string[]): string =>
    `${rosterYaml()}revoked:\n${serials.map((serial) => `  - { serial: "${serial}", reason: Stolen }\n`).join('')}`;
  const serial = (index: number): string => index.toString(16).padStart(32, '0');

  it('are none where it names none', () => {
    expect([...revokedSerials(parseRoster(rosterYaml()))]).toEqual([]);
  });

  it('are named by their serial numbers', () => {
    const roster = parseRoster(withRevoked([serial(10), serial(11)]));
    expect([...revokedSerials(roster)]).toEqual([serial(10), serial(11)]);
  });

  it('are at most so many', () => {
    const many = Array.from({ length: MAX_REVOKED }, (_, index) => serial(index));
    expect(revokedSerials(parseRoster(withRevoked(many))).size).toBe(MAX_REVOKED);
    expect(codeOf(() => parseRoster(withRevoked([...many, serial(MAX_REVOKED)])))).toBe('BAD_ROSTER');
  });

  it.each([
    ['upper case', 'AB'],
    ['with colons', 'ab:cd'],
    ['half a byte', 'abc'],
    ['longer than a serial number', 'ab'.repeat(21)],
    ['nothing', ''],
  ])('are not %s', (_, text) => {
    expect(codeOf(() => parseRoster(withRevoked([text])))).toBe('BAD_ROSTER');
  });

  it('have the longest serial number, and stand there once', () => {
    expect(revokedSerials(parseRoster(withRevoked(['ab'.repeat(20)]))).size).toBe(1);
    expect(codeOf(() => parseRoster(withRevoked(['ab', 'ab'])))).toBe('BAD_ROSTER');
  });
});
