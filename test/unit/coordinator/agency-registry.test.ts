import { describe, expect, it, onTestFinished } from 'vitest';
import { AgencyRegistry, createAgencyStore, openDatabase } from '../../../coordinator/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { NO_FLOORS, type Floors } from '../../../core/templates/index.js';
import type { NodeConnection } from '../../../transport/index.js';
import { TestClock, TestLog } from './fixtures.js';

const FLOORS: Floors = { threshold: 20, roundTo: 0, epsilon: 1 };

function make(): {
  registry: AgencyRegistry;
  clock: TestClock;
  log: TestLog;
  again: () => AgencyRegistry;
  forbidWrites: () => void;
} {
  const database = openDatabase(':memory:');
  onTestFinished(() => {
    database.close();
  });
  const clock = new TestClock();
  const log = new TestLog();
  const agencies = [
    { id: 'police', name: 'The police', datasets: ['police.crimes', 'police.stops'] },
    { id: 'charity', name: 'A charity', datasets: ['charities.support'] },
  ];
  const again = (): AgencyRegistry => new AgencyRegistry(agencies, createAgencyStore(database), clock, log);
  const forbidWrites = (): void => void database.pragma('query_only = 1');
  return { registry: again(), clock, log, again, forbidWrites };
}

function connection(agency: string, ...datasets: string[]): NodeConnection & { readonly cut: string[] } {
  const cut: string[] = [];
  return {
    agency,
    hello: {
      softwareVersion: '1.2.3',
      snapshots: datasets.map((dataset) => ({
        dataset,
        snapshot: 'ab'.repeat(32),
        asAt: '2026-10-31',
        epsilonLeft: 7.5,
        rejectedPercent: 0,
        linkage: [],
      })),
      floors: FLOORS,
      logSize: 0,
      registerSize: 0,
    },
    send: () => Promise.resolve(),
    disconnect: (reason) => cut.push(reason),
    cut,
  };
}

const states = (registry: AgencyRegistry): [string, string, string | null][] =>
  registry.list().map(({ id, state, lastSeenAt }) => [id, state, lastSeenAt]);

describe('the state of an agency', () => {
  it('is told also where it cannot be stored, as on a full disk', () => {
    const { registry, log, forbidWrites } = make();
    registry.connected(connection('police'));
    forbidWrites();
    registry.connected(connection('charity'));
    expect(states(registry).map(([, state]) => state)).toEqual(['online', 'online']);
    registry.disconnected('police', 'gone');
    expect(states(registry).map(([, state]) => state)).toEqual(['offline', 'online']);
    registry.close();
    expect(log.of('seen-not-recorded').map(({ agency }) => agency)).toEqual(['charity', 'police', 'charity']);
  });

  it('is never-seen, online while it is connected, and offline with the time after that', () => {
    const { registry, clock } = make();
    expect(states(registry)).toEqual([
      ['police', 'never-seen', null],
      ['charity', 'never-seen', null],
    ]);
    registry.connected(connection('police'));
    clock.advance(60);
    expect(states(registry)[0]).toEqual(['police', 'online', '2026-11-22T10:01:00.000Z']);
    registry.disconnected('police', 'gone');
    clock.advance(60);
    expect(states(registry)).toEqual([
      ['police', 'offline', '2026-11-22T10:01:00.000Z'],
      ['charity', 'never-seen', null],
    ]);
  });

  it('is remembered across a restart', () => {
    const { registry, clock, again } = make();
    registry.connected(connection('police'));
    clock.advance(60);
    registry.close();
    expect(states(again())[0]).toEqual(['police', 'offline', '2026-11-22T10:01:00.000Z']);
  });

  it('does not change for one that goes twice', () => {
    const { registry, log } = make();
    registry.disconnected('police', 'gone');
    expect(states(registry)[0]?.[1]).toBe('never-seen');
    expect(log.of('agency-disconnected')).toEqual([]);
  });
});

