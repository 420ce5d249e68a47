import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';

import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import type { LedgerEntry } from '../../../node-agent/ledger/entries.js';
import { Ledger } from '../../../node-agent/ledger/ledger.js';
import { PAUSE_LOOK_MS, SNAPSHOT_LOOK_MS } from '../../../node-agent/look-out.js';
import { STATUS_WRITE_MS } from '../../../node-agent/status/node-status.js';
import type { AgencyFolder } from './agency-folder.js';
import { writeCrimes } from './fixtures.js';
import { federation } from './snapshot-fixtures.js';
import { run } from './run-words.js';
import { approvedRun, nodeIn, prepare } from './started-node.js';
import type { Started } from './started-node.js';

const TEMPLATE = 'support-by-offence';

function entriesOf({ folder }: AgencyFolder): LedgerEntry[] {
  const ledger = Ledger.read({ file: join(folder, 'snapshots.ledger'), federation, agency: 'police' });
  const entries = [...ledger.entries()];
  ledger.close();
  return entries;
}

function kindsOf(agency: AgencyFolder): string[] {
  return entriesOf(agency).map(({ kind }) => kind);
}

function writePolicy({ folder }: AgencyFolder, policy: object | string): void {
  writeFileSync(join(folder, 'policy.yaml'), typeof policy === 'string' ? policy : stringify(policy));
}

/** Takes over what a node does at intervals. */
function takeIntervals(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}

/** Refusals that left, by their code. */
function refusals({ sent }: Started): string[] {
  return sent.flatMap((message) => (message.kind === 'refusal' ? [message.code] : []));
}

/** Crimes of the first quarter of 2025, each of a person of its own. */
const rows = Array.from({ length: 34 }, (_, crime) => ({
  urn: `U${crime}`,
  last_name: `Quill${'abcdefghijklmnopq'[crime % 17]}${'xyz'[Math.floor(crime / 17)]}`,
  dob: `${1950 + crime}-0${1 + (crime % 9)}-${10 + (crime % 17)}`,
  reported_on: '2025-02-01',
}));

