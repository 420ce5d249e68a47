import type { SessionData } from 'express-session';
import { describe, expect, it } from 'vitest';

import {
  createSessionStore,
  MAX_SIGNED_IN_SESSIONS,
  MAX_STRANGERS_SESSIONS,
  SESSION_TOUCH_SECONDS,
  type KeptSessions,
} from '../../../coordinator/store/session-store.js';
import { openDatabase } from '../../../coordinator/index.js';
import { SESSION_IDLE_MINUTES } from '../../../web/index.js';
import { seededRng, testSeed } from '../../support/seeded-rng.js';
import { TestClock } from './fixtures.js';

const LIFETIME_HOURS = 8;
const IDLE_SECONDS = SESSION_IDLE_MINUTES * 60;

interface Opened {
  readonly store: KeptSessions;
  readonly clock: TestClock;
  readonly count: () => unknown;
  /** When the session of this id was written last. */
  readonly written: () => unknown;
  readonly again: () => KeptSessions;
}

function open(): Opened {
  const database = openDatabase(':memory:');
  const clock = new TestClock();
  const rng = seededRng(`${testSeed}/sessions`);
  const again = (): KeptSessions =>
    createSessionStore(database, {
      ...{ lifetimeHours: LIFETIME_HOURS, clock, rng },
      subjectOf: ({ person }) => person,
    });
  return {
    ...{ store: again(), clock, again },
    count: () => database.prepare('SELECT COUNT(*) FROM sessions').pluck().get(),
    written: () => database.prepare('SELECT MAX(used_at) FROM sessions').pluck().get(),
  };
}

const of = (person?: string): SessionData => ({ ...(person === undefined ? {} : { person }) }) as SessionData;

describe(`sessions in the database (seed ${testSeed})`, () => {
  it('are found under their id, until they are removed, or all of somebody’s are', () => {
    const { store, count } = open();
    store.put('one', of('a'));
    store.put('two', of('a'));
    store.put('three', of('b'));
    expect([store.get('one'), store.get('none')]).toEqual([of('a'), undefined]);
    store.remove('one');
    expect(store.get('one')).toBeUndefined();
    store.put('one', of('a'));
    store.removeSubject('a');
    expect([store.get('one'), store.get('two'), store.get('three')]).toEqual([undefined, undefined, of('b')]);
    expect(count()).toBe(1);
  });

  it('end when they are idle, to the second', () => {
    const { store, clock, count } = open();
    store.put('one', of('a'));
    clock.advance(IDLE_SECONDS - 1);
    expect(store.get('one')).toEqual(of('a'));
    clock.advance(1);
    expect([store.get('one'), count()]).toEqual([undefined, 0]);
  });

  it('end after their hours, though they are used and written anew', () => {
    const { store, clock } = open();
    store.put('one', of('a'));
    for (let at = 0; at < LIFETIME_HOURS * 3_600 - 600; at += 600) {
      clock.advance(600);
      store.put('one', of('a'));
    }
    clock.advance(599);
    expect(store.get('one')).toEqual(of('a'));
    clock.advance(1);
    expect(store.get('one')).toBeUndefined();
  });

  it('don’t last longer because a clock is set back', () => {
    const { store, clock } = open();
    store.put('one', of('a'));
    clock.advance(-IDLE_SECONDS);
    expect(store.get('one')).toBeUndefined();
  });

  it(`are written again once ${SESSION_TOUCH_SECONDS} seconds have passed, and not before`, () => {
    const { store, clock, written } = open();
    store.put('one', of('a'));
    const first = written();
    clock.advance(SESSION_TOUCH_SECONDS - 1);
    store.touch('one', of('a'));
    expect(written()).toBe(first);
    clock.advance(1);
    store.touch('one', of('a'));
    expect(written()).toBe(clock.now().toISOString());
    store.touch('none', of('a'));
    expect(store.get('none')).toBeUndefined();
  });

  it('are swept out when another begins', () => {
    const { store, clock, count } = open();
    for (const id of ['one', 'two', 'three']) store.put(id, of('a'));
    clock.advance(IDLE_SECONDS);
    store.put('four', of('b'));
    expect(count()).toBe(1);
  });

  it.each([
    ['of those who have signed in', MAX_SIGNED_IN_SESSIONS, 'a', undefined],
    ['of strangers', MAX_STRANGERS_SESSIONS, undefined, 'a'],
  ])('make room for another %s, and never for one of the other kind', (_, most, person, other) => {
    const { store, clock, count } = open();
    store.put('other', of(other));
    for (let session = 0; session < most; session += 1) store.put(`of ${session}`, of(person));
    clock.advance(1);
    store.put('of 0', of(person));
    expect(count()).toBe(most + 1);
    store.put('one more', of(person));
    expect(count()).toBe(most + 1);
    expect([store.get('of 0'), store.get('one more'), store.get('other')]).toEqual([of(person), of(person), of(other)]);
  });

  it('sign their cookies with the same secret as long as the database lives', () => {
    const { store, again } = open();
    expect(store.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(again().secret).toBe(store.secret);
    expect(open().store.secret).toMatch(/^[0-9a-f]{64}$/);
  });
});
