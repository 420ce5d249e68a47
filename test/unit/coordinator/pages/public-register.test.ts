import { describe, expect, it } from 'vitest';
import { atomFeed, feedEntries, MAX_FEED_ENTRIES } from '../../../../coordinator/pages/public/feed.js';
import { PublicQuestions } from '../../../../coordinator/pages/public/public-questions.js';
import { PublicRuns } from '../../../../coordinator/pages/public/public-runs.js';
import { questionView, versionBefore } from '../../../../coordinator/pages/public/question-view.js';
import type { Run, RunDetail, RunState } from '../../../../coordinator/index.js';
import { rosterOf } from '../../../../core/governance/index.js';
import type { Template } from '../../../../core/templates/index.js';
import { catalogue } from '../../templates/fixtures.js';
import { approved, roster, template, TestClock } from '../fixtures.js';
import { boardOf, HeardGovernance, requesterNamed, yamlOf } from '../governance-fixtures.js';

const NEXT = template.version + 1;

class World {
  readonly clock = new TestClock();
  readonly registers = new HeardGovernance(boardOf(roster, this.clock));
  readonly questions = new PublicQuestions({ registers: this.registers as never, catalogue, clock: this.clock });
  /** Newest first. */
  stored: Run[] = [];
  /** Ids that were looked at in full. */
  read: string[] = [];
  readonly runs = new PublicRuns(
    {
      registers: this.registers as never,
      runs: {
        get: (id: string): RunDetail => {
          this.read.push(id);
          const run = this.stored.find((one) => one.id === id);
          if (run === undefined) throw new RangeError(id);
          return { run, events: [], phases: [], release: undefined };
        },
        list: (limit: number, before?: string) => {
          const from = before === undefined ? 0 : this.stored.findIndex(({ id }) => id === before) + 1;
          return this.stored.slice(from, from + limit);
        },
      } as never,
    },
    this.questions,
  );

  publish(changes: Partial<Template>): void {
    this.registers.board.publish(yamlOf({ ...template, ...changes }));
    this.registers.hear();
  }

  add(number: number, state: RunState, changes: Partial<Run> = {}): Run {
    const run: Run = {
      id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      ...{ template: template.template, templateVersion: 1, templateTitle: template.title },
      ...{ templateDigest: approved().digest, parameters: { quarters: ['2025-Q1'] } },
      ...{ requester: requesterNamed('a.person'), purpose: template.purpose },
      ...{ submittedAt: '2026-11-22T10:00:00.000Z', startedAt: '2026-11-22T10:00:01.000Z', endedAt: null },
      ...{ state, ending: null, participants: [], requestDigest: null, replayOf: null },
      ...changes,
    };
    this.stored.unshift(run);
    return run;
  }
}

describe('the register of runs', () => {
  it('has those whose turn has come, and none that waits or was never asked of anybody', () => {
    const world = new World();
    world.publish({});
    world.add(1, 'finished');
    world.add(2, 'cancelled', { startedAt: null });
    world.add(3, 'failed', { ending: { code: 'PARTY_LOST', party: 'police', message: 'a.person saw it' } });
    world.add(4, 'ring');
    world.add(5, 'submitted', { startedAt: null });
    world.add(6, 'finished', { startedAt: null, replayOf: 'x' });
    const all = world.runs.all();
    expect(all.map(({ outcome }) => outcome)).toEqual(['answered', 'under-way', 'not-answered', 'answered']);
    expect(all[2]?.ending).toEqual({
      code: 'PARTY_LOST',
      words: 'An organisation’s computer could no longer be reached.',
    });
    expect(JSON.stringify(all)).not.toContain('a.person');
    const [waiting] = world.stored.filter(({ state }) => state === 'submitted');
    expect(world.runs.find(waiting?.id ?? '')).toBeUndefined();
    expect(world.runs.find("' OR 1=1")).toBeUndefined();
  });

  it('says in words what was chosen, and by which organisation', () => {
    const world = new World();
    world.publish({});
    world.add(1, 'failed');
    const [run] = world.runs.all();
    expect(run).toMatchObject({ organisationName: 'Research office of the demonstration' });
    expect(run?.chosen).toEqual([{ parameter: 'quarters', values: ['January to March 2025'] }]);
  });

  it('reads a run that has ended once, and one that goes on each time', () => {
    const world = new World();
    world.publish({});
    for (let number = 1; number <= 120; number += 1) world.add(number, 'finished');
    const going = world.add(121, 'ring');
    const after = world.add(122, 'finished');
    expect(world.runs.all()).toHaveLength(122);
    expect(world.read).toHaveLength(122);
    world.read = [];
    expect(world.runs.all()).toHaveLength(122);
    expect(world.read).toEqual([after.id, going.id]);
    world.stored[1] = { ...going, state: 'finished' };
    const newest = world.add(123, 'finished');
    expect(world.runs.all().map(({ outcome }) => outcome)).toEqual(Array.from({ length: 123 }, () => 'answered'));
    world.read = [];
    expect(world.runs.all()[0]?.id).toBe(newest.id);
    expect(world.read).toEqual([]);
  });
});

