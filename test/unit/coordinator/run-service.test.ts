import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MAX_REVEALED_RUNS, MAX_WAITING_RUNS, PHASE_BYTES_STEP, type RunEvent } from '../../../coordinator/index.js';
import { NO_FLOORS } from '../../../core/templates/index.js';
import { WORKING_SECONDS } from '../../../core/private-join/index.js';
import { approved, DEADLINE_SECONDS, lists, PARAMETERS, REQUEST, Rig, roster, TEMPLATE } from './fixtures.js';

function codeOf(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return (thrown as { code?: unknown }).code;
  }
  return 'nothing was thrown';
}

const names = (events: readonly RunEvent[]): string[] =>
  events.map(({ name, party }) => (party === null ? name : `${name} ${party}`));

/** Every number but the ends of intervals, which follow from what is shown, and may happen to be what is not. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'object' && value !== null && 'low' in value && 'high' in value) return [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('a run that goes well', () => {
  it('goes through every state and releases the protected table', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('finished');

    const { run, events, release, phases } = rig.service.get(id);
    expect(names(events).filter((name) => !name.startsWith('agency-'))).toEqual([
      'run-submitted',
      'offer-sent',
      'offer-accepted',
      'key-agreed',
      'lists-gathered',
      'lists-matched',
      'tally-decoded',
      'table-released',
    ]);
    expect(new Set(names(events).filter((name) => name.startsWith('agency-')))).toEqual(
      new Set(['agency-accepted police', 'agency-accepted charity-a', 'agency-accepted charity-b']),
    );
    expect(run).toMatchObject({
      state: 'finished',
      ending: null,
      requester: REQUEST.requester,
      parameters: { quarters: ['2025-Q1', '2025-Q2'] },
    });
    expect(run.participants.map(({ agency }) => agency)).toEqual(['police', 'charity-a', 'charity-b']);

    // withdrew yes, no, not recorded; supported yes, no.
    const values = release?.table.cells.map(({ categories, value }) => [...categories, value]);
    expect(values).toEqual([
      [0, 0, 15],
      [0, 1, null],
      [1, 0, 15],
      [1, 1, 25],
      [2, 0, null],
      [2, 1, null],
    ]);
    expect(release?.chosen).toEqual([
      { parameter: 'quarters', values: ['January to March 2025', 'April to June 2025'] },
    ]);
    expect(release?.sources.map(({ agency, asAt }) => [agency, asAt])).toEqual([
      ['police', '2026-10-31'],
      ['charity-a', '2026-10-31'],
      ['charity-b', '2026-10-31'],
    ]);
    expect(release?.notes).toHaveLength(7);

    expect(phases.map(({ phase }) => phase)).toEqual([
      'offering',
      'keying',
      'ring',
      'matching',
      'tallying',
      'releasing',
    ]);
    for (const { bytes } of phases) expect(bytes % PHASE_BYTES_STEP).toBe(0);
    expect(phases.filter(({ bytes }) => bytes > 0).map(({ phase }) => phase)).toEqual(['ring', 'tallying']);
  });

  it('says of each list which part of its rows could not be used', async () => {
    const rig = new Rig();
    rig.rejectedPercent['charity-a'] = 3;
    rig.says('charity-a');
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const { release } = rig.service.get(id);
    expect(release?.sources.map(({ rejectedPercent }) => rejectedPercent)).toEqual([0, 3, 0]);
    expect(release?.notes.filter((note) => note.includes('left 3 % of its rows'))).toHaveLength(1);
  });

  it('offers exactly the agencies whose datasets the template asks for, in roster order', async () => {
    const rig = new Rig({ online: ['courts', 'charity-b', 'charity-a', 'police'] });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    expect(rig.offers.map(({ participants }) => participants.map(({ agency }) => agency))).toEqual(
      Array.from({ length: 3 }, () => ['police', 'charity-a', 'charity-b']),
    );
    expect(rig.heard.filter(({ agency }) => agency === 'courts')).toEqual([]);
  });

  it('tells whoever follows of every event and of each step of each list, without counts', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    const told: unknown[] = [];
    const keys = new Set<string>();
    rig.service.follow(id, 0, {
      event: ({ name }) => told.push(name),
      progress: (progress) => {
        for (const key of Object.keys(progress)) keys.add(key);
        if (progress.done === progress.steps) told.push(progress.subject);
      },
      over: () => told.push('over'),
    });
    await rig.ended(id);
    expect(told[0]).toBe('run-submitted');
    expect(told.at(-1)).toBe('table-released');
    for (const list of [
      'police.crimes/police',
      'charities.support/charity-a',
      'charities.support/charity-b',
      'tally',
    ]) {
      expect(told).toContain(list);
    }
    expect(told.indexOf('lists-gathered')).toBeGreaterThan(told.indexOf('charities.support/charity-b'));
    expect(keys).toEqual(new Set(['subject', 'done', 'steps', 'from', 'to']));
  });

  it('says nothing of exact counts or bytes in its log or its database', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    const numbers = numbersIn([rig.log.lines, rig.service.get(id)]);
    expect(numbers).toContain(15);
    // The exact counts, and the population.
    for (const exact of [13, 26, 52]) expect(numbers).not.toContain(exact);
    expect(rig.log.of('run-ended')).toEqual([{ event: 'run-ended', runId: id, outcome: 'finished', cpuSeconds: 0 }]);
    expect(rig.log.of('run-phase').map(({ phase }) => phase)).toEqual([
      'offering',
      'keying',
      'ring',
      'matching',
      'tallying',
      'releasing',
    ]);
  });

  it('shows unprotected counts only where the configuration says so', async () => {
    const closed = new Rig();
    const open = new Rig({ reveal: true });
    const { id } = closed.service.submit(REQUEST);
    const { id: shown } = open.service.submit(REQUEST);
    await closed.ended(id);
    await open.ended(shown);
    expect(codeOf(() => closed.service.unprotectedCounts(id))).toBe('COUNTS_NOT_REVEALED');
    const { table, phases } = open.service.unprotectedCounts(shown);
    expect(table.cells.map(({ count }) => count)).toEqual([13, 0, 13, 26, 0, 0]);
    expect(phases.find(({ phase }) => phase === 'ring')?.bytes).toBeGreaterThan(52 * 128);
    expect(codeOf(() => open.service.unprotectedCounts('no such run'))).toBe('UNKNOWN_RUN');
    await open.service.stop();
    expect(codeOf(() => open.service.unprotectedCounts(shown))).toBe('COUNTS_GONE');
  });

  it('remembers unprotected counts of so many runs and no more', async () => {
    const rig = new Rig({ reveal: true });
    const ids: string[] = [];
    for (let run = 0; run <= MAX_REVEALED_RUNS; run += 1) {
      // Of new data each time, for the same of the same would be answered without counting.
      rig.snapshots['police'] = run.toString(16).padStart(64, '0');
      rig.says('police');
      const { id } = rig.service.submit(REQUEST);
      ids.push(id);
      await rig.ended(id);
    }
    expect(codeOf(() => rig.service.unprotectedCounts(ids[0] ?? ''))).toBe('COUNTS_GONE');
    expect(rig.service.unprotectedCounts(ids[1] ?? '').table.cells).toHaveLength(6);
  });
});

describe('a request that cannot be taken', () => {
  it.each([
    ['an unknown template', { ...REQUEST, template: 'no-such' }, 'UNKNOWN_TEMPLATE'],
    ['an unknown parameter', { ...REQUEST, parameters: { ...PARAMETERS, x: ['1'] } }, 'BAD_PARAMETERS'],
    ['a value out of bounds', { ...REQUEST, parameters: { quarters: ['2025-Q3'] } }, 'BAD_PARAMETERS'],
    ['a missing parameter', { ...REQUEST, parameters: {} }, 'BAD_PARAMETERS'],
  ])('refuses %s', (_, request, code) => {
    expect(codeOf(() => new Rig().service.submit(request))).toBe(code);
  });

  it('names every agency that is not connected', () => {
    const rig = new Rig({ online: ['charity-a'] });
    expect(() => rig.service.submit(REQUEST)).toThrow(
      expect.objectContaining({
        code: 'AGENCIES_NOT_CONNECTED',
        problems: [expect.objectContaining({ path: 'police' }), expect.objectContaining({ path: 'charity-b' })],
      }),
    );
  });

  it('names every agency and dataset without a snapshot', () => {
    const rig = new Rig();
    const hello = { softwareVersion: '1', snapshots: [], floors: NO_FLOORS, logSize: 0, registerSize: 0 };
    rig.handlers.received('charity-b', { kind: 'hello', hello });
    expect(() => rig.service.submit(REQUEST)).toThrow(
      expect.objectContaining({
        code: 'SNAPSHOTS_MISSING',
        problems: [expect.objectContaining({ path: 'charity-b.charities.support' })],
      }),
    );
  });

  it('refuses a template that one agency alone would answer', () => {
    const alone = approved({
      links: [],
      dimensions: [{ field: 'police.crimes.withdrew' }],
    });
    expect(codeOf(() => new Rig({ templates: [alone] }).service.submit(REQUEST))).toBe('TOO_FEW_PARTICIPANTS');
  });

  it('refuses a template that asks for more agencies than there are', () => {
    const asking = (minimumParticipants: number): Rig => new Rig({ templates: [approved({ minimumParticipants })] });
    const agencies = roster.agencies.filter(({ datasets }) =>
      datasets.some((dataset) => dataset !== 'courts.hearings'),
    );
    expect(asking(agencies.length).service.submit(REQUEST)).toBeDefined();
    expect(codeOf(() => asking(agencies.length + 1).service.submit(REQUEST))).toBe('TOO_FEW_PARTICIPANTS');
  });

  it('runs a template on its last day and not on the day after', async () => {
    const rig = new Rig({ templates: [approved({ expires: '2026-11-22' })] });
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    rig.clock.advance(14 * 3600);
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('TEMPLATE_EXPIRED');
  });

  it('takes as many as may wait, and not one more', () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    // The first is under way at once and waits for nobody's turn.
    for (let run = 0; run <= MAX_WAITING_RUNS; run += 1) rig.service.submit(REQUEST);
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('QUEUE_FULL');
  });

  it('takes nothing once it is stopping', async () => {
    const rig = new Rig();
    await rig.service.stop();
    expect(codeOf(() => rig.service.submit(REQUEST))).toBe('STOPPING');
  });
});

describe('the queue', () => {
  it('does one run at a time, in the order of asking', async () => {
    const rig = new Rig();
    const ids = [1, 2, 3].map(() => rig.service.submit(REQUEST).id);
    for (const id of ids) expect(await rig.ended(id)).toBe('finished');
    const order = rig.log.lines
      .filter(({ event }) => event === 'run-phase' || event === 'run-ended')
      .map(({ runId }) => runId);
    expect(order.filter((id, index) => id !== order[index - 1])).toEqual(ids);
  });

  it('fails a run whose agencies have gone while it waited', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    const first = rig.service.submit(REQUEST).id;
    const second = rig.service.submit(REQUEST).id;
    await rig.reached(first, 'offering');
    rig.disconnect('charity-b');
    expect(await rig.ended(first)).toBe('failed');
    expect(await rig.ended(second)).toBe('failed');
    expect(rig.service.get(second).run.ending).toMatchObject({ code: 'PARTY_LOST', party: 'charity-b' });
  });

  it('fails a run whose template has expired while it waited', async () => {
    const rig = new Rig({
      behaviours: { police: 'silent', 'charity-a': 'silent', 'charity-b': 'silent' },
      templates: [approved({ expires: '2026-11-22' })],
    });
    const first = rig.service.submit(REQUEST).id;
    const second = rig.service.submit(REQUEST).id;
    await rig.offered(3);
    // The first run's deadline passes, and the template's last day with it.
    rig.clock.advance(24 * 3600);
    expect(await rig.ended(first)).toBe('failed');
    expect(await rig.ended(second)).toBe('failed');
    expect(rig.service.get(second).run.ending).toMatchObject({ code: 'REFUSED' });
  });
});

describe('agencies that refuse', () => {
  it('collects every refusal before the run ends as refused, and tells those who had accepted', async () => {
    const rig = new Rig({
      behaviours: { police: { refuse: 'NOT_ALLOWED_HERE' }, 'charity-b': { refuse: 'SNAPSHOT_STALE' } },
    });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('refused');
    const { run, events, release } = rig.service.get(id);
    expect(release).toBeUndefined();
    expect(run.ending).toMatchObject({ code: 'REFUSED', party: 'police' });
    expect(
      events.filter(({ name }) => name === 'agency-refused').map(({ party, code, message }) => [party, code, message]),
    ).toEqual([
      ['police', 'NOT_ALLOWED_HERE', 'police says no'],
      ['charity-b', 'SNAPSHOT_STALE', 'charity-b says no'],
    ]);
    expect(names(events)).toContain('agency-accepted charity-a');
    expect(rig.heard).toContainEqual({ agency: 'charity-a', kind: 'abort', code: 'REFUSED' });
    expect(rig.heard).toContainEqual({ agency: 'relay', kind: 'close', code: 'REFUSED' });
  });

  it('ends as refused when another agency then never answers', async () => {
    const rig = new Rig({
      behaviours: { police: { refuse: 'NOT_ALLOWED_HERE' }, 'charity-b': 'silent' },
    });
    const { id } = rig.service.submit(REQUEST);
    await rig.told(id, 'agency-refused police', 'agency-accepted charity-a');
    rig.clock.advance(DEADLINE_SECONDS);
    expect(await rig.ended(id)).toBe('refused');
  });

  it('fails when an agency refuses what it has accepted', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.told(id, 'agency-accepted charity-a');
    rig.handlers.received('charity-a', { kind: 'refusal', runId: id, code: 'SNAPSHOT_STALE', reason: '' });
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'OUT_OF_ORDER', party: 'charity-a' });
  });

  it('takes no notice of a refusal by an agency that was not asked', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    rig.connect('courts');
    const { id } = rig.service.submit(REQUEST);
    await rig.offered(3);
    rig.handlers.received('courts', { kind: 'refusal', runId: id, code: 'BUSY', reason: '' });
    expect(rig.log.of('foreign-refusal')).toMatchObject([{ runId: id, agency: 'courts' }]);
    rig.handlers.received('police', { kind: 'refusal', runId: id, code: 'PAUSED', reason: '' });
    expect(await rig.ended(id)).toBe('refused');
    expect(names(rig.service.get(id).events)).toContain('agency-refused police');
  });

  it('takes no notice of a refusal of another run', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    rig.handlers.received('police', { kind: 'refusal', runId: 'another', code: 'SNAPSHOT_STALE', reason: '' });
    expect(await rig.ended(id)).toBe('finished');
  });
});

describe('runs that break off', () => {
  it('fails when a party is lost, and the next run succeeds', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'vanish' } });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'PARTY_LOST', party: 'charity-a' });
    expect(rig.heard).toContainEqual({ agency: 'police', kind: 'abort', code: 'PARTY_LOST' });
    rig.behaviours['charity-a'] = 'accept';
    rig.connect('charity-a');
    expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  });

  it('goes on when an agency is lost that takes no part', async () => {
    const rig = new Rig({ online: ['police', 'charity-a', 'charity-b', 'courts'] });
    const { id } = rig.service.submit(REQUEST);
    await rig.reached(id, 'offering');
    rig.disconnect('courts');
    expect(await rig.ended(id)).toBe('finished');
  });

  it("ends with an agency's own reason", async () => {
    const rig = new Rig({ behaviours: { police: 'abort' } });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'SNAPSHOT_UNREADABLE', party: 'police' });
  });

  it('fails at the deadline when an agency does not answer, naming it', async () => {
    const rig = new Rig({ behaviours: { 'charity-b': 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.told(id, 'agency-accepted police', 'agency-accepted charity-a');
    rig.clock.advance(DEADLINE_SECONDS - 1);
    expect(rig.service.get(id).run.ending).toBeNull();
    rig.clock.advance(1);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'DEADLINE_PASSED', party: 'charity-b' });
    expect(rig.service.get(id).run.ending?.message).toContain('charity-b');
  });
});

describe('lists that do not arrive', () => {
  it('fails at the deadline when nothing moves, naming the agency that has the list', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'stall' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.held(id, 'charity-a', ...lists.keys());
    rig.clock.advance(DEADLINE_SECONDS - 1);
    expect(rig.service.get(id).run.ending).toBeNull();
    rig.clock.advance(1);
    expect(await rig.ended(id)).toBe('failed');
    const { run, events } = rig.service.get(id);
    expect(run.ending).toMatchObject({ code: 'DEADLINE_PASSED', party: 'charity-a' });
    expect(names(events)).toContain('key-agreed');
    expect(rig.heard).toContainEqual({ agency: 'police', kind: 'abort', code: 'DEADLINE_PASSED' });
  });

  it('waits on for an agency that says it is at work, and no longer than it does', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'stall' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.held(id, 'charity-a', ...lists.keys());
    rig.clock.advance(DEADLINE_SECONDS - 1);
    await rig.saysWorking(id, 'charity-b');
    rig.clock.advance(DEADLINE_SECONDS - 1);
    expect(rig.service.get(id).run.ending).toBeNull();
    rig.clock.advance(1);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'DEADLINE_PASSED', party: 'charity-a' });
  });

  it('tells every agency of the run that somebody is at work, once in a while', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'stall' }, online: roster.agencies.map((agency) => agency.id) });
    const { id } = rig.service.submit(REQUEST);
    await rig.held(id, 'charity-a', ...lists.keys());
    const told = (): number[] => ['police', 'charity-a', 'charity-b', 'courts'].map((name) => rig.toldWorking(name));
    expect(told()).toEqual([1, 1, 1, 0]);
    rig.clock.advance(WORKING_SECONDS - 1);
    await rig.saysWorking(id, 'charity-b');
    expect(told()).toEqual([1, 1, 1, 0]);
    rig.clock.advance(1);
    expect(told()).toEqual([1, 1, 1, 0]);
    await rig.saysWorking(id, 'charity-b');
    expect(told()).toEqual([2, 2, 2, 0]);
    await rig.service.cancel(id, 'somebody');
    rig.clock.advance(WORKING_SECONDS);
    await rig.saysWorking(id, 'charity-b');
    expect(told()).toEqual([2, 2, 2, 0]);
  });

  it('tells them also of its own work', async () => {
    const rig: Rig = new Rig({
      engine: (engine) => ({
        parallelism: engine.parallelism,
        run: async (job, options) => {
          const result = await engine.run(job, options);
          if (job.kind !== 'combine') return result;
          // Until the relay has said of the last list that it is over.
          await new Promise(setImmediate);
          rig.clock.advance(WORKING_SECONDS);
          return result;
        },
      }),
    });
    const { id } = rig.service.submit(REQUEST);
    const told: number[] = [];
    rig.service.follow(id, 0, {
      event: ({ name }) => {
        if (name === 'lists-gathered' || name === 'lists-matched') told.push(rig.toldWorking('police'));
      },
      progress: () => undefined,
      over: () => undefined,
    });
    expect(await rig.ended(id)).toBe('finished');
    expect(told).toEqual([1, 2]);
  });

  it('tells them while it matches', async () => {
    const told: number[] = [];
    const rig: Rig = new Rig({
      engine: (engine) => ({
        parallelism: engine.parallelism,
        run: (job, options) => {
          if (job.kind === 'combine') told.push(rig.toldWorking('police'));
          return engine.run(job, options);
        },
      }),
    });
    const { id } = rig.service.submit(REQUEST);
    rig.service.follow(id, 0, {
      event: ({ name }) => {
        // Matching has begun, and has said of the last list that it is over before the next turn.
        if (name === 'lists-gathered') setImmediate(() => rig.clock.advance(WORKING_SECONDS));
      },
      progress: () => undefined,
      over: () => undefined,
    });
    expect(await rig.ended(id)).toBe('finished');
    expect(told).toEqual([2]);
  });

  it('fails with the code of a transfer that broke', async () => {
    const rig = new Rig({ behaviours: { 'charity-a': 'break' } });
    const { id } = rig.service.submit(REQUEST);
    expect(await rig.ended(id)).toBe('failed');
    expect(rig.service.get(id).run.ending).toMatchObject({ code: 'BAD_CHUNK', party: 'charity-a' });
  });
});

describe('cancelling', () => {
  it('calls off the run that is under way and tells the agencies', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    await rig.reached(id, 'offering');
    expect(await rig.service.cancel(id, 'somebody')).toMatchObject({
      state: 'cancelled',
      ending: { code: 'CANCELLED', message: 'cancelled by somebody' },
    });
    expect(rig.heard).toContainEqual({ agency: 'police', kind: 'abort', code: 'CANCELLED' });
  });

  it('calls off a run that waits, and the others keep their turn', async () => {
    const rig = new Rig();
    const [first, second, third] = [1, 2, 3].map(() => rig.service.submit(REQUEST).id);
    await rig.service.cancel(second ?? '', 'somebody');
    expect(await rig.ended(first ?? '')).toBe('finished');
    expect(await rig.ended(third ?? '')).toBe('finished');
    expect(rig.service.get(second ?? '').run).toMatchObject({ state: 'cancelled', startedAt: null });
  });

  it('refuses for a run that has ended, and for one there is not', async () => {
    const rig = new Rig();
    const { id } = rig.service.submit(REQUEST);
    await rig.ended(id);
    await expect(rig.service.cancel(id, 'x')).rejects.toMatchObject({ code: 'RUN_ENDED' });
    await expect(rig.service.cancel('none', 'x')).rejects.toMatchObject({ code: 'UNKNOWN_RUN' });
  });
});

describe('a coordinator that goes down', () => {
  it('fails what is under way and what waits when it is stopped', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' } });
    const ids = [1, 2].map(() => rig.service.submit(REQUEST).id);
    await rig.reached(ids[0] ?? '', 'offering');
    await rig.service.stop();
    for (const id of ids) {
      expect(rig.service.get(id).run).toMatchObject({ state: 'failed', ending: { code: 'RESTARTED' } });
    }
  });

  it('finds what it had under way failed when it starts again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coordinator-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const database = join(folder, 'coordinator.db');
    const before = new Rig({ behaviours: { police: 'silent' }, database });
    const ids = [1, 2].map(() => before.service.submit(REQUEST).id);
    await before.reached(ids[0] ?? '', 'offering');
    before.crash();

    const after = new Rig({ database });
    after.service.recover();
    for (const id of ids) {
      const { run, events } = after.service.get(id);
      expect(run).toMatchObject({ state: 'failed', ending: { code: 'RESTARTED' } });
      expect(run.endedAt).not.toBeNull();
      expect(events.at(-1)).toMatchObject({ name: 'run-failed', state: 'failed', code: 'RESTARTED' });
    }
    expect(await after.ended(after.service.submit(REQUEST).id)).toBe('finished');
  });
});

it('goes on when the end of a run cannot be written down, and says so to whoever follows it', async () => {
  const rig = new Rig({ failsToWrite: true });
  const { id } = rig.service.submit(REQUEST);
  const lost = new Promise<void>((resolve) => {
    rig.service.follow(id, 0, { event: () => undefined, progress: () => undefined, over: resolve });
  });
  await lost;
  expect(rig.log.of('run-not-recorded')).toMatchObject([{ runId: id }]);
  expect(rig.service.get(id).release).toBeUndefined();
  expect(await rig.ended(rig.service.submit(REQUEST).id)).toBe('finished');
  // Nor is whoever comes later left waiting for the end.
  await new Promise<void>((resolve) => {
    rig.service.follow(id, 0, { event: () => undefined, progress: () => undefined, over: resolve });
  });
});

describe('runs that wait while nothing can be written', () => {
  it('are dropped when a register ends them, and the rest of it comes into force', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' }, failsToWrite: true });
    const first = rig.service.submit(REQUEST).id;
    const second = rig.service.submit(REQUEST).id;
    await rig.offered(3);
    rig.governance.board.revoke(TEMPLATE, 'Its question misleads.');
    rig.takeRegister();
    expect(rig.log.of('run-not-recorded')).toMatchObject([{ runId: second }]);
    expect(await rig.ended(first)).toBe('failed');
    expect(rig.service.get(first).run.ending).toMatchObject({ code: 'REGISTER_CHANGED' });
  });

  it('do not keep the coordinator from stopping', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' }, failsToWrite: true });
    const first = rig.service.submit(REQUEST).id;
    const second = rig.service.submit(REQUEST).id;
    await rig.offered(3);
    await rig.service.stop();
    expect(rig.log.of('run-not-recorded')).toMatchObject([{ runId: second }]);
    expect(rig.service.get(first).run.ending).toMatchObject({ code: 'RESTARTED' });
  });

  it('can be cancelled again, when it could not be written the first time', async () => {
    const rig = new Rig({ behaviours: { police: 'silent' }, failsToWrite: true });
    rig.service.submit(REQUEST);
    const { id } = rig.service.submit(REQUEST);
    await expect(rig.service.cancel(id, 'analyst')).rejects.toThrow('disk full');
    expect(await rig.service.cancel(id, 'analyst')).toMatchObject({ state: 'cancelled' });
  });
});

it('lists runs newest first', async () => {
  const rig = new Rig();
  const ids = [1, 2, 3].map(() => rig.service.submit(REQUEST).id);
  for (const id of ids) await rig.ended(id);
  expect(rig.service.list(2).map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  expect(rig.service.list(2, ids[1]).map(({ id }) => id)).toEqual([ids[0]]);
  expect(rig.service.list(1)[0]?.template).toBe(TEMPLATE);
});
