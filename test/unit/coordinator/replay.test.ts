import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { approved, NOISY, REQUEST, Rig, roster } from './fixtures.js';
import { requesterNamed } from './governance-fixtures.js';

const offersOf = (rig: Rig): string[] => rig.offers.map(({ runId }) => runId);

describe('what was asked before of the same snapshots', () => {
  it('is answered at once with the release of then: nobody is asked and nothing is counted', async () => {
    const rig = new Rig({ templates: [approved(NOISY)] });
    const { id: first } = rig.service.submit(REQUEST);
    expect(await rig.ended(first)).toBe('finished');
    const asked = offersOf(rig);
    // In another order, by somebody else: it is the same question.
    const { id } = rig.service.submit({
      ...REQUEST,
      parameters: { quarters: ['2025-Q1', '2025-Q2'] },
      requester: requesterNamed('another'),
    });
    expect(await rig.ended(id)).toBe('finished');

    expect(offersOf(rig)).toEqual(asked);
    const [original, again] = [rig.service.get(first), rig.service.get(id)];
    expect(again.release).toEqual(original.release);
    expect(again.run).toMatchObject({
      replayOf: first,
      requestDigest: original.run.requestDigest,
      requester: requesterNamed('another'),
    });
    expect(again.run.participants).toEqual(original.run.participants);
    expect(again.run.startedAt).not.toBeNull();
    expect(original.run.replayOf).toBeNull();
    expect(again.events.map(({ name }) => name)).toEqual(['run-submitted', 'release-replayed']);
    expect(again.phases).toEqual([]);
  });

  it('points at the first run however often it is asked', async () => {
    const rig = new Rig();
    const ids: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      ids.push(rig.service.submit(REQUEST).id);
      await rig.ended(ids.at(-1) ?? '');
    }
    expect(ids.map((id) => rig.service.get(id).run.replayOf)).toEqual([null, ids[0], ids[0]]);
  });

  it('is found by a run that waited while the first was under way', async () => {
    const rig = new Rig();
    const [first, second] = [rig.service.submit(REQUEST).id, rig.service.submit(REQUEST).id];
    expect(await rig.ended(second)).toBe('finished');
    expect(rig.service.get(second).run.replayOf).toBe(first);
    expect(new Set(offersOf(rig))).toEqual(new Set([first]));
  });

  it('is known to a coordinator that started anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'replay-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const database = join(folder, 'coordinator.db');
    const before = new Rig({ database });
    const { id } = before.service.submit(REQUEST);
    await before.ended(id);
    before.crash();
    const after = new Rig({ database });
    after.service.recover();
    const again = after.service.submit(REQUEST).id;
    await after.ended(again);
    expect(after.service.get(again).run.replayOf).toBe(id);
  });

  it('costs nothing, so that it is answered when no budget is left', async () => {
    const rig = new Rig({ templates: [approved(NOISY)] });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    for (const { id: agency } of roster.agencies) {
      rig.epsilonLeft[agency] = 0;
      rig.says(agency);
    }
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
    expect(() => rig.service.submit({ ...REQUEST, parameters: { quarters: ['2025-Q1'] } })).toThrow(
      expect.objectContaining({ code: 'BUDGET_SPENT' }),
    );
  });

  it('shows its unprotected counts where those of the first may be seen', async () => {
    const rig = new Rig({ reveal: true });
    const { id: first } = rig.service.submit(REQUEST);
    await rig.ended(first);
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    expect(rig.service.unprotectedCounts(id)).toEqual(rig.service.unprotectedCounts(first));
  });
});

describe('what is not the same', () => {
  it.each([
    ['other values of a parameter', () => undefined, { ...REQUEST, parameters: { quarters: ['2025-Q1'] } }],
    ['another snapshot at an agency', (rig: Rig) => (rig.snapshots['charity-b'] = 'cd'.repeat(32)), REQUEST],
    [
      'a floor that has changed',
      (rig: Rig) => (rig.floors['charity-b'] = { threshold: 11, roundTo: 0, epsilon: null }),
      REQUEST,
    ],
  ] as const)('is counted anew: %s', async (_, change, request) => {
    const rig = new Rig();
    const { id: first } = rig.service.submit(REQUEST);
    await rig.ended(first);
    change(rig);
    rig.says('charity-b');
    const { id } = rig.service.submit(request);
    expect(await rig.ended(id)).toBe('finished');
    expect(rig.service.get(id).run.replayOf).toBeNull();
    expect(offersOf(rig)).toContain(id);
    expect(rig.service.get(id).run.requestDigest).not.toBe(rig.service.get(first).run.requestDigest);
  });

  it('is a run that failed: the same is counted again', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'vanish' } });
    const { id: failed } = rig.service.submit(REQUEST);
    expect(await rig.ended(failed)).toBe('failed');
    rig.behaviours['charity-a'] = 'accept';
    rig.connect('charity-a');
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('finished');
    expect(rig.service.get(id).run).toMatchObject({
      replayOf: null,
      requestDigest: rig.service.get(failed).run.requestDigest,
    });
  });
});
