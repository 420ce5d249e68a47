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
import { bindTemplate, identityKeys, NO_FLOORS, OPT_OUTS, OPT_OUTS_DEFINITION } from '../../../core/templates/index.js';
import type { DatasetDefinition, RunOffer, Template } from '../../../core/templates/index.js';
import { LedgerAccounts } from '../../../node-agent/budget/accounts.js';
import { DifferencingGuard } from '../../../node-agent/guard/guard.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { verifyOffer } from '../../../node-agent/offers/verify-offer.js';
import type { Mode } from '../../../node-agent/policy/policy.js';
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
  governanceOf,
  identityOf,
  noConsentNeeded,
  prosecutions,
  question,
  roster,
  runId,
  support,
  template,
} from './federation-fixtures.js';
import { crimes, crimesMapping, testFolder } from './fixtures.js';
import { loggedOf } from './offer-log-fixtures.js';
import { federation, now } from './snapshot-fixtures.js';
import { ANALYST } from './test-board.js';

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
  /** Is told of every line. */
  readonly ears: { hear: (fields: LogFields) => void };
  readonly snapshots: SnapshotStore;
  readonly ledger: () => Ledger;
  /** What a node that was stopped, or killed, does with its ledger when it comes back. */
  restart(): void;
  /** @param mode how far its policy lets offers go */
  host(client: FederationClient, mode?: Mode): RunHost;
}

/** People of the tables above, by their numbers, as an agency's list of opt-outs has them. */
interface OptedOut {
  readonly mapping: SourceMapping;
  readonly sql: string;
}

/** What the agency does not ask of people who opt out. */
const unknown = { place: 'f', area: 'f', nhsNumber: 'f', pnc: 'f', cro: 'f' };

function optedOut(...people: readonly number[]): OptedOut {
  return {
    mapping: { dataset: OPT_OUTS, identifiers: { ...personColumns, ...unknown }, fields: {} },
    sql: `CREATE TABLE t AS WITH people(i) AS (VALUES ${people.map((i) => `(${i})`).join(', ')})
      SELECT 'ann' AS a, 'Q' || char(65 + i / 26, 65 + i % 26) AS b, date('1950-03-02', '+' || (i * 97) || ' days') AS c,
             NULL AS d, 'F' AS e, NULL AS f FROM people`,
  };
}

async function nodeOf(agency: string, optOuts?: OptedOut): Promise<RunningNode> {
  const configured = mappings[agency];
  if (configured === undefined) throw new Error('no such agency');
  const folder = testFolder();
  const storageKey = seededRng(agency).bytes(32);
  const directory = join(folder, 'snapshots');
  const rng = seededRng(`rng of ${agency}`);
  const clock = { now: () => now };
  const tables = [configured, ...(optOuts === undefined ? [] : [{ ...optOuts, definition: OPT_OUTS_DEFINITION }])];
  for (const table of tables) {
    const file = join(folder, `${table.definition.dataset}.sqlite`);
    const database = new Database(file);
    database.exec(table.sql);
    database.close();
    const mapping = bindMapping(table.mapping, table.definition);
    const source = openSqliteSource({ file, selection: { table: 't' }, columns: mapping.columns });
    const asAt = '2026-03-31';
    await prepareSnapshot({ mapping, federation, asAt, source, directory, storageKey, engine, clock, rng });
    await source.close();
  }
  const layouts = tables.map(({ definition }) => snapshotLayout(definition, federation));
  const snapshots = new SnapshotStore({ directory, layouts, storageKey });
  onTestFinished(() => snapshots.close());
  await snapshots.refresh();
  const lines: LogFields[] = [];
  const ears: RunningNode['ears'] = { hear: () => undefined };
  const note = (fields: LogFields): void => {
    lines.push(fields);
    ears.hear(fields);
  };
  const log: Log = { ...silentLog, info: note, warn: note };
  const open = (): Ledger => Ledger.open({ file: join(folder, 'ledger'), federation, agency, clock });
  let ledger = open();
  onTestFinished(() => ledger.close());
  return {
    agency,
    lines,
    ears,
    snapshots,
    ledger: () => ledger,
    restart: () => {
      ledger.close();
      ledger = open();
    },
    host: (client, mode = 'live') =>
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
          policy: () => ({ budget: { perSnapshot: 40, perQuarter: 40 }, caps: {} }),
          guard: new DifferencingGuard(),
          clock,
        }),
        spent: () => undefined,
        isPaused: () => false,
        look: (offer) => loggedOf(offer),
        compare: () => {
          throw new Error('every agency was shown the same');
        },
        verify: (offer, found) =>
          verifyOffer(offer, {
            logged: found,
            self: agency,
            governance: governanceOf(offer),
            catalogue,
            policy: { ...allowAll, allow: [{ template: template.template, mode }], minimumParticipants: 3 },
            snapshots: new Map(snapshots.inForce.map(({ dataset, snapshot }) => [dataset, snapshot])),
            consent: noConsentNeeded,
            clock,
          }),
      }),
  };
}

function federationOf(optOuts: Readonly<Record<string, OptedOut>> = {}): Promise<RunningNode[]> {
  return Promise.all(['police', 'charity', 'cps'].map((agency) => nodeOf(agency, optOuts[agency])));
}

interface Asked {
  readonly changed?: Partial<Template>;
  readonly id?: string;
  readonly end?: 'finish' | 'lose cps';
  /** The police's operator pauses their node when it comes to this phase. */
  readonly pauseIn?: 'ring' | 'tally';
}

interface Answer {
  readonly counts: readonly number[];
  readonly leftOut: number | null;
  readonly code: string;
}

