import { describe, expect, it } from 'vitest';
import { ownRuns, sameUnderWay } from '../../../coordinator/pages/analyst/own-run.js';
import { REQUEST, Rig } from './fixtures.js';

/** Everything that is written of runs. */
function written(rig: Rig): unknown {
  const runs = rig.service.list(200);
  return { runs, events: runs.map(({ id }) => rig.service.get(id).events), log: rig.auditLog.head.size };
}

describe('a preview', () => {
  it('says who would be asked and what it would cost, and writes, asks and spends nothing', async () => {
    const rig = new Rig();
    const before = written(rig);
    const preview = rig.service.preview(REQUEST);
    expect(preview.sources.map(({ agency }) => agency)).toEqual(['police', 'charity-a', 'charity-b']);
    expect(preview.replayOf).toBe(null);
    expect(written(rig)).toEqual(before);
    expect(rig.offers).toEqual([]);
    // The same once it is asked.
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('finished');
    expect(rig.service.get(id).release?.sources).toEqual(preview.sources);
    const after = written(rig);
    expect(after).not.toEqual(before);
    // Asked again, it is the same answer for nothing.
    expect(rig.service.preview(REQUEST)).toMatchObject({ replayOf: id, costText: null });
    expect(written(rig)).toEqual(after);
  });

  it('refuses what couldn’t be asked, with the same code, and writes nothing of that either', () => {
    const rig = new Rig();
    const before = written(rig);
    const wrong = { ...REQUEST, parameters: { quarters: ['1999-Q1', '1999-Q2'] } };
    expect(() => rig.service.preview(wrong)).toThrow(expect.objectContaining({ code: 'BAD_PARAMETERS' }));
    const stranger = { ...REQUEST, requester: 'analyst@nobody' };
    expect(() => rig.service.preview(stranger)).toThrow(expect.objectContaining({ code: 'PURPOSE_NOT_GRANTED' }));
    expect(written(rig)).toEqual(before);
  });
});

describe('an analyst’s own runs', () => {
  it('are found by who asked, the same question under way whatever the order of its choices, and none that has ended', async () => {
    const rig = new Rig();
    const { id, templateDigest, requester } = rig.service.submit(REQUEST);
    const parameters = { quarters: REQUEST.parameters.quarters.toReversed() };
    expect(sameUnderWay(rig.service, { requester, templateDigest, parameters })?.id).toBe(id);
    expect(sameUnderWay(rig.service, { requester: 'analyst@other', templateDigest, parameters })).toBe(undefined);
    expect(sameUnderWay(rig.service, { requester, templateDigest, parameters: { quarters: ['x'] } })).toBe(undefined);
    await rig.ended(id);
    expect(sameUnderWay(rig.service, { requester, templateDigest, parameters })).toBe(undefined);
    const all = (): boolean => true;
    expect(ownRuns(rig.service, requester, all, { limit: 5 }).map((run) => run.id)).toEqual([id]);
    expect(ownRuns(rig.service, requester, all, { limit: 5, before: id })).toEqual([]);
    expect(ownRuns(rig.service, 'analyst@other', all, { limit: 5 })).toEqual([]);
  });
});
