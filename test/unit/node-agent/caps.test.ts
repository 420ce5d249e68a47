import { describe, expect, it } from 'vitest';

import type { LedgerAccounts } from '../../../node-agent/budget/accounts.js';
import { roundedSize, sizeInWords } from '../../../node-agent/budget/rounded-size.js';
import { Refusal } from '../../../node-agent/offers/refusal.js';
import type { Policy } from '../../../node-agent/policy/policy.js';
import { accountsOf, asked, roomySnapshots } from './accounts-fixtures.js';
import { testFolder } from './fixtures.js';
import { openLedger } from './ledger-fixtures.js';

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
const start = Date.parse('2026-04-02T09:30:00.000Z');

interface Rig {
  readonly accounts: LedgerAccounts;
  readonly caps: { -readonly [Key in keyof Policy['caps']]: Policy['caps'][Key] };
  readonly at: (ms: number) => void;
  /** What `spend` says: OK, or the refusal. */
  readonly spend: () => string;
  readonly again: () => Rig;
}

function rigOf(runsPerWeek: number | undefined, folder = testFolder()): Rig {
  let now = start;
  const clock = { now: () => new Date(now) };
  const caps = { runsPerWeek };
  const ledger = openLedger(folder, { clock });
  const accounts = accountsOf(ledger, { perSnapshot: 1_000, perQuarter: 1_000 }, clock, caps);
  const snapshots = roomySnapshots();
  return {
    accounts,
    caps,
    at: (ms) => (now = start + ms),
    spend: () => {
      try {
        accounts.spend(asked(), snapshots);
        return 'OK';
      } catch (thrown) {
        if (thrown instanceof Refusal) return `${thrown.code}: ${thrown.message}`;
        throw thrown;
      }
    },
    again: () => {
      ledger.close();
      return rigOf(runsPerWeek, folder);
    },
  };
}

describe('the cap of runs in a week', () => {
  it('is kept at the limit and not one past it, also for what is free, and says from when there is room', () => {
    const { spend, at } = rigOf(3);
    expect([spend(), spend()]).toEqual(['OK', 'OK']);
    at(60_000);
    expect(spend()).toBe('OK');
    expect(spend()).toBe(
      'CAP_REACHED: its policy answers at most 3 runs in seven days: ask again after 2026-04-09 09:30 (UTC)',
    );
  });

  it('counts seven days back, to the millisecond', () => {
    const { spend, at } = rigOf(1);
    expect(spend()).toBe('OK');
    at(WEEK_MS - 1);
    expect(spend()).toMatch(/^CAP_REACHED/);
    at(WEEK_MS);
    expect(spend()).toBe('OK');
    expect(spend()).toMatch(/^CAP_REACHED: .* after 2026-04-16 09:30 /);
  });

  it('is remembered by the ledger when the node comes back', () => {
    const before = rigOf(1);
    expect(before.spend()).toBe('OK');
    expect(before.again().spend()).toMatch(/^CAP_REACHED/);
  });

  it('is that of the policy in force, and none where it has none', () => {
    const { spend, caps } = rigOf(undefined);
    for (let run = 0; run < 5; run += 1) expect(spend()).toBe('OK');
    caps.runsPerWeek = 5;
    expect(spend()).toMatch(/^CAP_REACHED: its policy answers at most 5 /);
    caps.runsPerWeek = 6;
    expect(spend()).toBe('OK');
  });

  it('says when there is room after it was lowered', () => {
    const { spend, caps, at } = rigOf(undefined);
    for (const minute of [0, 1, 2]) {
      at(minute * 60_000);
      spend();
    }
    caps.runsPerWeek = 2;
    expect(spend()).toContain('after 2026-04-09 09:31 ');
  });

  it('is seen by an offer that is only watched, which takes nothing', () => {
    const { accounts, spend } = rigOf(1);
    expect(accounts.consider(asked(), null)).toBeNull();
    expect(accounts.consider(asked(), roomySnapshots())).toBeNull();
    expect(spend()).toBe('OK');
    expect(accounts.consider(asked(), null)?.code).toBe('CAP_REACHED');
  });
});

describe('sizes for an operator', () => {
  it.each([
    [0, 'fewer than 10 records'],
    [9, 'fewer than 10 records'],
    [10, 'about 10 records'],
    [14, 'about 10 records'],
    [15, 'about 20 records'],
    [1_234, 'about 1,230 records'],
  ])('are in tens: %i', (records, words) => {
    expect(sizeInWords(roundedSize(records))).toBe(words);
  });
});
