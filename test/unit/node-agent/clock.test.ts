import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import type { LogFields } from '../../../core/base/index.js';
import type { ClockMarks } from '../../../node-agent/budget/memory.js';
import { LedgerMemory } from '../../../node-agent/budget/memory.js';
import { ClockGuard } from '../../../node-agent/clock-guard.js';
import { CLOCK_CORRECTION_MS } from '../../../node-agent/consent/lists-freshness.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { PAUSE_LOOK_MS } from '../../../node-agent/look-out.js';
import { STATUS_FORMAT, STATUS_STALE_SECONDS, STATUS_WRITE_MS } from '../../../node-agent/status/node-status.js';
import { presenceOf } from '../../../node-agent/status/status-report.js';
import { accountsOf, asked, linkageCharge, roomySnapshots } from './accounts-fixtures.js';
import { snapshotIdOf } from './federation-fixtures.js';
import { codeOf, crimes, testFolder } from './fixtures.js';
import { run } from './run-words.js';
import { federation } from './snapshot-fixtures.js';
import { approvedRun, nodeIn } from './started-node.js';
import type { Started } from './started-node.js';
import { statusOf } from './status-fixtures.js';

/* What a node does when its computer's clock is set, by whomever and however far. */

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const dataset = crimes.dataset;
const snapshot = snapshotIdOf(dataset);

interface GuardRig {
  readonly guard: ClockGuard;
  readonly clock: { at: Date };
  readonly lines: LogFields[];
  readonly ledger: { marks: ClockMarks };
}

function guardAt(at: string, latest?: string, asAt = '2026-03-31'): GuardRig {
  const clock = { at: new Date(at) };
  const ledger: { marks: ClockMarks } = {
    marks: { latestMs: latest === undefined ? undefined : Date.parse(latest), confirmations: 0 },
  };
  const lines: LogFields[] = [];
  const note = (fields: LogFields): unknown => lines.push(fields);
  const guard = new ClockGuard({
    self: 'police',
    clock: { now: () => clock.at },
    marks: () => ledger.marks,
    snapshots: () => [{ dataset, asAt }],
    log: { ...silentLog, info: note, error: note },
  });
  return { guard, clock, lines, ledger };
}

function wrong({ guard }: GuardRig): boolean {
  try {
    guard.assertPlausible();
    return false;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'CLOCK_WRONG' });
    return true;
  }
}

describe('a clock', () => {
  it('may be as little behind the ledger as a correction, and not a millisecond more', () => {
    const latest = '2026-04-02T09:30:00.000Z';
    const at = (behindMs: number): GuardRig => guardAt(new Date(Date.parse(latest) - behindMs).toISOString(), latest);
    expect([0, CLOCK_CORRECTION_MS, CLOCK_CORRECTION_MS + 1].map((behind) => wrong(at(behind)))).toEqual([
      ...[false, false, true],
    ]);
  });

  it('may not be a year behind, and says so once, with what to do', () => {
    const rig = guardAt('2025-04-02T09:30:00Z', '2026-04-02T09:30:00Z');
    expect([wrong(rig), wrong(rig)]).toEqual([true, true]);
    expect(rig.lines).toMatchObject([
      {
        event: 'clock-wrong',
        reason: expect.stringMatching(/ledger.*sets the clock right.*`tally node resume`/) as string,
      },
    ]);
    rig.clock.at = new Date('2026-04-02T09:31:00Z');
    expect([wrong(rig), rig.guard.trouble]).toEqual([false, undefined]);
    expect(rig.lines.at(-1)).toMatchObject({ event: 'clock-right' });
  });

  it.each([
    ['NTP, by half a minute', -30 * SECOND, false],
    ['a leap second', -SECOND, false],
    ['a virtual machine that wakes after a weekend', 3 * DAY, false],
    ['somebody, an hour back', -3_600 * SECOND, true],
    ['somebody, a year back', -365 * DAY, true],
  ])('that is set while a node runs, by %s', (_, byMs, isWrong) => {
    const rig = guardAt('2026-04-02T09:30:00Z');
    expect(wrong(rig)).toBe(false);
    rig.clock.at = new Date(rig.clock.at.getTime() + byMs);
    expect(wrong(rig)).toBe(isWrong);
  });

  it('has no summer time: the hour that is there twice is two hours', () => {
    const rig = guardAt('2026-10-25T00:30:00Z', '2026-10-25T00:29:00Z');
    for (const at of ['2026-10-25T00:59:59Z', '2026-10-25T01:00:00Z', '2026-10-25T01:30:00Z']) {
      rig.clock.at = new Date(at);
      expect(wrong(rig)).toBe(false);
    }
  });

  it('may be a day before the snapshot’s, for agencies mean their own day, and no more', () => {
    expect(wrong(guardAt('2026-03-31T00:00:00.000Z', undefined, '2026-04-01'))).toBe(false);
    const behind = guardAt('2026-03-30T23:59:59.999Z', undefined, '2026-04-01');
    expect(wrong(behind)).toBe(true);
    expect(behind.guard.trouble).toMatch(/snapshot of police\.victim-crimes is as at a later day/);
  });

  it('is believed from the moment that the operator resumes the node, whatever was written before', () => {
    const rig = guardAt('2027-04-02T09:30:00Z', '2027-04-02T09:30:00Z');
    expect(wrong(rig)).toBe(false);
    rig.clock.at = new Date('2026-04-02T09:30:00Z');
    expect(wrong(rig)).toBe(true);
    rig.ledger.marks = { latestMs: rig.clock.at.getTime(), confirmations: 1 };
    expect(wrong(rig)).toBe(false);
    rig.clock.at = new Date('2026-04-01T09:30:00Z');
    expect(wrong(rig)).toBe(true);
  });
});

