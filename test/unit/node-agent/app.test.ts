import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { NO_FLOORS } from '../../../core/templates/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { SNAPSHOT_LOOK_MS } from '../../../node-agent/look-out.js';
import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import { NODE_LOG_FIELDS } from '../../../node-agent/log-fields.js';
import { createLog, WITHHELD } from '../../../runtime/index.js';
import type { FromNode } from '../../../transport/index.js';
import { agencyFolder } from './agency-folder.js';
import type { AgencyFiles, AgencyFolder } from './agency-folder.js';
import { offer } from './federation-fixtures.js';
import { codeOfAsync, writeCrimes } from './fixtures.js';
import { run } from './run-words.js';
import { approvedRun, nodeIn, prepare } from './started-node.js';
import { optOutColumns, quillfeather, refresh, writeList } from './opt-outs-fixtures.js';
import { now } from './snapshot-fixtures.js';

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
      logSize: 0,
      registerSize: agency.board.entries.length,
      snapshots: [
        {
          ...{ dataset: 'police.victim-crimes', snapshot: prepared?.snapshot, asAt: '2026-03-31', epsilonLeft: 8.75 },
          rejectedPercent: 0,
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
    const agency = agencyFolder((files) => {
      files.policy = {
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
    // The policy, the snapshot, what is known of its people, which cost nothing, the run and its end.
    expect(again.events[0]).toMatchObject({ event: 'ledger', entries: 5 });
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
    handlers().received({ kind: 'offer', offer: { ...offer, register: agency.board.head } });
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
    ['AGENCY_NOT_IN_ROSTER', ({ roster }) => roster.agencies.forEach((agency) => (agency.id = 'cps'))],
    ['KEY_FILE_INVALID', (files) => (files.identity = 'no key')],
    ['KEY_FILE_MISSING', ({ config }) => (config['tls'] = { ...(config['tls'] as object), privateKey: 'nowhere' })],
    ['STORAGE_KEY_MISSING', () => undefined],
    ['POLICY_MISSING', (files) => (files.policy = undefined)],
    ['POLICY_INVALID', (files) => (files.policy = { allowAll: true })],
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

describe('a node with opt-out lists', () => {
  const HOUR_MS = 3_600_000;
  const listed = ({ folder }: AgencyFolder): string => join(folder, 'opt-outs.csv');
  const withList = (): Promise<{ agency: AgencyFolder; asked: RunOffer }> =>
    approvedRun({
      files: ({ config }) => {
        const identifiers = structuredClone(optOutColumns);
        config['optOuts'] = { maximumAgeHours: 6, lists: [{ csv: { file: 'opt-outs.csv' }, identifiers }] };
      },
      written: (agency) => writeList(listed(agency), []),
    });

  async function answerOf(agency: AgencyFolder, asked: RunOffer, at?: Date): Promise<FromNode | undefined> {
    const { node, handlers, sent } = nodeIn(agency, { openRun: true, ...(at === undefined ? {} : { at }) });
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0));
    await node.stop();
    return sent[0];
  }

  it('answers up to the last moment, and not one second later', async () => {
    const { agency, asked } = await withList();
    const last = now.getTime() + 6 * HOUR_MS;
    expect(await answerOf(agency, asked, new Date(last))).toMatchObject({ kind: 'hello' });
    const late = new Date(last + 1_000);
    expect(await answerOf(agency, asked, late)).toMatchObject({ kind: 'refusal', code: 'OPT_OUTS_STALE' });
    await refresh(agency, { clock: { now: () => late } });
    const again = { ...asked, runId: randomUUID() };
    expect(await answerOf(agency, again, late)).toMatchObject({ kind: 'hello' });
  });

  it('answers nothing before they have been read, and says so', async () => {
    const { agency, asked } = await withList();
    rmSync(join(agency.folder, 'snapshots', 'opt-outs.snapshot'));
    const { node, events } = nodeIn(agency);
    await node.start();
    expect(events.map(({ event }) => event)).toContain('opt-outs-missing');
    await node.stop();
    expect(await answerOf(agency, asked)).toMatchObject({
      kind: 'refusal',
      code: 'OPT_OUTS_STALE',
      reason: expect.stringContaining('not read') as string,
    });
  });

  it('are told anew, and noted, though a dataset’s new snapshot is damaged, which is said once for each reason', async () => {
    const { agency } = await withList();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { node, sent, events } = nodeIn(agency, { openRun: true });
    await node.start();
    const file = join(agency.folder, 'snapshots', 'police.victim-crimes.snapshot');
    const unusable = (): unknown[] => events.filter(({ event }) => event === 'snapshot-unusable');
    const look = async (): Promise<void> => {
      vi.advanceTimersByTime(SNAPSHOT_LOOK_MS);
      await new Promise((resolve) => setTimeout(resolve, 100));
    };
    rmSync(file);
    writeFileSync(file, 'damaged');
    writeList(listed(agency), [quillfeather]);
    const { snapshot } = await refresh(agency);
    await look();
    expect(sent).toMatchObject([
      { kind: 'hello', hello: { snapshots: [{ snapshot }, { dataset: 'police.victim-crimes' }] } },
    ]);
    expect(events.filter(({ event }) => event === 'opt-outs').at(-1)).toMatchObject({ snapshot, lines: 1 });
    expect(unusable()).toMatchObject([{ dataset: 'police.victim-crimes', err: { code: 'SNAPSHOT_UNREADABLE' } }]);
    await look();
    expect([sent.length, unusable().length]).toEqual([1, 1]);
    await prepare(agency);
    await look();
    rmSync(file);
    writeFileSync(file, 'damaged again');
    await look();
    expect([sent.length, unusable().length]).toEqual([2, 2]);
  });

  it('takes a new one up by itself, and then wants its data prepared again where nobody is joined', async () => {
    const { agency, asked } = await withList();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { node, handlers, sent, events } = nodeIn(agency, { openRun: true });
    await node.start();
    writeList(listed(agency), [quillfeather]);
    const { snapshot } = await refresh(agency);
    vi.advanceTimersByTime(SNAPSHOT_LOOK_MS);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(events.filter(({ event }) => event === 'opt-outs').at(-1)).toMatchObject({ snapshot, lines: 1 });
    handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(sent).toHaveLength(2));
    const [, refusal] = sent;
    expect(refusal).toMatchObject({ kind: 'refusal', code: 'OPT_OUTS_STALE' });
    expect(JSON.stringify([sent, events])).not.toContain('Quillfeather');
    expect(
      handlers()
        .hello()
        .snapshots.map(({ dataset }) => dataset),
    ).toEqual(['opt-outs', 'police.victim-crimes']);
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
  it.each([
    [[]],
    [['stop', '--config', 'node.yaml']],
    [['start']],
    [['check']],
    [['start', 'prepare', '--config', 'node.yaml']],
    [['start', '--config', 'node.yaml', '--dataset', 'a.b']],
    [['ledger', '--config', 'node.yaml']],
    [['ledger', 'verify']],
    [['ledger', 'show', '--config', 'node.yaml', '--last', '0']],
    [['preview', '--config', 'node.yaml']],
    [['pause']],
    [['budget', '--config', 'node.yaml', '--dataset', 'a.b']],
    [['start', '--configuration', 'node.yaml']],
  ])('explains itself when asked %j', async (words) => {
    const { exit, stderr } = await run(...words);
    expect(exit).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(words.length === 0 ? /^Usage: node / : /^USAGE: [^]*Usage: node /);
  });

  it.each([
    [[]],
    [['check']],
    [['prepare']],
    [['opt-outs']],
    [['start']],
    [['budget']],
    [['ledger']],
    [['ledger', 'verify']],
    [['ledger', 'show']],
    [['status']],
    [['pause']],
    [['resume']],
    [['policy']],
    [['preview']],
    [['init']],
    [['enrol']],
    [['console']],
  ])('teaches what %j does', async (words) => {
    const { exit, stdout, stderr } = await run(...words, '--help');
    expect([exit, stderr]).toEqual([EXIT_CODES.done, '']);
    expect(stdout).toContain(['Usage: node', ...words].join(' '));
  });

  it('says what it found to a program too', async () => {
    const agency = agencyFolder();
    await prepare(agency);
    const { node } = nodeIn(agency);
    await node.start();
    const config = ['--config', agency.configFile, '--json'];
    expect(JSON.parse((await run('budget', ...config)).stdout)).toEqual({
      datasets: [{ dataset: 'police.victim-crimes', quarter: '2026-Q2', spent: 0, limit: 40, left: 40, snapshots: [] }],
    });
    expect(JSON.parse((await run('ledger', 'verify', ...config)).stdout)).toMatchObject({ entries: 2 });
    await node.stop();
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
    expect(verified.stdout).toMatch(/is whole: 4 entries, the last with hash [0-9a-f]{64}\.\n$/);
    await node.stop();

    const database = new Database(join(agency.folder, 'snapshots.ledger'));
    database.exec(
      `DROP TRIGGER never_changed; UPDATE entries SET body = replace(body, '2500000', '2500') WHERE kind = 'spent'`,
    );
    database.close();
    const damaged = await run('ledger', 'verify', ...config);
    expect(damaged).toMatchObject({ exit: EXIT_CODES.failed, stdout: '' });
    expect(damaged.stderr).toMatch(/^LEDGER_DAMAGED: Entry 3 /);
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
    const fields = {
      ...{ event: 'run-ended', runId: 'r', outcome: 'PARTY_LOST', party: 'cps', cpuSeconds: 1.5 },
      ...{ entries: 9, roster: 2 },
    };
    log.info({ ...fields, surname: 'Quillfeather' }, 'the run has ended');
    expect(JSON.parse(line)).toMatchObject({ ...fields, surname: WITHHELD });
  });
});
