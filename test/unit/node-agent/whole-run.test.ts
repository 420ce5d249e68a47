import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { silentLog } from '../../../core/base/index.js';
import type { Log, LogFields } from '../../../core/base/index.js';
import {
  COORDINATOR,
  CoordinatorJoin,
  createGroup,
  inlineEngine,
  JoinError,
  memoryStores,
} from '../../../core/private-join/index.js';
import { bindTemplate, identityKeys } from '../../../core/templates/index.js';
import type { DatasetDefinition, RunOffer } from '../../../core/templates/index.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import { RunHost } from '../../../node-agent/rounds/run-host.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { prepareSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import { openSqliteSource } from '../../../node-agent/source/sqlite-source.js';
import { systemClock } from '../../../runtime/index.js';
import { createMemoryNetwork } from '../../../transport/index.js';
import type { FederationClient } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import {
  catalogue,
  envelopeOf,
  identityOf,
  prosecutions,
  roster,
  runId,
  support,
  template,
} from './federation-fixtures.js';
import { crimes, crimesMapping, testFolder } from './fixtures.js';
import { federation, now } from './snapshot-fixtures.js';

const group = await createGroup();
const engine = inlineEngine(group, seededRng('engine'));

const personColumns = { forename: 'a', surname: 'b', dateOfBirth: 'c', postcode: 'd', sex: 'e' };
const mappings: Readonly<Record<string, { definition: DatasetDefinition; mapping: SourceMapping; sql: string }>> = {
  police: {
    definition: crimes,
    mapping: {
      ...crimesMapping,
      identifiers: { ...personColumns, urn: 'urn' },
      fields: { 'report-date': 'day', 'reported-quarter': 'day', 'offence-group': 'offence', 'days-to-charge': 'n' },
    },
    // 60 cases of 60 people: every third supported, every second prosecuted, every fifth reported too late to count.
    sql: `CREATE TABLE t AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM i WHERE i < 59)
      SELECT 'Ann' AS a, 'Q' || char(65 + i / 26, 65 + i % 26) AS b, '1980-01-0' || (1 + i % 9) AS c,
             'LS6 3QT' AS d, 'F' AS e, 'URN' || i AS urn, iif(i % 5 = 0, '2025-08-01', '2025-02-01') AS day,
             iif(i % 4 = 0, 'rape', 'stalking') AS offence, i AS n FROM i`,
  },
  charity: {
    definition: support,
    mapping: { dataset: support.dataset, identifiers: personColumns, fields: { 'referred-on': 'day' } },
    sql: `CREATE TABLE t AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 3 FROM i WHERE i < 57)
      SELECT 'ANN' AS a, 'q' || char(97 + i / 26, 65 + i % 26) AS b, '1980-01-0' || (1 + i % 9) AS c,
             NULL AS d, 'f' AS e, '2025-03-01' AS day FROM i`,
  },
  cps: {
    definition: prosecutions,
    mapping: { dataset: prosecutions.dataset, identifiers: { urn: 'urn' }, fields: { 'referred-on': 'day' } },
    sql: `CREATE TABLE t AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 2 FROM i WHERE i < 58)
      SELECT 'urn-' || i AS urn, '2025-03-01' AS day FROM i`,
  },
};

interface RunningNode {
  readonly agency: string;
  readonly lines: LogFields[];
  readonly snapshots: SnapshotStore;
  host(client: FederationClient): RunHost;
}

async function nodeOf(agency: string): Promise<RunningNode> {
  const configured = mappings[agency];
  if (configured === undefined) throw new Error('no such agency');
  const folder = testFolder();
  const file = join(folder, 'source.sqlite');
  const database = new Database(file);
  database.exec(configured.sql);
  database.close();
  const storageKey = seededRng(agency).bytes(32);
  const mapping = bindMapping(configured.mapping, configured.definition);
  const source = openSqliteSource({ file, table: 't', columns: mapping.columns });
  const directory = join(folder, 'snapshots');
  const rng = seededRng(`rng of ${agency}`);
  const clock = { now: () => now };
  await prepareSnapshot({ mapping, federation, asAt: '2026-03-31', source, directory, storageKey, engine, clock, rng });
  source.close();
  const snapshots = new SnapshotStore({
    directory,
    layouts: [snapshotLayout(configured.definition, federation)],
    storageKey,
  });
  onTestFinished(() => snapshots.close());
  await snapshots.refresh();
  const lines: LogFields[] = [];
  const log: Log = { ...silentLog, info: (fields) => lines.push(fields), warn: (fields) => lines.push(fields) };
  return {
    agency,
    lines,
    snapshots,
    host: (client) =>
      new RunHost({
        self: agency,
        identity: identityOf(agency),
        peers: identityKeys(roster),
        client,
        group,
        engine,
        stores: memoryStores,
        rng,
        clock: systemClock,
        progressDeadlineSeconds: 30,
        cpuSeconds: () => 0,
        log,
        concurrentRuns: 1,
        snapshots,
        verify: (offer) =>
          verifyOffer(offer, {
            self: agency,
            roster,
            catalogue,
            policy: { allow: [{ template: template.template }], minimumThreshold: 10, minimumParticipants: 3 },
            snapshots: new Map(snapshots.inForce.map(({ dataset, snapshot }) => [dataset, snapshot])),
            clock,
          }),
      }),
  };
}

async function run(end: 'finish' | 'lose cps'): Promise<{ nodes: RunningNode[]; counts: number[]; code: string }> {
  const nodes = [await nodeOf('police'), await nodeOf('charity'), await nodeOf('cps')];
  const offer: RunOffer = {
    runId,
    envelope: envelopeOf(),
    parameters: { quarters: ['2025-Q1', '2025-Q2'] },
    requester: 'analyst',
    purpose: template.purpose,
    participants: nodes.map(({ agency, snapshots }) => ({ agency, datasets: snapshots.inForce })),
  };
  const network = createMemoryNetwork();
  const hosts = nodes.map((node) =>
    node.host({
      start: () => undefined,
      stop: () => Promise.resolve(),
      send: () => Promise.reject(new Error('no refusal is expected')),
      openRun: (_id, receiver) => {
        network.register(node.agency, {
          message: (from, message) => receiver.message(from, message),
          transfer: async (...transfer) => {
            if (end === 'lose cps' && node.agency === 'cps') network.lose('cps');
            await receiver.transfer(...transfer);
          },
        });
        return { link: network.link(node.agency), close: () => undefined };
      },
    }),
  );
  const { plan } = verifyOffer(offer, {
    self: 'police',
    roster,
    catalogue,
    policy: { allow: [{ template: template.template }], minimumThreshold: 0, minimumParticipants: 2 },
    snapshots: new Map(
      offer.participants.flatMap(({ datasets }) => datasets.map((one) => [one.dataset, one.snapshot])),
    ),
    clock: { now: () => now },
  });
  const join = new CoordinatorJoin({
    plan,
    identity: identityOf(COORDINATOR),
    peers: identityKeys(roster),
    link: network.link(COORDINATOR),
    group,
    engine,
    stores: memoryStores,
    rng: seededRng('coordinator'),
  });
  network.register(COORDINATOR, join);
  await join.start();
  for (const host of hosts) host.offered(offer);
  let counts: number[] = [];
  let code = 'finished';
  try {
    counts = [...(await join.outcome).counts];
  } catch (thrown) {
    code = thrown instanceof JoinError ? thrown.code : String(thrown);
  }
  if (end === 'lose cps') hosts[2]?.disconnected();
  await expect.poll(() => hosts.map(({ size }) => size)).toEqual([0, 0, 0]);
  return { nodes, counts, code };
}

describe('a whole run between nodes with real snapshots', () => {
  it('counts what plain arithmetic says, and every node says so', async () => {
    const { nodes, counts, code } = await run('finish');
    expect(code).toBe('finished');
    const bound = bindTemplate(template, catalogue);
    const expected = new Array<number>(bound.cells).fill(0);
    const [supportLink, prosecutionLink] = bound.links;
    for (let i = 0; i < 60; i += 1) {
      if (i % 5 === 0 || i % 2 !== 0) continue;
      const label = i % 4 === 0 ? 1 : 2;
      const cell = label + (i % 3 === 0 ? (supportLink?.stride ?? 0) : 0) + (prosecutionLink?.stride ?? 0);
      expected[cell] = (expected[cell] ?? 0) + 1;
    }
    expect(counts).toEqual(expected);
    expect(counts.reduce((sum, count) => sum + count)).toBe(24);
    for (const { lines } of nodes) {
      expect(lines).toEqual([
        { event: 'run-phase', runId, phase: 'keying' },
        { event: 'run-phase', runId, phase: 'ring' },
        { event: 'run-phase', runId, phase: 'tally' },
        { event: 'run-phase', runId, phase: 'finished' },
        { event: 'run-ended', runId, outcome: 'finished', party: null, cpuSeconds: 0 },
      ]);
    }
  });

  it('ends at every node when one is lost, with a code', async () => {
    const { nodes, code } = await run('lose cps');
    expect(code).toBe('PARTY_LOST');
    for (const { agency, lines } of nodes) {
      const last = lines.at(-1);
      expect(last).toMatchObject({ event: 'run-ended' });
      expect(['PARTY_LOST', 'COORDINATOR_LOST']).toContain(last?.['outcome']);
      if (agency !== 'cps') expect(last).toMatchObject({ outcome: 'PARTY_LOST', party: 'cps' });
    }
  });
});
