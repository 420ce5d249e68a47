import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REGISTER_FRESH_SECONDS } from '../../../core/governance/index.js';
import type { Accounts } from '../../../node-agent/budget/accounts.js';
import { thingsToDo } from '../../../node-agent/console/to-do.js';
import type { NodeStatus } from '../../../node-agent/status/node-status.js';
import { writeStatus } from '../../../node-agent/status/node-status.js';
import { optOutFacts, registerFacts, snapshotFacts } from '../../../node-agent/status/status-facts.js';
import { statusReport } from '../../../node-agent/status/status-report.js';
import { OPT_OUTS } from '../../../core/templates/index.js';
import { agencyFolder, GOVERNANCE } from './agency-folder.js';
import type { AgencyFolder } from './agency-folder.js';
import { testFolder } from './fixtures.js';
import { ledgerFile } from './ledger-fixtures.js';
import { registerRig } from './register-rig.js';
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

describe('the status of a node’s register', () => {
  const factsAt = (seconds: number, agency: AgencyFolder): NodeStatus['register'] =>
    registerFacts('register.jsonl', registerRig(agency).registers, new Date(at.getTime() + seconds * 1_000));

  it('says how much there is of it, and when a registrar last said so', () => {
    const agency = agencyFolder();
    expect(factsAt(0, agency)).toEqual({
      ...{ file: 'register.jsonl', roster: 1, entries: agency.board.entries.length, isFileRefused: false },
      ...{ stated: '2026-04-02T09:30:00Z', trouble: null },
    });
  });

  it('says why nothing is answered by it: that was too long ago, or never, or the roster’s last day has passed', () => {
    const agency = agencyFolder();
    const { board, writeRegister } = agency;
    expect(factsAt(REGISTER_FRESH_SECONDS, agency).trouble).toBeNull();
    expect(factsAt(REGISTER_FRESH_SECONDS + 1, agency).trouble).toMatch(/^REGISTER_STALE: .* more than a day ago/);
    const lastDay = (Date.parse('2026-06-01T23:59:59Z') - at.getTime()) / 1_000;
    board.clock.at = new Date('2026-06-01T12:00:00Z');
    writeRegister();
    expect(factsAt(lastDay, agency).trouble).toBeNull();
    expect(factsAt(lastDay + 1, agency).trouble).toMatch(
      /^ROSTER_STALE: Version 1 of the roster held until 2026-06-01/,
    );
    const file = join(agency.folder, GOVERNANCE.statement);
    rmSync(file);
    expect(factsAt(0, agency)).toMatchObject({
      stated: null,
      trouble: expect.stringMatching(/^REGISTER_STALE: No regist/) as string,
    });
    writeFileSync(file, agencyFolder().board.statement());
    expect(factsAt(0, agency)).toMatchObject({
      stated: null,
      trouble: expect.stringMatching(/^UNKNOWN_SIGNER: /) as string,
    });
  });

  it('is said in words, with what is wrong', () => {
    const report = (register: Partial<NodeStatus['register']>): string => {
      const ledger = ledgerFile(testFolder());
      const status = statusOf(at);
      writeStatus(ledger, { ...status, register: { ...status.register, ...register } });
      return statusReport({ ledger }, clock).text;
    };
    const first = 'Register of 12 entries, version 1 of the roster, from register.jsonl.\n';
    expect(report({})).toContain(`${first}No snapshot`);
    expect(report({ trouble: 'REGISTER_STALE: why.' })).toContain(
      `${first}  NOTHING IS ANSWERED BY IT NOW: REGISTER_STALE: why.\nNo snapshot`,
    );
    expect(report({ isFileRefused: true })).toContain(
      `${first}  A file of it has been changed since and is no use here`,
    );
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
    const stale = { ...status, register: { ...status.register, trouble: 'REGISTER_STALE: why.' } };
    expect(thingsToDo({ ...standing, status: stale })).toEqual([
      { text: expect.stringContaining('that the node has: REGISTER_STALE: why. It comes') as string, href: null },
    ]);
    // What it had is not what it will have when it is started: that is what has to be done.
    expect(thingsToDo({ ...standing, status: stale, presence: 'stopped' })).toHaveLength(1);
    for (const presence of ['stopped', 'silent', 'never-started']) expect(hrefs({ presence })).toEqual([null]);
    // What it had left before is not what it has.
    expect(hrefs({ presence: 'stopped', status: { ...status, ...spent } })).toEqual([null]);
  });
});
