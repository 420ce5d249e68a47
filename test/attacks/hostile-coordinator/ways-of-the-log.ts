import { generateKeyPairSync } from 'node:crypto';

import { openCheckpoint, signCheckpoint } from '../../../core/audit/index.js';
import type { LogEvidence } from '../../../core/audit-entries/index.js';
import { signingKey } from '../../../core/private-join/index.js';
import type { RunOffer } from '../../../core/templates/index.js';
import { isAnswered } from './answered.js';
import { NAMED, QUESTION } from './question.js';
import { ways } from './way.js';
import type { Way } from './way.js';
import type { Attempt, World } from './world.js';

/* A question that is to stand in nobody's record, or in another than is shown. */

/** An honest entry, and something else shown for it to every node. */
function showing(change: (evidence: LogEvidence, world: World) => LogEvidence | undefined): Way['attempt'] {
  return async (world) => {
    const offer = world.offer();
    const written = world.coordinator.write(offer, NAMED);
    return each(world, (agency) =>
      world.put(agency, offer, change(world.coordinator.evidence(agency, written), world)),
    );
  };
}

/** An honest entry, and another offer sent to one agency. */
function sending(change: (offer: RunOffer) => Partial<RunOffer>): Way['attempt'] {
  return async (world) => {
    const offer = world.offer();
    const written = world.coordinator.write(offer, NAMED);
    const [altered = '', honest = ''] = world.agencies;
    const evidence = world.coordinator.evidence(altered, written);
    const attempt = await world.put(altered, { ...offer, ...change(offer) }, evidence);
    await isAnswered(world.put(honest, offer, world.coordinator.evidence(honest, written)).then((one) => [one]));
    return [attempt];
  };
}

async function each(world: World, ask: (agency: string) => Promise<Attempt>): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for (const agency of world.agencies) attempts.push(await ask(agency));
  return attempts;
}

/** Keeps the log as it is, lets so many runs be answered, and puts the old log back. */
async function restored(world: World, runs: number): Promise<void> {
  const { coordinator } = world;
  const backup = `${coordinator.file}.backup`;
  coordinator.copyTo(backup);
  for (let run = 0; run < runs; run += 1) await isAnswered(world.ask(world.offer()));
  coordinator.use(backup);
}

/** Signs another checkpoint in the place of the one that is shown. */
function resigned(
  { checkpoint: note }: LogEvidence,
  { coordinator: { identity, audit } }: World,
  change: (at: Date) => Date,
  key = identity,
): string {
  const { checkpoint } = openCheckpoint(note, audit.key);
  return signCheckpoint({ ...checkpoint, at: change(checkpoint.at) }, key).note;
}

