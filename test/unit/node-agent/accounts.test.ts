import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { toHex } from '../../../core/base/index.js';
import { keyedNoise } from '../../../core/noise/index.js';
import type { RunAccount } from '../../../node-agent/budget/accounts.js';
import { fromMillionths, toMillionths } from '../../../node-agent/budget/millionths.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { deriveKey } from '../../../node-agent/snapshot/sealing.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { childProgram } from '../../support/child-program.js';
import { accountsOf, asked, linkageCharge, roomySnapshots } from './accounts-fixtures.js';
import { offer, snapshotIdOf } from './federation-fixtures.js';
import { codeOf, crimes, testFolder } from './fixtures.js';
import type { CrimeRow } from './fixtures.js';
import { openLedger } from './ledger-fixtures.js';
import { federation, prepareCrimes, snapshotsIn, storageKey, strangers } from './snapshot-fixtures.js';
import { ANALYST } from './test-board.js';

const dataset = crimes.dataset;
const snapshot = snapshotIdOf(dataset);
const finished: RunAccount = { failure: null, opened: true, clipped: [] };
const failedEarly: RunAccount = { failure: { code: 'PARTY_LOST', party: 'cps' }, opened: false, clipped: [] };

function refusalOf(work: () => void): Refusal {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
  throw new Error('it was not refused');
}

describe('millionths of epsilon', () => {
  it.each([
    [0, 0],
    [0.1, 100_000],
    [0.3, 300_000],
    [1 / 3, 333_334],
    [10, 10_000_000],
    [0.1 + 0.2, 300_000],
    [1_000_000, 1_000_000_000_000],
  ])('%f is %i, rounded up', (epsilon, millionths) => {
    expect(toMillionths(epsilon)).toBe(millionths);
    expect(fromMillionths(millionths)).toBeGreaterThanOrEqual(epsilon - 1e-12);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%f is no privacy loss', (epsilon) => {
    expect(() => toMillionths(epsilon)).toThrow(RangeError);
  });
});

