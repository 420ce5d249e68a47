import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { COORDINATOR } from '../../core/private-join/index.js';
import { copyOf, ProcessFederation } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

const TEMPLATE = 'access-to-support-after-conviction';

/* Each agency decides for itself, whatever the coordinator thinks: here with real processes, each refusing in its own way. */

describe(`agencies that say no (seed ${testSeed})`, () => {
  let federation: ProcessFederation;
  beforeAll(async () => {
    federation = await ProcessFederation.start({
      people: 1_500,
      seed: testSeed,
      agencies: ['police', 'courts', 'prison-probation'],
      templates: [TEMPLATE],
      copies: 1,
    });
  });
  afterAll(() => federation.close());

  /** Changes a YAML file of an agency's folder and starts its node again. */
  async function change(
    agency: string,
    file: string,
    alter: (content: Record<string, unknown>) => object,
  ): Promise<void> {
    const path = join(federation.running.folder.agencyFolder(agency), file);
    const content = parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    writeFileSync(path, stringify(alter(content)));
    await federation.running.program(agency).stop(10_000);
    await federation.running.restartNode(agency);
  }

  it('end the run before any row is read, each with its reason, and the analyst hears all of them', async () => {
    // The police hear of it from governance; whoever runs the coordinator has not put it in place.
    const { folder } = federation.running;
    folder.board.revoke(TEMPLATE, 'It asks for more than it needs.');
    folder.writeRegister(['police']);
    const reached = ({ event, entries }: { readonly event?: unknown; readonly entries?: unknown }): boolean =>
      event === 'register' && entries === folder.board.entries.length;
    await federation.running.program('police').waitFor(reached, 30_000);
    await change('courts', 'policy.yaml', (policy) => ({ ...policy, allow: [] }));

    const run = await federation.ask(TEMPLATE);
    expect(run.state).toBe('refused');
    expect(run.release).toBeNull();
    const refusals = run.refusals.map(({ agency, code }) => [agency, code]).toSorted();
    expect(refusals).toEqual([
      ['courts', 'NOT_ALLOWED_HERE'],
      ['police', 'TEMPLATE_REVOKED'],
    ]);
    expect(run.refusals.every(({ advice }) => advice.length > 10)).toBe(true);
    for (const [party, event, code] of [
      ['police', 'offer-refused', 'TEMPLATE_REVOKED'],
      ['courts', 'offer-refused', 'NOT_ALLOWED_HERE'],
      ['prison-probation', 'run-ended', 'REFUSED'],
    ] as const) {
      const told = await federation.running
        .program(party)
        .waitFor((line) => line['runId'] === run.id && line.event === event, 30_000);
      expect([party, told['outcome'] ?? told['code']]).toEqual([party, code]);
    }
  });

  it('hear of it from the coordinator as soon as it has it, and then it asks nobody any more', async () => {
    const { folder } = federation.running;
    folder.writeRegister([COORDINATOR]);
    for (const agency of ['courts', 'prison-probation']) {
      const register = join(folder.agencyFolder(agency), 'register.jsonl');
      await expect.poll(() => readFileSync(register).equals(folder.board.file), { timeout: 30_000 }).toBe(true);
    }
    await expect(federation.submit(TEMPLATE)).rejects.toMatchObject({ code: 'UNKNOWN_TEMPLATE' });
  });

  it('are named when they are not there at all', async () => {
    await federation.running.program('courts').stop(10_000);
    await expect(federation.submit(copyOf(TEMPLATE, 0))).rejects.toMatchObject({
      code: 'AGENCIES_NOT_CONNECTED',
      problems: [{ path: 'courts' }],
    });
  });
});
