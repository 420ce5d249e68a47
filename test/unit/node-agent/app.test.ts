import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import type { LogFields } from '../../../core/base/index.js';
import { silentLog, toBase64 } from '../../../core/base/index.js';
import { createGroup, inlineEngine, rawPublicKey } from '../../../core/private-join/index.js';
import { canonicalTemplate, NO_FLOORS, signTemplate } from '../../../core/templates/index.js';
import type { Participant, RunOffer, Template } from '../../../core/templates/index.js';
import { createNode, SNAPSHOT_LOOK_MS } from '../../../node-agent/app.js';
import type { Node } from '../../../node-agent/app.js';
import { EXIT_CODES, runCommand } from '../../../node-agent/commands.js';
import { loadConfig } from '../../../node-agent/config.js';
import { NODE_LOG_FIELDS } from '../../../node-agent/log-fields.js';
import { prepareAll } from '../../../node-agent/prepare-all.js';
import type { PreparedSnapshot } from '../../../node-agent/snapshot/prepare.js';
import { createLog, systemClock, WITHHELD } from '../../../runtime/index.js';
import type { ClientHandlers, FederationClientOptions, FromNode } from '../../../transport/index.js';
import { seededRng } from '../../support/seeded-rng.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { identityOf, offer, officerKey, template } from './federation-fixtures.js';
import { codeOfAsync, crimes, writeCrimes } from './fixtures.js';
import { now } from './snapshot-fixtures.js';

const clock = { ...systemClock, now: () => now };
const rng = seededRng('app');
const engine = inlineEngine(await createGroup(), rng);

async function prepare({ configFile }: AgencyFolder, only?: string): Promise<readonly PreparedSnapshot[]> {
  return prepareAll(loadConfig(configFile), { clock, rng, log: silentLog, engine }, only);
}

interface Started {
  readonly node: Node;
  readonly events: LogFields[];
  readonly sent: FromNode[];
  readonly calls: string[];
  readonly options: () => FederationClientOptions;
  readonly handlers: () => ClientHandlers;
}

/** An agency with a snapshot, and an offer that it takes part in; it costs 2.5. */
async function approvedRun(): Promise<{ agency: AgencyFolder; asked: RunOffer }> {
  const agency = agencyFolder(({ roster }) => {
    const [police] = roster.agencies;
    roster.agencies.push({
      ...structuredClone(police),
      id: 'charity',
      identityKey: toBase64(identityOf('charity').publicKey),
    });
    const officer = { id: 'officer-1', name: 'One', organisation: 'Board' };
    roster['governance'] = {
      threshold: 1,
      officers: [{ ...officer, publicKey: toBase64(rawPublicKey(officerKey)) }],
    };
  });
  const [prepared] = await prepare(agency);
  // Nothing is joined on the person, so no scheme may be named.
  const { scheme, ...rest } = template;
  expect(scheme).toBe('exact');
  const alone: Template = {
    ...rest,
    links: [],
    dimensions: [{ field: 'police.victim-crimes.offence-group' }],
    disclosure: { ...template.disclosure, epsilon: 2, overlapEpsilon: 0.5 },
  };
  const of = (id: string, snapshot: string): Participant => ({
    agency: id,
    datasets: [{ dataset: crimes.dataset, snapshot }],
    floors: NO_FLOORS,
  });
  const participants = [of('police', prepared?.snapshot ?? ''), of('charity', 'c'.repeat(64))];
  const envelope = signTemplate(canonicalTemplate(alone), 'officer-1', officerKey);
  return { agency, asked: { ...offer, envelope, participants } };
}

function nodeIn({ configFile }: AgencyFolder, { openRun = false } = {}): Started {
  const events: LogFields[] = [];
  const sent: FromNode[] = [];
  const calls: string[] = [];
  let given: { options: FederationClientOptions; handlers: ClientHandlers } | undefined;
  const note = (fields: LogFields): void => {
    if ('event' in fields) events.push(fields);
  };
  const node = createNode(loadConfig(configFile), {
    clock,
    rng,
    engine,
    log: { ...silentLog, info: note, warn: note },
    connect: (options, handlers) => {
      given = { options, handlers };
      return {
        start: () => void calls.push('start'),
        stop: () => Promise.resolve(calls.push('stop')).then(() => undefined),
        send: (message) => Promise.resolve(sent.push(message)).then(() => undefined),
        openRun: () => {
          if (!openRun) throw new Error('no run is expected');
          const nothing = (): Promise<void> => Promise.resolve();
          return { link: { send: nothing, transfer: nothing }, close: () => undefined };
        },
      };
    },
  });
  onTestFinished(() => node.stop());
  const known = (): NonNullable<typeof given> => {
    if (given === undefined) throw new Error('the node has not connected');
    return given;
  };
  return { node, events, sent, calls, options: () => known().options, handlers: () => known().handlers };
}