describe('a node under a policy that only watches', () => {
  it('observes: notes what would have become of the offer, reads nothing, sends nothing but that it is not live', async () => {
    const policy = { allow: [{ template: TEMPLATE, mode: 'observe' }], budget: { perSnapshot: 2 } };
    const { agency, asked } = await approvedRun({ policy, rows });
    const started = nodeIn(agency);
    await started.node.start();
    started.handlers().received({ kind: 'offer', offer: asked });
    expect(started.sent).toEqual([
      {
        kind: 'refusal',
        runId: asked.runId,
        code: 'NOT_LIVE',
        reason:
          'police is only watching what it is asked so far: its policy does not answer support-by-offence version 3 yet',
      },
    ]);
    expect(started.carried).toEqual([]);
    const [, , observed, refused] = entriesOf(agency);
    expect(observed).toMatchObject({
      kind: 'observed',
      body: {
        runId: asked.runId,
        mode: 'observe',
        cost: 2_500_000,
        code: 'BUDGET_SPENT',
        datasets: [{ records: null }],
      },
    });
    expect(refused).toMatchObject({ kind: 'refused', body: { code: 'NOT_LIVE' } });
    expect(started.events.find(({ event }) => event === 'observed')).toMatchObject({ outcome: 'BUDGET_SPENT' });
  });

  it('shadows: makes the lists, notes their sizes in tens, spends nothing and sends nothing', async () => {
    const policy = { allow: [{ purpose: 'research-statistics', mode: 'shadow' }] };
    const { agency, asked } = await approvedRun({ policy, rows });
    const started = nodeIn(agency);
    await started.node.start();
    const left = started.handlers().hello().snapshots[0]?.epsilonLeft;
    started.handlers().received({ kind: 'offer', offer: asked });
    // What is said is said before anything is read, and is the same whatever there is.
    expect(refusals(started)).toEqual(['NOT_LIVE']);
    expect(kindsOf(agency)).not.toContain('observed');
    await vi.waitFor(() => expect(kindsOf(agency)).toContain('observed'));
    expect(entriesOf(agency).at(-1)).toMatchObject({
      kind: 'observed',
      body: { mode: 'shadow', code: null, reason: null, cost: 2_500_000, datasets: [{ records: 30 }] },
    });
    expect(started.sent).toHaveLength(1);
    expect(started.carried).toEqual([]);
    expect(started.handlers().hello().snapshots[0]?.epsilonLeft).toBe(left);
    expect(kindsOf(agency)).not.toContain('spent');
  });

  it('shadows one offer at a time, and refuses them all alike', async () => {
    const policy = { mode: 'shadow', allow: [{ template: TEMPLATE }] };
    const { agency, asked, another } = await approvedRun({ policy, rows });
    const started = nodeIn(agency);
    await started.node.start();
    for (const offer of [asked, another()]) started.handlers().received({ kind: 'offer', offer });
    const observed = (): unknown[] =>
      entriesOf(agency).flatMap(({ kind, body }) =>
        kind === 'observed' ? [[body.code, body.datasets[0]?.records]] : [],
      );
    await vi.waitFor(() =>
      expect(observed()).toEqual([
        ['BUSY', null],
        [null, 30],
      ]),
    );
    expect(new Set(refusals(started))).toEqual(new Set(['NOT_LIVE']));
    started.handlers().received({ kind: 'offer', offer: another() });
    await vi.waitFor(() => expect(observed()).toHaveLength(3));
  });

  it('shadows what would be refused as that, and counts no records for it', async () => {
    const policy = { mode: 'shadow', allow: [{ template: TEMPLATE }], budget: { perQuarter: 1 } };
    const { agency, asked } = await approvedRun({ policy, rows });
    const { node, handlers } = nodeIn(agency);
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() =>
      expect(entriesOf(agency).at(-1)).toMatchObject({
        kind: 'observed',
        body: { code: 'BUDGET_SPENT', datasets: [{ records: null }] },
      }),
    );
  });

  it('ends a shadow when it is stopped, and says so in the ledger', async () => {
    const policy = { mode: 'shadow', allow: [{ template: TEMPLATE }] };
    const { agency, asked } = await approvedRun({ policy, rows });
    const { node, handlers } = nodeIn(agency);
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    await node.stop();
    expect(entriesOf(agency).at(-1)).toMatchObject({ kind: 'observed', body: { code: 'CANCELLED' } });
  });

  it('refuses for its own reason what is out of order, whatever the mode', async () => {
    const { agency, asked } = await approvedRun({ policy: { mode: 'observe', allow: [{ template: TEMPLATE }] } });
    const started = nodeIn(agency);
    await started.node.start();
    started.handlers().received({ kind: 'offer', offer: { ...asked, parameters: {} } });
    expect(refusals(started)).toEqual(['PARAMETER_OUT_OF_BOUNDS']);
    expect(kindsOf(agency)).toEqual(['policy', 'snapshot', 'refused']);
  });
});

