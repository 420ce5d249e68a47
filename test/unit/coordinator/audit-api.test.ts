import { expect, it, onTestFinished } from 'vitest';

import {
  auditCheckpointView,
  auditEntriesView,
  auditProofView,
  createApi,
  createLiveTemplates,
  EventStreams,
  MAX_ENTRIES_SHOWN,
  tokenHash,
} from '../../../coordinator/index.js';
import {
  cosign,
  formatSignatureLine,
  leafHash,
  openCheckpoint,
  parseNote,
  verifyConsistency,
  verifyInclusion,
  witnessKey,
} from '../../../core/audit/index.js';
import { fromBase64, utf8Bytes } from '../../../core/base/index.js';
import { listen } from '../../../web/index.js';
import { approved, identityOf, Rig, roster } from './fixtures.js';

type Asked = (path: string, token?: string) => Promise<{ readonly status: number; readonly body: unknown }>;

async function serving(): Promise<{ readonly rig: Rig; readonly ask: Asked }> {
  const rig = new Rig();
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
  const ask: Asked = async (path, token = 't') => {
    const response = await fetch(`http://127.0.0.1:${http.port}/api/audit${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return { status: response.status, body: await response.json() };
  };
  return { rig, ask };
}

it('shows the log so that anybody with a token can verify it', async () => {
  const { rig, ask } = await serving();
  rig.auditLog.append(Array.from({ length: 150 }, (_, place) => utf8Bytes(`entry ${place}`)));
  const before = openCheckpoint(rig.auditLog.checkpoint(), rig.auditLog.key).checkpoint;
  rig.auditLog.append([utf8Bytes('one more')]);
  const note = rig.auditLog.checkpoint();
  const first = auditCheckpointView.parse((await ask('/checkpoint')).body);
  expect(first).toEqual({ checkpoint: note, cosigned: null });
  const { checkpoint } = openCheckpoint(first.checkpoint, rig.auditLog.key);

  const entries: Uint8Array[] = [];
  for (;;) {
    const page = auditEntriesView.parse((await ask(`/entries?from=${entries.length}`)).body);
    expect(page.first).toBe(entries.length);
    if (page.entries.length === 0) break;
    entries.push(...page.entries.map(fromBase64));
  }
  expect(entries).toEqual(rig.auditLog.entries(0, checkpoint.size));
  expect(auditEntriesView.parse((await ask('/entries?from=3&limit=2')).body).entries).toHaveLength(2);

  const hashesOf = async (path: string): Promise<Uint8Array[]> =>
    auditProofView.parse((await ask(path)).body).hashes.map(fromBase64);
  const inclusion = await hashesOf(`/proof/inclusion?index=7&size=${checkpoint.size}`);
  expect(verifyInclusion(leafHash(entries[7] ?? new Uint8Array()), 7, checkpoint, inclusion)).toBe(true);
  const consistency = await hashesOf(`/proof/consistency?first=${before.size}&second=${checkpoint.size}`);
  expect(verifyConsistency(before, checkpoint, consistency)).toBe(true);

  const { name } = witnessKey(roster.federation, 'police', identityOf('police').publicKey);
  const line = formatSignatureLine(cosign(parseNote(note).text, name, identityOf('police'), rig.clock.now()));
  rig.audit.cosigned('police', checkpoint.size, line);
  rig.auditLog.append([utf8Bytes('and one')]);
  const newest = rig.auditLog.checkpoint();
  const { checkpoint: shown, cosigned } = auditCheckpointView.parse((await ask('/checkpoint')).body);
  expect(shown).toBe(newest);
  expect(cosigned).toBe(`${note}${line}\n`);
});

it('says no to whoever has no token, and to what the log has not', async () => {
  const { rig, ask } = await serving();
  const { size } = rig.auditLog.head;
  const saidOf = async (path: string, token?: string): Promise<unknown> => {
    const { status, body } = await ask(path, token);
    return [status, (body as { code?: string }).code];
  };
  for (const path of [
    '/checkpoint',
    '/entries',
    '/proof/inclusion?index=0&size=1',
    '/proof/consistency?first=0&second=1',
  ]) {
    expect(await saidOf(path, 'another')).toEqual([401, 'UNAUTHORISED']);
  }
  for (const path of [
    `/entries?limit=${MAX_ENTRIES_SHOWN + 1}`,
    '/entries?limit=0',
    '/entries?from=-1',
    '/entries?form=1',
    '/proof/inclusion?index=0',
    '/proof/consistency?first=a&second=1',
  ]) {
    expect(await saidOf(path)).toEqual([400, 'BAD_QUERY']);
  }
  for (const path of [
    `/entries?from=${size + 1}`,
    `/proof/inclusion?index=${size}&size=${size}`,
    `/proof/inclusion?index=0&size=${size + 1}`,
    `/proof/consistency?first=1&second=${size + 1}`,
  ]) {
    expect(await saidOf(path)).toEqual([404, 'AUDIT_RANGE']);
  }
  expect(await saidOf(`/entries?limit=${MAX_ENTRIES_SHOWN}`)).toEqual([200, undefined]);
});
