import { afterEach, describe, expect, it, vi } from 'vitest';
import { inlineEngine, WORKING_SECONDS } from '../../../core/private-join/index.js';
import type { Engine, RowChunk } from '../../../core/private-join/index.js';
import { makeShare } from '../../../core/private-join/joint-key.js';
import { planRun } from '../../../core/templates/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { boundParameters, boundTemplate, identityOf, offer, roster } from './federation-fixtures.js';
import { logged } from './offer-log-fixtures.js';
import { PROGRESS_DEADLINE_MS, group, emptyLease, world, turnsUntil, endOf } from './run-host-fixtures.js';
import type { World } from './run-host-fixtures.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('RunHost, at work for long', () => {
  /** A run whose list is about to be made: everybody's shares are in, and jobs end when the test says so. */
  async function keyed(): Promise<{ made: World; end: () => Promise<void>; working: () => number }> {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const under: (() => void)[] = [];
    const inline = inlineEngine(group, seededRng('engine'));
    const engine: Engine = {
      parallelism: 1,
      run: async (job, options) => {
        const result = await inline.run(job, options);
        await new Promise<void>((resolve) => under.push(resolve));
        return result;
      },
    };
    const chunk = (): RowChunk => ({
      count: 1,
      keys: group.randomElements(rng, 3).slice(),
      labels: Uint32Array.of(1),
      numbers: new Float64Array(),
    });
    const rows = { count: 1_000, chunks: () => Array.from({ length: 1_000 }, chunk), close: () => undefined };
    const made = world({ engine, snapshots: { lease: () => ({ ...emptyLease, list: () => rows }) } });
    made.host.offered(offer);
    await turnsUntil(() => made.client.run().sent.length === 1);
    const plan = planRun({
      offer,
      bound: boundTemplate(),
      parameters: boundParameters(boundTemplate()),
      roster,
    });
    const own = made.client.run().sent.flatMap((message) => (message.kind === 'share' ? [message.share] : []));
    const others = ['coordinator', 'charity', 'cps'].map(
      (party) =>
        makeShare(
          group,
          rng,
          plan.context,
          { party, sealingKey: rng.bytes(32), checkpoint: logged.checkpoint.note },
          identityOf(party),
        ).share,
    );
    made.client.run().receiver.message('coordinator', { kind: 'joint-key', shares: [...own, ...others] });
    await turnsUntil(() => under.length > 0);
    return {
      made,
      end: async () => {
        await turnsUntil(() => under.length > 0);
        under.shift()?.();
        await new Promise(setImmediate);
      },
      working: () => made.client.run().sent.filter(({ kind }) => kind === 'working').length,
    };
  }
  const rng = seededRng('others');

  it('says so to the coordinator, but not with every job', async () => {
    const { end, working } = await keyed();
    expect(working()).toBe(0);
    for (let job = 0; job < 3; job += 1) await end();
    expect(working()).toBe(1);
    await vi.advanceTimersByTimeAsync(WORKING_SECONDS * 1_000);
    expect(working()).toBe(1);
    await end();
    expect(working()).toBe(2);
  });

  it('is not held up while its jobs get on, and is when they don’t', async () => {
    const { made, end } = await keyed();
    for (let job = 0; job < 3; job += 1) {
      await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
      expect(made.host.size).toBe(1);
      await end();
    }
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS);
    expect(endOf(made)).toMatchObject({ outcome: 'DEADLINE_PASSED', party: 'police' });
  });

  it('waits on while the coordinator says that somebody is at work', async () => {
    const { made } = await keyed();
    for (let word = 0; word < 3; word += 1) {
      await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS - 1);
      expect(made.host.size).toBe(1);
      made.client.run().receiver.message('coordinator', { kind: 'working' });
    }
    await vi.advanceTimersByTimeAsync(PROGRESS_DEADLINE_MS);
    expect(endOf(made)).toMatchObject({ outcome: 'DEADLINE_PASSED', party: 'police' });
  });
});
