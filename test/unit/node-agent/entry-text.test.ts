import { describe, expect, it } from 'vitest';

import { describeEntry } from '../../../node-agent/ledger/entry-text.js';
import { ENTRY_SCHEMAS } from '../../../node-agent/ledger/entries.js';
import type { EntryBody, EntryKind, LedgerEntry } from '../../../node-agent/ledger/entries.js';

const asked = {
  runId: 'r1',
  request: '0'.repeat(64),
  template: 'support-by-offence',
  version: 3,
  templateDigest: '1'.repeat(64),
  parameters: { quarters: ['2025-Q1', '2025-Q2'] },
  requester: 'ann',
  purpose: 'research-statistics',
};
const dataset = 'police.victim-crimes';
const snapshot = 'abcdef'.repeat(11).slice(0, 64);

/** One of each kind at least, and what is to be read of it. */
const entries: { readonly [Kind in EntryKind]: readonly (readonly [EntryBody<Kind>, ...string[]])[] } = {
  spent: [
    [
      { ...asked, quarter: '2026-Q2', spent: 2_500_000, datasets: [{ dataset, snapshot, question: null }] },
      'Took part in a run: ann asked support-by-offence version 3 for research-statistics; it cost a privacy loss of 2.5 ' +
        'for each dataset, in 2026-Q2',
      'from police.victim-crimes, snapshot abcdefabcdef',
      'quarters: 2025-Q1, 2025-Q2',
      'run r1',
    ],
    [{ ...asked, quarter: '2026-Q2', spent: 0, datasets: [] }, 'it cost nothing'],
  ],
  refused: [
    [
      { runId: 'r1', code: 'PAUSED', reason: 'police has paused its node', envelope: '', requester: ' ' },
      'Refused somebody (PAUSED): police has paused its node',
    ],
  ],
  answered: [
    [{ runId: 'r1', request: '', clipped: [] }, 'Answered: a run was finished'],
    [{ runId: 'r1', request: '', clipped: [{ dataset, values: 7 }] }, 'outside the range of a measure: 7 in police.'],
  ],
  failed: [
    [
      { runId: 'r1', request: '', code: 'PARTY_LOST', party: 'cps', opened: false, clipped: [] },
      'ended without an answer (PARTY_LOST, at cps); nobody has learnt a count from it',
    ],
    [
      {
        ...{ runId: 'r1', request: '', code: 'LOG_INCONSISTENT', party: 'coordinator', opened: false, clipped: [] },
        evidence: 'ledger.evidence-1.json',
      },
      'ended without an answer (LOG_INCONSISTENT, at coordinator)',
      'evidence against the audit log: ledger.evidence-1.json',
    ],
    [
      { runId: 'r1', request: '', code: 'PARTY_LOST', party: null, opened: true, clipped: [] },
      '(PARTY_LOST); counts may have been learnt from it',
    ],
  ],
  linkage: [
    [
      { dataset, snapshot, schemes: ['standard', 'exact'], quarter: '2026-Q2', spent: 2_000_000 },
      'share keys may have left (standard, exact), for a privacy loss of 2 for each dataset, in 2026-Q2',
    ],
    [{ dataset, snapshot, schemes: ['exact'], quarter: '2026-Q2', spent: 0 }, 'without noise'],
  ],
  observed: [
    [
      {
        ...{ ...asked, mode: 'shadow', cost: 1_000_000, code: null, reason: null },
        datasets: [{ dataset, snapshot, records: 1_230 }],
      },
      'Only watched (shadow): ann asked support-by-offence version 3',
      'it would have been answered, for a privacy loss of 1',
      'snapshot abcdefabcdef: about 1,230 records would have been sent, sealed',
    ],
    [
      {
        ...{ ...asked, mode: 'observe', cost: 0, code: 'CAP_REACHED', reason: 'too many' },
        datasets: [{ dataset, snapshot, records: null }],
      },
      'it would not have been answered (CAP_REACHED: too many)',
    ],
  ],
  policy: [[{ digest: 'ab' }, 'Another policy is in force: the file with SHA-256 ab']],
  snapshot: [
    [
      { dataset, snapshot, asAt: '2026-03-31' },
      'Another snapshot of police.victim-crimes is in force, as at 2026-03-31',
    ],
  ],
  paused: [
    [{ reason: 'an audit' }, 'Paused: an audit'],
    [{ reason: null }, 'Paused'],
  ],
  resumed: [[{}, 'Resumed: the node answers again']],
};

describe('an entry of the ledger in plain words', () => {
  const cases = Object.entries(entries).flatMap(([kind, bodies]) =>
    bodies.map(([body, ...said]) => ({ kind: kind as EntryKind, body, said })),
  );
  it.each(cases)('$kind: $said', ({ kind, body, said }) => {
    ENTRY_SCHEMAS[kind].parse(body);
    const [first = '', ...rest] = describeEntry({
      number: 7,
      kind,
      at: '2026-04-02T09:30:00.123Z',
      body,
    } as LedgerEntry);
    expect(first).toMatch(/^7 {2}2026-04-02 09:30:00 {2}[A-Z]/);
    for (const words of said) expect([first, ...rest].join('\n')).toContain(words);
  });
});
