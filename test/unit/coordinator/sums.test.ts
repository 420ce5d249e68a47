import { describe, expect, it } from 'vitest';
import { AGES, approved, DEADLINE_SECONDS, listsWithAges, REQUEST, Rig, type RigOptions } from './fixtures.js';

const rigWithAges = (options: RigOptions = {}): Rig =>
  new Rig({ templates: [approved(AGES)], lists: listsWithAges, ...options });

describe('a run with a measure', () => {
  it('goes past the sums and releases the means', async () => {
    const rig = rigWithAges();
    const { id } = rig.service.submit(REQUEST);
    const moved: string[] = [];
    rig.service.follow(id, 0, {
      event: () => undefined,
      progress: ({ subject, done, steps, to }) => {
        if (subject === 'sums') moved.push(`${done} of ${steps} to ${to}`);
      },
      over: () => undefined,
    });
    expect(await rig.ended(id)).toBe('finished');
    const { events, phases, release } = rig.service.get(id);
    expect(events.map(({ name }) => name).filter((name) => !name.startsWith('agency-'))).toEqual([
      'run-submitted',
      'offer-sent',
      'offer-accepted',
      'key-agreed',
      'lists-gathered',
      'lists-matched',
      'tally-decoded',
      'sums-opened',
      'table-released',
    ]);
    expect(phases.map(({ phase }) => phase)).toContain('summing');
    expect(moved).toEqual(['0 of 3 to police', '1 of 3 to charity-a', '2 of 3 to charity-b', '3 of 3 to coordinator']);

    // Stayed and not supported: persons 1, 3, 5 … 51; every fifth of them, whose number ends in 9, says no age.
    const ages = Array.from({ length: 26 }, (_, index) => 2 * index + 1)
      .filter((person) => person % 10 !== 9)
      .map((person) => 20 + person);
    const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
    const [measure] = release?.table.measures ?? [];
    expect(measure).toMatchObject({ name: 'police.crimes.age', kind: 'mean', range: [20, 80] });
    const stayed = measure?.cells.find(({ categories }) => categories.join() === '1,1');
    expect(stayed?.status).toBe('ok');
    expect(stayed?.value?.value).toBeCloseTo(mean, 0);
  });

  it('shows sums unprotected where counts may be', async () => {
    const rig = rigWithAges({ reveal: true });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { measures, table } = rig.service.unprotectedCounts(id);
    expect(measures).toMatchObject([{ name: 'police.crimes.age', kind: 'mean', centre: 50 }]);
    expect(measures[0]?.cells.map(({ present }) => present)).toEqual(
      table.cells.map(({ count }, index) => (index === 3 ? 21 : count)),
    );
  });

  it('says nothing of exact sums in its log or its database', async () => {
    const rig = rigWithAges();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    expect(JSON.stringify(rig.log.lines)).not.toContain('measure');
    expect(JSON.stringify(rig.service.get(id))).not.toContain('"present"');
  });

  it('fails at the deadline when an agency does not do its part, naming it', async () => {
    const rig = rigWithAges({ behaviours: { 'charity-a': 'no-sums' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.held(id, 'coordinator', 'sums');
    while (!rig.heard.some(({ agency, kind }) => agency === 'charity-a' && kind === 'sums')) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    rig.clock.advance(DEADLINE_SECONDS - 1);
    expect(rig.service.get(id).run.ending).toBeNull();
    rig.clock.advance(1);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'DEADLINE_PASSED', party: 'charity-a' });
    expect(rig.service.get(id).release).toBeUndefined();
  });

  it('can be called off while the sums go round', async () => {
    const rig = rigWithAges({ behaviours: { 'charity-a': 'no-sums' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.reached(id, 'summing');
    expect(await rig.service.cancel(id, 'somebody')).toMatchObject({ state: 'cancelled' });
  });
});

describe('a table that cannot be protected', () => {
  it('ends the run, releases nothing and says why in the log only', async () => {
    const rig = new Rig({
      // With totals, so that there is something to solve.
      templates: [approved({ present: { margins: 'totals' } })],
      solver: {
        model: () => {
          throw new Error('the inside of a solver');
        },
      },
    });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('failed');
    const { run, release, events } = rig.service.get(id);
    expect(release).toBeUndefined();
    expect(run.ending).toMatchObject({ code: 'DISCLOSURE_FAILED', party: 'coordinator' });
    expect(JSON.stringify([run, events])).not.toContain('inside of a solver');
    expect(rig.log.of('run-error')).toMatchObject([
      { err: { message: expect.stringContaining('the inside of a solver') as string } },
    ]);
    expect(rig.heard).toContainEqual({ agency: 'relay', kind: 'close', code: 'DISCLOSURE_FAILED' });
  });
});