describe('a running node whose policy changes', () => {
  it('takes it up, says hello anew, writes it down; a run under way goes on', async () => {
    takeIntervals();
    const { agency, asked, another } = await approvedRun();
    const started = nodeIn(agency, { openRun: true });
    await started.node.start();
    started.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(started.carried).toHaveLength(1));
    started.sent.length = 0;
    writePolicy(agency, { allow: [], minimumThreshold: 50 });
    pass(2 * SNAPSHOT_LOOK_MS);
    expect(started.sent).toMatchObject([{ kind: 'hello', hello: { floors: { threshold: 50 } } }]);
    expect(kindsOf(agency).filter((kind) => kind === 'policy')).toHaveLength(2);
    started.handlers().received({ kind: 'offer', offer: another() });
    expect(refusals(started)).toEqual(['NOT_ALLOWED_HERE']);
    expect(started.events.some(({ event }) => event === 'run-ended')).toBe(false);
  });

  it('keeps the old one when the new one is no use', async () => {
    takeIntervals();
    const { agency, asked } = await approvedRun();
    const started = nodeIn(agency, { openRun: true });
    await started.node.start();
    writePolicy(agency, 'allow: []\nminimumThreshold: many\n');
    pass(4 * SNAPSHOT_LOOK_MS);
    expect(started.events.filter(({ event }) => event === 'policy-refused')).toHaveLength(1);
    expect(started.sent).toEqual([]);
    started.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(started.carried).toHaveLength(1));
    expect(refusals(started)).toEqual([]);
    const { exit, stdout } = await run('status', '--config', agency.configFile);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toContain('is no use: the policy before stays');
  });

  it('says at its start only what the ledger does not say already', async () => {
    const { agency } = await approvedRun();
    for (let start = 0; start < 2; start += 1) {
      const { node } = nodeIn(agency);
      await node.start();
      await node.stop();
    }
    expect(kindsOf(agency)).toEqual(['policy', 'snapshot']);
    writePolicy(agency, { allow: [] });
    const { node } = nodeIn(agency);
    await node.start();
    expect(kindsOf(agency)).toEqual(['policy', 'snapshot', 'policy']);
  });

  it('writes down the snapshot that it takes into force', async () => {
    takeIntervals();
    const { agency } = await approvedRun();
    const { node } = nodeIn(agency);
    await node.start();
    writeCrimes(join(agency.folder, 'source.sqlite'), rows);
    const [fresh] = await prepare(agency);
    pass(SNAPSHOT_LOOK_MS);
    await vi.waitFor(() =>
      expect(entriesOf(agency).findLast(({ kind }) => kind === 'snapshot')?.body).toEqual({
        dataset: 'police.victim-crimes',
        snapshot: fresh?.snapshot,
        asAt: '2026-03-31',
      }),
    );
  });
});

