import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import {
  auditFile,
  CoordinatorError,
  createApi,
  createLiveTemplates,
  EventStreams,
  runDetailView,
  tokenHash,
} from '../../../coordinator/index.js';
import { cosign, formatSignatureLine, parseNote, witnessKey } from '../../../core/audit/index.js';
import { parseEntry, releaseDigest } from '../../../core/audit-entries/index.js';
import type { LogCopy } from '../../../core/audit-entries/index.js';
import { utf8Bytes } from '../../../core/base/index.js';
import { readProvenance, verifyProvenance } from '../../../core/provenance/index.js';
import { listen } from '../../../web/index.js';
import { approved, identityOf, REQUEST, Rig, roster, template } from './fixtures.js';
import { APPROVERS, requesterNamed } from './governance-fixtures.js';
import type { RigOptions } from './fixtures.js';

const AGENCIES = ['police', 'charity-a', 'charity-b'];

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly bytes: Uint8Array;
}

interface Serving {
  readonly rig: Rig;
  readonly ask: (path: string, token?: string) => Promise<Answer>;
}

async function serving(options: RigOptions = {}): Promise<Serving> {
  const rig = new Rig(options);
  const api = createApi(
    {
      ...{ runs: rig.service, templates: createLiveTemplates([approved()]), registry: rig.registry },
      ...{
        audit: rig.auditLog,
        roster,
        witnesses: 1,
        register: { entries: 16, roster: 1, stated: null, isFileRefused: false },
      },
    },
    {
      tokens: [{ name: 'analyst', organisation: 'research-office', sha256: tokenHash('t') }],
      streams: new EventStreams(),
      log: rig.log,
      behindProxy: false,
    },
  );
  const http = await listen(api, '127.0.0.1', 0, 'api.port');
  onTestFinished(() => http.stop(100));
  const ask: Serving['ask'] = async (path, token = 't') => {
    const response = await fetch(`http://127.0.0.1:${http.port}/api/runs/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { status, headers } = response;
    return { status, type: headers.get('content-type'), bytes: new Uint8Array(await response.arrayBuffer()) };
  };
  return { rig, ask };
}

const jsonOf = ({ bytes }: Answer): unknown => JSON.parse(new TextDecoder().decode(bytes));

async function finished(rig: Rig, request = REQUEST): Promise<string> {
  const { id } = rig.service.submit(request);
  expect(await rig.ended(id)).toBe('finished');
  return id;
}

function copyOf({ auditLog }: Rig): LogCopy {
  const { size } = auditLog.head;
  return { checkpoint: auditLog.checkpointOfAll(), cosigned: null, entries: auditLog.entries(0, size) };
}

/** Cosigns the checkpoint of that size, as agencies' nodes do. */
function cosignAs({ audit, auditLog, clock }: Rig, agencies: readonly string[], size: number): void {
  const { text } = parseNote(auditLog.checkpointOf(size) ?? '');
  for (const agency of agencies) {
    const witness = witnessKey(roster.federation, agency, identityOf(agency).publicKey);
    audit.cosigned(agency, size, formatSignatureLine(cosign(text, witness.name, identityOf(agency), clock.now())));
  }
}

/** A disk on which the audit log can't be written once. */
function failOnce({ auditLog }: Rig): void {
  vi.spyOn(auditLog, 'append').mockImplementationOnce(() => {
    throw new CoordinatorError('AUDIT_LOG_UNWRITABLE', 'disk full');
  });
}

const cosignedOf = (bytes: Uint8Array, { governance }: Rig): string[] =>
  verifyProvenance(bytes, { register: governance.copy }).cosigned.map(({ agency }) => agency);

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'provenance-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'coordinator.db');
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code;
  }
}

describe('the provenance of a run', () => {
  it('is what everybody verifies, with the release as the API shows it and a copy of the log', async () => {
    const { rig, ask } = await serving({ floors: { police: { threshold: 12, roundTo: 10, epsilon: null } } });
    const id = await finished(rig);
    const { release } = runDetailView.parse(jsonOf(await ask(id)));
    const answer = await ask(`${id}/provenance`);
    expect([answer.status, answer.type]).toEqual([200, 'application/json; charset=utf-8']);
    const { provenance, approvers, hasRelease, log, ...verified } = verifyProvenance(answer.bytes, {
      register: rig.governance.copy,
      release: utf8Bytes(JSON.stringify(release)),
      log: copyOf(rig),
    });
    expect([approvers, hasRelease, log?.checkpoint.size]).toEqual([APPROVERS, true, rig.auditLog.head.size]);
    expect(verified.roster).toEqual(rig.governance.board.roster);
    const { digest } = approved();
    expect(provenance).toMatchObject({
      federation: roster.federation,
      run: id,
      template: { template: template.template, version: template.version, digest },
      offer: {
        register: rig.governance.copy.head,
        requester: 'analyst@research-office',
        purpose: template.purpose,
        parameters: { quarters: ['2025-Q1', '2025-Q2'] },
      },
      release: { digest: releaseDigest(release) },
    });
    expect(provenance.offer.participants).toEqual(rig.offers[0]?.participants);
    expect(provenance.offer.participants[0]?.floors).toEqual({ threshold: 12, roundTo: 10, epsilon: null });
    expect(provenance.answers.map(({ agency }) => agency).toSorted()).toEqual(AGENCIES.toSorted());
  });

  it('is only for whoever may see the run', async () => {
    const { rig, ask } = await serving();
    const id = await finished(rig);
    const refused = await ask(`${id}/provenance`, 'another');
    expect([refused.status, jsonOf(refused)]).toEqual([401, expect.objectContaining({ code: 'UNAUTHORISED' })]);
    const none = await ask('no-run/provenance');
    expect([none.status, jsonOf(none)]).toEqual([404, expect.objectContaining({ code: 'UNKNOWN_RUN' })]);
  });

  it('is not there before the run has ended, nor where it ended without a table', async () => {
    const { rig, ask } = await serving({ behaviours: { police: 'silent' } });
    const { id } = rig.service.submit(REQUEST);
    const notReleased = [409, expect.objectContaining({ code: 'NOT_RELEASED' })];
    const waiting = await ask(`${id}/provenance`);
    expect([waiting.status, jsonOf(waiting)]).toEqual(notReleased);
    await rig.told(id, 'agency-accepted charity-a', 'agency-accepted charity-b');
    rig.handlers.received('police', { kind: 'refusal', runId: id, code: 'BUSY', reason: 'says no' });
    expect(await rig.ended(id)).toBe('refused');
    const refused = await ask(`${id}/provenance`);
    expect([refused.status, jsonOf(refused)]).toEqual(notReleased);
    expect((jsonOf(refused) as { readonly message: string }).message).toContain('This run is refused');
  });

  it('is that of the run which the table is of, where it was answered from an earlier release', async () => {
    const { rig, ask } = await serving();
    const first = await finished(rig);
    const again = await finished(rig, { ...REQUEST, requester: requesterNamed('another') });
    expect(rig.service.get(again).run.replayOf).toBe(first);
    const [of, to] = await Promise.all([first, again].map((id) => ask(`${id}/provenance`)));
    expect(to?.bytes).toEqual(of?.bytes);
    expect(readProvenance(to?.bytes ?? new Uint8Array(0)).run).toBe(first);
  });

  it('has its own entries, whatever else is in the log', async () => {
    const { rig, ask } = await serving();
    const first = await finished(rig);
    rig.governance.board.amend(() => ({ witnesses: 1 }));
    rig.takeRegister();
    const second = await finished(rig, { ...REQUEST, parameters: { quarters: ['2025-Q1'] } });
    for (const id of [first, second]) {
      const { bytes } = await ask(`${id}/provenance`);
      const { provenance } = verifyProvenance(bytes, { register: rig.governance.copy, log: copyOf(rig) });
      const { offer, answers, release } = provenance;
      const [entry] = rig.auditLog.entries(release.index, release.index + 1).map(parseEntry);
      expect(entry).toMatchObject({ type: 'release', run: id });
      expect([offer.index, answers.length]).toEqual([release.index - 4, 3]);
    }
  });

  it('waits for the release to be written into the log, which the next entry brings about', async () => {
    const { rig, ask } = await serving();
    const { id } = rig.service.submit(REQUEST);
    rig.service.follow(id, 0, {
      event: ({ name }) => {
        if (name === 'tally-decoded') failOnce(rig);
      },
      progress: () => undefined,
      over: () => undefined,
    });
    expect(await rig.ended(id)).toBe('finished');
    expect(rig.log.of('audit-log-unwritten')).toHaveLength(1);
    const waiting = await ask(`${id}/provenance`);
    expect([waiting.status, jsonOf(waiting)]).toEqual([409, expect.objectContaining({ code: 'RELEASE_NOT_LOGGED' })]);
    const next = await finished(rig, { ...REQUEST, parameters: { quarters: ['2025-Q1'] } });
    for (const run of [id, next]) {
      const { bytes } = await ask(`${run}/provenance`);
      expect(verifyProvenance(bytes, { register: rig.governance.copy, log: copyOf(rig) }).provenance.run).toBe(run);
    }
  });

  it('has the cosignatures that there are: of the checkpoint with most of them, and of those the earliest', async () => {
    const { rig, ask } = await serving();
    const id = await finished(rig);
    const { size } = rig.auditLog.head;
    const provenance = async (): Promise<Uint8Array> => (await ask(`${id}/provenance`)).bytes;
    const sizeOf = (bytes: Uint8Array): number =>
      verifyProvenance(bytes, { register: rig.governance.copy }).checkpoint.size;
    expect([cosignedOf(await provenance(), rig), sizeOf(await provenance())]).toEqual([[], size]);
    // The offer's own checkpoint is cosigned by all, and says nothing of what came after it.
    cosignAs(rig, AGENCIES, size - 4);
    expect([cosignedOf(await provenance(), rig), sizeOf(await provenance())]).toEqual([[], size]);
    await finished(rig, { ...REQUEST, parameters: { quarters: ['2025-Q1'] } });
    cosignAs(rig, ['police'], size + 1);
    expect([cosignedOf(await provenance(), rig), sizeOf(await provenance())]).toEqual([['police'], size + 1]);
    cosignAs(rig, AGENCIES, size + 5);
    expect([cosignedOf(await provenance(), rig), sizeOf(await provenance())]).toEqual([AGENCIES, size + 5]);
    cosignAs(rig, ['charity-a', 'charity-b'], size + 1);
    expect([cosignedOf(await provenance(), rig), sizeOf(await provenance())]).toEqual([AGENCIES, size + 1]);
  });
});

describe('the provenance of a run of before the coordinator started', () => {
  /** The same run after a restart, with what was done to the files in between; the release was logged. */
  async function restarted(
    change: (database: string) => void = () => undefined,
    options: RigOptions = {},
  ): Promise<{ readonly id: string; readonly before: Uint8Array; readonly after: Rig }> {
    const database = databaseFile();
    const rig = new Rig({ database });
    const id = await finished(rig);
    const before = rig.service.provenance(id);
    rig.crash();
    change(database);
    const after = new Rig({ ...options, database });
    after.service.recover();
    return { id, before, after };
  }

  const edit =
    (sql: string) =>
    (file: string): void => {
      const database = new Database(file);
      database.exec(sql);
      database.close();
    };

  it('is the same, also when its template has been superseded by now', async () => {
    const next = approved({ version: template.version + 1, title: 'Another title' });
    const { id, before, after } = await restarted(undefined, { templates: [next] });
    expect(after.templates.get(template.template).digest).not.toBe(approved().digest);
    expect(after.service.provenance(id)).toEqual(before);
    expect(verifyProvenance(before, { register: after.governance.copy }).approvers).toEqual(APPROVERS);
  });

  it('waits for the release to be in the log', async () => {
    const database = databaseFile();
    const rig = new Rig({ database });
    const { id } = rig.service.submit(REQUEST);
    rig.service.follow(id, 0, {
      event: ({ name }) => {
        if (name === 'tally-decoded') rig.auditLog.close();
      },
      progress: () => undefined,
      over: () => undefined,
    });
    expect(await rig.ended(id)).toBe('finished');
    rig.crash();
    const after = new Rig({ database });
    expect(codeOf(() => after.service.provenance(id))).toBe('RELEASE_NOT_LOGGED');
    after.service.recover();
    const release = utf8Bytes(JSON.stringify(after.service.get(id).release));
    expect(
      verifyProvenance(after.service.provenance(id), { register: after.governance.copy, release }).hasRelease,
    ).toBe(true);
  });

  it.each<readonly [string, (database: string) => void, RegExp]>([
    [
      'its question is stored otherwise than it was put',
      edit('UPDATE run_floors SET threshold = threshold + 1'),
      /stored otherwise than the audit log has it/,
    ],
    [
      'the log has begun anew',
      (file) => {
        for (const suffix of ['', '-wal', '-shm']) rmSync(`${auditFile(file)}${suffix}`, { force: true });
      },
      /its question is not in the audit log that there is now/,
    ],
  ])('is not there where %s', async (_, change, message) => {
    const { id, after } = await restarted(change);
    expect(codeOf(() => after.service.provenance(id))).toBe('PROVENANCE_UNAVAILABLE');
    expect(() => after.service.provenance(id)).toThrow(message);
  });
});