describe('LedgerAccounts, spending', () => {
  it('adds up what counts, overlaps and each measure cost, and writes it down with what was asked', () => {
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger);
    expect(accounts.left(dataset, snapshot)).toBe(10);
    const run = asked();
    accounts.spend(run, roomySnapshots());
    expect(accounts.left(dataset, snapshot)).toBe(8.5);
    expect([...ledger.entries()]).toMatchObject([
      {
        kind: 'spent',
        body: {
          runId: run.offer.runId,
          request: toHex(run.plan.request),
          template: 'support-by-offence',
          version: 3,
          templateDigest: run.templateDigest,
          parameters: { quarters: ['2025-Q1'] },
          requester: ANALYST,
          purpose: 'research-statistics',
          quarter: '2026-Q2',
          spent: 1_500_000,
          datasets: [{ dataset, snapshot, question: { threshold: 10, totals: true } }],
        },
      },
    ]);
  });

  it('takes nothing for the same request, whoever asks and however often, also after a restart', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    accountsOf(ledger, { perSnapshot: 1.5, perQuarter: 1.5 }).spend(asked(), roomySnapshots());
    ledger.close();
    const again = openLedger(folder);
    const accounts = accountsOf(again, { perSnapshot: 1.5, perQuarter: 1.5 });
    const run = asked();
    accounts.spend({ ...run, offer: { ...run.offer, requester: 'somebody else' } }, roomySnapshots());
    accounts.spend(asked(), roomySnapshots());
    expect(accounts.left(dataset, snapshot)).toBe(0);
    expect([...again.entries()].map(({ body }) => 'spent' in body && body.spent)).toEqual([1_500_000, 0, 0]);
  });

  it('takes part in a run once, also after a restart', () => {
    const folder = testFolder();
    const ledger = openLedger(folder);
    const run = asked();
    accountsOf(ledger).spend(run, roomySnapshots());
    ledger.close();
    const again = openLedger(folder);
    const accounts = accountsOf(again);
    expect(codeOf(() => accounts.spend(run, roomySnapshots()))).toBe('PROTOCOL_VIOLATION');
    accounts.spend(asked(), roomySnapshots());
    expect([...again.entries()].map(({ kind }) => kind)).toEqual(['spent', 'spent']);
  });

  it('takes it anew for anything else: other parameters, another template, another snapshot', () => {
    const accounts = accountsOf(openLedger(testFolder()));
    const snapshots = roomySnapshots();
    accounts.spend(asked(), snapshots);
    accounts.spend(asked({ quarters: ['2025-Q2'] }), snapshots);
    accounts.spend(asked({ changed: { version: 4 } }), snapshots);
    expect(accounts.left(dataset, snapshot)).toBe(10 - 3 * 1.5);
    const newer = 'c'.repeat(64);
    accounts.spend(asked({ snapshot: newer }), snapshots);
    expect(accounts.left(dataset, newer)).toBe(8.5);
    expect(accounts.left(dataset, snapshot)).toBe(10 - 3 * 1.5);
  });

  it('gives away exactly its limit, and not a millionth more', () => {
    const spend = (perSnapshot: number, perQuarter: number): string => {
      const accounts = accountsOf(openLedger(testFolder()), { perSnapshot, perQuarter });
      accounts.spend(asked(), roomySnapshots());
      return accounts.left(dataset, snapshot) === 0 ? 'all' : 'some';
    };
    expect(spend(1.5, 1.5)).toBe('all');
    expect(codeOf(() => spend(1.499_999, 40))).toBe('BUDGET_SPENT');
    expect(codeOf(() => spend(10, 1.499_999))).toBe('BUDGET_SPENT');
  });

  it('adds tenths up exactly', () => {
    const accounts = accountsOf(openLedger(testFolder()), { perSnapshot: 1, perQuarter: 40 });
    const tenth = (version: number): void => {
      accounts.spend(
        asked({ changed: { version }, disclosure: { epsilon: 0.1, overlapEpsilon: 'none' } }),
        roomySnapshots(),
      );
    };
    for (let version = 1; version <= 10; version += 1) tenth(version);
    expect(accounts.left(dataset, snapshot)).toBe(0);
    expect(codeOf(() => tenth(11))).toBe('BUDGET_SPENT');
  });

  it('says what it would cost and what is left, and writes nothing down when it refuses', () => {
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger, { perSnapshot: 2, perQuarter: 40 });
    accounts.spend(asked(), roomySnapshots());
    const refusal = refusalOf(() => accounts.spend(asked({ quarters: ['2025-Q2'] }), roomySnapshots()));
    expect(refusal.code).toBe('BUDGET_SPENT');
    expect(refusal.message).toMatch(
      /cost a privacy loss of 1\.5 from police\.victim-crimes.* 0\.5 is left of 2, .*2026-Q2 38\.5 of 40/,
    );
    expect(ledger.head.entries).toBe(1);
    expect(accounts.left(dataset, snapshot)).toBe(0.5);
  });

  it('does not forget with a new snapshot what was given away in the quarter, and does with a new quarter', () => {
    const ledger = openLedger(testFolder());
    let day = '2026-06-30T23:59:59Z';
    const accounts = accountsOf(ledger, { perSnapshot: 2, perQuarter: 4 }, { now: () => new Date(day) });
    const spend = (digit: string): void => accounts.spend(asked({ snapshot: digit.repeat(64) }), roomySnapshots());
    for (const digit of ['1', '2']) spend(digit);
    expect(accounts.left(dataset, '3'.repeat(64))).toBe(1);
    expect(codeOf(() => spend('3'))).toBe('BUDGET_SPENT');
    day = '2026-07-01T00:00:00Z';
    expect(accounts.left(dataset, '3'.repeat(64))).toBe(2);
    expect(accounts.left(dataset, '1'.repeat(64))).toBe(0.5);
    spend('3');
  });

  it('costs nothing where nothing is noisy, and is written down all the same', () => {
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger, { perSnapshot: 0, perQuarter: 0 });
    accounts.spend(asked({ disclosure: { epsilon: 'none', overlapEpsilon: 'none' } }), roomySnapshots());
    expect(ledger.head.entries).toBe(1);
    expect(codeOf(() => accounts.spend(asked(), roomySnapshots()))).toBe('BUDGET_SPENT');
  });

  it('never overspends, however many spend at once on one ledger', () => {
    const ledger = openLedger(testFolder());
    // Each has read the ledger before any of them spends.
    const all = Array.from({ length: 8 }, () => accountsOf(ledger, { perSnapshot: 4, perQuarter: 40 }));
    for (const accounts of all) expect(accounts.left(dataset, snapshot)).toBe(4);
    const codes = all.map((accounts, index) => {
      try {
        accounts.spend(asked({ changed: { version: index + 1 } }), roomySnapshots());
        return 'spent';
      } catch (thrown) {
        if (thrown instanceof Refusal) return thrown.code;
        throw thrown;
      }
    });
    expect(codes).toEqual(['spent', 'spent', ...new Array<string>(6).fill('BUDGET_SPENT')]);
    for (const accounts of all) expect(accounts.left(dataset, snapshot)).toBe(1);
  });
});

