import { describe, expect, it } from 'vitest';
import type { Release } from '../../../coordinator/index.js';
import { NORMALISER_VERSION } from '../../../core/linkage/index.js';
import { approved, NOISY, REQUEST, Rig, type RigOptions } from './fixtures.js';
import { statistics } from './linkage-fixtures.js';

/** A rig whose agencies say these numbers of people of their snapshots; the others say nothing. */
function rigOf(people: Readonly<Record<string, number>>, options: RigOptions = {}): Rig {
  const rig = new Rig(options);
  for (const [agency, count] of Object.entries(people)) {
    rig.linkage[agency] = [statistics({ people: count })];
    rig.says(agency);
  }
  return rig;
}

async function released(rig: Rig, id = rig.service.submit(REQUEST).id): Promise<Release> {
  expect(await rig.ended(id)).toBe('finished');
  const { release } = rig.service.get(id);
  if (release === undefined) throw new RangeError('no release');
  return release;
}

const peopleOf = ({ linkage }: Release): (number | null | undefined)[] =>
  (linkage?.lists ?? []).map(({ statistics: said }) => said?.people.value);
const NOBODY = /^No agency gave statistics/;

describe('a run of people who are linked', () => {
  it('tells by which keys, and what agencies say of the people in the snapshots that were offered', async () => {
    const release = await released(rigOf({ police: 1_000, 'charity-a': 2_000 }));
    expect(release.linkage).toMatchObject({
      scheme: 'exact',
      schemeVersion: 1,
      normaliser: NORMALISER_VERSION,
      threshold: 0.5,
    });
    expect(release.linkage?.lists.map(({ agency, dataset }) => [agency, dataset])).toEqual([
      ['police', 'police.crimes'],
      ['charity-a', 'charities.support'],
      ['charity-b', 'charities.support'],
    ]);
    expect(peopleOf(release)).toEqual([1_000, 2_000, undefined]);
    expect(release.notes.filter((note) => note.startsWith('Without statistics'))).toEqual([
      expect.stringContaining('The charity-b (charities.support)'),
    ]);
  });

  it('hands these to the join, which judges links by them', async () => {
    const precisions = ({ linkage }: Release): (number | null)[] =>
      (linkage?.links ?? []).flatMap(({ at }) => at.map(({ precision }) => precision.value));
    const judged = await released(rigOf({ police: 1_000, 'charity-a': 1_000, 'charity-b': 1_000 }));
    expect(precisions(judged)).toHaveLength(3);
    for (const precision of precisions(judged)) expect(precision).toBeGreaterThan(0.99);
    expect(judged.notes.filter((note) => NOBODY.test(note))).toEqual([]);

    const unjudged = await released(new Rig());
    expect(precisions(unjudged)).toEqual([null, null, null]);
    expect(unjudged.notes.filter((note) => NOBODY.test(note))).toHaveLength(1);
  });

  it('keeps to what was said of the snapshots offered when an agency says something else meanwhile', async () => {
    const rig = rigOf({ police: 1_000, 'charity-a': 2_000 });
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(3);
    expect(rig.service.get(id).run.endedAt).toBeNull();
    rig.snapshots['police'] = 'cd'.repeat(32);
    rig.linkage['police'] = [statistics({ people: 7_000 })];
    rig.says('police');
    expect(peopleOf(await released(rig, id))).toEqual([1_000, 2_000, undefined]);
    // The next is of the new snapshot.
    expect(peopleOf(await released(rig))).toEqual([7_000, 2_000, undefined]);
  });

  it('has nothing from agencies that speak of another scheme or version', async () => {
    const rig = new Rig();
    rig.linkage['police'] = [statistics({ scheme: 'standard' }), statistics({ schemeVersion: 2 })];
    rig.says('police');
    expect(peopleOf(await released(rig))).toEqual([undefined, undefined, undefined]);
  });

  it('gives the report of then when it gives a release again', async () => {
    const rig = rigOf({ police: 1_000 }, { templates: [approved(NOISY)] });
    const first = await released(rig);
    rig.linkage['police'] = [statistics({ people: 5_000 })];
    rig.says('police');
    const { id } = rig.service.submit(REQUEST);
    const again = await released(rig, id);
    expect(rig.service.get(id).run.replayOf).not.toBeNull();
    expect(again.linkage).toEqual(first.linkage);
    expect(peopleOf(again)[0]).toBe(1_000);
  });

  it('says nothing of links beside a table that hides some of its cells, but how sure they are', async () => {
    const { linkage, table, notes } = await released(rigOf({ police: 1_000 }));
    expect(table.suppressed).toBeGreaterThan(0);
    const [link] = linkage?.links ?? [];
    expect([link?.people.base, ...(link?.at ?? []).map(({ links }) => links)].map((one) => one?.status)).toEqual(
      Array.from({ length: 4 }, () => 'withheld'),
    );
    expect(link?.at[0]?.precision.status).toBe('ok');
    expect(notes.filter((note) => note.startsWith('How many people were linked is not shown'))).toHaveLength(1);
  });
});