describe('the ledger and its budget', () => {
  function rigAt(
    at: string,
    perQuarter: number,
  ): {
    readonly ledger: Ledger;
    readonly accounts: ReturnType<typeof accountsOf>;
    readonly set: (at: string) => void;
    readonly file: string;
  } {
    const folder = testFolder();
    const clock = { at: new Date(at) };
    const now = { now: () => clock.at };
    const file = join(folder, 'ledger');
    const ledger = Ledger.open({ ...{ file, federation, agency: 'police' }, clock: now });
    onTestFinished(() => ledger.close());
    const accounts = accountsOf(ledger, { perSnapshot: 100, perQuarter }, now);
    return { ledger, accounts, file, set: (to) => (clock.at = new Date(to)) };
  }

  it('gives nothing back when the clock is set back to an earlier quarter', () => {
    const { accounts, set } = rigAt('2026-04-02T09:30:00Z', 2);
    accounts.spend(asked(), roomySnapshots());
    expect(accounts.left(dataset, snapshot)).toBe(0.5);
    for (const at of ['2026-03-31T23:59:59Z', '2025-01-01T00:00:00Z']) {
      set(at);
      expect(accounts.left(dataset, snapshot)).toBe(0.5);
      expect(codeOf(() => accounts.spend(asked({ quarters: ['2025-Q2'] }), roomySnapshots()))).toBe('BUDGET_SPENT');
      expect(accounts.spendOnLinkage(linkageCharge)).toBe(false);
    }
  });

  it('keeps no quarter that a clock opened which was ahead: it was spent in the one that it really is', () => {
    const { accounts, set } = rigAt('2026-04-02T09:30:00Z', 4);
    accounts.spend(asked(), roomySnapshots());
    set('2027-06-01T00:00:00Z');
    accounts.spend(asked({ quarters: ['2025-Q2'] }), roomySnapshots());
    set('2026-04-02T10:00:00Z');
    expect(accounts.left(dataset, snapshot)).toBe(1);
    // In the quarters until then too, for the ledger can't tell.
    set('2026-07-01T00:00:00Z');
    expect(accounts.left(dataset, snapshot)).toBe(2.5);
    set('2027-07-01T00:00:00Z');
    expect(accounts.left(dataset, snapshot)).toBe(4);
  });

  it('is whole and in the order of its numbers, whatever its times say', () => {
    const { ledger, accounts, set, file } = rigAt('2026-04-02T09:30:00Z', 40);
    accounts.spend(asked(), roomySnapshots());
    for (const [at, quarter] of [
      ['2027-06-01T00:00:00Z', '2025-Q2'],
      ['2026-04-02T10:00:00Z', '2025-Q1'],
    ] as const) {
      set(at);
      accounts.spend(asked({ quarters: [quarter] }), roomySnapshots());
    }
    expect(ledger.verify().entries).toBe(3);
    const read = Ledger.read({ file, federation, agency: 'police' });
    onTestFinished(() => read.close());
    expect([...read.entries()].map(({ number, at }) => `${number} ${at.slice(0, 4)}`)).toEqual([
      '1 2026',
      '2 2027',
      '3 2026',
    ]);
    const memory = new LedgerMemory(read);
    memory.catchUp();
    expect(memory.clockMarks).toEqual({ latestMs: Date.parse('2027-06-01T00:00:00Z'), confirmations: 0 });
  });

  it('counts a run of a later time for the cap of the week', () => {
    const { ledger, accounts } = rigAt('2026-04-20T09:30:00Z', 40);
    accounts.spend(asked(), roomySnapshots());
    const set = { now: () => new Date('2026-04-02T09:30:00Z') };
    const capped = accountsOf(ledger, { perSnapshot: 100, perQuarter: 40 }, set, { runsPerWeek: 1 });
    expect(codeOf(() => capped.spend(asked({ quarters: ['2025-Q2'] }), roomySnapshots()))).toBe('CAP_REACHED');
  });
});