describe('LedgerAccounts, paying for what is told of people', () => {
  it('counts it with what runs cost, of the snapshot and of the quarter', () => {
    const accounts = accountsOf(openLedger(testFolder()), { perSnapshot: 4, perQuarter: 4.5 });
    accounts.spend(asked(), roomySnapshots());
    expect(accounts.spendOnLinkage(linkageCharge)).toBe(true);
    expect(accounts.left(dataset, snapshot)).toBe(0.5);
    expect(refusalOf(() => accounts.spend(asked({ quarters: ['2025-Q2'] }), roomySnapshots())).code).toBe(
      'BUDGET_SPENT',
    );
    expect(accounts.left(dataset, 'ab'.repeat(32))).toBe(1);
    expect(accounts.spendOnLinkage({ ...linkageCharge, snapshot: 'ab'.repeat(32) })).toBe(false);
    expect(accounts.spendOnLinkage({ ...linkageCharge, snapshot: 'ab'.repeat(32), schemes: ['exact'] })).toBe(true);
  });

  it('spends nothing when it can’t be written down', () => {
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger);
    const append = vi.spyOn(ledger, 'append').mockImplementation(() => {
      throw new Error('disk');
    });
    expect(() => accounts.spendOnLinkage(linkageCharge)).toThrow('disk');
    append.mockRestore();
    expect(accounts.left(dataset, snapshot)).toBe(10);
    expect(accounts.spendOnLinkage(linkageCharge)).toBe(true);
    expect(accounts.left(dataset, snapshot)).toBe(8);
  });
});

describe('a node that dies between paying and answering', () => {
  const child = fileURLToPath(new URL('spend-and-die.ts', import.meta.url));
  const spendAndDie = (folder: string, ...name: string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, [...childProgram(child), folder, ...name], (error, _stdout, stderr) => {
        if (error?.signal === 'SIGKILL') resolve();
        else reject(new Error(`not killed: ${stderr}`));
      });
    });

  it('has paid once for what it tells of its people, and tells it for nothing', async () => {
    const folder = testFolder();
    await spendAndDie(folder);
    const ledger = openLedger(folder);
    const accounts = accountsOf(ledger);
    expect(accounts.left(dataset, snapshot)).toBe(8);
    expect(accounts.spendOnLinkage(linkageCharge)).toBe(true);
    expect(accounts.left(dataset, snapshot)).toBe(8);
    expect(ledger.head.entries).toBe(1);
  });

  it('has paid once, answers the same for nothing and with the same noise, and another question differently', async () => {
    const folder = testFolder();
    await spendAndDie(folder, 'First');
    const ledger = openLedger(folder);
    const accounts = accountsOf(ledger);
    expect(accounts.left(dataset, snapshot)).toBe(8.5);
    const [same, other] = [asked({ changed: { title: 'First' } }), asked({ changed: { title: 'Second' } })];
    accounts.spend(same, roomySnapshots());
    expect(accounts.left(dataset, snapshot)).toBe(8.5);
    const died = [...ledger.entries()][0]?.body;
    if (died === undefined || !('request' in died)) throw new Error('nothing was written');
    const noiseOf = (request: Uint8Array): number[] => {
      const law = same.plan.noise;
      if (law === null) throw new Error('there is no noise');
      const source = keyedNoise(deriveKey(storageKey, new Uint8Array(0), 'noise'), request);
      return Array.from({ length: 40 }, (_, cell) => source.draw(law, { kind: 'cell', cell }));
    };
    expect(noiseOf(same.plan.request)).toEqual(noiseOf(Buffer.from(died.request, 'hex')));
    expect(noiseOf(other.plan.request)).not.toEqual(noiseOf(same.plan.request));
    accounts.spend(other, roomySnapshots());
    expect(accounts.left(dataset, snapshot)).toBe(7);
  });
});

