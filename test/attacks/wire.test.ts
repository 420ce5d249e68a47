import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../../cli/index.js';
import { createCoordinator, loadConfig as loadCoordinatorConfig } from '../../coordinator/index.js';
import { silentLog, utf8Bytes } from '../../core/base/index.js';
import { COORDINATOR, createGroup, inlineEngine } from '../../core/private-join/index.js';
import { codesOf } from '../../core/templates/index.js';
import { AGENCIES } from '../../examples/bold/agencies.js';
import { DEMO_TEMPLATES, widestParameters } from '../../examples/bold/demo/bold-federation.js';
import { makeFederationFolder } from '../../examples/bold/demo/federation-folder.js';
import { generateFederation } from '../../examples/bold/federation.js';
import { boldCatalogue } from '../../examples/bold/library.js';
import { createNode, loadConfig as loadNodeConfig, prepareAll } from '../../node-agent/index.js';
import { systemClock, systemRng } from '../../runtime/index.js';
import { createFederationClient } from '../../transport/index.js';
import type { Tap } from '../../transport/index.js';
import { giveaways, plantCanaries } from '../support/canaries.js';
import {
  EXACT_SCHEME_TEMPLATE,
  exactDatasetTexts,
  exactSchemeText,
  exactTemplateText,
} from '../support/exact-templates.js';
import { PatternSearch, SHORTEST_PATTERN } from '../support/find-patterns.js';
import type { Pattern } from '../support/find-patterns.js';
import { drained, templateNamed } from '../support/process-federation.js';
import { testSeed } from '../support/seeded-rng.js';

/*
 * Every byte that each party receives over the network, as it comes out of TLS, is kept and searched: for other agencies'
 * people, their match keys and hashes of them, and for the values of any attribute.
 */

const FEDERATION = 'bold-test';

/** Values that say nothing of a person: they are also words of the protocol itself. */
function isProtocolWord(code: string): boolean {
  return [...AGENCIES.flatMap(({ id, datasets }) => [id, ...datasets]), 'research-statistics'].some((word) =>
    word.includes(code),
  );
}

/** Codes of every field of every dataset, long enough not to be found by chance. */
function attributeValues(): Pattern[] {
  const codes = [...boldCatalogue().values()].flatMap(({ fields }) =>
    [...fields.values()].flatMap((field) =>
      field.type === 'code' || field.type === 'quarter' ? [...codesOf(field)].flat() : [],
    ),
  );
  return [...new Set(codes)]
    .filter((code) => code.length >= SHORTEST_PATTERN && !isProtocolWord(code))
    .map((code) => ({ name: `the value "${code}"`, bytes: utf8Bytes(code) }));
}

describe(`what each party receives (seed ${testSeed})`, () => {
  /** By party, by method. */
  const received = new Map<string, { readonly method: string; readonly bytes: Uint8Array }[]>();
  const people = new Map<string, readonly Pattern[]>();
  const cleanUp: (() => Promise<void> | void)[] = [];

  function tapOf(party: string): Tap {
    const messages: { method: string; bytes: Uint8Array }[] = [];
    received.set(party, messages);
    return (bytes, method) => void messages.push({ method, bytes: Uint8Array.from(bytes) });
  }

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
    cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
    const data = generateFederation({ people: 1_500, seed: testSeed, directory: join(directory, 'data') });
    const group = await createGroup();
    for (const [index, source] of data.sources.entries()) {
      people.set(source.agency, giveaways(plantCanaries(source, index), group, FEDERATION));
    }
    const folder = await makeFederationFolder({
      directory,
      federation: FEDERATION,
      agencies: AGENCIES,
      sources: data.sources,
      // One with noise and decoys, of a scheme with few keys: one process does everybody's arithmetic here.
      templates: [
        exactSchemeText(),
        ...DEMO_TEMPLATES.filter((name) => name !== EXACT_SCHEME_TEMPLATE).map(exactTemplateText),
      ],
      datasets: exactDatasetTexts(['light', 'exact']),
      clock: systemClock,
      workers: 1,
    });
    const environment = { clock: systemClock, rng: systemRng, log: silentLog };
    const engine = inlineEngine(group, systemRng);
    const coordinator = createCoordinator(loadCoordinatorConfig(folder.coordinatorConfig), {
      ...environment,
      tap: tapOf(COORDINATOR),
    });
    const { federationPort, apiPort } = await coordinator.start();
    cleanUp.push(() => coordinator.stop());
    for (const { id } of AGENCIES) {
      const config = loadNodeConfig(folder.writeNodeConfig(id, `localhost:${federationPort}`));
      await prepareAll(config, { ...environment, engine });
      const tap = tapOf(id);
      const node = createNode(config, {
        ...environment,
        engine,
        connect: (options, handlers) => createFederationClient({ ...options, tap }, handlers),
      });
      await node.start();
      cleanUp.push(() => node.stop());
    }
    const client = new ApiClient({
      url: `http://127.0.0.1:${apiPort}`,
      token: readFileSync(folder.tokenFile, 'utf8').trim(),
    });
    while ((await client.agencies()).some(({ state }) => state !== 'online')) await pause(50);
    for (const template of DEMO_TEMPLATES) {
      const parameters = Object.fromEntries(
        Object.entries(widestParameters(templateNamed(template))).map(([name, values]) => [name, [...values]]),
      );
      const { id } = await client.submit({ template, parameters });
      await drained(client.follow(id));
      const run = await client.run(id);
      if (run.state !== 'finished') throw new Error(`${template} ended ${run.state}: ${run.ending?.code ?? ''}`);
    }
  });

  afterAll(async () => {
    for (const step of cleanUp.reverse()) await step();
  });

  function find(party: string, patterns: readonly Pattern[], methods?: readonly string[]): readonly string[] {
    const search = new PatternSearch(patterns);
    for (const { method, bytes } of received.get(party) ?? []) {
      if (methods !== undefined && !methods.includes(method)) continue;
      search.cut();
      search.add(bytes);
    }
    expect(search.searched).toBeGreaterThan(1_000);
    return search.found;
  }

  it('is a list or more at every party, and the search would find what was in it', () => {
    expect([...received.keys()].toSorted()).toEqual([COORDINATOR, ...AGENCIES.map(({ id }) => id)].toSorted());
    for (const [party, messages] of received) {
      const method = party === COORDINATOR ? 'SendList' : 'ReceiveList';
      const bytes = messages
        .filter((message) => message.method === method)
        .reduce((sum, item) => sum + item.bytes.length, 0);
      expect([party, bytes > 10_000]).toEqual([party, true]);
      const planted = [...people.values(), attributeValues()].flat();
      messages.push({ method: 'planted', bytes: Buffer.concat(planted.map((pattern) => pattern.bytes)) });
      const found = find(party, planted, ['planted']);
      expect(new Set(found)).toEqual(new Set(planted.map(({ name }) => name)));
      messages.pop();
    }
  });

  it('is at the coordinator nobody’s identifier, key, point or hash, and no attribute’s value', () => {
    expect(find(COORDINATOR, [...people.values()].flat())).toEqual([]);
    expect(find(COORDINATOR, attributeValues())).toEqual([]);
  });

  it.each(AGENCIES.map(({ id }) => id))('is at %s nothing of anybody else’s people', (agency) => {
    const others = [...people].filter(([other]) => other !== agency).flatMap(([, patterns]) => patterns);
    expect(find(agency, others)).toEqual([]);
    // Offers contain the template, which names the values it asks about; lists must not.
    expect(find(agency, attributeValues(), ['ReceiveList'])).toEqual([]);
  });
});
