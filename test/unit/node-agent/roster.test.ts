import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';

import { toBase64 } from '../../../core/base/index.js';
import { EXIT_CODES } from '../../../node-agent/commands/index.js';
import { SNAPSHOT_LOOK_MS } from '../../../node-agent/look-out.js';
import type { AgencyFolder } from './agency-folder.js';
import { identityOf } from './federation-fixtures.js';
import { run } from './run-words.js';
import { approvedRun, nodeIn } from './started-node.js';
import type { Started } from './started-node.js';

/* A running node whose operator puts another roster in the place of the one before. */

interface Agency {
  id: string;
  name: string;
  identityKey: string;
  datasets: string[];
}
interface RosterFile {
  federation: string;
  version: number;
  agencies: Agency[];
  governance: { officers: { id: string }[] };
}

/** Puts a changed roster in the old one's place and lets the node look until it stands still. */
function change({ folder }: AgencyFolder, edit: (roster: RosterFile) => void): void {
  const file = join(folder, 'roster.yaml');
  const roster = parse(readFileSync(file, 'utf8')) as RosterFile;
  roster.version += 1;
  edit(roster);
  // Another inode each time, so that the file is another one however fast the test is.
  writeFileSync(`${file}.next`, stringify(roster));
  renameSync(`${file}.next`, file);
  look();
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

const courts: Agency = {
  id: 'courts',
  name: 'Courts',
  identityKey: toBase64(identityOf('cps').publicKey),
  datasets: [],
};

/** Where it is in force, an offer that leaves it out is refused. */
const another: Agency = {
  ...{ id: 'another', name: 'Another', identityKey: toBase64(identityOf('prison').publicKey) },
  datasets: ['police.victim-crimes'],
};

describe('a running node with a newer roster', () => {
  it('holds the next offer against it', async () => {
    const {
      its,
      run: { agency, asked, another },
    } = await started();
    // One more agency offers the dataset: an offer without it is not to all of the roster.
    change(agency, ({ agencies }) => agencies.push({ ...courts, datasets: ['police.victim-crimes'] }));
    expect(saidOf(its, 'roster')).toMatchObject([
      { version: 2, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
    its.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(its)).toEqual(['PROTOCOL_VIOLATION']);
    change(agency, ({ agencies }) => agencies.pop());
    its.handlers().received({ kind: 'offer', offer: another() });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });

  it('answers nothing that officers have signed who are not officers any more', async () => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    change(agency, ({ governance }) => (governance.officers[0] = { ...governance.officers[0], id: 'officer-2' }));
    its.handlers().received({ kind: 'offer', offer: asked });
    expect(refusals(its)).toEqual(['TEMPLATE_NOT_APPROVED']);
  });

  it.each([
    ['gone', (agencies: Agency[]) => agencies.splice(1, 1)],
    [
      'there with another key',
      (agencies: Agency[]) =>
        agencies.splice(1, 1, { ...agencies[1], ...{ identityKey: courts.identityKey } } as Agency),
    ],
    [
      'no longer let offer what is asked',
      (agencies: Agency[]) => agencies.splice(1, 1, { ...agencies[1], datasets: [] } as unknown as Agency),
    ],
  ])('ends a run with an agency that is %s', async (_, edit) => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
    change(agency, ({ agencies }) => edit(agencies));
    await vi.waitFor(() => expect(saidOf(its, 'run-ended')).toHaveLength(1));
    expect(saidOf(its, 'run-ended')).toMatchObject([{ outcome: 'REGISTER_CHANGED', party: 'charity' }]);
    expect(its.carried.at(-1)).toEqual(['coordinator', { kind: 'abort', code: 'REGISTER_CHANGED', party: 'charity' }]);
  });

  it('goes on with a run of those who are what they were', async () => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
    change(agency, ({ agencies }) => agencies.push(courts));
    expect(saidOf(its, 'roster')).toHaveLength(1);
    expect(saidOf(its, 'run-ended')).toEqual([]);
  });
});

describe('a running node with a roster that is no use', () => {
  it.each([
    ['of the version in force', 'ROSTER_INVALID', (roster: RosterFile) => (roster.version -= 1)],
    ['of another federation', 'ROSTER_INVALID', (roster: RosterFile) => (roster.federation = 'elsewhere')],
    ['without this agency', 'AGENCY_NOT_IN_ROSTER', ({ agencies }: RosterFile) => agencies.shift()],
    [
      'with another key for it',
      'IDENTITY_MISMATCH',
      ({ agencies }: RosterFile) => Object.assign(agencies[0] ?? {}, { identityKey: courts.identityKey }),
    ],
    [
      'that doesn’t let it offer what it has',
      'DATASET_NOT_OFFERED',
      ({ agencies }: RosterFile) => Object.assign(agencies[0] ?? {}, { datasets: [] }),
    ],
  ])('keeps the one before, %s, and says so once and in its status', async (_, code, edit) => {
    const {
      its,
      run: { agency, asked },
    } = await started();
    // Something that would be noticed if it were in force.
    change(agency, (roster) => {
      roster.agencies.push(another);
      edit(roster);
    });
    look();
    expect(saidOf(its, 'roster-refused')).toMatchObject([{ version: 1, err: { code } }]);
    expect(saidOf(its, 'roster')).toEqual([]);
    const { exit, stdout } = await run('status', '--config', agency.configFile);
    expect(exit).toBe(EXIT_CODES.done);
    expect(stdout).toMatch(/Roster version 1, from .*\n {2}The file has been changed since and is no use here/);
    its.handlers().received({ kind: 'offer', offer: asked });
    await vi.waitFor(() => expect(its.carried).toHaveLength(1));
  });

  it('keeps the one before when the file is gone', async () => {
    const {
      its,
      run: { agency },
    } = await started();
    rmSync(join(agency.folder, 'roster.yaml'));
    look();
    expect(saidOf(its, 'roster-refused')).toMatchObject([{ version: 1, err: { code: 'FILE_UNREADABLE' } }]);
  });
});
