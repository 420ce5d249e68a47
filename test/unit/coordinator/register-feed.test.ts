import { describe, expect, it } from 'vitest';

import { RegisterFeed } from '../../../coordinator/index.js';
import { equalBytes } from '../../../core/base/index.js';
import { RegisterParts } from '../../../transport/index.js';
import { MAX_REGISTER_PART_BYTES } from '../../../transport/limits.js';
import type { NodeConnection, RegisterPart, RegisterUpdate } from '../../../transport/index.js';
import { NO_FLOORS } from '../../../core/templates/index.js';
import { Rig, roster, template, TestClock, TestLog } from './fixtures.js';
import { boardOf, HeardGovernance, yamlOf } from './governance-fixtures.js';

/** A node that puts together what it is sent, and the way to it, which a test may hold up or break. */
class FedNode {
  readonly connection: NodeConnection;
  readonly heard: RegisterUpdate[] = [];
  readonly parts: RegisterPart[] = [];
  /** What is sent from now on waits for it. */
  gate: Promise<void> = Promise.resolve();
  /** Parts from this one on are lost, with the connection. */
  breaksAt = Number.POSITIVE_INFINITY;
  readonly #whole = new RegisterParts();

  constructor(agency: string, registerSize: number) {
    this.connection = {
      agency,
      hello: { softwareVersion: '1', snapshots: [], floors: NO_FLOORS, logSize: 0, registerSize },
      send: async (message) => {
        if (message.kind !== 'register') throw new RangeError(`a ${message.kind}`);
        await this.gate;
        if (this.parts.length >= this.breaksAt) throw new Error('the connection is gone');
        this.parts.push(message.part);
        const update = this.#whole.take(message.part);
        if (update !== undefined) this.heard.push(update);
      },
      disconnect: () => undefined,
    };
  }

  /** Where each update that came begins, and how many entries it brought. */
  get brought(): (readonly [number, number])[] {
    return this.heard.map(({ first, entries }) => [first, entries.length]);
  }
}

interface FeedRig {
  readonly governance: HeardGovernance;
  readonly feed: RegisterFeed;
  readonly log: TestLog;
  readonly clock: TestClock;
  /** Hears what the board has signed, and says so. */
  readonly change: () => void;
}

function rigOf(): FeedRig {
  const clock = new TestClock();
  const governance = new HeardGovernance(boardOf(roster, clock));
  const log = new TestLog();
  const feed = new RegisterFeed(governance, log);
  const change = (): void => {
    governance.hear();
    feed.changed();
  };
  return { governance, feed, log, clock, change };
}

