import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { toBase64 } from '../../core/base/index.js';
import { rawPublicKey } from '../../core/private-join/index.js';
import { ProcessFederation } from '../support/process-federation.js';
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
    const stranger = toBase64(rawPublicKey(generateKeyPairSync('ed25519').privateKey));
    await change('police', 'roster.yaml', (roster) => {
      const governance = roster['governance'] as { officers: object[] };
      return {
        ...roster,
        governance: {
          ...governance,
          officers: governance.officers.map((officer) => ({ ...officer, publicKey: stranger })),
        },
      };
    });
    await change('courts', 'policy.yaml', (policy) => ({ ...policy, allow: [] }));

    const run = await federation.ask(TEMPLATE);
    expect(run.state).toBe('refused');
    expect(run.release).toBeNull();
    const refusals = run.refusals.map(({ agency, code }) => [agency, code]).toSorted();
    expect(refusals).toEqual([
      ['courts', 'NOT_ALLOWED_HERE'],
      ['police', 'TEMPLATE_NOT_APPROVED'],
    ]);
    expect(run.refusals.every(({ advice }) => advice.length > 10)).toBe(true);
    for (const [party, event, code] of [
      ['police', 'offer-refused', 'TEMPLATE_NOT_APPROVED'],
      ['courts', 'offer-refused', 'NOT_ALLOWED_HERE'],
      ['prison-probation', 'run-ended', 'REFUSED'],
    ] as const) {
      const told = await federation.running
        .program(party)
        .waitFor((line) => line['runId'] === run.id && line.event === event, 30_000);
      expect([party, told['outcome'] ?? told['code']]).toEqual([party, code]);
    }
  });

  it('are named when they are not there at all', async () => {
    await federation.running.program('courts').stop(10_000);
    await expect(federation.submit(TEMPLATE)).rejects.toMatchObject({
      code: 'AGENCIES_NOT_CONNECTED',
      problems: [{ path: 'courts' }],
    });
  });
});
