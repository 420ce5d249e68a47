import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { toBase64 } from '../../../core/base/index.js';
import { formatRegisterFile, REGISTER_FRESH_SECONDS } from '../../../core/governance/index.js';
import type { SignedAgency } from '../../../core/governance/index.js';
import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import { SNAPSHOT_LOOK_MS } from '../../../node-agent/look-out.js';
import { readStatus, STATUS_WRITE_MS } from '../../../node-agent/status/node-status.js';
import { partsOf } from '../../../transport/index.js';
import { agencyFolder, GOVERNANCE, putInPlace } from './agency-folder.js';
import type { AgencyFolder } from './agency-folder.js';
import { identityOf } from './federation-fixtures.js';
import { run } from './run-words.js';
import { now } from './snapshot-fixtures.js';
import { alone, approvedRun, nodeIn } from './started-node.js';
import type { Started } from './started-node.js';
import { textOf } from './test-board.js';
import type { TestBoard } from './test-board.js';

/* A running node whose operator puts a newer register of governance in the place of the one before. */

/** Lets officers decide, puts that into the folder and lets the node look until it stands still. */
function change({ board, writeRegister }: AgencyFolder, decide: (board: TestBoard) => void): void {
  decide(board);
  writeRegister();
  look();
}

/** Signs another roster, with these agencies. */
function agenciesOf(edit: (agencies: SignedAgency[]) => readonly SignedAgency[]): (board: TestBoard) => void {
  return (board) => board.amend(({ agencies }) => ({ agencies: edit([...agencies]) }));
}

function look(): void {
  vi.advanceTimersByTime(2 * SNAPSHOT_LOOK_MS);
}

const saidOf = ({ events }: Started, event: string): unknown[] => events.filter((line) => line['event'] === event);
const refusals = ({ sent }: Started): string[] =>
  sent.flatMap((message) => (message.kind === 'refusal' ? [message.code] : []));

async function started(): Promise<{ readonly its: Started; readonly run: Awaited<ReturnType<typeof approvedRun>> }> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const approved = await approvedRun();
  const its = nodeIn(approved.agency, { openRun: true });
  await its.node.start();
  return { its, run: approved };
}

const courts: SignedAgency = {
  ...{ id: 'courts', name: 'Courts', organisation: 'data-board', datasets: [] },
  identityKey: toBase64(identityOf('cps').publicKey),
};

/** Where it is in force, an offer that leaves it out is refused. */
const another: SignedAgency = {
  ...{ id: 'another', name: 'Another', organisation: 'data-board', datasets: ['police.victim-crimes'] },
  identityKey: toBase64(identityOf('prison').publicKey),
};

describe('a running node with a newer register', () => {
  it('holds the next offer against it, and says hello anew', async () => {
    const {
      its,
      run: { agency, asked, another: again },
    } = await started();
    const { length: entries } = agency.board.entries;
    // One more agency offers the dataset: an offer without it is not to all of the roster.
    change(
      agency,
      agenciesOf((agencies) => [...agencies, another]),
    );
    expect(saidOf(its, 'register')).toMatchObject([{ entries: entries + 1, roster: 2 }]);
    await vi.waitFor(() => expect(its.sent).toMatchObject([{ kind: 'hello', hello: { registerSize: entries + 1 } }]));
    its.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(its)).toEqual(['PROTOCOL_VIOLATION']);
    change(
      agency,
      agenciesOf((agencies) => agencies.slice(0, -1)),
    );
    its.handlers().received({ kind: 'offer', offer: again() });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });

  it('answers nothing that officers have revoked', async () => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    change(agency, (board) => board.revoke(alone.template, 'The figures were misread.'));
    its.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(its)).toEqual(['TEMPLATE_REVOKED']);
  });

  it('goes on answering what is live, though more officers would have to approve it by now', async () => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    const templates = { officers: 3, organisations: 3 };
    change(agency, (board) => board.amend(({ roles }) => ({ roles: { ...roles, templates } })));
    expect(saidOf(its, 'register')).toMatchObject([{ roster: 2 }]);
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });

  it.each<[string, string, (board: TestBoard) => void]>([
    ['an agency of it is gone', 'charity', agenciesOf(([police]) => (police === undefined ? [] : [police]))],
    ['an agency of it has another key', 'charity', agenciesOf(charity({ identityKey: courts.identityKey }))],
    ['an agency of it may no longer offer what is asked', 'charity', agenciesOf(charity({ datasets: [] }))],
    ['its template is revoked', 'coordinator', (board) => board.revoke(alone.template, 'The figures were misread.')],
    [
      'the grant for it is withdrawn',
      'coordinator',
      (board) => {
        const [grant] = board.grounds.copy.register.grants;
        board.act({ act: 'withdraw-grant', grant: grant?.digest ?? '', reason: 'They have left.' }, ['data-officer']);
      },
    ],
    [
      'its purpose is no longer open to whoever asked',
      'coordinator',
      (board) => {
        const organisations = ['data-board'];
        board.amend(({ purposes }) => ({ purposes: purposes.map((purpose) => ({ ...purpose, organisations })) }));
      },
    ],
  ])('ends a run when %s', async (_, party, decide) => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
    change(agency, decide);
    await vi.waitFor(() => expect(saidOf(its, 'run-ended')).toHaveLength(1));
    expect(saidOf(its, 'run-ended')).toMatchObject([{ outcome: 'REGISTER_CHANGED', party }]);
    expect(its.carried.at(-1)).toEqual(['coordinator', { kind: 'abort', code: 'REGISTER_CHANGED', party }]);
  });

  it('goes on with a run of those who are what they were, whatever else is decided or said', async () => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
    change(agency, (board) => {
      board.propose(textOf({ ...alone, template: 'another' }));
      agenciesOf((agencies) => [...agencies, courts])(board);
    });
    expect(saidOf(its, 'register')).toHaveLength(1);
    // A word of the registrar alone is another register file, but no newer register.
    change(agency, ({ clock }) => (clock.at = new Date(clock.at.getTime() + 60_000)));
    expect(saidOf(its, 'register')).toHaveLength(1);
    expect(saidOf(its, 'run-ended')).toEqual([]);
  });
});

