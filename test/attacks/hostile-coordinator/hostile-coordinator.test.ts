import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { verifyEvidence } from '../../../core/audit/index.js';
import { fromCoordinatorMessage } from '../../../transport/convert.js';
import type * as Outgoing from '../../../transport/outgoing.js';
import { isAnswered } from './answered.js';
import { NAMED } from './question.js';
import { tellings } from './tellings.js';
import type { Way } from './way.js';
import { WAYS_OF_OFFERS } from './ways-of-offers.js';
import { WAYS_OF_REGISTERS } from './ways-of-registers.js';
import { WAYS_OF_TEMPLATES } from './ways-of-templates.js';
import { WAYS_OF_THE_LOG } from './ways-of-the-log.js';
import { World } from './world.js';

/*
 * The coordinator is whoever holds its computer. Here it has all that the real one has, and says what it likes; the nodes
 * are real, and so is the network between them.
 */

// An honest coordinator reads what it sends before it does.
vi.mock('../../../transport/outgoing.js', async (original) => ({
  ...(await original<typeof Outgoing>()),
  outgoingToNode: fromCoordinatorMessage,
}));

async function openWorld(): Promise<World> {
  const world = await World.open();
  onTestFinished(() => world.close());
  return world;
}

async function isStopped(world: World, { code, attempt, told = [], evidence, found = [] }: Way): Promise<void> {
  // What is refused below is refused for what was altered: as it should be, it is answered.
  await isAnswered(world.ask(world.offer()));
  for (const node of world.nodes) node.forget();
  const attempts = await attempt(world);
  expect(attempts.length).toBeGreaterThan(0);
  for (const { agency, runId, code: answer, noted, shares } of attempts) {
    expect([agency, answer, shares]).toEqual([agency, code, 0]);
    // The ledger has the refusal, and no cost: no row was read.
    expect(noted).toMatchObject([{ run: runId, asked: null, answer: { refusal: code } }]);
    const node = world.node(agency);
    expect(node.told).toEqual(expect.arrayContaining([...told, `offer-refused ${code}`]));
    const [file] = node.evidenceFiles;
    expect(file === undefined).toBe(evidence === undefined);
    if (file !== undefined) expect(verifyEvidence(readFileSync(file, 'utf8'), world.logKey).code).toBe(evidence);
  }
  expect(world.audited()).toEqual(found);
}

describe.each([WAYS_OF_TEMPLATES, WAYS_OF_REGISTERS, WAYS_OF_THE_LOG])(
  'a coordinator with the real keys gets nothing answered by $by:',
  ({ ways }) => {
    it.each(ways.map((way) => [way.name, way.code, way] as const))('%s is %s', async (_, __, way) => {
      await isStopped(await openWorld(), way);
    });
  },
);

describe('a coordinator with the real keys gets nothing answered by another question:', () => {
  // None of these changes anything in the world, which each of them sees to.
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  it.each(WAYS_OF_OFFERS.ways.map((way) => [way.name, way.code, way] as const))('%s is %s', async (_, __, way) => {
    await isStopped(world, way);
  });

  it('a participant twice is no message, and ends the connection', async () => {
    await isAnswered(world.ask(world.offer()));
    const [agency = ''] = world.agencies;
    const node = world.node(agency);
    const claims = node.claims.length;
    const [offer, shares] = [world.offer(), world.coordinator.shares.length];
    const evidence = world.coordinator.evidence(agency, world.coordinator.write(offer, NAMED));
    const participants = [...offer.participants, ...offer.participants.slice(0, 1)];
    const back = world.coordinator.arrival(agency);
    await world.coordinator.say(agency, { kind: 'offer', offer: { ...offer, participants }, evidence });
    await back;
    expect(node.told).toContain('disconnected BAD_MESSAGE');
    expect([node.claims.length, world.coordinator.shares.length]).toEqual([claims, shares]);
  });
});

describe('what a coordinator with the real keys can do, and others can tell afterwards:', () => {
  it.each(tellings().map((telling) => [telling.name, telling] as const))('%s', async (_, { tell, found }) => {
    const world = await openWorld();
    await isAnswered(world.ask(world.offer()));
    expect(world.audited()).toEqual([]);
    expect(await tell(world)).toEqual(found);
  });
});
