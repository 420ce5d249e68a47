import { keysIn, MAX_SCHEME_KEYS } from '../../../core/linkage/index.js';
import type { KeySet } from '../../../core/linkage/index.js';
import { toCoordinatorMessage, toNodeMessage } from '../../../transport/convert.js';
import type { FromNode } from '../../../transport/index.js';
import { federationMethods } from '../../../transport/wire.js';
import type { CoordinatorMessage, ListFrame, NodeMessage } from '../../../transport/wire.js';

export const { control, sendList, receiveList } = federationMethods();

/** Through the real bytes, both ways. */
export const nodeTrip = (message: NodeMessage): FromNode =>
  toNodeMessage(control.requestDeserialize(control.requestSerialize(message)));
export const coordinatorTrip = (message: CoordinatorMessage): ReturnType<typeof toCoordinatorMessage> =>
  toCoordinatorMessage(control.responseDeserialize(control.responseSerialize(message)));
export const frameTrip = (frame: ListFrame): ReturnType<typeof sendList.requestDeserialize> =>
  sendList.requestDeserialize(sendList.requestSerialize(frame));

export const RUN = '5a0b6e2c-30b8-4c0b-9d40-5bd0c7a6f1a1';
export const D = new Uint8Array(32).fill(1);

export const goodShare = {
  party: 'police',
  element: new Uint8Array(32),
  proof: new Uint8Array(64),
  sealingKey: new Uint8Array(32),
  checkpoint: 'a note',
  signature: new Uint8Array(64),
};
export const goodHeader = {
  runId: RUN,
  subject: 'police.victim-crimes/police',
  hop: 1,
  from: 'police',
  to: 'cps',
  count: 1,
  generator: new Uint8Array(32),
  encapsulatedKey: new Uint8Array(32),
  signature: new Uint8Array(64),
};
export const goodSums = { noised: new Uint8Array(128), shares: new Uint8Array(64), proof: new Uint8Array(64) };
export const held = { dataset: 'a', snapshot: D, asAt: '2026-11-22', epsilonLeft: 10, linkage: [], rejectedPercent: 2 };
export const known = {
  scheme: 'standard',
  schemeVersion: 1,
  normaliser: 1,
  people: 1,
  duplicates: 0,
  missing: [{ identifier: 'postcode', people: 1 }],
  keys: [
    { name: 'F1.S3.Dw', keyed: 1, withdrawn: 0 },
    { name: 'FSm.D', keyed: 1, withdrawn: 0 },
  ],
  sets: [{ keys: 3, pairs: 1 }],
  alone: [0, -1],
  several: -1,
  aloneDeviation: 3,
  setsDeviation: 2,
  severalDeviation: 1,
};
export const linked = (...linkage: readonly object[]): object => ({
  hello: { ...hi, snapshots: [{ ...held, linkage }] },
});
export const noFloors = { threshold: 0, roundTo: 0 };
export const hi = { softwareVersion: '', snapshots: [held], floors: noFloors };

export function coordinatorMessage(changes: object): CoordinatorMessage {
  return {
    offer: {
      runId: RUN,
      templateDigest: D,
      register: { size: 1, root: D },
      parameters: [],
      requester: '',
      purpose: 'research-statistics',
      participants: [{ agency: 'police', datasets: [], floors: noFloors }],
      ...changes,
    },
  };
}

/** A part of the register, the last. */
export function registerMessage(changes: object): CoordinatorMessage {
  return { register: { first: 0, lines: new Uint8Array(0), last: true, statement: new Uint8Array(0), ...changes } };
}

/** Of two keys and more, the smallest numbers first. */
export function setsOfSeveral(count: number): KeySet[] {
  return times(2 ** MAX_SCHEME_KEYS, (set) => set)
    .filter((set) => keysIn(set) > 1)
    .slice(0, count);
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export type Case = readonly [field: string, message: object];
