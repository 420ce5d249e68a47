import { describe, expect, it } from 'vitest';

import type { Accounts } from '../../../node-agent/budget/accounts.js';
import { thingsToDo } from '../../../node-agent/console/to-do.js';
import type { NodeStatus } from '../../../node-agent/status/node-status.js';
import { writeStatus } from '../../../node-agent/status/node-status.js';
import { optOutFacts, snapshotFacts } from '../../../node-agent/status/status-facts.js';
import { statusReport } from '../../../node-agent/status/status-report.js';
import { OPT_OUTS } from '../../../core/templates/index.js';
import { testFolder } from './fixtures.js';
import { ledgerFile } from './ledger-fixtures.js';
import { statusOf } from './status-fixtures.js';

/* Opt-out lists are in force as a snapshot is, and nothing is ever spent on them. */

const at = new Date('2026-04-02T09:30:00Z');
const clock = { now: () => at };
const lists = { snapshot: 'cd'.repeat(32), readAt: '2026-04-02T03:30:00.000Z', lines: 2 };
const held = { dataset: 'police.victim-crimes', snapshot: 'ab'.repeat(32), asAt: '2026-03-31' };
const accounts: Pick<Accounts, 'left'> = { left: () => 7.5 };
const configured = (maximumAgeHours: number): { maximumAgeHours: number; lists: [] } => ({
  maximumAgeHours,
  lists: [],
});

describe('the status of a node with opt-out lists', () => {
  const report = (optOuts: NodeStatus['optOuts'], maximumAgeHours?: number): string => {
    const ledger = ledgerFile(testFolder());
    writeStatus(ledger, statusOf(at, { optOuts }));
    const config = maximumAgeHours === undefined ? { ledger } : { ledger, optOuts: configured(maximumAgeHours) };
    return statusReport(config, clock).text;
  };

  it('has what is left of the budget of datasets only', () => {
    const inForce = [{ dataset: OPT_OUTS, snapshot: lists.snapshot, asAt: '2026-04-02' }, held];
    expect(snapshotFacts(inForce, accounts)).toEqual([{ ...held, epsilonLeft: 7.5 }]);
    expect(optOutFacts({ ...lists, asAt: '2026-04-02', digest: 'ef'.repeat(32) })).toEqual(lists);
    expect(optOutFacts(undefined)).toBeNull();
  });

  it('says when they were read, and that every offer is refused where that is too long ago or never was', () => {
    const read = 'Opt-out lists: 2 lines, read at 2026-04-02 03:30:00 UTC.\n';
    expect(report(lists, 6)).toContain(`${read}No run`);
    expect(report(lists, 5.99)).toContain(`${read}  OPT_OUTS_STALE: that is longer ago than may be`);
    expect(report({ ...lists, readAt: '2026-04-02T09:32:00Z' }, 6)).toContain('later than the clock says it is');
    expect(report(null, 6)).toContain('  OPT_OUTS_STALE: the opt-out lists were never read');
    expect(report({ ...lists, lines: 1 }, 6)).toContain('1 line,');
  });

  it('says nothing of their age where none are configured any more, and nothing at all where there never were any', () => {
    expect(report(lists)).toContain('Opt-out lists: 2 lines');
    expect(report(lists)).not.toContain('STALE');
    expect(report(null)).not.toContain('pt-out');
  });
});

describe('what needs doing', () => {
  const status = { format: 2, ...statusOf(at, { snapshots: [{ ...held, epsilonLeft: 1 }] }) } as NodeStatus;
  const standing = { presence: 'running', status, withoutSnapshot: [], optOuts: 'fresh' } as const;
  const hrefs = (changes: object): (string | null)[] => thingsToDo({ ...standing, ...changes }).map(({ href }) => href);

  it('is nothing at a node that answers', () => {
    expect(hrefs({})).toEqual([]);
    expect(hrefs({ optOuts: null })).toEqual([]);
  });

  it('is said of all that keeps it from answering, with the page that says more', () => {
    const spent = statusOf(at, { snapshots: [{ ...held, epsilonLeft: 0 }] });
    const refused = { ...status, ...spent, policy: { ...status.policy, isFileRefused: true } };
    expect(hrefs({ status: refused, withoutSnapshot: ['courts.cases'], optOuts: 'stale' })).toEqual([
      '/policy',
      '/data',
      '/opt-outs',
      '/budget',
    ]);
    for (const presence of ['stopped', 'silent', 'never-started']) expect(hrefs({ presence })).toEqual([null]);
    // What it had left before is not what it has.
    expect(hrefs({ presence: 'stopped', status: { ...status, ...spent } })).toEqual([null]);
  });
});