function offerTo(nodes: readonly RunningNode[], changed: Partial<Template> = {}, id = runId): RunOffer {
  return {
    runId: id,
    ...question(changed),
    parameters: { quarters: ['2025-Q1', '2025-Q2'] },
    requester: ANALYST,
    purpose: template.purpose,
    participants: nodes.map(({ agency, snapshots }) => ({ agency, datasets: snapshots.inForce, floors: NO_FLOORS })),
  };
}

async function run(
  nodes: readonly RunningNode[],
  { changed = {}, id = runId, end = 'finish', pauseIn }: Asked,
): Promise<Answer> {
  const offer = offerTo(nodes, changed, id);
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
    logged: loggedOf(offer),
    self: 'police',
    governance: governanceOf(offer),
    catalogue,
    policy: allowAll,
    snapshots: new Map(offer.participants[0]?.datasets.map((one) => [one.dataset, one.snapshot])),
    consent: noConsentNeeded,
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
    checkpoint: loggedOf(offer).checkpoint.note,
  });
  network.register(COORDINATOR, join);
  await join.start();
  const [police] = nodes;
  if (police !== undefined && pauseIn !== undefined) {
    police.ears.hear = ({ phase }) => {
      if (phase === pauseIn) hosts[0]?.pause();
    };
  }
  for (const host of hosts) host.offered(offer);
  let counts: number[] = [];
  let leftOut: number | null = null;
  let code = 'finished';
  try {
    const result = await join.outcome;
    counts = [...result.counts];
    ({ leftOut } = result);
  } catch (thrown) {
    code = thrown instanceof JoinError ? thrown.code : String(thrown);
  }
  if (end === 'lose cps') hosts[2]?.disconnected();
  await expect.poll(() => hosts.map(({ size }) => size)).toEqual([0, 0, 0]);
  return { counts, leftOut, code };
}

/** What plain arithmetic says of the tables above, without some people. */
function truth(without: readonly number[] = []): number[] {
  const bound = bindTemplate(template, catalogue);
  const expected = new Array<number>(bound.cells).fill(0);
  const [supportLink, prosecutionLink] = bound.links;
  for (let i = 0; i < 60; i += 1) {
    if (i % 5 === 0 || i % 2 !== 0 || without.includes(i)) continue;
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

  it('leaves out of every agency’s data who opted out at one of them, and no node hears how many', async () => {
    // The first is supported and prosecuted, the second prosecuted; the third was reported too late, the fourth is unknown.
    const atCharity = [6, 2, 10, 99];
    const atCps = [2, 12];
    const nodes = await federationOf({ charity: optedOut(...atCharity), cps: optedOut(...atCps) });
    const { counts, leftOut, code } = await run(nodes, {});
    expect(code).toBe('finished');
    expect(counts).toEqual(truth([...atCharity, ...atCps]));
    expect(counts.reduce((sum, count) => sum + count)).toBe(24 - 3);
    expect(leftOut).toBe(3);
    for (const { lines, ledger, snapshots } of nodes) {
      expect(lines.map((line) => line['phase'] ?? line['event'])).toEqual([
        'keying',
        'ring',
        'tally',
        'finished',
        'run-ended',
      ]);
      // What is paid for is what is counted, and nothing is told of people who opted out.
      expect([...ledger().entries()][0]?.body).toMatchObject({
        datasets: [{ dataset: expect.not.stringMatching(OPT_OUTS) as string }],
      });
      expect(snapshots.inForce.find(({ dataset }) => dataset === OPT_OUTS)?.linkage ?? null).toBeNull();
    }
    const without = await run(await federationOf(), {});
    expect(without).toEqual({ code: 'finished', counts: truth(), leftOut: null });
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

describe('a run that an agency only goes through', () => {
  it('makes its opt-outs as they would be sent, and writes down nothing of them', async () => {
    const nodes = await federationOf({ charity: optedOut(6, 2, 10, 99) });
    const [, charity] = nodes;
    if (charity === undefined) throw new Error('two nodes');
    const read: string[] = [];
    const { snapshots } = charity;
    const lease = snapshots.lease.bind(snapshots);
    snapshots.lease = (dataset, snapshot) => {
      const lent = lease(dataset, snapshot);
      return lent && { ...lent, list: (compiled) => (read.push(dataset), lent.list(compiled)) };
    };
    const client: FederationClient = {
      start: () => undefined,
      stop: () => Promise.resolve(),
      send: () => Promise.resolve(),
      openRun: () => {
        throw new Error('no run is expected');
      },
    };
    charity.host(client, 'shadow').offered(offerTo(nodes));
    await expect.poll(() => kindsOf(charity)).toContain('observed');
    expect(read).toEqual([support.dataset, OPT_OUTS]);
    expect([...charity.ledger().entries()].at(-1)?.body).toMatchObject({
      ...{ mode: 'shadow', code: null, reason: null },
      datasets: [{ dataset: support.dataset, records: 20 }],
    });
  });
});

describe('a run during which an agency pauses its node', () => {
  it('ends everywhere with that, as long as that node has had no part in opening the tally', async () => {
    const nodes = await federationOf();
    expect((await run(nodes, { pauseIn: 'ring' })).code).toBe('PAUSED');
    for (const { lines, ledger } of nodes) {
      expect(lines.at(-1)).toMatchObject({ event: 'run-ended', outcome: 'PAUSED', party: 'police' });
      expect([...ledger().entries()].at(-1)).toMatchObject({
        kind: 'failed',
        body: { code: 'PAUSED', party: 'police', opened: false },
      });
    }
  });

  it('goes on after that, for what could be learnt has left', async () => {
    const nodes = await federationOf();
    const { code, counts } = await run(nodes, { pauseIn: 'tally' });
    expect(code).toBe('finished');
    expect(counts).toEqual(truth());
    expect(nodes.map(kindsOf)).toEqual(nodes.map(() => ['spent 0', 'answered']));
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
