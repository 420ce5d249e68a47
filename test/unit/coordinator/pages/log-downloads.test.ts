import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { GuardedRoutes } from '../../../../coordinator/access/guarded-routes.js';
import { auditEntriesView, auditProofView, MAX_ENTRIES_SHOWN } from '../../../../coordinator/index.js';
import { verifyPages } from '../../../../coordinator/pages/public/verify-pages.js';
import { leafHash, openCheckpoint, parseNote, verifyInclusion } from '../../../../core/audit/index.js';
import { fromBase64, utf8Bytes } from '../../../../core/base/index.js';
import { listen } from '../../../../web/index.js';
import { Rig } from '../fixtures.js';

/** Without a token pages go by their places alone. */
const publicEntriesView = auditEntriesView.omit({ next: true });

const FOR_EVER = 'public, max-age=31536000, immutable';

async function serving(): Promise<{ readonly rig: Rig; readonly ask: (path: string) => Promise<Response> }> {
  const rig = new Rig();
  const routes = new GuardedRoutes();
  verifyPages(routes, { audit: rig.auditLog, registers: rig.governance } as never);
  const http = await listen(express().use(routes.router), '127.0.0.1', 0, 'api.port');
  onTestFinished(() => http.stop(100));
  return { rig, ask: (path) => fetch(`http://127.0.0.1:${http.port}${path}`) };
}

it('hands out the log without a token, and lets whole pages of it be kept', async () => {
  const { rig, ask } = await serving();
  rig.auditLog.append(Array.from({ length: 150 }, (_, place) => utf8Bytes(`entry ${place}`)));
  const kept = async (path: string): Promise<[number, string | null]> => {
    const response = await ask(path);
    const { entries } = publicEntriesView.parse(await response.json());
    return [entries.length, response.headers.get('cache-control')];
  };
  expect(await kept(`/log/entries?from=0&limit=${MAX_ENTRIES_SHOWN}`)).toEqual([100, FOR_EVER]);
  expect(await kept('/log/entries')).toEqual([100, FOR_EVER]);
  expect(await kept('/log/entries?from=50')).toEqual([100, 'no-cache']);
  expect((await kept('/log/entries?from=100'))[1]).toBe('no-cache');
  expect(await kept('/log/entries?from=0&limit=99')).toEqual([99, 'no-cache']);
});

it('proves each entry by the checkpoint that it hands out', async () => {
  const { rig, ask } = await serving();
  rig.auditLog.append([utf8Bytes('one'), utf8Bytes('two')]);
  const note = rig.auditLog.checkpoint();
  expect(await (await ask('/log/checkpoint.txt')).text()).toBe(note);
  const { checkpoint } = openCheckpoint(note, rig.auditLog.key);
  expect(parseNote(note).text).toContain(String(checkpoint.size));
  const index = checkpoint.size - 1;
  const said = await (await ask(`/log/proof/inclusion?index=${index}&size=${checkpoint.size}`)).json();
  const proof = auditProofView.parse(said).hashes.map(fromBase64);
  expect(verifyInclusion(leafHash(utf8Bytes('two')), index, checkpoint, proof)).toBe(true);
});

it.each([
  ['/log/entries?from=-1', 400, 'BAD_QUERY'],
  ['/log/entries?limit=101', 400, 'BAD_QUERY'],
  ['/log/entries?%3Cb%3E=1', 400, 'BAD_QUERY'],
  ['/log/entries?from=999999', 404, 'AUDIT_RANGE'],
  ['/log/proof/inclusion?index=5000&size=6000', 404, 'AUDIT_RANGE'],
  ['/log/proof/consistency?first=2', 400, 'BAD_QUERY'],
])('refuses %s without saying it again', async (path, status, code) => {
  const { ask } = await serving();
  const response = await ask(path);
  const body = await response.text();
  expect([response.status, (JSON.parse(body) as { code: string }).code]).toEqual([status, code]);
  expect(body).not.toMatch(/<b>|-1|999999|5000/);
});
