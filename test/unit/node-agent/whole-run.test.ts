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
import { bindTemplate, identityKeys, NO_FLOORS } from '../../../core/templates/index.js';
import type { DatasetDefinition, RunOffer, Template } from '../../../core/templates/index.js';
import { LedgerAccounts } from '../../../node-agent/budget/accounts.js';
import { DifferencingGuard } from '../../../node-agent/guard/guard.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import { RunHost } from '../../../node-agent/rounds/run-host.js';
import { snapshotLayout } from '../../../node-agent/snapshot/layout.js';
import { prepareSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { deriveKey } from '../../../node-agent/snapshot/sealing.js';
import { SnapshotStore } from '../../../node-agent/snapshot/snapshot-store.js';
import { bindMapping } from '../../../node-agent/source/mapping.js';
import type { SourceMapping } from '../../../node-agent/source/mapping.js';
import { openSqliteSource } from '../../../node-agent/source/connectors/sqlite-source.js';
import { systemClock } from '../../../runtime/index.js';
import { createMemoryNetwork } from '../../../transport/index.js';
import type { FederationClient } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import {
  allowAll,
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
      SELECT 'Ann' AS a, 'Q' || char(65 + i / 26, 65 + i % 26) AS b, date('1950-03-02', '+' || (i * 97) || ' days') AS c,
             'LS6 3QT' AS d, 'F' AS e, 'URN' || i AS urn, iif(i % 5 = 0, '2025-08-01', '2025-02-01') AS day,
             iif(i % 4 = 0, 'rape', 'stalking') AS offence, i AS n FROM i`,
  },
  charity: {
    definition: support,
    mapping: { dataset: support.dataset, identifiers: personColumns, fields: { 'referred-on': 'day' } },
    sql: `CREATE TABLE t AS WITH RECURSIVE i(i) AS (SELECT 0 UNION ALL SELECT i + 3 FROM i WHERE i < 57)
      SELECT 'ANN' AS a, 'q' || char(97 + i / 26, 65 + i % 26) AS b, date('1950-03-02', '+' || (i * 97) || ' days') AS c,
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
  readonly ledger: () => Ledger;
  /** What a node that was stopped, or killed, does with its ledger when it comes back. */
  restart(): void;
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
  const source = openSqliteSource({ file, selection: { table: 't' }, columns: mapping.columns });
  const directory = join(folder, 'snapshots');
  const rng = seededRng(`rng of ${agency}`);
  const clock = { now: () => now };
  await prepareSnapshot({ mapping, federation, asAt: '2026-03-31', source, directory, storageKey, engine, clock, rng });
  await source.close();
  const snapshots = new SnapshotStore({
    directory,
    layouts: [snapshotLayout(configured.definition, federation)],
    storageKey,
  });
  onTestFinished(() => snapshots.close());
  await snapshots.refresh();
  const lines: LogFields[] = [];
  const log: Log = { ...silentLog, info: (fields) => lines.push(fields), warn: (fields) => lines.push(fields) };
  const open = (): Ledger => Ledger.open({ file: join(folder, 'ledger'), federation, agency, clock });
  let ledger = open();
  onTestFinished(() => ledger.close());
  return {
    agency,
    lines,
    snapshots,
    ledger: () => ledger,
    restart: () => {
      ledger.close();
      ledger = open();
    },
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
        noiseKey: deriveKey(storageKey, new Uint8Array(0), 'noise'),
        clock: systemClock,
        progressDeadlineSeconds: 30,
        cpuSeconds: () => 0,
        log,
        concurrentRuns: 1,
        snapshots,
        accounts: new LedgerAccounts({
          ledger,
          limits: { perSnapshot: 40, perQuarter: 40 },
          guard: new DifferencingGuard(),
          clock,
        }),
        spent: () => undefined,
        verify: (offer) =>
          verifyOffer(offer, {
            self: agency,
            roster,
            catalogue,
            policy: { ...allowAll, minimumParticipants: 3 },
            snapshots: new Map(snapshots.inForce.map(({ dataset, snapshot }) => [dataset, snapshot])),
            clock,
          }),
      }),
  };
}

function federationOf(): Promise<RunningNode[]> {
  return Promise.all(['police', 'charity', 'cps'].map(nodeOf));
}

interface Asked {
  readonly changed?: Partial<Template>;
  readonly id?: string;
  readonly end?: 'finish' | 'lose cps';
}

interface Answer {
  readonly counts: readonly number[];
  readonly code: string;
}