export const WAYS_OF_THE_LOG = ways('another log', [
  {
    name: 'an offer that is in no log',
    code: 'LOG_INCONSISTENT',
    attempt: (world) => {
      const offer = world.offer();
      return each(world, (agency) => world.put(agency, offer, undefined));
    },
    found: ['OFFER_NOT_PROVED'],
  },
  {
    name: 'an offer with the place and the proof of another entry',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      const written = world.coordinator.write(world.offer(), NAMED);
      const offer = world.offer();
      return each(world, (agency) => world.put(agency, offer, world.coordinator.evidence(agency, written)));
    },
    found: ['OFFER_NOT_PROVED'],
  },
  {
    name: 'an offer with the place of the entry before its own',
    code: 'LOG_INCONSISTENT',
    attempt: showing((evidence) => ({ ...evidence, index: evidence.index - 1 })),
  },
  {
    name: 'other parameters for one agency than the log has',
    code: 'LOG_INCONSISTENT',
    attempt: sending(() => ({ parameters: { ...QUESTION.parameters, offenceGroups: ['robbery'] } })),
  },
  {
    name: 'other floors of another agency for one agency than the log has',
    code: 'LOG_INCONSISTENT',
    attempt: sending(({ participants }) => ({
      participants: participants.map((one, place) =>
        place === 0 ? one : { ...one, floors: { ...one.floors, threshold: 1 } },
      ),
    })),
  },
  {
    name: 'an entry that was answered, asked again',
    code: 'LOG_INCONSISTENT',
    attempt: again(() => Promise.resolve()),
  },
  {
    name: 'an entry that was answered, asked again after the nodes were started again',
    code: 'LOG_INCONSISTENT',
    attempt: again(restartAll),
  },
  {
    name: 'a run’s id a second time, for something else',
    code: 'PROTOCOL_VIOLATION',
    attempt: sameRun(() => Promise.resolve()),
    found: ['BAD_ENTRY'],
  },
  {
    name: 'a run’s id a second time, after the nodes were started again',
    code: 'PROTOCOL_VIOLATION',
    attempt: sameRun(restartAll),
    found: ['BAD_ENTRY'],
  },
  {
    name: 'a checkpoint of another key in the log’s name',
    code: 'LOG_INCONSISTENT',
    attempt: showing((evidence, world) => {
      const key = signingKey(generateKeyPairSync('ed25519').privateKey);
      return { ...evidence, checkpoint: resigned(evidence, world, (at) => at, key) };
    }),
    told: ['audit-log-refused BAD_CHECKPOINT_SIGNATURE'],
  },
  {
    name: 'a checkpoint of a time to come',
    code: 'LOG_INCONSISTENT',
    attempt: showing((evidence, world) => ({
      ...evidence,
      checkpoint: resigned(evidence, world, (at) => new Date(at.getTime() + 86_400_000)),
    })),
    told: ['audit-log-refused CHECKPOINT_AHEAD'],
  },
  {
    name: 'a checkpoint without the proof that the log goes on',
    code: 'LOG_INCONSISTENT',
    attempt: showing((evidence) => ({ ...evidence, consistency: [] })),
    told: ['audit-log-refused LOG_INCONSISTENT'],
    evidence: 'LOG_INCONSISTENT',
  },
  {
    name: 'the log as it was before the last run, from a backup',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      await restored(world, 1);
      return world.ask(world.offer());
    },
    told: ['audit-log-refused LOG_FORKED'],
    evidence: 'LOG_FORKED',
    found: ['LOG_INCONSISTENT'],
  },
  {
    name: 'the log as it was some runs ago, from a backup',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      await restored(world, 3);
      world.pass(60);
      return world.ask(world.offer());
    },
    told: ['audit-log-refused LOG_ROLLED_BACK'],
    evidence: 'LOG_ROLLED_BACK',
    found: ['LOG_ROLLED_BACK'],
  },
  {
    name: 'the log as it was some runs ago, with times of then',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      await restored(world, 3);
      return world.ask(world.offer());
    },
    told: ['audit-log-refused CHECKPOINT_OLD'],
    found: ['CHECKPOINT_OLD'],
  },
  {
    name: 'the log from a backup, grown longer than it was',
    code: 'LOG_INCONSISTENT',
    attempt: async (world) => {
      await restored(world, 1);
      for (let run = 0; run < 3; run += 1) world.coordinator.write(world.offer(), NAMED);
      return world.ask(world.offer());
    },
    told: ['audit-log-refused LOG_INCONSISTENT'],
    evidence: 'LOG_INCONSISTENT',
    found: ['LOG_INCONSISTENT'],
  },
]);

/** The very same offer and entry, under a checkpoint of now. */
function again(between: (world: World) => Promise<void>): Way['attempt'] {
  return async (world) => {
    const offer = world.offer();
    const { coordinator } = world;
    const written = coordinator.write(offer, NAMED);
    await isAnswered(each(world, (agency) => world.put(agency, offer, coordinator.evidence(agency, written))));
    await between(world);
    return each(world, (agency) => world.put(agency, offer, coordinator.evidence(agency, written), false));
  };
}

/** Written into the log both times: the run's id is all that it has twice. */
function sameRun(between: (world: World) => Promise<void>): Way['attempt'] {
  return async (world) => {
    const offer = world.offer();
    await isAnswered(world.ask(offer));
    await between(world);
    const parameters = { ...QUESTION.parameters, offenceGroups: ['robbery'] };
    const attempts = await world.ask({ ...offer, parameters });
    // By another id it is a question as any other.
    await isAnswered(world.ask(world.offer({ parameters })));
    return attempts;
  };
}

async function restartAll(world: World): Promise<void> {
  for (const agency of world.agencies) await world.restart(agency);
}
