import { describe, expect, it } from 'vitest';

import { NodeError } from '../../../node-agent/errors.js';
import { withChoice } from '../../../node-agent/policy/policy-edit.js';
import type { Choice } from '../../../node-agent/policy/policy-edit.js';

const of = { template: 'a-question', version: 2 };
const edited = (text: string, choice: Choice): string => withChoice('policy.yaml', text, of, choice);

describe('a choice for one version of a template', () => {
  const text = [
    '# Agreed by the board.',
    'mode: shadow',
    'allow:',
    '  # an entry with a version goes first',
    '  - { template: a-question, mode: live } # every version',
    '  - { template: a-question, version: 1 }',
    '  - { template: b-question, version: 2 } # b',
    '  - { purpose: research-statistics, mode: observe }',
    'minimumThreshold: 10 # floor',
    '',
  ].join('\n');

  it.each(['live', 'shadow', 'observe'] as const)('adds %s to what is allowed, and nothing else changes', (choice) => {
    const line = `  - { template: a-question, version: 2, mode: ${choice} }`;
    const lines = edited(text, choice).split('\n');
    expect(lines.filter((one) => one !== line)).toEqual(text.split('\n'));
    expect(lines.filter((one) => one === line)).toHaveLength(1);
  });

  it('takes the place of an earlier one', () => {
    const refused = edited(edited(text, 'live'), 'refuse');
    expect(refused).toContain('refuse:\n  - { template: a-question, version: 2 }\n');
    expect(refused).not.toContain('version: 2, mode');
    const observed = edited(refused, 'observe');
    expect(observed).toContain('  - { template: a-question, version: 2, mode: observe }\n');
    expect(observed).not.toContain('{ template: a-question, version: 2 }');
    expect(edited(observed, 'unsaid').split('\n').slice(0, 9)).toEqual(text.split('\n').slice(0, 9));
  });

  it.each(['mode: live\n', 'mode: live\nallow:\n', 'allow: []\nmode: live\n', '# nothing\nminimumRounding: 5\n'])(
    'begins a list where there is none: %j',
    (short) => {
      if (short.includes('allow:\n')) {
        expect(() => edited(short, 'live')).toThrow(NodeError);
        return;
      }
      expect(edited(short, 'live')).toMatch(/allow:[^]*template: a-question, version: 2, mode: live/);
    },
  );

  it('keeps a comment behind the name of a list, if on a line of its own', () => {
    expect(edited('allow: # why\n  - { template: b }\n', 'live')).toBe(
      'allow:\n  # why\n  - { template: b }\n  - { template: a-question, version: 2, mode: live }\n',
    );
  });

  it('is not written into what is no policy', () => {
    expect(() => edited('allow: 3\n', 'live')).toThrow(/policy.yaml is not a policy/);
    const full = `allow:\n${Array.from({ length: 1_000 }, (_, index) => `  - { template: q-${index} }\n`).join('')}`;
    expect(() => edited(full, 'live')).toThrow(NodeError);
    expect(edited(full, 'refuse')).toContain('refuse:');
  });
});
