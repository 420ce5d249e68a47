import type { NodeStatus } from '../../../node-agent/status/node-status.js';

/** What a node of the police says of itself at that time. */
export function statusOf(at: Date, changes: Partial<NodeStatus> = {}): Omit<NodeStatus, 'format'> {
  const now = at.toISOString();
  return {
    writtenAt: now,
    agency: 'police',
    federation: 'test-study',
    softwareVersion: '1.0.0',
    pid: 1,
    startedAt: now,
    stoppedAt: null,
    connection: { address: 'localhost:7400', isConnected: true, since: now, code: null },
    policy: { file: 'policy.yaml', digest: 'ab'.repeat(32), mode: 'live', isFileRefused: false },
    register: {
      ...{ file: 'register.jsonl', roster: 1, entries: 12, isFileRefused: false },
      stated: now,
      trouble: null,
    },
    clockTrouble: null,
    paused: null,
    snapshots: [],
    optOuts: null,
    runs: [],
    ...changes,
  };
}