describe('LedgerAccounts, writing down', () => {
  it('keeps refusals, answers and failures', () => {
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger);
    const [first, second] = [asked(), asked()];
    accounts.refused({ ...offer, requester: 'x'.repeat(2_000) }, 'BUSY', 'y'.repeat(2_000));
    accounts.ended(first, { ...finished, clipped: [{ dataset, values: 3 }] });
    accounts.ended(second, failedEarly);
    const request = toHex(first.plan.request);
    const { templateDigest } = offer;
    expect([...ledger.entries()].map(({ kind, body }) => [kind, body])).toEqual([
      [
        'refused',
        { runId: offer.runId, code: 'BUSY', reason: 'y'.repeat(500), requester: 'x'.repeat(500), templateDigest },
      ],
      ['answered', { runId: first.offer.runId, request, clipped: [{ dataset, values: 3 }] }],
      ['failed', { runId: second.offer.runId, request, code: 'PARTY_LOST', party: 'cps', opened: false, clipped: [] }],
    ]);
  });
});

describe('LedgerAccounts and the guard, on a real snapshot', () => {
  /** Different people in each quarter. */
  const rows = (count: number, reported: string): Partial<CrimeRow>[] => {
    const from = 100 * Number(reported.slice(5, 7));
    return strangers(from + count)
      .slice(from)
      .map((row) => ({ ...row, reported_on: reported, 'offence group': 'stalking' }));
  };

  async function snapshotWith(inSecondQuarter: number): Promise<{
    readonly id: string;
    readonly lease: () => ReadonlyMap<string, NonNullable<ReturnType<SnapshotStore['lease']>>>;
  }> {
    const folder = testFolder();
    const source = [...rows(40, '2025-02-03'), ...rows(inSecondQuarter, '2025-05-06')];
    const { snapshot: id } = await prepareCrimes(folder, source);
    const store = new SnapshotStore({
      directory: snapshotsIn(join(folder)),
      layouts: [snapshotLayout(crimes, federation)],
      storageKey,
    });
    onTestFinished(() => store.close());
    await store.refresh();
    return {
      id,
      lease: () => {
        const lease = store.lease(dataset, id);
        if (lease === undefined) throw new Error('not in force');
        return new Map([[dataset, lease]]);
      },
    };
  }
  const both = ['2025-Q1', '2025-Q2'];

  it('refuses a quarter more in which there are too few, and takes nothing for it', async () => {
    const { id, lease } = await snapshotWith(9);
    const ledger = openLedger(testFolder());
    const accounts = accountsOf(ledger);
    accounts.spend(asked({ snapshot: id }), lease());
    const refusal = refusalOf(() => accounts.spend(asked({ snapshot: id, quarters: both }), lease()));
    expect(refusal.code).toBe('DIFFERENCING');
    expect(refusal.message).toContain('support-by-offence version 3');
    expect(accounts.left(dataset, id)).toBe(8.5);
    expect(ledger.head.entries).toBe(1);
    // What was answered may be asked again.
    accounts.spend(asked({ snapshot: id }), lease());
  });

  it('answers a quarter more in which there are enough', async () => {
    const { id, lease } = await snapshotWith(10);
    const accounts = accountsOf(openLedger(testFolder()));
    accounts.spend(asked({ snapshot: id }), lease());
    accounts.spend(asked({ snapshot: id, quarters: both }), lease());
    expect(accounts.left(dataset, id)).toBe(7);
  });

  it('forgets a question of which nobody can have learnt a count, and no other', async () => {
    const { id, lease } = await snapshotWith(9);
    const first = asked({ snapshot: id });
    const closeIsRefused = (...runs: readonly (readonly [ReturnType<typeof asked>, RunAccount | null])[]): boolean => {
      const accounts = accountsOf(openLedger(testFolder()));
      for (const [run, account] of runs) {
        accounts.spend(run, lease());
        if (account !== null) accounts.ended(run, account);
      }
      try {
        accounts.spend(asked({ snapshot: id, quarters: both }), lease());
        return false;
      } catch (thrown) {
        return thrown instanceof Refusal && thrown.code === 'DIFFERENCING';
      }
    };
    const again = asked({ snapshot: id });
    expect(closeIsRefused([first, failedEarly])).toBe(false);
    expect(closeIsRefused([first, { ...failedEarly, opened: true }])).toBe(true);
    expect(closeIsRefused([first, null])).toBe(true);
    expect(closeIsRefused([first, failedEarly], [again, finished])).toBe(true);
    expect(closeIsRefused([first, failedEarly], [again, null])).toBe(true);
    expect(closeIsRefused([first, failedEarly], [again, failedEarly])).toBe(false);
  });
});
