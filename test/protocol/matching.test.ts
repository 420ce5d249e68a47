import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { STEP_ITEMS } from '../../core/base/index.js';
import type { LinkageStatistics } from '../../core/linkage/index.js';
import { CIPHERTEXT_BYTES, COORDINATOR, memoryStores } from '../../core/private-join/index.js';
import type { Link, PartyId, RecordStores } from '../../core/private-join/index.js';
import { naiveCounts } from '../support/naive-join.js';
import type { PlainRecord } from '../support/naive-join.js';
import { list, threePartyPlan } from '../support/plans.js';
import { runWorld } from '../support/world.js';
import type { WorldOutcome } from '../support/world.js';

const plan = threePartyPlan({
  mixers: ['police', 'cps'],
  lists: [list('victims', 'police', 'base', ['case'], 2, 1), list('prosecutions', 'cps', 'linked', ['case'], 2, 3)],
  links: [{ dataset: 'prosecutions', on: 'case', keep: 'all' }],
  cells: 9,
});

/** Every other victim's case is among the prosecutions. */
function listsOf(count: number): Map<string, readonly PlainRecord[]> {
  const records = (prefix: number): PlainRecord[] =>
    Array.from({ length: count }, (_, index) => ({ keys: [`c${index * prefix}`], label: 1 + (index % 2) }));
  return new Map([
    ['victims/police', records(1)],
    ['prosecutions/cps', records(2)],
  ]);
}

/** Stores in memory that tell how many records are taken from them at once. */
function watched(taken: (records: number, width: number) => void): RecordStores {
  return {
    create(count, width) {
      const store = memoryStores.create(count, width);
      return {
        count,
        width,
        put: (positions, records) => store.put(positions, records),
        read: (from, to) => {
          taken(to - from, width);
          return store.read(from, to);
        },
        gather: (places) => {
          taken(places.length, width);
          return store.gather(places);
        },
        dispose: () => store.dispose(),
      };
    },
  };
}

describe('the coordinator, while it matches and decodes', () => {
  it('gives everybody else a turn after every few records, and counts lists longer than that', async () => {
    const lists = listsOf(STEP_ITEMS + 1);
    let sinceLastTurn = 0;
    let most = 0;
    let turns = setImmediate(function turn() {
      sinceLastTurn = 0;
      turns = setImmediate(turn);
    });
    const stores = watched((records, width) => {
      // What is read of the tally to send it on waits for a seal each time.
      if (width === CIPHERTEXT_BYTES) return;
      sinceLastTurn += records;
      most = Math.max(most, sinceLastTurn);
    });
    const { counts } = await runWorld(plan, lists, { variants: { [COORDINATOR]: { stores } } });
    clearImmediate(turns);
    expect(counts).toEqual(naiveCounts(plan, lists));
    expect(most).toBe(STEP_ITEMS);
  });

  it('takes no further step when the run has ended', async () => {
    const links = new Map<PartyId, Link>();
    let reads = 0;
    const stores = watched(() => {
      reads += 1;
      void links.get('police')?.send(COORDINATOR, { kind: 'abort', code: 'CANCELLED', party: 'police' });
    });
    const { ends } = await runWorld(plan, listsOf(3), {
      variants: { [COORDINATOR]: { stores } },
      onLink: (party, link) => links.set(party, link),
    });
    expect(new Set(Object.values(ends))).toEqual(new Set(['CANCELLED']));
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(reads).toBe(1);
  });

  it('tells its observer of each step', async () => {
    const steps = new Map<string, number>();
    let now = '';
    const observer = {
      phase: (phase: string) => (now = phase),
      step: () => steps.set(now, (steps.get(now) ?? 0) + 1),
    };
    await runWorld(plan, listsOf(3), { variants: { [COORDINATOR]: { observer } } });
    // Naming, grouping, looking for candidates, linking, keeping; then looking cells up and counting.
    expect([...steps]).toEqual([
      ['matching', 5],
      ['decoding', 2],
    ]);
  });

  it('admits links by what agencies say of the scheme that is in force, and reports them', async () => {
    const people = threePartyPlan({
      mixers: ['police', 'charity'],
      lists: [list('victims', 'police', 'base', ['k1'], 1, 1), list('support', 'charity', 'linked', ['k1'], 1, 2)],
      links: [{ dataset: 'support', on: 'person', keep: 'all' }],
      cells: 4,
    });
    const records = Array.from({ length: 3 }, (_, index) => ({ keys: [`p${index}`], label: 1 }));
    const lists = new Map(people.lists.map(({ id }) => [id, records]));
    // Of three people's three pairs all share the key: whoever shares it is nobody in particular.
    const nonMatches = {
      pairs: 3,
      alone: [9],
      sets: new Map(),
      several: 0,
      deviation: { alone: 0, sets: 0, several: 0 },
    } as const;
    const said: LinkageStatistics = {
      scheme: 'exact',
      schemeVersion: 1,
      normaliser: 1,
      people: 3,
      duplicates: 0,
      missing: {},
      keys: [],
      nonMatches,
    };
    const ofRun = (statistics: LinkageStatistics): Promise<WorldOutcome> =>
      runWorld(people, lists, { statistics: new Map([['victims/police', statistics]]) });
    const { counts, linkage } = await ofRun(said);
    expect([counts[1], counts[3]]).toEqual([3, 0]);
    expect(linkage.map(({ dataset, at }) => [dataset, at[0]?.links, at[0]?.precision])).toEqual([['support', 0, null]]);
    for (const other of [{ scheme: 'light' }, { schemeVersion: 2 }, { normaliser: 2 }]) {
      const unused = await ofRun({ ...said, ...other });
      expect([unused.counts[1], unused.counts[3]]).toEqual([0, 3]);
    }
  });
});
