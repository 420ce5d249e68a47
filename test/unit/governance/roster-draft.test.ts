import { describe, expect, it } from 'vitest';

import { firstRosterText, nextRosterText, parseRosterDraft } from '../../../core/governance/index.js';
import type { SignedRoster } from '../../../core/governance/index.js';
import { codeOf, errorOf } from '../templates/fixtures.js';
import { fingerprintOf, publicKeyOf, ROSTER } from './fixtures.js';

/** What only people can say, as in a form that was filled in; each key is another. */
function filledIn(text: string): string {
  let keys = 0;
  return text
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/(?<![\w/+=-])KEY(?![\w/+=-])/g, () => publicKeyOf(`filled-in-${(keys += 1)}`))
    .replaceAll(/\bDATE\b/g, '2027-03-31')
    .replaceAll(/\bDATASET\b/g, 'police.crimes')
    .replaceAll(/\bORGANISATION(-[A-C])?\b/g, (word) => (word === 'ORGANISATION' ? 'police' : word.toLowerCase()))
    .replaceAll(/\b(OFFICER|AGENCY)-[A-C]\b/g, (word) => word.toLowerCase())
    .replaceAll('id: REGISTRAR', 'id: registrar')
    .replaceAll('federation: NAME', 'federation: demo')
    .replaceAll('name: NAME', 'name: Somebody');
}

describe('the draft of a first roster', () => {
  const known = {
    federation: 'unit-test',
    coordinator: publicKeyOf('coordinator'),
    agencies: ['one', 'two', 'three'].map((id) => ({ id, identityKey: publicKeyOf(id) })),
  };

  it('is a roster once what is in capitals is filled in', () => {
    expect(parseRosterDraft(filledIn(firstRosterText()))).toMatchObject({
      ...{ federation: 'demo', version: 1, witnesses: 1 },
      officers: [{ id: 'officer-a' }, { id: 'officer-b' }, { id: 'officer-c' }],
      agencies: [{ id: 'agency-a' }, { id: 'agency-b' }],
    });
  });

  it('has what is known already, and each key where it belongs', () => {
    const roster = parseRosterDraft(filledIn(firstRosterText(known)));
    expect(roster).toMatchObject({ federation: 'unit-test', coordinator: { identityKey: known.coordinator } });
    expect(roster.agencies.map(({ id, identityKey }) => ({ id, identityKey }))).toEqual(known.agencies);
  });

  it.each(['organisations', 'officers', 'agencies'] as const)(
    'is refused, with field and line, where one of the %s has no name',
    (list) => {
      const text = filledIn(firstRosterText());
      const at = text.indexOf('name: Somebody', text.indexOf(`\n${list}:`));
      const line = text.slice(0, at).split('\n').length;
      const left = `${text.slice(0, at)}name: NAME${text.slice(at + 'name: Somebody'.length)}`;
      const refusal = errorOf(() => parseRosterDraft(left));
      expect(refusal.code).toBe('BAD_ROSTER');
      expect(refusal.problems).toMatchObject([
        { path: `${list}[0].name`, line, message: expect.stringContaining('as the draft has it') as string },
      ]);
    },
  );

  it.each([
    ['nothing', {}],
    ['everything that a coordinator knows', known],
  ])('is refused as it is, with %s known', (_, parties) => {
    expect(codeOf(() => parseRosterDraft(firstRosterText(parties)))).toBe('BAD_ROSTER');
  });
});

describe('the draft of the next roster', () => {
  const fingerprint = fingerprintOf(ROSTER);

  it('follows the one before, with nothing changed', () => {
    const next = parseRosterDraft(nextRosterText(ROSTER, fingerprint));
    expect(next).toEqual({ ...ROSTER, version: 2, previous: fingerprint });
    const third = parseRosterDraft(nextRosterText(next, fingerprintOf(next)));
    expect(third).toEqual({ ...ROSTER, version: 3, previous: fingerprintOf(next) });
  });

  it('has who has enrolled since at the end, and what only people can say of them in capitals', () => {
    const enrolled = [{ id: 'courts', identityKey: publicKeyOf('courts') }];
    const text = nextRosterText(ROSTER, fingerprint, enrolled);
    expect(codeOf(() => parseRosterDraft(text))).toBe('BAD_ROSTER');
    const { agencies }: SignedRoster = parseRosterDraft(filledIn(text));
    expect(agencies.slice(0, -1)).toEqual(ROSTER.agencies);
    expect(agencies.at(-1)).toEqual({
      ...{ id: 'courts', name: 'Somebody', organisation: 'police' },
      ...{ identityKey: publicKeyOf('courts'), datasets: ['police.crimes'] },
    });
  });

  it('keeps its lines short enough to be read and compared, but for long names', () => {
    const lines = nextRosterText(ROSTER, fingerprint).split('\n');
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });
});
