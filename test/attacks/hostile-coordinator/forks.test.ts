import { readFileSync } from 'node:fs';

import { describe, expect, it, onTestFinished } from 'vitest';

import { contradiction, isAnswered, openCheckpoint, verifyEvidence } from '../../../core/audit/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { FORKS } from './forks.js';
import type { Fork, Shown } from './forks.js';
import { NAMED } from './question.js';
import { World } from './world.js';

/*
 * A coordinator with the real keys shows each agency its own log, and each is right as far as its node can see by itself.
 * What the nodes sign for each other gives it away before any of them makes a list.
 */

async function openWorld(): Promise<World> {
  const world = await World.open();
  onTestFinished(() => world.close());
  return world;
}

/** Both agencies answer, and the coordinator hands each the shares of all; gives with what each ends the run. */
async function carriedOut(world: World, offer: RunOffer, shown: Shown, carry: Fork['carry']): Promise<string[]> {
  const { coordinator } = world;
  for (const [agency, evidence] of shown) {
    expect(await coordinator.begin(agency, offer, evidence)).toMatchObject({ code: 'ANSWERED' });
    coordinator.note({ agency, runId: offer.runId, code: 'ANSWERED' });
  }
  const codes: string[] = [];
  for (const [agency, { checkpoint }] of shown) {
    const own = coordinator.shareOf(agency, offer.runId);
    const others = world.agencies
      .filter((other) => other !== agency)
      .map((other) => coordinator.shareOf(other, offer.runId))
      .map((share) => carry?.(share, checkpoint) ?? share);
    // Its own share it can sign anew for each.
    const shares = [world.share(offer, checkpoint), own, ...others];
    codes.push((await coordinator.key(agency, offer.runId, shares)).code);
  }
  return codes;
}

describe('a coordinator with the real keys gets no table of', () => {
  it.each(FORKS.map((fork) => [fork.name, fork] as const))('%s', async (_, fork) => {
    const world = await openWorld();
    const { coordinator, nodes } = world;
    // Shown one log, they make their lists and send them: nobody carries those here, so the run ends there.
    const honest = world.offer();
    const written = coordinator.write(honest, NAMED);
    const same = new Map(world.agencies.map((agency) => [agency, coordinator.evidence(agency, written)]));
    expect(await carriedOut(world, honest, same, fork.carry)).toEqual(['CANCELLED', 'CANCELLED']);
    for (const node of nodes) node.forget();

    const offer = world.offer();
    const shown = fork.show(world, offer);
    expect(await carriedOut(world, offer, shown, fork.carry)).toEqual([fork.code, fork.code]);
    for (const node of nodes) {
      // The ledger has how it ended, and that nobody has learnt a count.
      await expect
        .poll(() => node.entries.at(-1))
        .toMatchObject({ kind: 'failed', body: { runId: offer.runId, code: fork.code, opened: false } });
      const [file] = node.evidenceFiles;
      expect(node.entries.at(-1)?.body).toMatchObject(file === undefined ? {} : { evidence: file });
      expect(file === undefined).toBe(fork.evidence === undefined);
      expect(node.told).toEqual(fork.evidence === undefined ? [] : [`audit-log-refused ${fork.evidence}`]);
      if (file === undefined) continue;
      const evidence = verifyEvidence(readFileSync(file, 'utf8'), world.logKey);
      expect(evidence.code).toBe(fork.evidence);
      const notes = [...shown.values()].map(({ checkpoint }) => openCheckpoint(checkpoint, world.logKey).note);
      expect([evidence.seen.note, evidence.shown.note].toSorted()).toEqual(notes.toSorted());
      const { seen, shown: larger } = evidence;
      const proof = coordinator.audit.consistencyProof(seen.checkpoint.size, larger.checkpoint.size);
      expect(isAnswered(evidence, proof)).toBe(fork.isAnswered ?? false);
    }
    const [one, other] = world.checkpoints.map((note) => openCheckpoint(note, world.logKey).checkpoint);
    if (one === undefined || other === undefined) throw new Error('a node has kept no checkpoint');
    expect(contradiction(one, other)).toBe(fork.kept);
    expect(world.audited(coordinator.copy(), [])).toEqual(fork.found);
  });

  it('two logs by going on with those who were shown one: neither node is asked again in the other', async () => {
    const world = await openWorld();
    const [fork] = FORKS;
    const offer = world.offer();
    const shown = fork?.show(world, offer) ?? new Map();
    expect(await carriedOut(world, offer, shown, undefined)).toEqual(['LOG_INCONSISTENT', 'LOG_INCONSISTENT']);
    // The log that is in use by now is that of the second agency.
    for (const node of world.nodes) node.forget();
    const [first = '', second = ''] = world.agencies;
    const next = world.offer();
    const attempts = await world.ask(next);
    expect(attempts.map(({ agency, code }) => [agency, code])).toEqual([
      [first, 'LOG_INCONSISTENT'],
      [second, 'ANSWERED'],
    ]);
    expect(world.nodes.map(({ evidenceFiles }) => evidenceFiles.length)).toEqual([1, 0]);
  });
});