async function run(
  nodes: readonly RunningNode[],
  { changed = {}, id = runId, end = 'finish' }: Asked,
): Promise<Answer> {
  const offer: RunOffer = {
    runId: id,
    envelope: envelopeOf(changed),
    parameters: { quarters: ['2025-Q1', '2025-Q2'] },
    requester: 'analyst',
    purpose: template.purpose,
    participants: nodes.map(({ agency, snapshots }) => ({ agency, datasets: snapshots.inForce, floors: NO_FLOORS })),
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
    policy: allowAll,
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
    rng: seededRng(`coordinator of ${id}`),
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
  return { counts, code };
}

/** What plain arithmetic says of the tables above. */
function truth(): number[] {
  const bound = bindTemplate(template, catalogue);
  const expected = new Array<number>(bound.cells).fill(0);
  const [supportLink, prosecutionLink] = bound.links;
  for (let i = 0; i < 60; i += 1) {
    if (i % 5 === 0 || i % 2 !== 0) continue;
    const label = i % 4 === 0 ? 1 : 2;
    const cell = label + (i % 3 === 0 ? (supportLink?.stride ?? 0) : 0) + (prosecutionLink?.stride ?? 0);
    expected[cell] = (expected[cell] ?? 0) + 1;
  }
  return expected;
}

function kindsOf({ ledger }: RunningNode): readonly string[] {
  return [...ledger().entries()].map(({ kind, body }) => ('spent' in body ? `${kind} ${body.spent}` : kind));
}

describe('a whole run between nodes with real snapshots', () => {
  it('counts what plain arithmetic says, and every node says so', async () => {
    const nodes = await federationOf();
    const { counts, code } = await run(nodes, {});
    expect(code).toBe('finished');
    expect(counts).toEqual(truth());
    expect(counts.reduce((sum, count) => sum + count)).toBe(24);
    for (const node of nodes) {
      expect(node.lines).toEqual([
        { event: 'run-phase', runId, phase: 'keying' },
        { event: 'run-phase', runId, phase: 'ring' },
        { event: 'run-phase', runId, phase: 'tally' },
        { event: 'run-phase', runId, phase: 'finished' },
        { event: 'run-ended', runId, outcome: 'finished', party: null, cpuSeconds: 0 },
      ]);
      expect(kindsOf(node)).toEqual(['spent 0', 'answered']);
    }
  });

  it('counts clipped values in the log and the ledger', async () => {
    const nodes = await federationOf();
    const changed = { measures: [{ mean: 'police.victim-crimes.days-to-charge', range: [10, 50] as const }] };
    expect((await run(nodes, { changed })).code).toBe('finished');
    // Of 60 with 0..59 days every fifth is reported too late; 8 of those below 10 remain, and 7 of those above 50.
    const values = Array.from({ length: 60 }, (_, days) => days).filter(
      (days) => days % 5 !== 0 && (days < 10 || days > 50),
    ).length;
    const [police, charity] = nodes;
    if (police === undefined || charity === undefined) throw new Error('two nodes');
    expect(police.lines).toContainEqual({ event: 'values-clipped', runId, dataset: crimes.dataset, clipped: values });
    expect([...police.ledger().entries()].at(-1)?.body).toMatchObject({
      clipped: [{ dataset: crimes.dataset, values }],
    });
    expect(charity.lines.some(({ event }) => event === 'values-clipped')).toBe(false);
  });

  it('ends at every node when one is lost, with a code', async () => {
    const nodes = await federationOf();
    const { code } = await run(nodes, { end: 'lose cps' });
    expect(code).toBe('PARTY_LOST');
    for (const { agency, lines, ledger } of nodes) {
      const last = lines.at(-1);
      expect(last).toMatchObject({ event: 'run-ended' });
      expect(['PARTY_LOST', 'COORDINATOR_LOST']).toContain(last?.['outcome']);
      if (agency !== 'cps') expect(last).toMatchObject({ outcome: 'PARTY_LOST', party: 'cps' });
      expect([...ledger().entries()].at(-1)).toMatchObject({ kind: 'failed', body: { opened: false } });
    }
  });
});

describe('a run with noise that is asked for again', () => {
  const noisy = { disclosure: { ...template.disclosure, epsilon: 2, overlapEpsilon: 10 } };
  const ids = ['1', '2', '3', '4'].map((digit) => runId.replace(/^./, digit));

  it('is paid for once, however it ended and though every node was restarted, and answers the same', async () => {
    const nodes = await federationOf();
    const answers: Answer[] = [];
    for (const [index, id] of ids.entries()) {
      // The first time a node is lost after all have paid.
      const changed = index === 3 ? { ...noisy, version: 4 } : noisy;
      answers.push(await run(nodes, { id, changed, end: index === 0 ? 'lose cps' : 'finish' }));
      for (const node of nodes) node.restart();
    }
    const [lost, first, second, other] = answers;
    expect([lost?.code, first?.code, second?.code, other?.code]).toEqual([
      'PARTY_LOST',
      'finished',
      'finished',
      'finished',
    ]);
    expect(second?.counts).toEqual(first?.counts);
    expect(first?.counts).not.toEqual(truth());
    // Another request, though it asks for the same records: other noise, and it costs.
    expect(other?.counts).not.toEqual(first?.counts);
    for (const node of nodes) {
      expect(kindsOf(node)).toEqual([
        'spent 12000000',
        'failed',
        'spent 0',
        'answered',
        'spent 0',
        'answered',
        'spent 12000000',
        'answered',
      ]);
    }
  });
});
