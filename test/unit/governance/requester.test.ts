import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { requesterOf, requesterText } from '../../../core/governance/index.js';
import { MAX_NAME_LENGTH, MAX_REQUESTER_LENGTH } from '../../../core/templates/index.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,10}(?:-[a-z0-9]{1,10}){0,2}$/);

describe('who asks', () => {
  it('is one line, which is taken apart again', () => {
    expect(requesterText({ analyst: 'ann', organisation: 'justice' })).toBe('ann@justice');
    expect(requesterOf('ann@justice')).toEqual({ analyst: 'ann', organisation: 'justice' });
  });

  it('may have an @ in their name, for organisations have none', () => {
    for (const analyst of ['ann@home', '@ann', 'ann@', '@', 'a@b@c']) {
      expect(requesterOf(requesterText({ analyst, organisation: 'justice' }))).toEqual({
        analyst,
        organisation: 'justice',
      });
    }
  });

  it('is the same again whatever their name is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 100 }), name, (analyst, organisation) => {
        fc.pre(analyst.trim() !== '');
        expect(requesterOf(requesterText({ analyst, organisation }))).toEqual({ analyst, organisation });
      }),
      { seed: 30 },
    );
  });

  it.each([
    ['nobody', ''],
    ['nobody of an organisation', '@justice'],
    ['a blank of an organisation', ' @justice'],
    ['somebody of no organisation', 'ann'],
    ['somebody of an empty one', 'ann@'],
    ['somebody of one in capitals', 'ann@Justice'],
    ['somebody of one with a blank', 'ann@the justice'],
  ])('is not %s', (_, text) => {
    expect(requesterOf(text)).toBeUndefined();
  });

  it('is as long as the limits, and no longer', () => {
    const analyst = (length: number): string => `${'a'.repeat(length - '@justice'.length)}@justice`;
    expect(requesterOf(analyst(MAX_REQUESTER_LENGTH))?.organisation).toBe('justice');
    expect(requesterOf(analyst(MAX_REQUESTER_LENGTH + 1))).toBeUndefined();
    expect(requesterOf(`ann@${'j'.repeat(MAX_NAME_LENGTH)}`)?.analyst).toBe('ann');
    expect(requesterOf(`ann@${'j'.repeat(MAX_NAME_LENGTH + 1)}`)).toBeUndefined();
  });
});