describe('what an agency holds', () => {
  it('is what its node says, as far as the roster lets it offer it', () => {
    const { registry, log } = make();
    registry.connected(connection('police', 'police.crimes', 'charities.support'));
    expect(registry.list()[0]).toMatchObject({
      softwareVersion: '1.2.3',
      floors: FLOORS,
      datasets: [
        { dataset: 'police.crimes', asAt: '2026-10-31', epsilonLeft: 7.5 },
        { dataset: 'police.stops', asAt: null, epsilonLeft: null },
      ],
    });
    expect(registry.snapshotOf('police', 'charities.support')).toBeUndefined();
    expect(log.of('dataset-not-in-roster')).toMatchObject([{ agency: 'police', datasets: ['charities.support'] }]);
  });

  it('changes with its snapshots, and is nothing once it is gone', () => {
    const { registry } = make();
    registry.updated('police', connection('police', 'police.crimes').hello);
    expect(registry.snapshotOf('police', 'police.crimes')).toBeUndefined();
    registry.connected(connection('police'));
    registry.updated('police', connection('police', 'police.crimes').hello);
    expect(registry.snapshotOf('police', 'police.crimes')?.asAt).toBe('2026-10-31');
    registry.disconnected('police', 'gone');
    expect(registry.snapshotOf('police', 'police.crimes')).toBeUndefined();
    expect(registry.connectionOf('police')).toBeUndefined();
  });

  it('has its floors with it, as it last said them, and none once it is gone', () => {
    const { registry } = make();
    expect(registry.floorsOf('police')).toEqual(NO_FLOORS);
    expect(registry.list()[0]?.floors).toBeNull();
    registry.connected(connection('police', 'police.crimes'));
    expect(registry.floorsOf('police')).toEqual(FLOORS);
    const stricter = { ...FLOORS, threshold: 30 };
    registry.updated('police', { ...connection('police').hello, floors: stricter });
    expect(registry.floorsOf('police')).toEqual(stricter);
    expect(registry.floorsOf('charity')).toEqual(NO_FLOORS);
    registry.disconnected('police', 'gone');
    expect(registry.floorsOf('police')).toEqual(NO_FLOORS);
    expect(registry.list()[0]?.floors).toBeNull();
  });
});

describe('what an agency says of the people in a snapshot', () => {
  const [now, before] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const wanted = { scheme: 'exact', schemeVersion: 1, normaliser: 1 };
  const said: LinkageStatistics = {
    ...wanted,
    people: 1_000,
    duplicates: 20,
    missing: {},
    keys: [],
    nonMatches: {
      ...{ pairs: 499_500, alone: [], sets: new Map(), several: 0 },
      deviation: { alone: 4, sets: 4, several: 4 },
    },
  };
  const holding = (registry: AgencyRegistry, snapshot: string, ...linkage: LinkageStatistics[]): void => {
    const { hello } = connection('police', 'police.crimes');
    registry.updated('police', {
      ...hello,
      snapshots: hello.snapshots.map((held) => ({ ...held, snapshot, linkage })),
    });
  };
  const asked = (registry: AgencyRegistry, snapshot: string, changes: Partial<typeof wanted> = {}): unknown =>
    registry.statisticsOf('police', { dataset: 'police.crimes', snapshot }, { ...wanted, ...changes });

  it('is found for that snapshot, scheme and version', () => {
    const { registry } = make();
    registry.connected(connection('police', 'police.crimes'));
    expect(asked(registry, now)).toBeUndefined();
    const standard = { ...said, scheme: 'standard', people: 7 };
    holding(registry, now, standard, said);
    expect(asked(registry, now)).toBe(said);
    expect(asked(registry, now, { scheme: 'standard' })).toBe(standard);
  });

  it.each([{ scheme: 'light' }, { schemeVersion: 2 }, { normaliser: 2 }])('is not for another: %o', (changes) => {
    const { registry } = make();
    registry.connected(connection('police', 'police.crimes'));
    holding(registry, now, said);
    expect(asked(registry, now, changes)).toBeUndefined();
  });

  it('is never lent to another snapshot, neither an earlier nor a later one', () => {
    const { registry } = make();
    registry.connected(connection('police', 'police.crimes'));
    holding(registry, before, said);
    expect(asked(registry, now)).toBeUndefined();
    holding(registry, now, said);
    expect(asked(registry, before)).toBeUndefined();
    expect(asked(registry, now)).toBe(said);
  });

  it('is not for a dataset that the roster does not let it offer, and gone when it is', () => {
    const { registry } = make();
    registry.connected(connection('police', 'police.crimes'));
    const { hello } = connection('police', 'charities.support');
    registry.updated('police', { ...hello, snapshots: hello.snapshots.map((held) => ({ ...held, linkage: [said] })) });
    const elsewhere = { dataset: 'charities.support', snapshot: now };
    expect(registry.statisticsOf('police', elsewhere, wanted)).toBeUndefined();
    holding(registry, now, said);
    registry.disconnected('police', 'gone');
    expect(asked(registry, now)).toBeUndefined();
  });
});

describe('connections', () => {
  it('cuts off who is not in the roster', () => {
    const { registry } = make();
    const stranger = connection('stranger');
    registry.connected(stranger);
    expect(stranger.cut).toHaveLength(1);
    expect(registry.connectionOf('stranger')).toBeUndefined();
  });

  it('uses the newest of an agency', () => {
    const { registry } = make();
    const [first, second] = [connection('police'), connection('police')];
    registry.connected(first);
    registry.disconnected('police', 'replaced');
    registry.connected(second);
    expect(registry.connectionOf('police')).toBe(second);
  });

  it('says in the log who came', () => {
    const { registry, log } = make();
    registry.connected(connection('police'));
    expect(log.of('agency-connected')).toEqual([{ event: 'agency-connected', agency: 'police' }]);
  });
});
