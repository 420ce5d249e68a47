import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createRepeatableRequestStore,
  MAX_IDEMPOTENCY_KEY_CHARACTERS,
  openDatabase,
  REPEATABLE_HOURS,
  RepeatableSubmissions,
} from '../../../coordinator/index.js';
import { tokenHash } from '../../../coordinator/index.js';
import { CONFIGURED, serveApi, TOKEN } from './api-fixtures.js';
import { PARAMETERS, REQUEST, Rig, TEMPLATE } from './fixtures.js';
import { IN_MEMORY } from './governance-fixtures.js';

type Ask = (
  key: string,
  body?: object,
  token?: string,
) => Promise<{ status: number; location: string | null; body: { id?: string; code?: string } }>;

async function serving(): Promise<{ readonly rig: Rig; readonly ask: Ask }> {
  const tokens = [...CONFIGURED, { name: 'other', organisation: 'research-office', sha256: tokenHash('other') }];
  const { rig, url } = await serveApi({ behaviours: { police: 'silent' } }, {}, { tokens });
  const ask: Ask = async (key, body = { template: TEMPLATE, parameters: PARAMETERS }, token = TOKEN) => {
    const response = await fetch(`${url}/api/v1/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const location = response.headers.get('location');
    return { status: response.status, location, body: (await response.json()) as { id?: string; code?: string } };
  };
  return { rig, ask };
}

describe('a submission with an Idempotency-Key', () => {
  it('is one run, however often it is sent and in whatever order its parameters stand', async () => {
    const { rig, ask } = await serving();
    const first = await ask('a-key');
    for (const key of ['a-key', '"a-key"']) {
      const again = await ask(key, { parameters: PARAMETERS, template: TEMPLATE });
      expect(again).toMatchObject({ status: 202, location: first.location, body: { id: first.body.id } });
    }
    expect(rig.service.list(10)).toHaveLength(1);
    expect((await ask('another-key')).body.id).not.toBe(first.body.id);
  });

  it('is refused when something else was asked with its key', async () => {
    const { rig, ask } = await serving();
    await ask('a-key');
    const other = await ask('a-key', { template: TEMPLATE, parameters: { quarters: ['2025-Q1'] } });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(rig.service.list(10)).toHaveLength(1);
  });

  it('is another’s own: two analysts may have one key', async () => {
    const { rig, ask } = await serving();
    const [mine, others] = [await ask('a-key'), await ask('a-key', undefined, 'other')];
    expect([mine.status, others.status]).toEqual([202, 202]);
    expect(mine.body.id).not.toBe(others.body.id);
    expect(rig.service.list(10)).toHaveLength(2);
  });

  it('is asked anew where it was refused', async () => {
    const { ask } = await serving();
    const wrong = { template: TEMPLATE, parameters: { quarters: ['2030-Q1'] } };
    expect((await ask('a-key', wrong)).body.code).toBe('BAD_PARAMETERS');
    expect((await ask('a-key')).status).toBe(202);
  });

  it('is a new run after a day', async () => {
    const { rig, ask } = await serving();
    const { id } = (await ask('a-key')).body;
    rig.clock.advance(REPEATABLE_HOURS * 3_600);
    rig.takeRegister();
    expect((await ask('a-key')).body.id).toBe(id);
    rig.clock.advance(1);
    expect((await ask('a-key')).body.id).not.toBe(id);
  });

  it('takes a key of the greatest length, and none that is longer or has a blank in it', async () => {
    const { ask } = await serving();
    expect((await ask('k'.repeat(MAX_IDEMPOTENCY_KEY_CHARACTERS))).status).toBe(202);
    for (const key of ['k'.repeat(MAX_IDEMPOTENCY_KEY_CHARACTERS + 1), 'a key', '""']) {
      expect(await ask(key)).toMatchObject({ status: 400, body: { code: 'BAD_QUERY' } });
    }
  });

  it('that was begun when the coordinator went down is not done twice', () => {
    const rig = new Rig();
    const database = openDatabase(IN_MEMORY);
    onTestFinished(() => {
      database.close();
    });
    const store = createRepeatableRequestStore(database);
    const submissions = new RepeatableSubmissions(rig.service, store, rig.clock);
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const bodySha256 = sha256(JSON.stringify([REQUEST.template, Object.entries(REQUEST.parameters)]));
    store.putRequest(
      { requester: REQUEST.requester, keySha256: sha256('a-key'), bodySha256 },
      rig.clock.now().toISOString(),
    );
    expect(() => submissions.submit('a-key', REQUEST)).toThrow(
      expect.objectContaining({ code: 'IDEMPOTENCY_KEY_IN_USE' }),
    );
    expect(rig.service.list(10)).toEqual([]);
  });
});