describe('a node that is paused', () => {
  const pause = (agency: AgencyFolder, ...words: string[]): ReturnType<typeof run> =>
    run('pause', '--config', agency.configFile, ...words);
  const resume = (agency: AgencyFolder): ReturnType<typeof run> => run('resume', '--config', agency.configFile);

  it('refuses what is offered from that moment, stays connected, and answers again after resume', async () => {
    takeIntervals();
    const { agency, asked, another } = await approvedRun();
    const started = nodeIn(agency, { openRun: true });
    await started.node.start();
    expect(await pause(agency, '--reason', 'an audit')).toMatchObject({ exit: EXIT_CODES.done, stderr: '' });
    expect(statSync(join(agency.folder, 'snapshots.ledger.paused')).mode & 0o777).toBe(0o600);
    started.handlers().received({ kind: 'offer', offer: asked });
    expect(started.sent).toMatchObject([{ kind: 'refusal', code: 'PAUSED', reason: 'police has paused its node' }]);
    expect(entriesOf(agency).slice(2)).toMatchObject([
      { kind: 'paused', body: { reason: 'an audit' } },
      { kind: 'refused', body: { code: 'PAUSED' } },
    ]);
    pass(PAUSE_LOOK_MS);
    expect(started.calls).toEqual(['start']);
    expect((await resume(agency)).stdout).toMatch(/^Resumed/);
    started.handlers().received({ kind: 'offer', offer: another() });
    await vi.waitFor(() => expect(started.carried).toHaveLength(1));
    expect(kindsOf(agency)).toContain('resumed');
  });

  it('ends a run whose tally it has had no part in opening, and tells the coordinator why', async () => {
    takeIntervals();
    const { agency, asked } = await approvedRun();
    const started = nodeIn(agency, { openRun: true });
    await started.node.start();
    started.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(started.carried).toHaveLength(1));
    await pause(agency);
    pass(PAUSE_LOOK_MS);
    await vi.waitFor(() => expect(started.events.some(({ event }) => event === 'run-ended')).toBe(true));
    expect(started.events.find(({ event }) => event === 'run-ended')).toMatchObject({
      outcome: 'PAUSED',
      party: 'police',
    });
    expect(started.carried.at(-1)).toEqual(['coordinator', { kind: 'abort', code: 'PAUSED', party: 'police' }]);
    await vi.waitFor(() =>
      expect(entriesOf(agency).at(-1)).toMatchObject({ kind: 'failed', body: { code: 'PAUSED', opened: false } }),
    );
  });

  it('ends an offer that is only gone through', async () => {
    takeIntervals();
    const { agency, asked } = await approvedRun({ policy: { mode: 'shadow', allow: [{ template: TEMPLATE }] }, rows });
    const { node, handlers } = nodeIn(agency);
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    writeFileSync(join(agency.folder, 'snapshots.ledger.paused'), '');
    pass(PAUSE_LOOK_MS);
    await vi.waitFor(() =>
      expect(entriesOf(agency).at(-1)).toMatchObject({ kind: 'observed', body: { code: 'PAUSED' } }),
    );
  });

  it('is so again when it is started again, and writes it down once', async () => {
    const { agency, asked } = await approvedRun();
    await pause(agency, '--reason', 'an audit');
    for (let start = 0; start < 2; start += 1) {
      const started = nodeIn(agency);
      await started.node.start();
      started.handlers().received({ kind: 'offer', offer: asked });
      expect(refusals(started)).toEqual(['PAUSED']);
      await started.node.stop();
    }
    expect(kindsOf(agency)).toEqual(['policy', 'paused', 'snapshot', 'refused', 'refused']);
    await resume(agency);
    const { node } = nodeIn(agency);
    await node.start();
    expect(kindsOf(agency).at(-1)).toBe('resumed');
  });

  it('is so whatever its file says, for only the absence of one lets it answer', async () => {
    const { agency, asked } = await approvedRun();
    const started = nodeIn(agency);
    await started.node.start();
    writeFileSync(join(agency.folder, 'snapshots.ledger.paused'), '{"since":');
    started.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(started)).toEqual(['PAUSED']);
    expect((await run('status', '--config', agency.configFile)).stdout).toContain('PAUSED: every offer is refused');
  });

  it('is told so by a reason of as many characters as may be, and of no more', async () => {
    const { agency } = await approvedRun();
    expect((await pause(agency, '--reason', 'x'.repeat(200))).exit).toBe(EXIT_CODES.done);
    expect(await pause(agency, '--reason', 'x'.repeat(201))).toMatchObject({ exit: EXIT_CODES.usage });
    expect((await resume(agency)).stdout).toMatch(/^Resumed/);
    expect((await resume(agency)).stdout).toBe('The node was not paused.\n');
  });
});

