import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import type { LinkageStatistics } from '../../../core/linkage/index.js';
import { chunkFrame, headerFrame, toChunk, toHeader, toListRequest } from '../../../transport/convert-list.js';
import { fromCoordinatorMessage, fromNodeMessage } from '../../../transport/convert.js';
import * as limits from '../../../transport/limits.js';
import {
  nodeTrip,
  coordinatorTrip,
  frameTrip,
  RUN,
  noFloors,
  coordinatorMessage,
  setsOfSeveral,
  times,
  receiveList,
} from './convert-fixtures.js';
import { runId, subject, hop, fromNode, toNode, header } from './convert-arbitraries.js';

describe('what goes over the wire comes back as it was', () => {
  it('from a node', () => {
    fc.assert(
      fc.property(fromNode, (message) => {
        expect(nodeTrip(fromNodeMessage(message))).toEqual(message);
      }),
    );
  });

  it('from the coordinator', () => {
    fc.assert(
      fc.property(toNode, (message) => {
        expect(coordinatorTrip(fromCoordinatorMessage(message))).toEqual(message);
      }),
    );
  });

  it('the welcome', () => {
    const welcome = { kind: 'welcome', softwareVersion: '0.1.0' } as const;
    expect(coordinatorTrip(fromCoordinatorMessage(welcome))).toEqual(welcome);
  });

  it('in a list', () => {
    fc.assert(
      fc.property(runId, header, fc.uint8Array({ minLength: 1, maxLength: 500 }), (run, head, chunk) => {
        expect(toHeader(frameTrip(headerFrame({ runId: run, header: head })))).toEqual({ runId: run, header: head });
        expect(toChunk(frameTrip(chunkFrame(chunk)))).toEqual(chunk);
      }),
    );
  });

  it('a request for a list', () => {
    fc.assert(
      fc.property(fc.record({ runId, subject, hop }), (request) => {
        expect(toListRequest(receiveList.requestDeserialize(receiveList.requestSerialize(request)))).toEqual(request);
      }),
    );
  });

  it('bytes are plain Uint8Arrays', () => {
    const chunk = toChunk(frameTrip(chunkFrame(new Uint8Array([1, 2]))));
    expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
  });

  it('a refusal’s reason is cut to its limit', () => {
    const reason = 'x'.repeat(limits.MAX_REASON_CHARACTERS + 1);
    const refusal = { kind: 'refusal', runId: RUN, code: 'SNAPSHOT_STALE', reason } as const;
    expect(nodeTrip(fromNodeMessage(refusal))).toEqual({ ...refusal, reason: reason.slice(1) });
  });

  it('of more sets of shared keys than may be sent, the most frequent go', () => {
    const keys = times(MAX_SCHEME_KEYS, (n) => ({ name: `k${n}`, keyed: 0, withdrawn: 0 }));
    const sets = setsOfSeveral(limits.MAX_KEY_SETS + 2).map((set, n) => [set, n === 7 ? 0 : n + 1] as const);
    const statistics: LinkageStatistics = {
      ...{ scheme: 'a', schemeVersion: 1, normaliser: 1, people: 0, duplicates: 0, missing: {}, keys },
      nonMatches: {
        ...{ pairs: 0, alone: keys.map(() => 0), sets: new Map(sets), several: 0 },
        deviation: { alone: 0, sets: 0, several: 0 },
      },
    };
    const snapshot = {
      dataset: 'a',
      snapshot: 'ab'.repeat(32),
      asAt: '2026-11-22',
      epsilonLeft: 0,
      rejectedPercent: 0,
    };
    const hello = {
      softwareVersion: '',
      snapshots: [{ ...snapshot, linkage: [statistics] }],
      floors: { ...noFloors, epsilon: null },
      logSize: 0,
      registerSize: 0,
    };
    const received = nodeTrip(fromNodeMessage({ kind: 'hello', hello }));
    const [kept] = received.kind === 'hello' ? (received.hello.snapshots[0]?.linkage ?? []) : [];
    const expected = sets.filter(([, pairs]) => pairs > 1);
    expect(new Map([...(kept?.nonMatches.sets ?? [])].sort(([one], [other]) => one - other))).toEqual(
      new Map(expected),
    );
  });

  it('a parameter may have any name without meaning anything else', () => {
    // The name of an object's prototype is refused for its form, not looked up.
    const value = coordinatorMessage({ parameters: [{ name: 'constructor', values: ['a'] }] });
    expect(coordinatorTrip(value)).toMatchObject({ offer: { parameters: { constructor: ['a'] } } });
  });
});