describe('a node whose clock is set', () => {
  const refusals = ({ sent }: Started): string[] =>
    sent.flatMap((message) => (message.kind === 'refusal' ? [message.code] : []));

  function takeIntervals(): void {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
  }

  it('back: refuses with CLOCK_WRONG, says so in its status, and answers again when it is set right', async () => {
    takeIntervals();
    const { agency, asked: offered, another } = await approvedRun();
    const at = new Date('2026-04-02T09:30:00Z');
    const started = nodeIn(agency, { openRun: true, at });
    await started.node.start();
    at.setTime(Date.parse('2026-04-01T12:00:00Z'));
    started.handlers().received({ kind: 'offer', offer: offered });
    expect(refusals(started)).toEqual(['CLOCK_WRONG']);
    expect(started.carried).toEqual([]);
    vi.advanceTimersByTime(STATUS_WRITE_MS);
    const status = JSON.parse(readFileSync(join(agency.folder, 'snapshots.ledger.status'), 'utf8')) as object;
    expect(status).toMatchObject({ clockTrouble: expect.stringMatching(/sets the clock right/) as string });
    expect(started.events.filter(({ event }) => event === 'clock-wrong')).toHaveLength(1);
    at.setTime(Date.parse('2026-04-02T09:31:00Z'));
    started.handlers().received({ kind: 'offer', offer: another() });
    await vi.waitFor(() => expect(started.carried).toHaveLength(1));
  });

  it('ahead, and right again: refuses until its operator has paused and resumed it', async () => {
    takeIntervals();
    const { agency, asked: offered, another } = await approvedRun();
    // As far as it may be while a registrar's word of today is still believed.
    const at = new Date('2026-04-03T09:30:00Z');
    const ahead = nodeIn(agency, { openRun: true, at });
    await ahead.node.start();
    ahead.handlers().received({ kind: 'offer', offer: offered });
    await vi.waitFor(() => expect(ahead.carried).toHaveLength(1));
    await ahead.node.stop();

    const right = nodeIn(agency, { openRun: true, at: new Date('2026-04-02T09:30:00Z') });
    await right.node.start();
    right.handlers().received({ kind: 'offer', offer: another() });
    expect(refusals(right)).toEqual(['CLOCK_WRONG']);
    for (const word of ['pause', 'resume']) {
      await run(word, '--config', agency.configFile);
      vi.advanceTimersByTime(PAUSE_LOOK_MS);
    }
    right.handlers().received({ kind: 'offer', offer: another() });
    await vi.waitFor(() => expect(right.carried).toHaveLength(1));
  });

  it('is not said to run because it has said something in the future', () => {
    const written = new Date('2026-04-02T09:30:00Z');
    const later = (seconds: number): Date => new Date(written.getTime() + seconds * SECOND);
    const status = { format: STATUS_FORMAT, ...statusOf(written) } as const;
    expect([-STATUS_STALE_SECONDS, STATUS_STALE_SECONDS].map((seconds) => presenceOf(status, later(seconds)))).toEqual([
      ...['running', 'running'],
    ]);
    expect(
      [-STATUS_STALE_SECONDS - 1, -3_600, STATUS_STALE_SECONDS + 1].map((s) => presenceOf(status, later(s))),
    ).toEqual([...['silent', 'silent', 'silent']]);
  });
});