describe('what a node says of itself', () => {
  it('is written at its start, at every change and every few seconds, and is its last word when it stops', async () => {
    takeIntervals();
    const { agency, asked } = await approvedRun();
    const status = (...words: string[]): ReturnType<typeof run> =>
      run('status', '--config', agency.configFile, ...words);
    expect(await status()).toMatchObject({
      exit: EXIT_CODES.failed,
      stdout: expect.stringContaining('has not run here') as string,
    });
    const started = nodeIn(agency, { openRun: true });
    await started.node.start();
    const file = join(agency.folder, 'snapshots.ledger.status');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await status()).stdout).toContain('Not connected to localhost:7400 since');
    started.handlers().connected();
    started.handlers().received({ kind: 'offer', offer: asked });
    pass(STATUS_WRITE_MS);
    const { exit, stdout } = await status();
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(
      /^The node of police is running, since 2026-04-02 09:30:00 UTC\.\nConnected to localhost:7400 since /,
    );
    expect(stdout).toContain('usual mode live');
    expect(stdout).toMatch(
      /police\.victim-crimes [0-9a-f]{12}: as at 2026-03-31 \(2 days old\), a privacy loss of 7\.5 is left/,
    );
    expect(stdout).toContain(
      `support-by-offence version 3, keying, since 2026-04-02 09:30:00 UTC (run ${asked.runId})`,
    );
    expect(JSON.parse((await status('--json')).stdout)).toMatchObject({
      presence: 'running',
      paused: null,
      status: { connection: { isConnected: true, code: null }, snapshots: [{ ageDays: 2, epsilonLeft: 7.5 }] },
    });
    started.handlers().disconnected('gone', 'CONNECTION_LOST');
    expect((await status()).stdout).toContain('(CONNECTION_LOST)');
    await started.node.stop();
    // What ends after that is not news.
    started.handlers().disconnected('stopped', 'STOPPING');
    const stopped = await status();
    expect(stopped.exit).toBe(EXIT_CODES.failed);
    expect(stopped.stdout).toBe('The node is not running: it was stopped at 2026-04-02 09:30:00 UTC.\n');
  });
});

describe('tally node ledger show', () => {
  it('says in plain words what was asked, answered, refused and changed, the newest of it where that is wanted', async () => {
    const { agency, asked } = await approvedRun({ policy: { allow: [] } });
    const show = (...words: string[]): ReturnType<typeof run> =>
      run('ledger', 'show', '--config', agency.configFile, ...words);
    const { node, handlers } = nodeIn(agency);
    await node.start();
    handlers().received({ kind: 'offer', offer: asked });
    const { exit, stdout } = await show();
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(
      /^1 {2}2026-04-02 09:30:00 {2}Another policy is in force: .*\n2 {2}.* {2}Another snapshot of /,
    );
    expect(stdout).toContain(
      '3  2026-04-02 09:30:00  Refused analyst@research-office (NOT_ALLOWED_HERE): its policy does not allow support-by-offence version 3\n',
    );
    expect((await show('--last', '1')).stdout).toMatch(/^3 /);
    expect((await show('--last', '100')).stdout).toBe(stdout);
    expect(JSON.parse((await show('--last', '2', '--json')).stdout)).toMatchObject({
      entries: [
        { number: 2, kind: 'snapshot' },
        { number: 3, kind: 'refused' },
      ],
    });
  });
});

describe('tally node policy', () => {
  it('says what is in the file and whether that is in force, and checks another without its coming into force', async () => {
    const { agency } = await approvedRun();
    const policy = (...words: string[]): ReturnType<typeof run> =>
      run('policy', '--config', agency.configFile, ...words);
    expect((await policy()).stdout).not.toContain('in force at');
    const { node } = nodeIn(agency);
    await node.start();
    expect((await policy()).stdout).toMatch(
      /Answered \(live\):\n {2}- support-by-offence, every version\n[^]*It is in force at the running node\.\n$/,
    );
    const next = join(agency.folder, 'next.yaml');
    writeFileSync(next, 'allow: []\n');
    expect((await policy('--check', next)).stdout).toMatch(/Nothing is allowed[^]*has another one in force\.\n$/);
    expect(JSON.parse((await policy('--json')).stdout)).toMatchObject({ policy: { allow: [{ mode: 'live' }] } });
    writeFileSync(next, 'allow: []\nmode: loud\n');
    const wrong = await policy('--check', next);
    expect(wrong).toMatchObject({ exit: EXIT_CODES.usage, stdout: '' });
    expect(wrong.stderr).toMatch(/^POLICY_INVALID: [^]*line 2: mode: must be one of: observe, shadow, live/);
    expect((await policy('--check', join(agency.folder, 'none.yaml'))).stderr).toMatch(/^POLICY_MISSING/);
    expect(kindsOf(agency)).toEqual(['policy', 'snapshot']);
  });
});
