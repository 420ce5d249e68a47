import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { MAXIMUM_THRESHOLD } from '../../../core/disclosure/index.js';
import { MAXIMUM_EPSILON, MINIMUM_EPSILON } from '../../../core/noise/index.js';
import { DEFAULT_BUDGET, MINIMUM_PARTICIPANTS } from '../../../core/templates/index.js';
import { NodeError } from '../../../node-agent/errors.js';
import {
  loadPolicy,
  MAX_BUDGET,
  MAX_POLICY_ENTRIES,
  MAX_RUNS_PER_WEEK,
} from '../../../node-agent/policy/policy-file.js';
import { describePolicy } from '../../../node-agent/policy/policy-text.js';
import { decide } from '../../../node-agent/policy/policy.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import { packagePath } from '../../../runtime/index.js';
import { MAX_EPSILON_LEFT } from '../../../transport/limits.js';
import { codeOf, testFolder } from './fixtures.js';

function fileOf(text: string | Uint8Array): string {
  const file = join(testFolder(), 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

function policyOf(content: object): Policy {
  return loadPolicy(fileOf(stringify(content))).policy;
}

/** What is wrong with a policy, each with its line. */
function problemsOf(text: string): readonly string[] {
  try {
    loadPolicy(fileOf(text));
  } catch (thrown) {
    if (!(thrown instanceof NodeError)) throw thrown;
    expect(thrown.code).toBe('POLICY_INVALID');
    return thrown.problems.map(({ path, line }) => `${path} (line ${line})`);
  }
  return [];
}

function accepts(content: object): boolean {
  return problemsOf(stringify(content)).length === 0;
}

describe('a policy file', () => {
  it('denies by default', () => {
    expect(policyOf({})).toEqual({
      mode: 'live',
      allow: [],
      refuse: [],
      minimumThreshold: 0,
      minimumRounding: 0,
      minimumParticipants: MINIMUM_PARTICIPANTS,
      budget: DEFAULT_BUDGET,
      caps: {},
    });
    expect(policyOf({ budget: { perQuarter: 3 } }).budget).toEqual({ perSnapshot: 10, perQuarter: 3 });
  });

  it('gives entries the usual mode where they have none', () => {
    const allow = [{ template: 'a' }, { template: 'b', mode: 'live' }, { purpose: 'c' }];
    expect(policyOf({ mode: 'observe', allow }).allow.map(({ mode }) => mode)).toEqual(['observe', 'live', 'observe']);
  });

  it('has an example in which every setting stands', () => {
    const { policy } = loadPolicy(packagePath('node-agent', 'policy.example.yaml'));
    expect(Object.keys(policy).toSorted()).toEqual([...Object.keys(policyOf({})), 'maximumEpsilon'].toSorted());
    expect(policy.allow.map(({ mode }) => mode)).toEqual(['live', 'shadow', 'observe']);
    expect(policy.caps.runsPerWeek).toBe(50);
    expect(policy.minimumParticipants).toBe(3);
  });

  it('is what the page for information officers shows', () => {
    const page = readFileSync(packagePath('docs', 'agency', 'policy.md'), 'utf8');
    const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(
      ([, text = '']) => loadPolicy(fileOf(text)).policy,
    );
    expect(examples.map(({ allow }) => allow.map(({ mode }) => mode))).toEqual([[], ['observe', 'live']]);
    expect(decide(examples[1] ?? policyOf({}), { template: 'x', version: 1, purpose: 'research-statistics' })).toEqual({
      kind: 'allowed',
      mode: 'observe',
    });
  });

  it('is known by the digest of its bytes', () => {
    // SHA-256 of the two bytes and the line break.
    expect(loadPolicy(fileOf('{}\n')).digest).toBe('ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356');
  });

  it('is there', () => {
    expect(codeOf(() => loadPolicy(join(testFolder(), 'policy.yaml')))).toBe('POLICY_MISSING');
  });

  it.each([
    ['nothing', '', [' (line undefined)']],
    ['another key', 'allow: []\nallowAll: true\n', ['allowAll (line 2)']],
    ['an entry with another key', 'allow:\n  - { template: a, versions: 1 }\n', ['allow[0].versions (line 2)']],
    ['an entry about nothing', 'allow:\n  - { mode: live }\n', ['allow[0] (line 2)']],
    ['an entry about both', 'allow:\n  - { template: a, purpose: b }\n', ['allow[0] (line 2)']],
    ['a purpose with a version', 'allow:\n  - { purpose: b, version: 1 }\n', ['allow[0].version (line 2)']],
    ['a version that is none', 'allow:\n  - template: a\n    version: 0\n', ['allow[0].version (line 3)']],
    ['a mode that is none', 'mode: silent\n', ['mode (line 1)']],
    ['an entry twice', 'allow:\n  - { purpose: a }\n  - { purpose: a, mode: shadow }\n', ['allow[1] (line 3)']],
    ['a refusal twice', 'refuse:\n  - { template: a }\n  - { template: a }\n', ['refuse[1] (line 3)']],
    [
      'a refused purpose',
      'refuse:\n  - { purpose: a }\n',
      ['refuse[0].template (line 2)', 'refuse[0].purpose (line 2)'],
    ],
    [
      'several problems',
      'caps: { runsPerDay: 1 }\nminimumThreshold: -1\n',
      ['minimumThreshold (line 2)', 'caps.runsPerDay (line 1)'],
    ],
    ['what is not YAML', 'allow: [\n', [' (line 2)']],
    ['a key twice', 'mode: live\nmode: live\n', [' (line 2)']],
  ])('is refused with %s, with its lines', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('is text', () => {
    expect(codeOf(() => loadPolicy(fileOf(Uint8Array.of(0xff, 0xfe))))).toBe('POLICY_INVALID');
  });

  it('takes the same template with and without a version', () => {
    expect(accepts({ allow: [{ template: 'a' }, { template: 'a', version: 1 }] })).toBe(true);
  });

  const entries = (length: number): object[] => Array.from({ length }, (_, index) => ({ template: `a${index}` }));
  it.each<[string, number, (value: number) => object]>([
    ['what is allowed', MAX_POLICY_ENTRIES, (value) => ({ allow: entries(value) })],
    ['what is refused', MAX_POLICY_ENTRIES, (value) => ({ refuse: entries(value) })],
    ['the floor of the threshold', MAXIMUM_THRESHOLD, (value) => ({ minimumThreshold: value })],
    ['the floor of rounding', MAXIMUM_THRESHOLD, (value) => ({ minimumRounding: value })],
    ['epsilon', MAXIMUM_EPSILON, (value) => ({ maximumEpsilon: value })],
    ['a snapshot’s budget', MAX_BUDGET, (value) => ({ budget: { perSnapshot: value } })],
    ['a quarter’s budget', MAX_BUDGET, (value) => ({ budget: { perQuarter: value } })],
    ['runs a week', MAX_RUNS_PER_WEEK, (value) => ({ caps: { runsPerWeek: value } })],
  ])('bounds %s', (_, limit, content) => {
    expect(accepts(content(limit))).toBe(true);
    expect(accepts(content(limit + 1))).toBe(false);
  });

  it.each<[string, object, object]>([
    ['participants', { minimumParticipants: MINIMUM_PARTICIPANTS }, { minimumParticipants: MINIMUM_PARTICIPANTS - 1 }],
    ['epsilon', { maximumEpsilon: MINIMUM_EPSILON }, { maximumEpsilon: MINIMUM_EPSILON / 2 }],
    ['a budget', { budget: { perSnapshot: 0 } }, { budget: { perSnapshot: -1 } }],
    ['runs a week', { caps: { runsPerWeek: 1 } }, { caps: { runsPerWeek: 0 } }],
  ])('bounds %s from below', (_, least, less) => {
    expect(accepts(least)).toBe(true);
    expect(accepts(less)).toBe(false);
  });

  it('allows no budget that a hello can’t say', () => {
    expect(MAX_BUDGET).toBeLessThanOrEqual(MAX_EPSILON_LEFT);
  });
});

describe('what a policy says to a template', () => {
  const asked = { template: 'a', version: 2, purpose: 'p' };
  const decided = (content: object): string => {
    const decision = decide(policyOf(content), asked);
    return decision.kind === 'allowed' ? decision.mode : decision.reason;
  };

  it.each<[string, object, string]>([
    ['nothing about it', { allow: [{ template: 'b' }, { purpose: 'q' }] }, 'its policy does not allow a version 2'],
    ['another version', { allow: [{ template: 'a', version: 1 }] }, 'its policy does not allow a version 2'],
    ['its name', { allow: [{ template: 'a' }] }, 'live'],
    ['its version', { allow: [{ template: 'a', version: 2 }] }, 'live'],
    ['its purpose', { allow: [{ purpose: 'p', mode: 'shadow' }] }, 'shadow'],
    [
      'its purpose and its name',
      {
        allow: [
          { purpose: 'p', mode: 'observe' },
          { template: 'a', mode: 'shadow' },
        ],
      },
      'shadow',
    ],
    [
      'its name and its version, in whatever order',
      {
        allow: [
          { template: 'a', version: 2, mode: 'observe' },
          { template: 'a', mode: 'live' },
        ],
      },
      'observe',
    ],
    [
      'its name and its version, the other way round',
      {
        allow: [
          { template: 'a', mode: 'live' },
          { template: 'a', version: 2, mode: 'observe' },
        ],
      },
      'observe',
    ],
    [
      'its name and another version',
      {
        allow: [
          { template: 'a', version: 1, mode: 'live' },
          { template: 'a', mode: 'observe' },
        ],
      },
      'observe',
    ],
    [
      'that it is refused',
      { allow: [{ template: 'a', version: 2 }, { purpose: 'p' }], refuse: [{ template: 'a' }] },
      'its policy refuses a version 2',
    ],
    [
      'that its version is refused',
      { allow: [{ template: 'a' }], refuse: [{ template: 'a', version: 2 }] },
      'its policy refuses a version 2',
    ],
    [
      'that another version is refused',
      { allow: [{ template: 'a' }], refuse: [{ template: 'a', version: 3 }] },
      'live',
    ],
  ])('when it says %s', (_, content, decision) => {
    expect(decided(content)).toBe(decision);
  });

  it('is said in plain English', () => {
    const text = describePolicy(loadPolicy(packagePath('node-agent', 'policy.example.yaml')).policy).join('\n');
    for (const said of [
      'Answered (live):\n  - victim-engagement-by-case-length, version 1',
      'refused (shadow):\n  - access-to-support-after-conviction, every version',
      'refused (observe):\n  - every template that governance signs for the purpose research-statistics',
      'Refused, whatever else is said here:\n  - reoffending-by-sentence, every version',
      'Everything else is refused.',
      'Counts below 10 are not shown',
      'multiples of 5',
      'a privacy loss of 2.',
      'at least 3 agencies',
      'a snapshot gives away a privacy loss of 10 at most, a dataset 40',
      'At most 50 runs are answered in any seven days.',
    ]) {
      expect(text).toContain(said);
    }
    const least = describePolicy(policyOf({})).join('\n');
    expect(least).toContain('Nothing is allowed: every offer is refused.');
    expect(least).toContain('is not limited');
  });
});