/** What is under way has been sent: nothing here waits for anything but promises. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the feed of the register', () => {
  it.each([0, 1, 2])('sends a node that has %d entries the rest, and the registrar’s last word', async (has) => {
    const { governance, feed } = rigOf();
    const node = new FedNode('police', has);
    feed.connected(node.connection);
    await settled();
    const { entries } = governance.board;
    expect(node.heard).toEqual([{ first: has, entries: entries.slice(has), statement: governance.statement }]);
  });

  it('sends one that has all of it the registrar’s last word', async () => {
    const { governance, feed } = rigOf();
    const { length } = governance.board.entries;
    const node = new FedNode('police', length);
    feed.connected(node.connection);
    await settled();
    expect(node.heard).toEqual([{ first: length, entries: [], statement: governance.statement }]);
  });

  it('sends everybody what is new when it changes, and nothing twice', async () => {
    const { governance, feed, clock, change } = rigOf();
    const { board } = governance;
    const { length } = board.entries;
    const [behind, level] = [new FedNode('police', 1), new FedNode('courts', length)];
    for (const node of [behind, level]) feed.connected(node.connection);
    board.amend(() => ({ witnesses: 1 }));
    change();
    clock.advance(60);
    change();
    await settled();
    expect(behind.brought).toEqual([
      [1, length - 1],
      [length, 1],
      [length + 1, 0],
    ]);
    expect(level.brought).toEqual([
      [length, 0],
      [length, 1],
      [length + 1, 0],
    ]);
    expect(level.heard[1]?.entries).toEqual(board.entries.slice(-1));
    const [, second, third] = level.heard.map(({ statement }) => statement ?? new Uint8Array(0));
    expect(equalBytes(second ?? new Uint8Array(0), third ?? new Uint8Array(0))).toBe(false);
    expect(third).toEqual(governance.statement);
  });

  it('sends one that is ahead no entry that it has, also once the coordinator has gone on', async () => {
    const { governance, feed, change } = rigOf();
    const { board } = governance;
    const { length } = board.entries;
    const ahead = new FedNode('police', length + 2);
    feed.connected(ahead.connection);
    for (const witnesses of [1, 2, 0]) {
      board.amend(() => ({ witnesses }));
      change();
    }
    await settled();
    expect(ahead.brought).toEqual([
      [length, 0],
      [length + 1, 0],
      [length + 2, 0],
      [length + 2, 1],
    ]);
  });

  it('sends in order, and everything else after what is still on its way', async () => {
    const { governance, feed, change } = rigOf();
    const { board } = governance;
    const node = new FedNode('police', 0);
    let open: () => void = () => undefined;
    node.gate = new Promise((resolve) => (open = resolve));
    feed.connected(node.connection);
    await settled();
    // Only what is on its way already is held up.
    node.gate = Promise.resolve();
    const { length } = board.entries;
    board.amend(() => ({ witnesses: 1 }));
    change();
    await settled();
    expect(node.heard).toEqual([]);
    open();
    await settled();
    expect(node.brought).toEqual([
      [0, length],
      [length, 1],
    ]);
    expect(node.heard.flatMap(({ entries }) => entries)).toEqual(board.entries);
  });

  it('sends in as many parts as it takes, the registrar’s word with the last', async () => {
    const { governance, feed, change } = rigOf();
    const { board } = governance;
    while (board.file.length <= MAX_REGISTER_PART_BYTES) {
      board.publish(yamlOf({ ...template, template: `a-${board.entries.length}` }));
    }
    const node = new FedNode('police', 0);
    governance.hear();
    feed.connected(node.connection);
    await settled();
    expect(node.parts.map(({ isLast, statement }) => [isLast, statement !== undefined])).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(node.heard[0]?.entries).toEqual(board.entries);
    change();
    await settled();
    expect(node.brought.at(-1)).toEqual([board.entries.length, 0]);
  });

  it('goes on where a node can’t be reached: that is said, the others hear, and its next connection begins anew', async () => {
    const { governance, feed, log, change } = rigOf();
    const { board } = governance;
    const [broken, other] = [new FedNode('police', 0), new FedNode('courts', 0)];
    broken.breaksAt = 0;
    for (const node of [broken, other]) feed.connected(node.connection);
    await settled();
    expect(log.lines).toMatchObject([{ event: 'register-not-sent', agency: 'police' }]);
    feed.disconnected('police');
    board.amend(() => ({ witnesses: 1 }));
    change();
    await settled();
    expect([broken.heard.length, log.lines.length]).toEqual([0, 1]);
    expect(other.heard.flatMap(({ entries }) => entries)).toEqual(board.entries);
    const again = new FedNode('police', 0);
    feed.connected(again.connection);
    await settled();
    expect(again.heard.flatMap(({ entries }) => entries)).toEqual(board.entries);
  });

  it('sends nothing more to one that has gone', async () => {
    const { governance, feed, change } = rigOf();
    const node = new FedNode('police', governance.board.entries.length);
    feed.connected(node.connection);
    await settled();
    feed.disconnected('police');
    governance.board.amend(() => ({ witnesses: 1 }));
    change();
    await settled();
    expect(node.heard).toHaveLength(1);
  });
});

describe('a coordinator’s nodes', () => {
  it('are sent what they lack when they connect, and what is new when it comes', async () => {
    const rig = new Rig({ online: ['charity-a'] });
    rig.registerSizes['police'] = 3;
    rig.connect('police');
    rig.governance.board.revoke(template.template, 'Its question misleads.');
    rig.takeRegister();
    rig.disconnect('charity-a');
    rig.takeRegister();
    await settled();
    const { length } = rig.governance.board.entries;
    const of = (agency: string): number[] =>
      rig.registerParts.filter((sent) => sent.agency === agency).map(({ part }) => part.first);
    expect([of('charity-a'), of('police')]).toEqual([
      [length - 1, length - 1],
      [3, length - 1, length],
    ]);
  });
});
