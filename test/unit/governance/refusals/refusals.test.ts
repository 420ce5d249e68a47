import { describe, expect, it } from 'vitest';

import { registerOf } from '../../../../core/governance/index.js';
import { codeOf } from '../fixtures.js';
import { approvedBy, entriesOf, FAULTS, grantedBy, PIN } from './refusal.js';
import type { Write } from './refusal.js';
import { REFUSALS_OF_ACTS } from './refusals-of-acts.js';
import { REFUSALS_OF_ROSTERS } from './refusals-of-rosters.js';

/* What must never count, by what is wrong with it and what it is wrong with. */

const REFUSALS = [...REFUSALS_OF_ROSTERS, ...REFUSALS_OF_ACTS];

describe('what is wrong is refused, and by its own code:', () => {
  it('every fault there is has a row', () => {
    const faults = new Set(REFUSALS.map(({ fault }) => fault));
    expect(FAULTS.filter((fault) => !faults.has(fault))).toEqual([]);
  });

  it.each(REFUSALS.map((row) => [row.fault, row.of, row.code, row] as const))('%s: %s is %s', (_, __, code, row) => {
    expect(row.sound).not.toThrow();
    expect(codeOf(row.faulty)).toBe(code);
  });
});

describe('an envelope', () => {
  it.each<[string, Write]>([
    ['a grant', grantedBy('ada', 'cyd')],
    ['an approval', approvedBy('ben', 'dan')],
  ])('counts for nothing with any of its bytes altered, wherever it is: %s', (_, write) => {
    const list = [...entriesOf(write)];
    const envelope = list.pop() ?? new Uint8Array();
    for (const index of envelope.keys()) {
      const bytes = envelope.map((byte, each) => (each === index ? byte ^ 1 : byte));
      // Thrown when it is taken, and when what is thrown is no refusal of governance.
      expect(() => codeOf(() => registerOf([...list, bytes], PIN)), `byte ${index}`).not.toThrow();
    }
  });
});