describe('a running node that has not heard from a registrar lately', () => {
  it('refuses what is asked, says so in its status, and answers again when the coordinator brings a registrar’s word', async () => {
    const { agency, asked, another: again } = await approvedRun();
    const at = new Date(now);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const its = nodeIn(agency, { openRun: true, at });
    await its.node.start();
    const troubleIn = (): unknown => {
      vi.advanceTimersByTime(STATUS_WRITE_MS);
      return readStatus(join(agency.folder, 'snapshots.ledger'))?.register.trouble;
    };
    at.setTime(now.getTime() + REGISTER_FRESH_SECONDS * 1_000);
    expect(troubleIn()).toBeNull();
    at.setTime(at.getTime() + 1_000);
    expect(troubleIn()).toMatch(/^REGISTER_STALE: /);
    its.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(its)).toEqual(['REGISTER_STALE']);
    const { board } = agency;
    board.clock.at = new Date(at);
    const word = { first: board.entries.length, entries: [], statement: board.statement() };
    for (const part of partsOf(word)) its.handlers().received({ kind: 'register', part });
    expect(troubleIn()).toBeNull();
    its.handlers().received({ kind: 'offer', offer: again() });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });
});

describe('a running node with a register that is no use', () => {
  /** Puts a file in the place of the register that is no work of its officers. */
  const forged =
    (entriesOf: (board: TestBoard) => readonly Uint8Array[]) =>
    ({ board, folder }: AgencyFolder): void => {
      putInPlace(join(folder, GOVERNANCE.register), formatRegisterFile(entriesOf(board)));
      look();
    };
  const signed =
    (edit: (agencies: SignedAgency[]) => readonly SignedAgency[]) =>
    (agency: AgencyFolder): void =>
      // Something that would be noticed if it were in force.
      change(
        agency,
        agenciesOf((agencies) => [...edit(agencies), another]),
      );

  it.each<[string, string, (agency: AgencyFolder) => void]>([
    ['with fewer entries', 'REGISTER_INVALID', forged(({ entries }) => entries.slice(0, -1))],
    ['of another federation', 'REGISTER_INVALID', forged(() => agencyFolder().board.entries)],
    [
      'with an entry that strangers have signed',
      'REGISTER_INVALID',
      forged(({ entries }) => [...entries, ...agencyFolder().board.entries.slice(-1)]),
    ],
    ['without this agency', 'AGENCY_NOT_IN_ROSTER', signed((agencies) => agencies.slice(1))],
    [
      'with another key for it',
      'IDENTITY_MISMATCH',
      signed(([police, ...others]) =>
        police === undefined ? [] : [{ ...police, identityKey: courts.identityKey }, ...others],
      ),
    ],
    [
      'that doesn’t let it offer what it has',
      'DATASET_NOT_OFFERED',
      signed(([police, ...others]) => (police === undefined ? [] : [{ ...police, datasets: [] }, ...others])),
    ],
  ])('keeps the one before, %s, and says so once and in its status', async (_, code, put) => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    const { length: entries } = agency.board.entries;
    put(agency);
    look();
    expect(saidOf(its, 'register-refused')).toMatchObject([{ entries, err: { code } }]);
    expect(saidOf(its, 'register')).toEqual([]);
    const { exit, stdout } = await run('status', '--config', agency.configFile);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(
      new RegExp(
        `Register of ${entries} entries, version 1 of the roster, from .*\n {2}A file of it has been changed since and is no use here`,
      ),
    );
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });

  it('keeps the one before when the files are gone', async () => {
    const {
      its,
      run: { agency },
    } = await started();
    const { length: entries } = agency.board.entries;
    for (const file of Object.values(GOVERNANCE)) rmSync(join(agency.folder, file));
    look();
    expect(saidOf(its, 'register-refused')).toMatchObject([{ entries, err: { code: 'REGISTER_UNREADABLE' } }]);
  });
});

/** The charity, the second of the roster, changed so. */
function charity(edit: Partial<SignedAgency>): (agencies: SignedAgency[]) => readonly SignedAgency[] {
  return (agencies) => agencies.map((agency) => (agency.id === 'charity' ? { ...agency, ...edit } : agency));
}