describe('a question', () => {
  function viewed(world: World, version: number): ReturnType<typeof questionView> {
    const found = world.questions.find(template.template, version);
    if (found === undefined) throw new RangeError(String(version));
    const { register } = world.registers;
    const { roster: signed } = register.current;
    const before = versionBefore(found, world.questions.all());
    return questionView(found, { roster: signed, agencies: rosterOf(signed), catalogue, before });
  }

  it('says who wrote, reviewed and approved it, by organisation, and what happened when', () => {
    const world = new World();
    world.publish({});
    const view = viewed(world, template.version);
    expect(view.authors).toEqual(['Research office of the demonstration']);
    expect(view.approvedBy).toEqual(['Data board of the demonstration', 'Victims’ council of the demonstration']);
    expect(view.principles.map(({ name, marks }) => [name, marks.length])).toEqual([
      ['Relevant', 2],
      ['Impactful', 2],
      ['Clear and informative', 2],
      ['Non-stigmatising', 2],
    ]);
    expect(view.timeline.map(({ title }) => title)).toEqual([
      ...['Proposed', 'Review written', 'Review written', 'Review shown', 'Review shown', 'Approved'],
      'Published: it may be asked from then on',
    ]);
    expect(view.datasets.map(({ agencies }) => agencies)).toEqual([['The police'], ['The charity-a', 'The charity-b']]);
    expect(view.datasets[0]?.fields.map(({ name }) => name)).toEqual(['quarter', 'withdrew']);
    expect(view.changes).toBeNull();
    expect(JSON.stringify(view)).not.toContain('data-officer');
  });

  it('is compared with the version before, and says that it was replaced', () => {
    const world = new World();
    world.publish({});
    world.publish({ version: NEXT, title: 'Another question?' });
    expect(viewed(world, template.version).line.state).toBe('superseded');
    expect(viewed(world, NEXT).changes).toEqual({
      ...{ href: `/questions/${template.template}/${template.version}`, version: template.version },
      changes: [{ effect: 'Wording', says: 'The question now reads: Another question?' }],
    });
    expect(world.questions.latest(template.template)?.standing.version).toBe(NEXT);
  });

  it('ends with its last day, without anything being signed', () => {
    const world = new World();
    world.publish({ expires: '2026-11-22' });
    expect(viewed(world, template.version).line.state).toBe('live');
    world.clock.advance(86_400);
    expect(viewed(world, template.version).line.state).toBe('expired');
  });

  it('is said in its own text where the definitions that it was made for are gone', () => {
    const world = new World();
    world.publish({});
    const questions = new PublicQuestions({
      registers: world.registers as never,
      catalogue: new Map(),
      clock: world.clock,
    });
    expect(questions.all().map(({ bound }) => bound)).toEqual([null]);
    expect(questions.boundOf(approved().digest)).toBeUndefined();
  });
});

describe('the feed', () => {
  it('says what was published, stopped, answered and refused, newest first, and escapes it', () => {
    const world = new World();
    world.publish({});
    world.clock.advance(60);
    world.registers.board.revoke(template.template, 'a < b & "c"');
    world.registers.hear();
    world.add(1, 'finished', { endedAt: '2026-11-22T11:00:00.000Z' });
    world.add(2, 'ring');
    const entries = feedEntries(world.questions.all(), world.runs.all());
    expect(entries.map(({ title }) => title.split(':')[0])).toEqual(['Answered', 'Stopped', 'May be asked']);
    const feed = atomFeed(entries, { federation: 'unit-test', log: 'a-log', now: world.clock.now() });
    expect(feed).toContain('<summary>a &lt; b &amp; &quot;c&quot;</summary>');
    expect(feed).toContain('<updated>2026-11-22T11:00:00.000Z</updated>\n<author>');
  });

  it('has no more than MAX_FEED_ENTRIES, the newest', () => {
    const world = new World();
    world.publish({});
    for (let number = 1; number <= MAX_FEED_ENTRIES; number += 1) {
      world.add(number, 'finished', { endedAt: new Date(Date.UTC(2026, 11, 1, 0, 0, number)).toISOString() });
    }
    const entries = feedEntries(world.questions.all(), world.runs.all());
    expect(entries).toHaveLength(MAX_FEED_ENTRIES);
    expect(entries.some(({ title }) => title.startsWith('May be asked'))).toBe(false);
  });

  it('has no character that XML has no place for', () => {
    const entry = {
      id: 'urn:x',
      title: 'a\u0007b\ud800',
      summary: '\ud83d\ude00',
      href: '/',
      at: '2026-11-22T10:00:00.000Z',
    };
    const feed = atomFeed([entry], { federation: 'unit-test', log: 'a-log', now: new Date() });
    expect(feed).toContain('<title>a\ufffdb\ufffd</title>');
    expect(feed).toContain('<summary>\ud83d\ude00</summary>');
  });

  it('is whole where nothing has happened', () => {
    const feed = atomFeed([], { federation: 'unit-test', log: 'a-log', now: new Date('2026-11-22T10:00:00Z') });
    expect(feed).toContain('<updated>2026-11-22T10:00:00.000Z</updated>');
    expect(feed).not.toContain('<entry>');
  });
});