describe('createNode', () => {
  it('starts, says who it is and what it holds, and stops in reverse', async () => {
    const agency = agencyFolder(({ dataset }) => (dataset['linkage'] = { schemes: ['exact'], epsilon: 1.25 }));
    const [prepared] = await prepare(agency);
    const { node, calls, events, handlers, options } = nodeIn(agency);
    await node.start();
    expect(calls).toEqual(['start']);
    expect(options()).toMatchObject({ address: 'localhost:7400', agency: 'police', federation: 'test-study' });
    expect(handlers().hello()).toEqual({
      softwareVersion: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      floors: NO_FLOORS,
      snapshots: [
        {
          ...{ dataset: 'police.victim-crimes', snapshot: prepared?.snapshot, asAt: '2026-03-31', epsilonLeft: 8.75 },
          linkage: [expect.objectContaining({ scheme: 'exact', schemeVersion: 1 })],
        },
      ],
    });
    handlers().connected();
    expect(events.map(({ event }) => event)).toEqual(['ledger', 'snapshot', 'started', 'connected']);
    expect(events[0]).toMatchObject({ entries: 0, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    await node.stop();
    expect(calls).toEqual(['start', 'stop']);
  });

  it('says what its policy demands and what is left of its budget', async () => {
    const agency = agencyFolder(({ config }) => {
      config['policy'] = {
        minimumThreshold: 20,
        minimumRounding: 10,
        maximumEpsilon: 0.5,
        budget: { perSnapshot: 8, perQuarter: 3 },
      };
    });
    await prepare(agency);
    const { node, handlers } = nodeIn(agency);
    await node.start();
    expect(handlers().hello()).toMatchObject({
      floors: { threshold: 20, roundTo: 10, epsilon: 0.5 },
      snapshots: [{ epsilonLeft: 3 }],
    });
  });

  it('says hello anew when a run has been paid for', async () => {
    const { agency, asked } = await approvedRun();
    const { node, handlers, sent, events } = nodeIn(agency, { openRun: true });
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent).toMatchObject([{ kind: 'hello', hello: { snapshots: [{ epsilonLeft: 7.5 }] } }]);
    expect(handlers().hello().snapshots).toMatchObject([{ epsilonLeft: 7.5 }]);
    await node.stop();
    expect(events.some(({ event }) => event === 'run-ended')).toBe(true);
    const again = nodeIn(agency, { openRun: true });
    await again.node.start();
    // What is known of its people, which cost nothing, and the run.
    expect(again.events[0]).toMatchObject({ event: 'ledger', entries: 3 });
    expect(again.handlers().hello().snapshots).toMatchObject([{ epsilonLeft: 7.5 }]);
  });

  it('does not start beside another node with its ledger, and does when that has stopped', async () => {
    const agency = agencyFolder();
    await prepare(agency);
    const { node } = nodeIn(agency);
    await node.start();
    expect(await codeOfAsync(() => nodeIn(agency).node.start())).toBe('LEDGER_IN_USE');
    await node.stop();
    await nodeIn(agency).node.start();
  });

  it('starts without a snapshot, says so, and refuses offers', async () => {
    const agency = agencyFolder();
    await prepare(agency);
    rmSync(join(agency.folder, 'snapshots'), { recursive: true });
    const { node, events, handlers, sent } = nodeIn(agency);
    await node.start();
    expect(events.map(({ event }) => event)).toEqual(['ledger', 'snapshot-missing', 'started']);
    expect(handlers().hello().snapshots).toEqual([]);
    handlers().received({ kind: 'offer', offer });
    expect(sent).toMatchObject([{ kind: 'refusal', runId: offer.runId, code: 'TEMPLATE_NOT_APPROVED' }]);
    handlers().received({ kind: 'protocol', runId: offer.runId, message: { kind: 'finished' } });
    expect(sent).toHaveLength(1);
  });

  it('takes up a new snapshot by itself and tells the coordinator; a damaged one it leaves', async () => {
    const agency = agencyFolder();
    const [old] = await prepare(agency);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { node, handlers, sent } = nodeIn(agency);
    await node.start();
    vi.advanceTimersByTime(SNAPSHOT_LOOK_MS);
    writeCrimes(join(agency.folder, 'source.sqlite'), [{}]);
    const [fresh] = await prepare(agency);
    expect(fresh?.snapshot).not.toBe(old?.snapshot);
    vi.advanceTimersByTime(SNAPSHOT_LOOK_MS);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent).toMatchObject([{ kind: 'hello', hello: { snapshots: [{ snapshot: fresh?.snapshot }] } }]);

    const file = join(agency.folder, 'snapshots', 'police.victim-crimes.snapshot');
    rmSync(file);
    writeFileSync(file, 'damaged');
    vi.advanceTimersByTime(SNAPSHOT_LOOK_MS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(handlers().hello().snapshots).toMatchObject([{ snapshot: fresh?.snapshot }]);
    expect(sent).toHaveLength(1);
  });

  it.each<[string, (files: AgencyFiles) => void]>([
    ['AGENCY_NOT_IN_ROSTER', ({ roster }) => roster.agencies.forEach((agency) => (agency['id'] = 'cps'))],
    ['KEY_FILE_INVALID', (files) => (files.identity = 'no key')],
    ['KEY_FILE_MISSING', ({ config }) => (config['tls'] = { ...(config['tls'] as object), privateKey: 'nowhere' })],
    ['STORAGE_KEY_MISSING', () => undefined],
  ])('does not start with %s, and leaves nothing running', async (code, change) => {
    const { node, calls } = nodeIn(agencyFolder(change));
    expect(await codeOfAsync(() => node.start())).toBe(code);
    expect(calls).toEqual([]);
  });

  it('does not start with a snapshot that it can’t trust', async () => {
    const agency = agencyFolder();
    await prepare(agency);
    writeFileSync(join(agency.folder, 'storage.key'), new Uint8Array(32), { mode: 0o600 });
    expect(await codeOfAsync(() => nodeIn(agency).node.start())).toBe('SNAPSHOT_UNREADABLE');
  });
});

describe('prepareAll', () => {
  it('prepares each source, or the one that is asked for', async () => {
    const agency = agencyFolder();
    expect(await prepare(agency)).toMatchObject([{ dataset: 'police.victim-crimes', rows: 2, asAt: '2026-03-31' }]);
    expect(await prepare(agency, 'police.victim-crimes')).toHaveLength(1);
    expect(await codeOfAsync(() => prepare(agency, 'cps.prosecutions'))).toBe('USAGE');
  });

  it('takes the day of preparing where the source has no date', async () => {
    const agency = agencyFolder(({ config }) => {
      for (const source of config['sources'] as Record<string, unknown>[]) delete source['asAt'];
    });
    expect(await prepare(agency)).toMatchObject([{ asAt: '2026-04-02' }]);
  });

  it('waits for a locked source no longer than configured', async () => {
    const agency = agencyFolder();
    const writer = new Database(join(agency.folder, 'source.sqlite'));
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN EXCLUSIVE');
    expect(await codeOfAsync(() => prepare(agency))).toBe('SOURCE_LOCKED');
    writer.exec('COMMIT');
    expect(await prepare(agency)).toHaveLength(1);
  });
});

describe('runCommand', () => {
  async function run(...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
    let [stdout, stderr] = ['', ''];
    const sink = (write: (text: string) => void): Writable =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          write(chunk.toString());
          done();
        },
      });
    const exit = await runCommand(words, {
      clock,
      rng,
      stdout: sink((text) => (stdout += text)),
      stderr: sink((text) => (stderr += text)),
      stopping: AbortSignal.abort(),
    });
    return { exit, stdout, stderr };
  }

  it.each([
    [[]],
    [['stop', '--config', 'node.yaml']],
    [['start']],
    [['start', 'prepare', '--config', 'node.yaml']],
    [['start', '--config', 'node.yaml', '--dataset', 'a.b']],
    [['ledger', '--config', 'node.yaml']],
    [['ledger', 'verify']],
    [['budget', '--config', 'node.yaml', '--dataset', 'a.b']],
    [['start', '--configuration', 'node.yaml']],
  ])('explains itself when asked %j', async (words) => {
    const { exit, stderr } = await run(...words);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(/^USAGE: [^]*start --config FILE/);
  });

  it('says by code and in words what is wrong with the configuration', async () => {
    const { configFile } = agencyFolder(({ config }) => (config['colour'] = 'blue'));
    const { exit, stderr } = await run('start', '--config', configFile);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(/^CONFIG_INVALID: [^]*line \d+: colour/);
  });

  it('shows what was spent and that the ledger is whole, also while the node runs', async () => {
    const { agency, asked } = await approvedRun();
    const { node, handlers, sent } = nodeIn(agency, { openRun: true });
    await node.start();
    const config = ['--config', agency.configFile];
    expect((await run('budget', ...config)).stdout).toBe('police.victim-crimes\n  2026-Q2: 0 of 40 spent, 40 left\n');
    handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const snapshot = asked.participants[0]?.datasets[0]?.snapshot.slice(0, 12) ?? '';
    const { exit, stdout } = await run('budget', ...config);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toBe(
      `police.victim-crimes\n  2026-Q2: 2.5 of 40 spent, 37.5 left\n  snapshot ${snapshot}: 2.5 of 10 spent, 7.5 left\n` +
        '    linkage statistics (exact): given without noise\n',
    );
    const verified = await run('ledger', 'verify', ...config);
    expect(verified).toMatchObject({ exit: EXIT_CODES.done, stderr: '' });
    expect(verified.stdout).toMatch(/is whole: 2 entries, the last with hash [0-9a-f]{64}\.\n$/);
    await node.stop();

    const database = new Database(join(agency.folder, 'snapshots.ledger'));
    database.exec(
      `DROP TRIGGER never_changed; UPDATE entries SET body = replace(body, '2500000', '2500') WHERE number = 1`,
    );
    database.close();
    const damaged = await run('ledger', 'verify', ...config);
    expect(damaged).toMatchObject({ exit: EXIT_CODES.failed, stdout: '' });
    expect(damaged.stderr).toMatch(/^LEDGER_DAMAGED: Entry 1 /);
    expect(await codeOfAsync(() => nodeIn(agency).node.start())).toBe('LEDGER_DAMAGED');
  });

  it('shows what went on statistics of people', async () => {
    const linkage = { schemes: ['standard', 'exact'], epsilon: 1.25 };
    const agency = agencyFolder(({ dataset }) => (dataset['linkage'] = linkage));
    await prepare(agency);
    const { node, handlers } = nodeIn(agency);
    await node.start();
    handlers().hello();
    const { stdout } = await run('budget', '--config', agency.configFile);
    expect(stdout).toMatch(
      /2026-Q2: 2.5 of 40 spent, 37.5 left\n {2}snapshot .*: 2.5 of 10 spent, 7.5 left\n {4}linkage statistics \(standard, exact\): 2.5 of it\n$/,
    );
  });

  it('says that there is no ledger yet', async () => {
    const { exit, stderr } = await run('budget', '--config', agencyFolder().configFile);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stderr).toMatch(/^LEDGER_UNUSABLE: There is no ledger/);
  });

  it('says what failed', async () => {
    const { configFile } = agencyFolder();
    const { exit, stderr } = await run('start', '--config', configFile);
    expect(exit).toBe(EXIT_CODES.failed);
    expect(stderr).toMatch(/^STORAGE_KEY_MISSING: .*prepare/);
  });
});

describe('the log', () => {
  it('shows the facts that other programs read, and nothing that is not on its list', () => {
    let line = '';
    const log = createLog({
      name: 'node',
      level: 'info',
      destination: { write: (text: string) => (line = text) },
      fields: NODE_LOG_FIELDS,
    });
    const fields = { event: 'run-ended', runId: 'r', outcome: 'PARTY_LOST', party: 'cps', cpuSeconds: 1.5 };
    log.info({ ...fields, surname: 'Quillfeather' }, 'the run has ended');
    expect(JSON.parse(line)).toMatchObject({ ...fields, surname: WITHHELD });
  });
});
